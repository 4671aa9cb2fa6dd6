//! Runs of samplers: iterations, threads, progress, results.

use super::input::{Draws, Outcome, RunInput, Settings};
use super::population::Population;
use super::record::{Best, Chains, Record};
use crate::watch::{Flow, Watch};
use crate::{Error, Stop};
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Some chains that step together.
pub(super) trait Group: Send {
    /// One iteration, counted from 1.
    fn step(&mut self, input: &RunInput<'_>, iteration: usize) -> Result<(), Stop>;
    fn chains(&self) -> &Chains<'_>;
}

/// The chains, each of `replicas` members, as equal groups: one a thread where the objective may be
/// called by several threads, else one.
pub(super) fn groups<'a, G>(
    input: &RunInput<'_>,
    draws: Draws<'a>,
    replicas: usize,
    threads: usize,
    make: impl Fn(Range<usize>, Chains<'a>) -> G,
) -> Vec<G> {
    let (settings, dimension) = (input.settings, input.space.dimension());
    let chains = input.start_values.len() / replicas;
    let count = if input.objective.parallel() {
        threads.clamp(1, chains.max(1))
    } else {
        1
    };
    let (mut samples, mut log_probs) = (draws.samples, draws.log_probs);
    let group = |g: usize| {
        let share = g * chains / count..(g + 1) * chains / count;
        let members = share.start * replicas..share.end * replicas;
        let start = &input.start[members.start * dimension..members.end * dimension];
        let population = Population::new(input.space, start, &input.start_values[members.clone()]);
        let n_draws = share.len() * settings.draws();
        let draws = Draws {
            samples: samples
                .split_off_mut(..n_draws * dimension)
                .unwrap_or_default(),
            log_probs: log_probs.split_off_mut(..n_draws).unwrap_or_default(),
        };
        let mut record = Record::new(share.len(), settings, draws);
        record.update_best(&population, 0..members.len(), 0);
        make(share, Chains { population, record })
    };
    (0..count).map(group).collect()
}

/// How long the watcher may wait for a tick.
const TICK: Duration = Duration::from_millis(1);
const LONGEST_STRIDE: usize = 64;

/// When to tell the watcher: often enough by the clock, and at every hundredth part of the run.
struct Pace {
    stride: usize,
    since: usize,
    part: usize,
    last: Instant,
}

impl Pace {
    fn new(n_iterations: usize) -> Self {
        Self {
            stride: 1,
            since: 0,
            part: (n_iterations / 100).max(1),
            last: Instant::now(),
        }
    }

    #[inline]
    fn due(&mut self, iteration: usize) -> bool {
        self.since += 1;
        if self.since < self.stride && !iteration.is_multiple_of(self.part) {
            return false;
        }
        let now = Instant::now();
        let short = now.duration_since(self.last) < TICK;
        self.stride = if short {
            (self.stride * 2).min(LONGEST_STRIDE)
        } else {
            (self.stride / 2).max(1)
        };
        (self.since, self.last) = (0, now);
        true
    }
}

/// Run iterations `from + 1 ..= to` of all groups; returns how many each of them has done.
///
/// The first group runs on the calling thread, which alone talks to the watcher. Where `threads`
/// is not set the groups run one after the other.
pub(super) fn drive<G: Group>(
    input: &RunInput<'_>,
    groups: &mut [G],
    from: usize,
    to: usize,
    threads: bool,
    watch: &mut dyn Watch,
) -> Result<usize, Error> {
    let halt = AtomicBool::new(false);
    let best = |group: &G| group.chains().record.best.value;
    let bests: Vec<AtomicU64> = groups
        .iter()
        .map(|g| AtomicU64::new(best(g).to_bits()))
        .collect();
    let iterate = |index: usize, group: &mut G, mut watch: Option<&mut dyn Watch>| {
        let mut pace = Pace::new(input.settings.n_iterations);
        for iteration in from + 1..=to {
            if halt.load(Ordering::Relaxed) {
                return Ok(iteration - 1);
            }
            let flow = group.step(input, iteration).and_then(|()| {
                if iteration.is_multiple_of(LONGEST_STRIDE) {
                    bests[index].store(best(group).to_bits(), Ordering::Relaxed);
                }
                let Some(watch) = watch.as_mut().filter(|_| pace.due(iteration)) else {
                    return Ok(Flow::Continue);
                };
                let others = bests
                    .iter()
                    .map(|b| f64::from_bits(b.load(Ordering::Relaxed)));
                watch.tick(iteration as u64, others.fold(best(group), f64::max))
            });
            if !matches!(flow, Ok(Flow::Continue)) {
                halt.store(true, Ordering::Relaxed);
                return flow.map(|_| iteration);
            }
        }
        Ok(to)
    };
    let Some((first, others)) = groups.split_first_mut() else {
        return Ok(to);
    };
    let others = (1..).zip(others);
    let ends: Vec<Result<usize, Stop>> = if threads {
        std::thread::scope(|scope| {
            let iterate = &iterate;
            let others: Vec<_> = others
                .map(|(index, group)| scope.spawn(move || iterate(index, group, None)))
                .collect();
            let first = iterate(0, first, Some(watch));
            let joined = others
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
            std::iter::once(first).chain(joined).collect()
        })
    } else {
        let first = iterate(0, first, Some(watch));
        let others = others.map(|(index, group)| iterate(index, group, None));
        std::iter::once(first).chain(others).collect()
    };
    ends.into_iter()
        .try_fold(to, |done, end| Ok(done.min(end?)))
}

/// The result of `done` iterations of all groups.
pub(super) fn gather<G: Group>(groups: &[G], settings: Settings, done: usize) -> Outcome {
    let chains = || groups.iter().map(Group::chains);
    let records = || chains().map(|c| &c.record);
    let kept = done.saturating_sub(settings.burn_in);
    let rate = |accepted: &u64| {
        if kept == 0 {
            f64::NAN
        } else {
            *accepted as f64 / kept as f64
        }
    };
    let better = |a: &&Best, b: &&Best| {
        a.value
            .total_cmp(&b.value)
            .then(b.iteration.cmp(&a.iteration))
    };
    // Of equals the last wins: from the last member back, that is the first.
    let best = records().rev().map(|r| &r.best).max_by(better);
    Outcome {
        n_iterations: done,
        draws: records().map(|r| r.n_draws).min().unwrap_or(0),
        acceptance: records()
            .flat_map(|r| r.accepted.iter().map(rate))
            .collect(),
        best_params: best.map(|b| b.params.clone()).unwrap_or_default(),
        best_log_prob: best.map_or(f64::NEG_INFINITY, |b| b.value),
        n_evaluations: chains().map(|c| c.population.n_evaluations).sum(),
        n_invalid: chains().map(|c| c.population.n_invalid).sum(),
    }
}
