//! Affine-invariant ensemble: the stretch move of Goodman and Weare (2010, CAMCoS 5).
//!
//! Walkers move along the line to a partner from the other half of the ensemble, by a factor of
//! density `g(z) ~ 1/sqrt(z)` on `[1/a, a]`; the two halves take turns, so that all walkers of a
//! half are one batch (Foreman-Mackey et al. 2013). O(d) an iteration and walker.

use super::input::{Draws, Outcome, RunInput};
use super::record::Chains;
use super::run::{Group, drive, gather, groups};
use super::{accepts, purpose, real};
use crate::indices::index;
use crate::rng::Stream;
use crate::watch::Watch;
use crate::{Error, Stop};

struct Ensemble<'a> {
    chains: Chains<'a>,
    streams: Vec<Stream>,
    /// Of each walker: the logarithms of its factor and of its uniform.
    moves: Vec<(f64, f64)>,
    stretch: f64,
}

/// One ensemble; the number of walkers is even.
///
/// # Errors
/// An odd number of walkers; what stopped the objective or the watcher.
pub fn sample(
    input: &RunInput<'_>,
    stretch: f64,
    draws: Draws<'_>,
    watch: &mut dyn Watch,
) -> Result<Outcome, Error> {
    let (settings, walkers) = (input.settings, input.start_values.len());
    if walkers < 2 || walkers % 2 == 1 {
        return Err(Error::value(
            "n_chains",
            walkers,
            "an even number of walkers",
        ));
    }
    // Threads share the batch of a half, as walkers need each other.
    let mut groups = groups(input, draws, 1, 1, |share, chains| {
        let streams = share.map(|w| Stream::new(settings.seed, w as u32, purpose::STRETCH));
        Ensemble {
            chains,
            streams: streams.collect(),
            moves: vec![(0.0, 0.0); walkers],
            stretch,
        }
    });
    let done = drive(input, &mut groups, 0, settings.n_iterations, false, watch)?;
    Ok(gather(&groups, settings, done))
}

impl Group for Ensemble<'_> {
    fn step(&mut self, input: &RunInput<'_>, iteration: usize) -> Result<(), Stop> {
        let (members, dimension) = (self.moves.len(), input.space.dimension());
        let half = members / 2;
        for (moved, others) in [(0..half, half), (half..members, 0)] {
            let population = &mut self.chains.population;
            for walker in moved.clone() {
                let stream = &mut self.streams[walker];
                let root = (self.stretch - 1.0) * stream.uniform() + 1.0;
                let z = root * root / self.stretch;
                let partner = others + index(stream.uniform(), half);
                for i in 0..dimension {
                    let anchor = population.x[partner * dimension + i];
                    population.proposal[walker * dimension + i] =
                        anchor + z * (population.x[walker * dimension + i] - anchor);
                }
                self.moves[walker] = (z.ln(), stream.uniform());
            }
            let threads = input.settings.threads;
            self.chains
                .evaluate(input, moved.clone(), threads, iteration)?;
            for walker in moved {
                let (log_z, uniform) = self.moves[walker];
                let log_ratio = self.chains.population.log_ratio(walker, 1.0);
                if accepts(uniform, real(dimension - 1) * log_z + log_ratio) {
                    self.chains.accept(walker, iteration);
                }
            }
        }
        self.chains.keep(0..members, iteration);
        Ok(())
    }

    fn chains(&self) -> &Chains<'_> {
        &self.chains
    }
}
