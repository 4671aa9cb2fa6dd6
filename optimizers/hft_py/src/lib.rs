//! Kernels of `hft_py`: hidden Markov models, Markov chain Monte Carlo, global optimisation.
//!
//! Only the module `python`, behind the feature of that name, uses Python.
//! Random numbers come from counters ([`rng`]), so results depend on the seed alone and never on
//! the number of threads. What is minimised or sampled is an [`objective::Evaluate`]; a
//! [`watch::Watch`] follows a run and may stop it.

pub mod error;
pub mod hmm;
pub mod indices;
pub mod information_theory;
pub mod mcmc;
pub mod memory;
pub mod mle;
pub mod objective;
pub mod parallel;
pub mod portfolio;
#[cfg(feature = "python")]
mod python;
pub mod risk;
pub mod rng;
pub mod signatures;
pub mod watch;

pub use error::{Error, Stop};
