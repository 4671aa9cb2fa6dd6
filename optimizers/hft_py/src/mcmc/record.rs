//! What a run keeps: thinned draws after the warm-up, the best point of all, acceptances.

use super::input::{Draws, RunInput, Settings};
use super::population::Population;
use crate::Stop;
use std::ops::Range;

/// The history of some chains.
pub(super) struct Record<'a> {
    settings: Settings,
    /// Draws kept of each chain so far.
    pub(super) n_draws: usize,
    draws: Draws<'a>,
    pub(super) accepted: Vec<u64>,
    pub(super) best: Best,
}

/// The highest point: among equals the first, by iteration and then by member.
#[derive(Debug, Clone)]
pub(super) struct Best {
    pub(super) value: f64,
    pub(super) params: Vec<f64>,
    pub(super) iteration: usize,
}

impl<'a> Record<'a> {
    pub(super) fn new(chains: usize, settings: Settings, draws: Draws<'a>) -> Self {
        Self {
            settings,
            n_draws: 0,
            draws,
            accepted: vec![0; chains],
            best: Best {
                value: f64::NEG_INFINITY,
                params: Vec::new(),
                iteration: 0,
            },
        }
    }

    /// Keep the best of a range of proposals, if it is the best so far.
    #[inline]
    pub(super) fn update_best(
        &mut self,
        population: &Population,
        range: Range<usize>,
        iteration: usize,
    ) {
        for member in range {
            let value = population.found[member];
            if value > self.best.value {
                self.best.value = value;
                self.best.params.clear();
                let params = population.proposed(member);
                self.best.params.extend_from_slice(params);
                self.best.iteration = iteration;
            }
        }
    }

    /// Count an acceptance, once the warm-up is over.
    #[inline]
    pub(super) fn count(&mut self, chain: usize, iteration: usize) {
        self.accepted[chain] += u64::from(iteration > self.settings.burn_in);
    }

    /// Keep the states after an iteration, where it is one to keep; `members` gives each chain's.
    #[inline]
    fn keep(
        &mut self,
        population: &Population,
        members: impl Iterator<Item = usize>,
        iteration: usize,
    ) {
        let Settings { burn_in, thin, .. } = self.settings;
        if iteration <= burn_in || !(iteration - burn_in).is_multiple_of(thin) {
            return;
        }
        let dimension = population.dimension;
        for (chain, member) in members.enumerate() {
            let at = chain * self.settings.draws() + self.n_draws;
            self.draws.samples[at * dimension..(at + 1) * dimension]
                .copy_from_slice(population.parameters(member));
            self.draws.log_probs[at] = population.values[member];
        }
        self.n_draws += 1;
    }
}

/// Chains that step together, and their record.
pub(super) struct Chains<'a> {
    pub(super) population: Population,
    pub(super) record: Record<'a>,
}

impl Chains<'_> {
    /// Evaluate the proposals of some members.
    pub(super) fn evaluate(
        &mut self,
        input: &RunInput<'_>,
        range: Range<usize>,
        threads: usize,
        iteration: usize,
    ) -> Result<(), Stop> {
        let (space, objective) = (input.space, input.objective);
        self.population
            .evaluate(space, objective, range.clone(), threads)?;
        self.record.update_best(&self.population, range, iteration);
        Ok(())
    }

    /// Take the proposal of a chain with a single member.
    #[inline]
    pub(super) fn accept(&mut self, chain: usize, iteration: usize) {
        self.population.accept(chain);
        self.record.count(chain, iteration);
    }

    /// Keep the states after an iteration, where it is one to keep; `members` gives each chain's.
    #[inline]
    pub(super) fn keep(&mut self, members: impl Iterator<Item = usize>, iteration: usize) {
        self.record.keep(&self.population, members, iteration);
    }
}
