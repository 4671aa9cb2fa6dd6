//! Kernels of `hft_py`: hidden Markov models, Markov chain Monte Carlo, global optimisation.
//!
//! Only the module `python`, behind the feature of that name, uses Python.
//! Random numbers come from counters ([`rng`]), so results depend on the seed alone and never on
//! the number of threads. What is minimised or sampled is an [`objective::Evaluate`]; a
//! [`watch::Watch`] follows a run and may stop it.

pub mod error;
#[cfg(feature = "full")]
pub mod execution;
#[cfg(feature = "fix")]
pub mod fix;
#[cfg(feature = "full")]
pub mod hmm;
#[cfg(feature = "full")]
pub mod indices;
#[cfg(feature = "full")]
pub mod information_theory;
pub mod lanes;
#[cfg_attr(not(feature = "full"), allow(dead_code))] // the portfolio multiplies and adds alone
mod math;
#[cfg(feature = "full")]
pub mod mcmc;
#[cfg(feature = "full")]
pub mod memory;
#[cfg(feature = "full")]
pub mod mle;
#[cfg(feature = "full")]
pub mod objective;
#[cfg(feature = "full")]
pub mod parallel;
pub mod portfolio;
#[cfg(feature = "python")]
mod python;
#[cfg(feature = "full")]
pub mod risk;
#[cfg(feature = "fix")]
pub mod rng;
#[cfg(feature = "full")]
pub mod signatures;
#[cfg(feature = "fix")]
pub mod venue;
#[cfg(feature = "full")]
pub mod watch;

pub use error::{Error, Stop};
