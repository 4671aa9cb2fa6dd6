//! Driving samplers: iterations, threads, progress, the end.

use super::record::{Best, Record};
use super::space::Space;
use crate::objective::Evaluate;
use crate::watch::{Flow, Watch};
use crate::{Error, Stop};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What all samplers are told.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Iterations, warm-up included.
    pub n_iterations: usize,
    /// Iterations of warm-up.
    pub burn_in: usize,
    /// Keep every such draw.
    pub thin: usize,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Threads that may be used.
    pub threads: usize,
}

impl Settings {
    /// Draws kept of each chain.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.n_iterations.saturating_sub(self.burn_in) / self.thin.max(1)
    }
}

/// What a run gives beside its draws.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Iterations done.
    pub n_iterations: usize,
    /// Draws kept of each chain, at the front of its share of the samples.
    pub draws: usize,
    /// Share of proposals accepted after the warm-up, by chain; NaN where there was none.
    pub acceptance: Vec<f64>,
    /// The highest point, and its value.
    pub best_params: Vec<f64>,
    /// The highest value.
    pub best_log_prob: f64,
    /// Calls of the objective.
    pub n_evaluations: u64,
    /// How many of them gave NaN.
    pub n_invalid: u64,
}

/// What everybody may read.
pub(super) struct Context<'a> {
    pub(super) objective: &'a dyn Evaluate,
    pub(super) space: &'a Space,
    pub(super) settings: Settings,
    /// Threads within one batch.
    pub(super) batch_threads: usize,
}

/// Some chains that step together.
pub(super) trait Group: Send {
    /// One iteration, counted from 1.
    fn step(&mut self, context: &Context<'_>, iteration: usize) -> Result<(), Stop>;
    /// The best value so far.
    fn best(&self) -> f64;
}

/// How many groups: one a thread where chains may be evaluated at once, else one.
pub(super) fn group_count(objective: &dyn Evaluate, threads: usize, chains: usize) -> usize {
    if objective.parallel() {
        threads.clamp(1, chains.max(1))
    } else {
        1
    }
}

/// The chains of each of `groups` groups: ranges as equal as can be.
pub(super) fn shares(chains: usize, groups: usize) -> Vec<std::ops::Range<usize>> {
    let bound = |g: usize| g * chains / groups;
    (0..groups).map(|g| bound(g)..bound(g + 1)).collect()
}

/// Cut a slice into the shares of groups, each chain `width` long.
pub(super) fn cut<'a>(
    mut whole: &'a mut [f64],
    shares: &[std::ops::Range<usize>],
    width: usize,
) -> Vec<&'a mut [f64]> {
    let mut parts = Vec::with_capacity(shares.len());
    for share in shares {
        let (part, rest) = whole.split_at_mut(share.len() * width);
        parts.push(part);
        whole = rest;
    }
    parts
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
    context: &Context<'_>,
    groups: &mut [G],
    from: usize,
    to: usize,
    threads: bool,
    watch: &mut dyn Watch,
) -> Result<usize, Error> {
    let halt = AtomicBool::new(false);
    let bests: Vec<AtomicU64> = groups
        .iter()
        .map(|g| AtomicU64::new(g.best().to_bits()))
        .collect();
    let work = |index: usize, group: &mut G| -> Result<usize, Stop> {
        for iteration in from + 1..=to {
            if iteration.is_multiple_of(LONGEST_STRIDE) {
                bests[index].store(group.best().to_bits(), Ordering::Relaxed);
            }
            if halt.load(Ordering::Relaxed) {
                return Ok(iteration - 1);
            }
            if let Err(stop) = group.step(context, iteration) {
                halt.store(true, Ordering::Relaxed);
                return Err(stop);
            }
        }
        Ok(to)
    };
    let mut watched = |group: &mut G, first: usize| -> Result<usize, Stop> {
        let mut pace = Pace::new(context.settings.n_iterations);
        for iteration in first + 1..=to {
            if halt.load(Ordering::Relaxed) {
                return Ok(iteration - 1);
            }
            let flow = group.step(context, iteration).and_then(|()| {
                if !pace.due(iteration) {
                    return Ok(Flow::Continue);
                }
                let others = bests
                    .iter()
                    .map(|b| f64::from_bits(b.load(Ordering::Relaxed)));
                watch.tick(iteration as u64, others.fold(group.best(), f64::max))
            });
            match flow {
                Ok(Flow::Continue) => {}
                Ok(Flow::Halt) => {
                    halt.store(true, Ordering::Relaxed);
                    return Ok(iteration);
                }
                Err(stop) => {
                    halt.store(true, Ordering::Relaxed);
                    return Err(stop);
                }
            }
        }
        Ok(to)
    };
    let mut ends = Vec::with_capacity(groups.len());
    if threads && groups.len() > 1 {
        std::thread::scope(|scope| {
            let mut rest = groups.iter_mut();
            let first = rest.next();
            let others: Vec<_> = rest
                .enumerate()
                .map(|(index, group)| {
                    let work = &work;
                    scope.spawn(move || work(index + 1, group))
                })
                .collect();
            if let Some(group) = first {
                ends.push(watched(group, from));
            }
            for other in others {
                ends.push(
                    other
                        .join()
                        .unwrap_or_else(|payload| std::panic::resume_unwind(payload)),
                );
            }
        });
    } else {
        for (index, group) in groups.iter_mut().enumerate() {
            ends.push(if index == 0 {
                watched(group, from)
            } else {
                work(index, group)
            });
        }
    }
    let mut done = to;
    for end in ends {
        done = done.min(end?);
    }
    Ok(done)
}

/// Put the groups' records together.
pub(super) fn gather(
    records: &[&Record<'_>],
    settings: Settings,
    done: usize,
    counts: (u64, u64),
) -> Outcome {
    let kept = done.saturating_sub(settings.burn_in);
    #[allow(clippy::cast_precision_loss)]
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
    let best = records.iter().rev().map(|r| &r.best).max_by(better);
    Outcome {
        n_iterations: done,
        draws: records.iter().map(|r| r.draws).min().unwrap_or(0),
        acceptance: records
            .iter()
            .flat_map(|r| r.accepted.iter().map(rate))
            .collect(),
        best_params: best.map(|b| b.params.clone()).unwrap_or_default(),
        best_log_prob: best.map_or(f64::NEG_INFINITY, |b| b.value),
        n_evaluations: counts.0,
        n_invalid: counts.1,
    }
}
