//! Markov chain Monte Carlo: four samplers and the diagnostics of their draws.
//!
//! * [`adaptive_metropolis`]: random walks that learn their proposal in the warm-up;
//! * [`ensemble`]: the affine-invariant stretch move;
//! * [`de_mc`]: differential evolution with an archive and snooker moves;
//! * [`tempering`]: parallel tempering with non-reversible swaps, and the evidence;
//! * [`diagnostics`]: R-hat, effective sample sizes, autocorrelation times.
//!
//! Each random number belongs to a chain and a purpose, so draws do not depend on threads.
//! Independent chains run in threads of their own where the objective allows it; else all chains
//! step together and their points are evaluated as one batch.

pub mod adaptive_metropolis;
pub mod de_mc;
pub mod diagnostics;
pub mod ensemble;
mod input;
mod ladder;
mod population;
mod record;
mod run;
mod space;
pub mod tempering;
mod walk;

pub use input::{Draws, Outcome, RunInput, Settings};
pub use space::{Coordinate, Space};
pub use walk::Adaptation;

/// Purposes of random streams, shared with `hft_py.mcmc.baseline.draws`.
mod purpose {
    pub(super) const PROPOSAL: u32 = 64;
    pub(super) const ACCEPT: u32 = 65;
    pub(super) const STRETCH: u32 = 66;
    pub(super) const MOVE: u32 = 67;
    pub(super) const REFERENCE: u32 = 68;
    pub(super) const SWAP: u32 = 69;
}

/// A count as a number.
#[inline]
pub(crate) fn real(count: usize) -> f64 {
    count as f64
}

/// Whether `ln(uniform) < log_ratio`; bounds of the logarithm, `1 - 1/u <= ln u <= u - 1`, decide
/// most of it.
#[inline]
fn accepts(uniform: f64, log_ratio: f64) -> bool {
    if log_ratio >= uniform - 1.0 {
        return true;
    }
    log_ratio > 1.0 - 1.0 / uniform && uniform.ln() < log_ratio
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn acceptance_is_by_the_logarithm() {
        for uniform in [1e-16_f64, 1e-8, 0.01, 0.3, 0.5, 0.9, 0.999_999, 1.0 - 1e-15] {
            for log_ratio in (-400..10).map(|step| f64::from(step) / 10.0) {
                let expected = uniform.ln() < log_ratio;
                assert_eq!(
                    accepts(uniform, log_ratio),
                    expected,
                    "{uniform} {log_ratio}"
                );
            }
            assert!(!accepts(uniform, f64::NEG_INFINITY));
            assert!(!accepts(uniform, f64::NAN));
        }
    }
}
