//! What an allocation strategy in Rust is written with.
//!
//! A strategy is one file: parameters, a rule, and the line that exports it.
//!
//! ```
//! use allocation_o2::prelude::*;
//!
//! parameters! {
//!     /// The same weight for each of the assets that rose most.
//!     pub struct TopMovers {
//!         /// Observations to look back.
//!         lookback_period: usize = 60, 1..=100_000;
//!         /// The share of the assets that are held.
//!         share: f64 = 0.5, 0.0..=1.0;
//!     }
//! }
//!
//! impl Strategy for TopMovers {
//!     fn min_observations(&self) -> usize {
//!         self.lookback_period + 1
//!     }
//!
//!     fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
//!         let n = prices.n_assets();
//!         let held = ((self.share * n as f64).ceil() as usize).max(1);
//!         let recent = prices.tail(self.lookback_period + 1);
//!         let growth = |i: usize| recent.last(i) / recent.asset(i)[0];
//!         let mut order: Vec<usize> = (0..n).collect();
//!         order.sort_by(|&a, &b| growth(b).total_cmp(&growth(a)));
//!         for &i in &order[..held] {
//!             weights[i] = 1.0 / held as f64;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! export!(TopMovers);
//! ```
//!
//! `python -m allocation_o2 compile FILE` makes a library of it, and `allocation_o2.load` a Python
//! class. The library offers the C interface of the module [`ffi`].

mod dates;
mod description;
mod error;
pub mod ffi;
mod parameters;
mod prices;
mod shim;
mod strategy;

pub use dates::Dates;
pub use description::Described;
pub use error::Error;
pub use parameters::{Limits, Parameter, Value};
pub use prices::Prices;
pub use strategy::{Parameters, Strategy};

/// All that a strategy needs, in one line.
pub mod prelude {
    pub use crate::{Dates, Error, Prices, Strategy, export, parameters};
}
