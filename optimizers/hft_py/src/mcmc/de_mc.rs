//! Differential evolution Markov chains, with an archive and the snooker move: DE-MC(ZS).
//!
//! A chain moves by the difference of two past states (ter Braak 2006, Statistics and Computing
//! 16); every tenth move takes the whole difference, to jump between modes; one in ten is a snooker
//! move along the line to a third past state (ter Braak and Vrugt 2008, ibid. 18, eqs. 3-4). The
//! archive grows during the warm-up and is frozen after it, without its older half: from there on
//! each chain is an ordinary Markov chain of its own. O(d) an iteration.

use super::pool::Pool;
use super::record::Record;
use super::run::{Context, Group, Outcome, Settings, cut, drive, gather, group_count, shares};
use super::space::Space;
use super::{accepts, index, purpose, real};
use crate::objective::Evaluate;
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

struct Chains<'a> {
    pool: Pool,
    streams: Vec<[Stream; 3]>,
    archive: Vec<f64>,
    scale: &'a [f64],
    /// Of each chain: what the move adds to the log-ratio.
    corrections: Vec<f64>,
    normals: Vec<f64>,
    record: Record<'a>,
}

/// Chains from `start` with past states `archive` (coordinates; at least three states).
///
/// `scale` gives the size of the jitter; `samples` and `log_probs` take the draws: chain by chain,
/// [`Settings::draws`] each.
///
/// # Errors
/// An archive too small; what stopped the objective or the watcher.
#[allow(clippy::too_many_arguments)]
pub fn sample(
    objective: &dyn Evaluate,
    space: &Space,
    start: &[f64],
    start_values: &[f64],
    scale: &[f64],
    archive: &[f64],
    settings: Settings,
    samples: &mut [f64],
    log_probs: &mut [f64],
    watch: &mut dyn Watch,
) -> Result<Outcome, Error> {
    let (chains, dimension, draws) = (start_values.len(), space.dimension(), settings.draws());
    if archive.len() < 3 * dimension {
        return Err(Error::Length {
            name: "archive",
            found: archive.len() / dimension,
            expected: 3,
        });
    }
    let shares = shares(chains, group_count(objective, settings.threads, chains));
    let parts = cut(samples, &shares, draws * dimension)
        .into_iter()
        .zip(cut(log_probs, &shares, draws));
    let mut groups: Vec<Chains<'_>> = shares
        .iter()
        .zip(parts)
        .map(|(share, (samples, log_probs))| {
            let rows = share.start * dimension..share.end * dimension;
            let pool = Pool::new(space, &start[rows], &start_values[share.clone()]);
            let mut record = Record::new(
                share.len(),
                settings.burn_in,
                settings.thin,
                draws,
                samples,
                log_probs,
            );
            record.see_all(&pool, 0..share.len(), 0);
            #[allow(clippy::cast_possible_truncation)]
            let streams = share.clone().map(|c| {
                [purpose::MOVE, purpose::PROPOSAL, purpose::ACCEPT]
                    .map(|purpose| Stream::new(settings.seed, c as u32, purpose))
            });
            Chains {
                streams: streams.collect(),
                archive: archive.to_vec(),
                scale,
                corrections: vec![0.0; share.len()],
                normals: vec![0.0; dimension],
                pool,
                record,
            }
        })
        .collect();
    let context = Context {
        objective,
        space,
        settings,
        batch_threads: 1,
    };
    let mut done = 0;
    let mut worth_threads = false;
    while done < settings.burn_in {
        let to = (done + EVERY).min(settings.burn_in);
        let start = Instant::now();
        let reached = drive(&context, &mut groups, done, to, worth_threads, watch)?;
        worth_threads = start.elapsed() > WORTH_THREADS;
        if reached < to {
            return Ok(finish(&groups, settings, reached));
        }
        done = to;
        if done.is_multiple_of(EVERY) {
            let states: Vec<f64> = groups
                .iter()
                .flat_map(|g| g.pool.x.iter().copied())
                .collect();
            groups.iter_mut().for_each(|g| g.archive.extend(&states));
        }
        if done == settings.burn_in {
            groups.iter_mut().for_each(Chains::forget_the_start);
        }
    }
    let done = drive(
        &context,
        &mut groups,
        done,
        settings.n_iterations,
        true,
        watch,
    )?;
    Ok(finish(&groups, settings, done))
}

fn finish(groups: &[Chains<'_>], settings: Settings, done: usize) -> Outcome {
    let counts = groups.iter().fold((0, 0), |(n, invalid), g| {
        (n + g.pool.n_evaluations, invalid + g.pool.n_invalid)
    });
    let records: Vec<&Record<'_>> = groups.iter().map(|g| &g.record).collect();
    gather(&records, settings, done, counts)
}

impl Chains<'_> {
    /// Drop the older half of the archive, and keep at least three states.
    fn forget_the_start(&mut self) {
        let dimension = self.pool.dimension;
        let size = self.archive.len() / dimension;
        if size > 6 {
            self.archive.drain(..(size - 3) / 2 * dimension);
        }
    }

    fn propose(&mut self, chain: usize, iteration: usize) {
        let dimension = self.pool.dimension;
        let [moves, normals, _] = &mut self.streams[chain];
        let mut u = [0.0; 5];
        moves.uniforms(&mut u);
        normals.normals(&mut self.normals);
        let [a, b, c] = pick(&u[1..4], self.archive.len() / dimension)
            .map(|state| &self.archive[state * dimension..(state + 1) * dimension]);
        let row = chain * dimension..(chain + 1) * dimension;
        let x = &self.pool.x[row.clone()];
        let proposal = &mut self.pool.proposal[row];
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

/// Three different indices below `size` (at least 3) from three uniforms.
fn pick(u: &[f64], size: usize) -> [usize; 3] {
    let first = index(u[0], size);
    let mut second = index(u[1], size - 1);
    second += usize::from(second >= first);
    let mut third = index(u[2], size - 2);
    third += usize::from(third >= first.min(second));
    third += usize::from(third >= first.max(second));
    [first, second, third]
}

impl Group for Chains<'_> {
    fn step(&mut self, context: &Context<'_>, iteration: usize) -> Result<(), Stop> {
        let members = self.pool.members;
        for chain in 0..members {
            self.propose(chain, iteration);
        }
        self.pool.evaluate(
            context.space,
            context.objective,
            0..members,
            context.batch_threads,
        )?;
        self.record.see_all(&self.pool, 0..members, iteration);
        for chain in 0..members {
            let log_ratio = self.corrections[chain] + self.pool.log_ratio(chain, 1.0);
            if accepts(self.streams[chain][2].uniform(), log_ratio) {
                self.pool.accept(chain);
                self.record.count(chain, iteration);
            }
        }
        self.record.keep(&self.pool, 0..members, iteration);
        Ok(())
    }

    fn best(&self) -> f64 {
        self.record.best.value
    }
}

#[cfg(test)]
mod tests {
    use super::pick;

    #[test]
    fn three_different_states() {
        for size in 3..7 {
            for step in 0..1000_u32 {
                let u = [step % 10, step / 10 % 10, step / 100].map(|k| f64::from(k) / 10.0);
                let [a, b, c] = pick(&u, size);
                assert!(a != b && b != c && a != c && a.max(b).max(c) < size);
            }
        }
    }
}
