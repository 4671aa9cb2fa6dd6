//! A venue to trade on: one book a symbol, price–time priority, served by FIX.
//!
//! [`matching`] is the engine of one symbol: pure, and the same inputs give the same fills.
//! [`orders`] holds the queues of resting orders. Auctions are left out: the venue trades
//! continuously from its start to its end, and a symbol has no opening or closing price of its own.

pub mod accounts;
pub mod batch;
mod corrections;
pub mod desk;
pub mod exchange;
pub mod flow;
pub mod gateway;
mod market_data;
pub mod matching;
pub mod orders;
pub mod report;
mod written;

pub use desk::Desk;
pub use exchange::{Exchange, Limits, NewOrder, Replacement};
pub use flow::{Flow, FlowSettings};
pub use hft_orderbook::Side;
pub use matching::{Ending, Fill, Incoming, Kind, MatchingBook, Refusal, Why};
