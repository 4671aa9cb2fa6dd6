//! An exact L2 order book whose hot set, both sides, fits in 34 KB.
//!
//! Prices are integer ticks, quantities integer lots; nothing is rounded and no level is
//! lost, however far from the touch. [`RingBook`] is the fast one; the other books keep the
//! same contract, [`Book`], and are there to be compared with it and to check it.

pub mod apply;
mod book;
pub mod books;
pub mod decimal;
mod error;
mod event;
pub mod feed;
pub mod flow;
mod kind;
mod level;
pub mod load;
pub mod orders;
#[cfg(feature = "python")]
mod python;
pub mod reads;
pub mod replay;
pub mod ring;
pub mod run;

pub use apply::{Crossing, Player, apply};
pub use book::Book;
pub use books::{BTreeMapBook, CachedHashMapBook, HashMapBook, VecBook};
pub use error::Error;
pub use event::{Columns, Event, EventKind, Events};
pub use kind::{AnyBook, BookKind};
pub use level::{Level, MAX_LOTS, MAX_TICK, Side};
pub use ring::RingBook;
