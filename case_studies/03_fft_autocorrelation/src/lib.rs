//! The first `k` lags of an autocorrelation, by the fastest of three methods.
//!
//! [`direct`](Method::Direct) sums are `O(n k)` and blocked in registers;
//! [`blocked`](Method::Blocked) products in the frequency domain are `O(n log k)` in
//! `O(k)` memory; [`one transform`](Method::Fft) is `O(n log n)`. A cost model picks one.

mod autocorrelator;
mod batch;
mod blocked;
mod calibration;
mod cross;
mod direct;
mod error;
mod memory;
mod options;
pub mod plan_cache;
pub mod planner;
#[cfg(feature = "python")]
mod python;
mod series;
mod sizes;
mod spectrum;
mod streaming;
mod transform;

pub use autocorrelator::Autocorrelator;
pub use batch::batch;
pub use cross::cross_correlation;
pub use error::Error;
pub use memory::LONGEST;
pub use native::Isa;
pub use options::{Method, Options};
pub use series::Sample;
pub use sizes::good_size;
pub use streaming::StreamingAutocorrelation;
