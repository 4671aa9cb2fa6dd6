//! Trades that the operator cancels or corrects.
//!
//! Money and positions change as if the opposite trade was made at the same price. A quantity that is
//! taken back does not return to the book: the order stays open for what it had left, or stays over.

use super::accounts::signed;
use super::exchange::{Exchange, Trade};
use super::report::{Outcome, Refused, Report, What};

impl Exchange {
    /// Cancel a trade by its number; both sides are told, as far as their orders are still kept.
    ///
    /// # Errors
    /// [`Refused::UnknownTrade`] for one that is unknown, forgotten or cancelled already.
    pub fn bust(&mut self, now: i64, trade: u64, out: &mut Outcome) -> Result<(), Refused> {
        let mut found = self.trade(trade)?;
        let old = (found.tick, found.lots);
        found.lots = 0;
        self.revise(now, trade, found, old, out);
        Ok(())
    }

    /// Give a trade another price, and the same or a smaller quantity; both sides are told.
    ///
    /// # Errors
    /// [`Refused::UnknownTrade`], [`Refused::Price`] for one that is not positive or
    /// [`Refused::Quantity`] for one that is zero or above what was traded.
    pub fn correct(
        &mut self,
        now: i64,
        trade: u64,
        tick: i64,
        lots: u64,
        out: &mut Outcome,
    ) -> Result<(), Refused> {
        let mut found = self.trade(trade)?;
        let old = (found.tick, found.lots);
        if lots == 0 || lots > found.lots {
            return Err(Refused::Quantity);
        }
        if !(0 < tick && tick < 1 << 40) {
            return Err(Refused::Price);
        }
        (found.tick, found.lots) = (tick, lots);
        self.revise(now, trade, found, old, out);
        Ok(())
    }

    /// The symbol of a trade that can be cancelled or corrected.
    #[must_use]
    pub fn trade_symbol(&self, trade: u64) -> Option<u32> {
        self.trade(trade).ok().map(|trade| trade.book)
    }

    fn trade(&self, number: u64) -> Result<Trade, Refused> {
        let index = number
            .checked_sub(self.first_trade)
            .ok_or(Refused::UnknownTrade)?;
        let found = self
            .trades
            .get(index as usize)
            .ok_or(Refused::UnknownTrade)?;
        match found.lots {
            0 => Err(Refused::UnknownTrade),
            _ => Ok(*found),
        }
    }

    fn revise(
        &mut self,
        now: i64,
        number: u64,
        mut trade: Trade,
        (old_tick, old_lots): (i64, u64),
        out: &mut Outcome,
    ) {
        for (at, side) in [trade.taker.opposite(), trade.taker]
            .into_iter()
            .enumerate()
        {
            let client = trade.clients[at];
            self.pay(client, trade.book, -signed(side, old_lots), old_tick);
            self.pay(client, trade.book, signed(side, trade.lots), trade.tick);
            let reference = std::mem::replace(&mut trade.execs[at], self.next_exec());
            let Some(order) = self.orders.get_mut(&trade.orders[at]) else {
                continue;
            };
            order.void += old_lots - trade.lots;
            let value = |tick: i64, lots: u64| i128::from(tick) * i128::from(lots);
            order.traded(
                trade.lots as i64 - old_lots as i64,
                value(trade.tick, trade.lots) - value(old_tick, old_lots),
            );
            order.updated = now;
            let what = match trade.lots {
                0 => What::Busted {
                    reference,
                    tick: old_tick,
                    lots: old_lots,
                },
                _ => What::Corrected {
                    reference,
                    tick: trade.tick,
                    lots: trade.lots,
                },
            };
            out.reports.push(Report {
                exec: trade.execs[at],
                what,
                order: order.clone(),
                time: now,
            });
        }
        if let Some(kept) = self.trades.get_mut((number - self.first_trade) as usize) {
            *kept = trade;
        }
    }
}
