//! Money and positions of a client. Nothing is checked against them: the venue gives credit.

use super::Side;

/// Money is counted in billionths, so that every trade on a tick of at most nine decimals is exact.
pub const MONEY_SCALE: u8 = 9;

/// What a client holds of a symbol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Lots held; negative where sold short.
    pub lots: i64,
    /// What they cost, in billionths; negative where sold short.
    pub cost: i128,
    /// Profit of what was closed, in billionths.
    pub realised: i128,
}

impl Position {
    /// A trade of `lots` at a price in billionths, signed by [`signed`].
    ///
    /// What closes lots realises a profit against their average cost; the rest changes the cost.
    pub fn trade(&mut self, lots: i64, price: i128) {
        let closing = if self.lots.signum() == -lots.signum() {
            lots.abs().min(self.lots.abs()) * lots.signum()
        } else {
            0
        };
        if closing != 0 {
            let cost = self.cost * i128::from(-closing) / i128::from(self.lots);
            self.realised += i128::from(-closing) * price - cost;
            self.cost -= cost;
            self.lots += closing;
        }
        let opening = lots - closing;
        self.cost += i128::from(opening) * price;
        self.lots += opening;
    }
}

/// Lots with the sign of a side: bought are positive.
#[must_use]
pub const fn signed(side: Side, lots: u64) -> i64 {
    match side {
        Side::Bid => lots as i64,
        Side::Ask => -(lots as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(trades: &[(i64, i128)]) -> Position {
        let mut position = Position::default();
        for &(lots, price) in trades {
            position.trade(lots, price);
        }
        position
    }

    #[test]
    fn closing_realises_against_the_average_cost() {
        let held = after(&[(10, 100), (10, 110), (-5, 120)]);
        let expected = Position {
            lots: 15,
            cost: 15 * 105,
            realised: 5 * 15,
        };
        assert_eq!(held, expected);
    }

    #[test]
    fn a_trade_may_turn_a_position_round() {
        let held = after(&[(-10, 100), (25, 90)]);
        let expected = Position {
            lots: 15,
            cost: 15 * 90,
            realised: 100,
        };
        assert_eq!(held, expected);
        assert_eq!(after(&[(3, 7), (-3, 7)]), Position::default());
    }
}
