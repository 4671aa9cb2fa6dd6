//! A rolling-window backtest in one pass: `O(1)` work per cell, whatever the window.
//!
//! The strategy: long where the signal exceeds `k_long` rolling standard deviations of
//! itself, short below `-k_short` of them, flat between; every asset compounds its own
//! capital and pays for turnover. [`backtest()`] runs one [`Rule`], [`sweep()`] many on shared
//! rolling work, [`window::rolling_std`] gives the deviation itself.
//!
//! | module | what it holds |
//! |---|---|
//! | [`window`] | the rolling variance: algorithm, error bound and its proof |
//! | `strategy` | decide, earn, pay: one row of assets |
//! | `lanes` | eight assets side by side: plain Rust, AVX2, AVX-512 |
//! | `rows`, `feed` | contiguous rows in place, columns transposed, the next tile fetched |
//! | `panel` | the fused loop, and what a cell costs |
//! | [`backtest`](mod@backtest), [`sweep`](mod@sweep) | public functions: checks, threads, results |
//! | `python` | the Python bindings, the only use of PyO3 (feature `python`) |
//!
//! Results have the same bits on every instruction set, for any number of threads, and for
//! any memory layout of the input. Right for thousands of rows and more; for a handful of
//! cells any implementation will do. Deviations outside 1e-150 to 1e150 are out of domain.

pub mod backtest;
mod error;
mod feed;
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
pub use native::Isa;
pub use strategy::Rule;
pub use sweep::sweep;
