//! A rolling-window backtest in one pass: `O(1)` work a cell, whatever the window.

pub mod backtest;
mod error;
mod feed;
mod isa;
mod lanes;
mod panel;
#[cfg(feature = "python")]
mod python;
mod rows;
mod strategy;
pub mod sweep;
pub mod window;

pub use backtest::{Outputs, backtest};
pub use error::Error;
pub use isa::Isa;
pub use strategy::Rule;
pub use sweep::sweep;
