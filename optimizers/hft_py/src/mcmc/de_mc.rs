//! Differential evolution Markov chains, with an archive and the snooker move: DE-MC(ZS).
//!
//! A chain moves by the difference of two past states (ter Braak 2006, Statistics and Computing
//! 16); every tenth move takes the whole difference, to jump between modes; one in ten is a snooker
//! move along the line to a third past state (ter Braak and Vrugt 2008, ibid. 18, eqs. 3-4). The
//! archive grows during the warm-up and is frozen after it, without its older half: from there on
//! each chain is an ordinary Markov chain of its own. O(d) an iteration.

use super::input::{Draws, Outcome, RunInput};
use super::record::Chains;
use super::run::{Group, drive, gather, groups};
use super::{accepts, purpose, real};
use crate::indices::distinct;
use crate::rng::Stream;
use crate::watch::Watch;
use crate::{Error, Stop};
use std::time::{Duration, Instant};

/// Iterations between additions to the archive, and between whole differences.
const EVERY: usize = 10;
const SNOOKER: f64 = 0.1;
/// Of the starting scale.
const JITTER: f64 = 1e-4;
/// A stretch of warm-up worth threads of its own.
const WORTH_THREADS: Duration = Duration::from_micros(500);

struct Members<'a> {
    chains: Chains<'a>,
    streams: Vec<[Stream; 3]>,
    archive: Vec<f64>,
    scale: &'a [f64],
    /// Of each chain: what the move adds to the log-ratio.
    corrections: Vec<f64>,
    normals: Vec<f64>,
}

/// Chains with past states `archive` (coordinates; at least three states).
///
/// `scale` gives the size of the jitter.
///
/// # Errors
/// An archive too small; what stopped the objective or the watcher.
pub fn sample(
    input: &RunInput<'_>,
    scale: &[f64],
    archive: &[f64],
    draws: Draws<'_>,
    watch: &mut dyn Watch,
) -> Result<Outcome, Error> {
    let (settings, dimension) = (input.settings, input.space.dimension());
    let states = archive.len() / dimension;
    Error::check_length("archive", states, states.max(3))?;
    let mut groups = groups(input, draws, 1, settings.threads, |share, chains| {
        let streams = share.clone().map(|c| {
            [purpose::MOVE, purpose::PROPOSAL, purpose::ACCEPT]
                .map(|purpose| Stream::new(settings.seed, c as u32, purpose))
        });
        Members {
            chains,
            streams: streams.collect(),
            archive: archive.to_vec(),
            scale,
            corrections: vec![0.0; share.len()],
            normals: vec![0.0; dimension],
        }
    });
    let mut done = 0;
    let mut worth_threads = false;
    while done < settings.burn_in {
        let to = (done + EVERY).min(settings.burn_in);
        let start = Instant::now();
        let reached = drive(input, &mut groups, done, to, worth_threads, watch)?;
        worth_threads = start.elapsed() > WORTH_THREADS;
        if reached < to {
            return Ok(gather(&groups, settings, reached));
        }
        done = to;
        if done.is_multiple_of(EVERY) {
            let states: Vec<f64> = groups
                .iter()
                .flat_map(|g| g.chains.population.x.iter().copied())
                .collect();
            groups.iter_mut().for_each(|g| g.archive.extend(&states));
        }
        if done == settings.burn_in {
            groups.iter_mut().for_each(Members::drop_older_half);
        }
    }
    let done = drive(input, &mut groups, done, settings.n_iterations, true, watch)?;
    Ok(gather(&groups, settings, done))
}

impl Members<'_> {
    /// Drop the older half of the archive, and keep at least three states.
    fn drop_older_half(&mut self) {
        let dimension = self.chains.population.dimension;
        let size = self.archive.len() / dimension;
        if size > 6 {
            self.archive.drain(..(size - 3) / 2 * dimension);
        }
    }

    fn propose(&mut self, chain: usize, iteration: usize) {
        let dimension = self.chains.population.dimension;
        let [moves, normals, _] = &mut self.streams[chain];
        let mut u = [0.0; 5];
        moves.uniforms(&mut u);
        normals.normals(&mut self.normals);
        let [a, b, c] = distinct::<3>(&u[1..4], self.archive.len() / dimension, &[])
            .map(|state| &self.archive[state * dimension..(state + 1) * dimension]);
        let row = chain * dimension..(chain + 1) * dimension;
        let population = &mut self.chains.population;
        let x = &population.x[row.clone()];
        let proposal = &mut population.proposal[row];
        if u[0] >= SNOOKER {
            let gamma = if iteration.is_multiple_of(EVERY) {
                1.0
            } else {
                2.38 / (2.0 * real(dimension)).sqrt()
            };
            for i in 0..dimension {
                proposal[i] =
                    x[i] + gamma * (a[i] - b[i]) + JITTER * self.scale[i] * self.normals[i];
            }
            self.corrections[chain] = 0.0;
            return;
        }
        // Snooker: along x - c, by the difference of the projections of a and b on it.
        let (mut square, mut along) = (0.0, 0.0);
        for i in 0..dimension {
            let line = x[i] - c[i];
            square += line * line;
            along += (a[i] - b[i]) * line;
        }
        if square <= 0.0 {
            proposal.copy_from_slice(x);
            self.corrections[chain] = f64::NEG_INFINITY;
            return;
        }
        let stretched = 1.0 + (1.2 + u[4]) * (along / square);
        for i in 0..dimension {
            proposal[i] = c[i] + stretched * (x[i] - c[i]);
        }
        self.corrections[chain] = if dimension == 1 {
            0.0
        } else {
            real(dimension - 1) * stretched.abs().ln()
        };
    }
}

impl Group for Members<'_> {
    fn step(&mut self, input: &RunInput<'_>, iteration: usize) -> Result<(), Stop> {
        let members = self.chains.population.members;
        for chain in 0..members {
            self.propose(chain, iteration);
        }
        self.chains.evaluate(input, 0..members, 1, iteration)?;
        for chain in 0..members {
            let log_ratio = self.chains.population.log_ratio(chain, 1.0);
            let log_ratio = self.corrections[chain] + log_ratio;
            if accepts(self.streams[chain][2].uniform(), log_ratio) {
                self.chains.accept(chain, iteration);
            }
        }
        self.chains.keep(0..members, iteration);
        Ok(())
    }

    fn chains(&self) -> &Chains<'_> {
        &self.chains
    }
}
