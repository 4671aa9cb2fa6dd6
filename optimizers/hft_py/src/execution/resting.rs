//! Orders that rest in a recorded book: how many lots are filled, and when.

use crate::Error;

/// The best prices and their quantities after each message of a recording.
#[derive(Debug, Clone, Copy)]
pub struct Quotes<'a> {
    /// Best bids in ticks.
    pub bid: &'a [i64],
    /// Their quantities in lots; 0 where there is no bid.
    pub bid_lots: &'a [i64],
    /// Best asks in ticks.
    pub ask: &'a [i64],
    /// Their quantities in lots; 0 where there is no ask.
    pub ask_lots: &'a [i64],
}

/// An order that rests.
#[derive(Debug, Clone, Copy)]
pub struct Resting {
    /// 1 to buy, -1 to sell.
    pub side: i64,
    /// Its price in ticks.
    pub tick: i64,
    /// Its quantity in lots.
    pub lots: i64,
    /// Lots before it when it arrives.
    pub ahead: i64,
    /// The message after which it arrives, and the first that comes too late.
    pub first: usize,
    /// The end of its life.
    pub end: usize,
}

/// A fill: the order, the message, the lots.
pub type Fill = (i64, i64, i64);

impl Quotes<'_> {
    /// Best price of the order's own side, its lots, the price of the other side, its lots: prices
    /// of a seller with their sign changed.
    #[inline]
    fn seen(&self, row: usize, side: i64) -> (i64, i64, i64, i64) {
        if side > 0 {
            (
                self.bid[row],
                self.bid_lots[row],
                self.ask[row],
                self.ask_lots[row],
            )
        } else {
            (
                -self.ask[row],
                self.ask_lots[row],
                -self.bid[row],
                self.bid_lots[row],
            )
        }
    }

    fn rest(&self, number: usize, order: &Resting, traded: f64, fills: &mut Vec<Fill>) {
        let price = order.side * order.tick;
        let (mut left, mut ahead) = (order.lots, order.ahead);
        // Lots of the level at the last message at which it was the best one.
        let (best, lots, ..) = self.seen(order.first, order.side);
        let mut level = (lots > 0 && best == price).then_some(lots);
        let mut taken = 0;
        for row in order.first + 1..order.end {
            let (best, lots, other, offered) = self.seen(row, order.side);
            let mut filled = 0;
            let gone = lots == 0 || best < price;
            if gone || best == price {
                let now = if gone { 0 } else { lots };
                if let Some(before) = level
                    && now < before
                {
                    let traded = ((before - now) as f64 * traded) as i64;
                    let cancelled = before - now - traded;
                    filled = (traded - ahead).max(0);
                    ahead -= traded.min(ahead);
                    let share = i128::from(cancelled) * i128::from(ahead) / i128::from(before);
                    ahead -= share as i64;
                }
                ahead = ahead.min(now);
                level = Some(now);
            } else {
                level = None;
            }
            if offered > 0 && other <= price {
                filled = filled.max((offered - taken).max(0));
                taken = taken.max(offered);
            } else {
                taken = 0;
            }
            let filled = filled.min(left);
            if filled > 0 {
                fills.push((number as i64, row as i64, filled));
                left -= filled;
                if left == 0 {
                    return;
                }
            }
        }
    }
}

/// The fills of orders that rest, each as if it were alone: see the Python function of that name.
///
/// # Errors
/// [`Error::Length`] or [`Error::Value`] for arrays that do not fit together.
pub fn rest_orders(
    quotes: &Quotes<'_>,
    orders: &[Resting],
    traded: f64,
) -> Result<Vec<Fill>, Error> {
    let rows = quotes.bid.len();
    Error::check_length("bid_lots", quotes.bid_lots.len(), rows)?;
    Error::check_length("ask", quotes.ask.len(), rows)?;
    Error::check_length("ask_lots", quotes.ask_lots.len(), rows)?;
    let mut fills = Vec::new();
    for (number, order) in orders.iter().enumerate() {
        if order.first >= order.end {
            continue;
        }
        if order.end > rows {
            return Err(Error::value(
                "end",
                order.end,
                "at most the number of quotes",
            ));
        }
        quotes.rest(number, order, traded, &mut fills);
    }
    Ok(fills)
}
