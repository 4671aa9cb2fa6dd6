//! Random-walk Metropolis whose proposal learns its size and shape during the warm-up.
//!
//! After the warm-up nothing is adapted, so the draws come from an ordinary Markov chain. O(d²) an
//! iteration. See [`Adaptation`] for the two ways of learning and their papers.

use super::input::{Draws, Outcome, RunInput, Settings};
use super::record::Chains;
use super::run::{Group, drive, gather, groups};
use super::walk::{self, Adaptation, Walk};
use super::{accepts, purpose};
use crate::rng::Stream;
use crate::watch::Watch;
use crate::{Error, Stop};

/// Settings of this sampler alone, beside [`Settings`].
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// Standard deviation of first steps, in coordinates.
    pub scale: &'a [f64],
    /// The acceptance rate aimed at.
    pub target_acceptance: f64,
    /// What is learned.
    pub adaptation: Adaptation,
}

struct Walks<'a> {
    chains: Chains<'a>,
    walks: Vec<Walk>,
    normals: Vec<Stream>,
    uniforms: Vec<Stream>,
    u: Vec<f64>,
    burn_in: usize,
}

/// Independent chains.
///
/// # Errors
/// What stopped the objective or the watcher.
pub fn sample(
    input: &RunInput<'_>,
    options: Options<'_>,
    draws: Draws<'_>,
    watch: &mut dyn Watch,
) -> Result<Outcome, Error> {
    let (settings, dimension) = (input.settings, input.space.dimension());
    let Settings { seed, burn_in, .. } = settings;
    let Options {
        scale,
        target_acceptance,
        adaptation,
    } = options;
    walk::ensure_allocatable(input.start_values.len(), dimension, adaptation)?;
    let mut groups = groups(input, draws, 1, settings.threads, |share, chains| {
        let streams = |purpose| {
            let chains = share.clone();
            chains
                .map(|c| Stream::new(seed, c as u32, purpose))
                .collect()
        };
        Walks {
            chains,
            walks: vec![Walk::new(scale, adaptation, target_acceptance); share.len()],
            normals: streams(purpose::PROPOSAL),
            uniforms: streams(purpose::ACCEPT),
            u: vec![0.0; share.len() * dimension],
            burn_in,
        }
    });
    let done = drive(input, &mut groups, 0, settings.n_iterations, true, watch)?;
    Ok(gather(&groups, settings, done))
}

impl Group for Walks<'_> {
    fn step(&mut self, input: &RunInput<'_>, iteration: usize) -> Result<(), Stop> {
        let population = &mut self.chains.population;
        let (members, dimension) = (population.members, population.dimension);
        for member in 0..members {
            let row = member * dimension..(member + 1) * dimension;
            self.normals[member].normals(&mut self.u[row.clone()]);
            let (x, proposal) = (&population.x, &mut population.proposal);
            self.walks[member].propose(&x[row.clone()], &self.u[row.clone()], &mut proposal[row]);
        }
        self.chains.evaluate(input, 0..members, 1, iteration)?;
        for member in 0..members {
            let log_ratio = self.chains.population.log_ratio(member, 1.0);
            if accepts(self.uniforms[member].uniform(), log_ratio) {
                self.chains.accept(member, iteration);
            }
            if iteration <= self.burn_in {
                let row = member * dimension..(member + 1) * dimension;
                let acceptance = log_ratio.min(0.0).exp();
                let x = &self.chains.population.x[row.clone()];
                self.walks[member].adapt(x, &self.u[row], acceptance);
            }
        }
        self.chains.keep(0..members, iteration);
        Ok(())
    }

    fn chains(&self) -> &Chains<'_> {
        &self.chains
    }
}
