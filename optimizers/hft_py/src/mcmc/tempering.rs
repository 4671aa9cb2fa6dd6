//! Parallel tempering with non-reversible even-odd swaps, and the evidence by stepping stones.
//!
//! Each chain is a ladder of replicas: replica `k` walks under the objective to the power `beta_k`,
//! from the uniform density of the box (`beta = 0`, drawn afresh each iteration) to the target
//! (`beta = 1`). Even pairs swap in even iterations, odd pairs in odd ones: a state then travels in
//! one direction until it is rejected (Syed, Bouchard-Côté, Deligiannidis, Doucet 2021, JRSS B 84).
//! The ladder is respaced during the warm-up, equispaced in the cumulative barrier, then fixed.
//! The evidence: Xie, Lewis, Fan, Kuo, Chen (2011), Systematic Biology 60.

pub use super::ladder::Options;

use super::input::{self, Draws, RunInput};
use super::ladder::Ladder;
use super::record::Chains;
use super::run::{Group, drive, gather, groups};
use super::walk::{self, Adaptation};
use super::{accepts, real};
use crate::watch::Watch;
use crate::{Error, Stop};

/// Ends of the tuning rounds, as fractions of the warm-up; the rest is for the walks to settle.
const ROUNDS: [usize; 4] = [16, 8, 4, 2];

/// What a run gives beside its draws.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// As of every sampler; acceptance is the target level's.
    pub run: input::Outcome,
    /// Inverse temperatures, ladder by ladder, from 0 to 1.
    pub inverse_temperatures: Vec<f64>,
    /// Rejection rates of neighbours after the warm-up, ladder by ladder.
    pub swap_rejection: Vec<f64>,
    /// How often a state came down from the target level to the first, having been sent there.
    pub round_trips: Vec<i64>,
    /// The logarithm of the integral of `exp(objective)` over the box, by ladder.
    pub log_evidence: Vec<f64>,
}

struct Ladders<'a> {
    chains: Chains<'a>,
    levels: usize,
    ladders: Vec<Ladder>,
    u: Vec<f64>,
    rounds: Vec<usize>,
    burn_in: usize,
    kept: usize,
}

/// Ladders of replicas, each from the uniform level to the target; draws are the target level's.
///
/// # Errors
/// Fewer than two levels, or replicas that do not fill ladders; what stopped the objective or the
/// watcher.
pub fn sample(
    input: &RunInput<'_>,
    options: Options<'_>,
    draws: Draws<'_>,
    watch: &mut dyn Watch,
) -> Result<Outcome, Error> {
    let (settings, dimension) = (input.settings, input.space.dimension());
    let (levels, replicas) = (options.levels, input.start_values.len());
    if levels < 2 || !replicas.is_multiple_of(levels) {
        return Err(Error::value(
            "levels",
            levels,
            "at least 2, and so many replicas of each ladder",
        ));
    }
    walk::ensure_allocatable(replicas, dimension, Adaptation::Ram)?;
    let mut groups = groups(input, draws, levels, settings.threads, |share, chains| {
        let ends = ROUNDS.map(|part| settings.burn_in / part);
        let ladder = |system| Ladder::new(system, options, settings.seed);
        Ladders {
            u: vec![0.0; share.len() * levels * dimension],
            ladders: share.map(ladder).collect(),
            levels,
            chains,
            rounds: ends.into_iter().filter(|end| *end > 0).collect(),
            burn_in: settings.burn_in,
            kept: 0,
        }
    });
    let done = drive(input, &mut groups, 0, settings.n_iterations, true, watch)?;
    let ladders = || {
        groups
            .iter()
            .flat_map(|g| g.ladders.iter().map(|l| (l, g.kept)))
    };
    let volume = input.space.log_volume();
    let log_evidence = |(ladder, kept): (&Ladder, usize)| {
        if kept == 0 {
            return f64::NAN;
        }
        let count = real(kept).ln();
        volume + ladder.stones.iter().map(|stone| stone - count).sum::<f64>()
    };
    Ok(Outcome {
        run: gather(&groups, settings, done),
        inverse_temperatures: ladders().flat_map(|(l, _)| l.beta.clone()).collect(),
        swap_rejection: ladders().flat_map(|(l, _)| l.rejection()).collect(),
        round_trips: ladders().map(|(l, _)| l.round_trips).collect(),
        log_evidence: ladders().map(log_evidence).collect(),
    })
}

impl Group for Ladders<'_> {
    fn step(&mut self, input: &RunInput<'_>, iteration: usize) -> Result<(), Stop> {
        let (levels, dimension) = (self.levels, input.space.dimension());
        let population = &mut self.chains.population;
        let members = population.members;
        for (system, ladder) in self.ladders.iter_mut().enumerate() {
            for k in 0..levels {
                let member = system * levels + k;
                let row = member * dimension..(member + 1) * dimension;
                let u = &mut self.u[row.clone()];
                let proposal = &mut population.proposal[row.clone()];
                if k == 0 {
                    ladder.reference.uniforms(u);
                    input.space.at(u, proposal);
                } else {
                    ladder.normals[k - 1].normals(u);
                    ladder.walks[k - 1].propose(&population.x[row], u, proposal);
                }
            }
        }
        self.chains.evaluate(input, 0..members, 1, iteration)?;
        let Chains { population, record } = &mut self.chains;
        for (system, ladder) in self.ladders.iter_mut().enumerate() {
            let base = system * levels;
            population.accept(base);
            for k in 1..levels {
                let member = base + k;
                let log_ratio = population.log_ratio(member, ladder.beta[k]);
                if accepts(ladder.accepts[k - 1].uniform(), log_ratio) {
                    population.accept(member);
                    if k == levels - 1 {
                        record.count(system, iteration);
                    }
                }
                if iteration <= self.burn_in {
                    let row = member * dimension..(member + 1) * dimension;
                    let acceptance = log_ratio.min(0.0).exp();
                    let u = &self.u[row.clone()];
                    ladder.walks[k - 1].adapt(&population.x[row], u, acceptance);
                }
            }
            ladder.swap(population, base, iteration);
            if self.rounds.contains(&iteration) {
                ladder.respace();
            }
            if iteration == self.burn_in {
                ladder.reset_counts();
            }
            if iteration > self.burn_in {
                ladder.step_stones(&population.values[base..base + levels]);
            }
        }
        self.kept += usize::from(iteration > self.burn_in);
        let systems = self.ladders.len();
        let tops = (0..systems).map(|s| s * levels + levels - 1);
        self.chains.keep(tops, iteration);
        Ok(())
    }

    fn chains(&self) -> &Chains<'_> {
        &self.chains
    }
}
