//! Order-level messages to level events: add, reduce, remove, replace.
//!
//! Feeds such as ITCH name each order when it comes and later say only its number; the
//! tracker remembers side, price and what is left. `O(1)` a message.
//!
//! ```
//! use hft_orderbook::orders::{OrderMessage, OrderTracker};
//! use hft_orderbook::{Book, FeedState, RingBook, Side, apply};
//!
//! let (mut tracker, mut book, mut state) =
//!     (OrderTracker::default(), RingBook::default(), FeedState::default());
//! for message in [
//!     OrderMessage::Add { id: 7, side: Side::Bid, tick: 100, lots: 500 },
//!     OrderMessage::Add { id: 8, side: Side::Bid, tick: 100, lots: 200 },
//!     OrderMessage::Reduce { id: 7, lots: 100 },
//!     OrderMessage::Replace { id: 8, new_id: 9, tick: 99, lots: 300 },
//! ] {
//!     let (first, second) = tracker.events(message)?;
//!     let events: Vec<_> = std::iter::once(first).chain(second).collect();
//!     apply(&mut book, &events[..], &mut state)?;
//! }
//! assert_eq!((book.lots(Side::Bid, 100), book.lots(Side::Bid, 99)), (400, 300));
//! # Ok::<(), hft_orderbook::Error>(())
//! ```

use crate::{Error, Event, Side};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A message about one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderMessage {
    /// A new order rests.
    Add {
        /// The exchange's number.
        id: u64,
        /// Its side.
        side: Side,
        /// Its price.
        tick: i64,
        /// Its quantity.
        lots: u64,
    },
    /// Part of it, or all, is executed or cancelled.
    Reduce {
        /// The exchange's number.
        id: u64,
        /// How much of it.
        lots: u64,
    },
    /// It is taken out.
    Remove {
        /// The exchange's number.
        id: u64,
    },
    /// It is taken out and another put in on the same side.
    Replace {
        /// The exchange's number.
        id: u64,
        /// The number of the new one.
        new_id: u64,
        /// Price of the new one.
        tick: i64,
        /// Quantity of the new one.
        lots: u64,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Resting {
    pub(crate) side: Side,
    pub(crate) tick: i64,
    pub(crate) lots: u64,
}

/// Remembers the orders that rest.
#[derive(Clone, Debug, Default)]
pub struct OrderTracker {
    pub(crate) resting: HashMap<u64, Resting>,
}

impl OrderTracker {
    /// Number of orders that rest.
    #[must_use]
    pub fn len(&self) -> usize {
        self.resting.len()
    }

    /// Whether none rests.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resting.is_empty()
    }

    /// Whether an order rests.
    #[must_use]
    pub fn knows(&self, id: u64) -> bool {
        self.resting.contains_key(&id)
    }

    /// The changes of levels that a message means: one, or two for a replacement.
    ///
    /// # Errors
    /// [`Error::Order`] for an order that is unknown, known twice or asked for more than it
    /// has; [`Error::PriceOverflow`] or [`Error::NegativeQuantity`] as for any event. Nothing
    /// has changed then.
    pub fn events(&mut self, message: OrderMessage) -> Result<(Event, Option<Event>), Error> {
        match message {
            OrderMessage::Add {
                id,
                side,
                tick,
                lots,
            } => Ok((self.add(id, Resting { side, tick, lots })?, None)),
            OrderMessage::Reduce { id, lots } => Ok((self.reduce(id, lots)?, None)),
            OrderMessage::Remove { id } => Ok((self.remove(id)?, None)),
            OrderMessage::Replace {
                id,
                new_id,
                tick,
                lots,
            } => {
                let old = *self.resting.get(&id).ok_or_else(|| unknown(id))?;
                let side = old.side;
                let gone = self.remove(id)?;
                match self.add(new_id, Resting { side, tick, lots }) {
                    Ok(come) => Ok((gone, Some(come))),
                    Err(error) => {
                        self.resting.insert(id, old);
                        Err(error)
                    }
                }
            }
        }
    }

    pub(crate) fn add(&mut self, id: u64, order: Resting) -> Result<Event, Error> {
        let lots = i64::try_from(order.lots).map_err(|_| Error::Order {
            id,
            reason: "its quantity exceeds 2^63 - 1 lots",
        })?;
        let event = Event::delta(order.side, order.tick, lots);
        event.check()?;
        match self.resting.entry(id) {
            Entry::Vacant(vacant) => _ = vacant.insert(order),
            Entry::Occupied(_) => {
                let reason = "added twice";
                return Err(Error::Order { id, reason });
            }
        }
        Ok(event)
    }

    fn reduce(&mut self, id: u64, lots: u64) -> Result<Event, Error> {
        let order = self.resting.get_mut(&id).ok_or_else(|| unknown(id))?;
        let Some(left) = order.lots.checked_sub(lots) else {
            let reason = "reduced by more than it has";
            return Err(Error::Order { id, reason });
        };
        order.lots = left;
        let event = Event::delta(order.side, order.tick, -(lots as i64));
        if left == 0 {
            self.resting.remove(&id);
        }
        Ok(event)
    }

    fn remove(&mut self, id: u64) -> Result<Event, Error> {
        let order = self.resting.remove(&id).ok_or_else(|| unknown(id))?;
        Ok(Event::delta(order.side, order.tick, -(order.lots as i64)))
    }
}

fn unknown(id: u64) -> Error {
    let reason = "no such order rests";
    Error::Order { id, reason }
}
