//! The matching engine of one symbol.
//!
//! Price–time priority: the best price first, at one price the order that came first, each at the
//! resting order's price. `O(1)` for each order and each fill; only a fill-or-kill order looks
//! ahead through the queues that it would trade with.
//!
//! Self-trades are prevented: where an order meets one of the same client, what is left of it is
//! cancelled, and the resting order stays. A replacement that only lowers the quantity keeps its
//! place in the queue; any other goes to the end, after trading with what it now crosses.

use super::Side;
use super::orders::{Orders, Resting, Total};
use hft_orderbook::{Book, MAX_TICK, RingBook};

/// The largest quantity of an order, in lots: a level of 2^33 such orders is still counted exactly.
pub const MAX_ORDER_LOTS: u64 = 1_000_000_000;

/// What kind of order it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Trades at its limit or better, and rests.
    Limit = 0,
    /// Trades at any price; what is left is cancelled.
    Market = 1,
    /// Trades at its limit or better; what is left is cancelled.
    ImmediateOrCancel = 2,
    /// Trades wholly and at once, or not at all.
    FillOrKill = 3,
    /// Rests, or is refused where it would trade.
    PostOnly = 4,
}

impl Kind {
    /// The kind of a code.
    #[must_use]
    pub const fn of(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Limit),
            1 => Some(Self::Market),
            2 => Some(Self::ImmediateOrCancel),
            3 => Some(Self::FillOrKill),
            4 => Some(Self::PostOnly),
            _ => None,
        }
    }
}

/// An order that comes in.
#[derive(Clone, Copy, Debug)]
pub struct Incoming {
    /// Its number; must not rest already.
    pub id: u64,
    /// Whose it is.
    pub client: u32,
    /// Its side.
    pub side: Side,
    /// What kind it is.
    pub kind: Kind,
    /// Its limit; a market order's is not read.
    pub tick: i64,
    /// Its quantity.
    pub lots: u64,
}

/// A trade between a resting order and one that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The resting order.
    pub maker: u64,
    /// The order that came in.
    pub taker: u64,
    /// The resting order's price.
    pub tick: i64,
    /// How much.
    pub lots: u64,
    /// What is left of the resting order.
    pub maker_left: u64,
}

/// Why what was left of an order was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Nothing more to trade with, and the order does not rest.
    NothingToTradeWith,
    /// It could not be filled wholly.
    NotFillable,
    /// It met an order of the same client.
    SelfTrade,
}

/// What became of an order that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of it traded.
    Filled,
    /// It rests with these lots.
    Rests(u64),
    /// These lots were cancelled.
    Cancelled(u64, Why),
}

/// Why an order was not taken; nothing has changed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Zero, or more than [`MAX_ORDER_LOTS`].
    #[error("the quantity must be from 1 to {MAX_ORDER_LOTS} lots")]
    Quantity,
    /// Beyond what a book can hold.
    #[error("the price is out of range")]
    Price,
    /// An order of this id rests.
    #[error("an order of this id rests already")]
    Duplicate,
    /// A post-only order would trade.
    #[error("the post-only order would trade")]
    WouldTrade,
    /// No order of this id rests.
    #[error("no order of this id rests")]
    Unknown,
}

/// The book of one symbol; its levels are those of case study 02's [`Book`].
#[derive(Clone, Debug, Default)]
pub struct MatchingBook<B: Book = RingBook> {
    levels: B,
    orders: Orders,
}

impl<B: Book> MatchingBook<B> {
    /// Quantity at each price.
    #[must_use]
    pub fn levels(&self) -> &B {
        &self.levels
    }

    /// The resting orders.
    #[must_use]
    pub fn orders(&self) -> &Orders {
        &self.orders
    }

    /// An order comes in: its trades are added to `fills`, then it rests or is over.
    ///
    /// # Errors
    /// A [`Refusal`]; nothing has changed then.
    #[inline]
    pub fn submit(&mut self, order: &Incoming, fills: &mut Vec<Fill>) -> Result<Ending, Refusal> {
        checked(order.tick, order.lots)?;
        if self.orders.contains(order.id) {
            return Err(Refusal::Duplicate);
        }
        self.take(order, fills)
    }

    /// An order comes in that is known to be sound.
    #[inline]
    fn take(&mut self, order: &Incoming, fills: &mut Vec<Fill>) -> Result<Ending, Refusal> {
        let limit = match order.kind {
            Kind::Market => i64::MAX,
            _ => order.side.key(order.tick),
        };
        let crosses = self.touch(order.side, limit).is_some();
        match order.kind {
            Kind::PostOnly if crosses => return Err(Refusal::WouldTrade),
            Kind::FillOrKill if !self.can_fill(order, limit) => {
                return Ok(Ending::Cancelled(order.lots, Why::NotFillable));
            }
            _ => {}
        }
        let mut left = order.lots;
        if crosses && !self.trade(order, limit, &mut left, fills) {
            return Ok(Ending::Cancelled(left, Why::SelfTrade));
        }
        if left == 0 {
            return Ok(Ending::Filled);
        }
        if !matches!(order.kind, Kind::Limit | Kind::PostOnly) {
            return Ok(Ending::Cancelled(left, Why::NothingToTradeWith));
        }
        let total = self.orders.push(Resting {
            id: order.id,
            client: order.client,
            side: order.side,
            tick: order.tick,
            lots: left,
        });
        self.show(total);
        Ok(Ending::Rests(left))
    }

    /// The best opposite price, where it is within the limit (a key of the order's own side).
    #[inline]
    fn touch(&self, side: Side, limit: i64) -> Option<i64> {
        let tick = self.levels.best_tick(side.opposite())?;
        (side.key(tick) <= limit).then_some(tick)
    }

    /// Trade until the order is filled or its limit reached; false where it met its own client's.
    #[inline]
    fn trade(
        &mut self,
        order: &Incoming,
        limit: i64,
        left: &mut u64,
        fills: &mut Vec<Fill>,
    ) -> bool {
        let theirs = order.side.opposite();
        while *left > 0
            && let Some(tick) = self.touch(order.side, limit)
        {
            let taken = self
                .orders
                .take(theirs, tick, *left, order.client, |maker, lots| {
                    fills.push(Fill {
                        maker: maker.id,
                        taker: order.id,
                        tick,
                        lots,
                        maker_left: maker.lots - lots,
                    });
                });
            *left -= taken.lots;
            self.levels.set(theirs, tick, taken.left);
            if taken.own && *left > 0 {
                return false;
            }
        }
        true
    }

    /// Whether an order could be filled wholly, before it meets one of its own client.
    fn can_fill(&self, order: &Incoming, limit: i64) -> bool {
        let theirs = order.side.opposite();
        let mut left = order.lots;
        let mut filled = false;
        self.levels.visit(theirs, |level| {
            if order.side.key(level.tick) > limit {
                return false;
            }
            for maker in self.orders.queue(theirs, level.tick) {
                if maker.client == order.client {
                    return false;
                }
                left = left.saturating_sub(maker.lots);
                if left == 0 {
                    filled = true;
                    return false;
                }
            }
            true
        });
        filled
    }

    fn show(&mut self, total: Total) {
        self.levels.set(total.side, total.tick, total.lots);
    }

    /// Take an order out of the book.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] where none of this id rests.
    #[inline]
    pub fn cancel(&mut self, id: u64) -> Result<Resting, Refusal> {
        let (order, total) = self.orders.remove(id).ok_or(Refusal::Unknown)?;
        self.show(total);
        Ok(order)
    }

    /// Give a resting order another price and another quantity that is left of it.
    ///
    /// # Errors
    /// A [`Refusal`], also where a post-only order would trade; the order rests as before then.
    #[inline]
    pub fn replace(
        &mut self,
        id: u64,
        kind: Kind,
        tick: i64,
        lots: u64,
        fills: &mut Vec<Fill>,
    ) -> Result<Ending, Refusal> {
        let old = self.orders.get(id).ok_or(Refusal::Unknown)?;
        checked(tick, lots)?;
        if tick == old.tick && lots <= old.lots {
            let total = self.orders.reduce(id, lots).ok_or(Refusal::Unknown)?;
            self.show(total);
            return Ok(Ending::Rests(lots));
        }
        if kind == Kind::PostOnly && self.touch(old.side, old.side.key(tick)).is_some() {
            return Err(Refusal::WouldTrade);
        }
        self.cancel(id)?;
        let order = Incoming {
            id,
            client: old.client,
            side: old.side,
            kind,
            tick,
            lots,
        };
        self.take(&order, fills)
    }
}

/// Check what a book can hold.
fn checked(tick: i64, lots: u64) -> Result<(), Refusal> {
    if lots == 0 || lots > MAX_ORDER_LOTS {
        return Err(Refusal::Quantity);
    }
    if tick.unsigned_abs() > MAX_TICK as u64 {
        return Err(Refusal::Price);
    }
    Ok(())
}
