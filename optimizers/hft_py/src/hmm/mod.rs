//! Hidden Markov models: recursions, expectation maximisation and decoding, `O(T K^2)` each.
//!
//! Time steps are stored in tiles of eight ([`lanes`]): chains go through a tile step by step, and
//! everything that does not depend on the previous step runs on eight steps at once. Scales are
//! powers of two, applied every fourth step and kept as exponents, so no chain contains a division
//! or a logarithm ([`expectation`]). Where that underflows, the same recursion runs on logarithms
//! ([`log_space`]).
//!
//! Observations are rows of `dimension` numbers, NaN where missing: a row has the likelihood of its
//! known columns, and one under every state where it has none.
//!
//! Sources: Rabiner, Proc. IEEE 77 (1989); Baum et al., Ann. Math. Statist. 41 (1970); Viterbi, IEEE
//! Trans. Inform. Theory 13 (1967).

// Rows and columns keep the indices they have in the formulas.
#![allow(clippy::needless_range_loop)]

mod chain;
mod convergence;
pub mod em;
pub mod emission;
pub mod error;
pub mod expectation;
pub mod filter;
mod filter_tile;
pub mod forward;
mod log_filter;
pub mod log_space;
pub mod model;
mod parallel_fit;
pub mod sampler;
pub mod smoother;
mod states;
pub mod viterbi;

pub use em::{Fitted, Fixed, Options};
pub use error::HmmError;
pub use model::{Kind, Model, Series};
pub use parallel_fit::fit;
