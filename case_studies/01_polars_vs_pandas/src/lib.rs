//! A rolling-window backtest in one pass: `O(1)` work a cell, whatever the window.

pub mod backtest;
mod error;
mod isa;
mod lanes;
mod panel;
#[cfg(feature = "python")]
mod python;
mod source;
pub mod sweep;

pub use backtest::{Outputs, backtest};
pub use error::Error;
pub use isa::Isa;
pub use sweep::sweep;
