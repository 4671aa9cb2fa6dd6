//! An exact L2 order book: a hot window of at most 34 KB, both sides, and every level beyond.
//!
//! Prices are integer ticks, quantities integer lots; nothing is rounded and no level is
//! lost, however far from the touch. [`RingBook`] is the fast one; the other books keep the
//! same contract, [`Book`], and are there to be compared with it and to check it.
//!
//! ```
//! use hft_orderbook::{Book, Event, FeedState, RingBook, Side, apply, reads};
//!
//! let (mut book, mut state) = (RingBook::default(), FeedState::default());
//! let message = [
//!     Event::set(Side::Bid, 618_002, 2_507).stamped(1_000, 7),
//!     Event::set(Side::Ask, 618_003, 2_510).stamped(1_000, 7).last(),
//! ];
//! apply(&mut book, &message[..], &mut state)?; // all of it or nothing
//! assert_eq!(book.best_tick(Side::Bid), Some(618_002));
//! assert_eq!(reads::mid(&book), Some(618_002.5));
//! # Ok::<(), hft_orderbook::Error>(())
//! ```
//!
//! A live feed of messages with update ids: [`feed`]. Feeds of single orders: [`orders`].
//! Recordings: [`load`]. What strategies read: [`reads`].

// The macros of PyO3 and of derives write code that is not this crate's.
#![forbid(unsafe_code)]

pub mod apply;
mod book;
pub mod books;
pub mod decimal;
mod error;
mod event;
pub mod feed;
pub mod flow;
mod level;
pub mod load;
pub mod orders;
#[cfg(feature = "python")]
mod python;
pub mod reads;
pub mod replay;
pub mod ring;
pub mod run;

pub use apply::{Crossing, FeedState, apply};
pub use book::Book;
pub use books::{BTreeMapBook, CachedHashMapBook, HashMapBook, VecBook};
pub use error::Error;
pub use event::{Columns, Event, EventKind, Events};
pub use level::{Level, MAX_LOTS, MAX_TICK, Side};
pub use ring::RingBook;
