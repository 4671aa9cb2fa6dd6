//! Expectation maximisation (Baum and Welch) from one start, over several sequences in parallel.
//! Results do not depend on the threads: sums are taken in the sequences' order.

use super::convergence::has_converged;
use super::emission::{Emission, Priors, Statistics, update};
use super::error::HmmError;
use super::expectation::{Expected, Workspace, expect};
use super::filter::one_score;
use super::model::{Model, Series};
use crate::{Error, Stop};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows of several sequences below which threads cost more than they give.
const WORTH_THREADS: usize = 20_000;

/// How to fit.
#[derive(Debug, Clone)]
pub struct Options {
    /// The most steps of each start.
    pub n_iterations: usize,
    /// Nats within which a start has converged, see [`super::convergence`]; never where 0.
    pub tolerance: f64,
    /// Floors and pseudo-observations.
    pub priors: Priors,
    /// Threads, 1 or more.
    pub threads: usize,
    /// What stays as it is.
    pub fixed: Fixed,
}

/// The parts of a model that a fit holds; none by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fixed {
    /// Probabilities of the first state.
    pub start: bool,
    /// Transition probabilities.
    pub transition: bool,
    /// Parameters of the emission.
    pub emission: bool,
}

/// Where a start has ended.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The model.
    pub model: Model,
    /// Log-likelihood, and the same plus the prior's log-density: before each step, after the last.
    pub history: Vec<[f64; 2]>,
    /// Whether the end is within the tolerance of the limit.
    pub converged: bool,
}

/// One start. `after` takes the objective at each step, and returns whether to halt.
pub(super) fn fit_one(
    mut model: Model,
    series: Series<'_>,
    options: &Options,
    threads: usize,
    after: &mut dyn FnMut(f64) -> Result<bool, Stop>,
    mut halted: bool,
) -> Result<Fitted, HmmError> {
    let mut history: Vec<[f64; 2]> = Vec::new();
    let mut converged = false;
    let mut spaces = workspaces(&model, series, threads);
    for _ in 0..options.n_iterations {
        if halted {
            break;
        }
        let expected = expect_all(&model, series, &mut spaces, !options.fixed.emission)?;
        let likelihood = expected.iter().map(|e| e.log_likelihood).sum::<f64>();
        let objective = likelihood + options.priors.log_density(&model);
        history.push([likelihood, objective]);
        converged = has_converged(&history, options.tolerance);
        if converged {
            break;
        }
        maximise(&mut model, expected, &options.priors, options.fixed);
        halted = after(objective)?;
    }
    if !converged {
        let emission = Emission::new(&model)?;
        let mut likelihood = 0.0;
        for (_, x) in series.sequences() {
            likelihood += one_score(&emission, x)?;
        }
        let objective = likelihood + options.priors.log_density(&model);
        history.push([likelihood, objective]);
        converged = has_converged(&history, options.tolerance);
    }
    Ok(Fitted {
        model,
        history,
        converged,
    })
}

fn workspaces(model: &Model, series: Series<'_>, threads: usize) -> Vec<Workspace> {
    let worth = series.count() > 1 && series.rows() >= WORTH_THREADS;
    let many = if worth {
        threads.min(series.count())
    } else {
        1
    };
    (0..many)
        .map(|_| Workspace::new(model, series.longest()))
        .collect()
}

/// The expectation step over every sequence, in their order; with `sums` for the emission too.
fn expect_all(
    model: &Model,
    series: Series<'_>,
    spaces: &mut [Workspace],
    sums: bool,
) -> Result<Vec<Expected>, HmmError> {
    let emission = Emission::new(model)?;
    let one = |(from, x): (usize, &[f64]), space: &mut Workspace| {
        expect(&emission, x, space, sums).map_err(|e| e.after(from))
    };
    if let [space] = spaces {
        return series.sequences().map(|s| one(s, space)).collect();
    }
    let all: Vec<_> = series.sequences().collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let handles: Vec<_> = spaces
            .iter_mut()
            .map(|space| {
                scope.spawn(|| {
                    let mut mine = Vec::new();
                    while let Some(s) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                        mine.push((s.0, one(*s, space)));
                    }
                    mine
                })
            })
            .collect();
        let mut found = Vec::with_capacity(all.len());
        for handle in handles {
            let part = handle.join();
            found.extend(part.map_err(|_| Error::Internal("a thread panicked".into()))?);
        }
        found.sort_by_key(|(from, _)| *from);
        found.into_iter().map(|(_, expected)| expected).collect()
    })
}

/// New parameters from what all sequences expect, except those that are held.
fn maximise(model: &mut Model, expected: Vec<Expected>, priors: &Priors, fixed: Fixed) {
    let k = model.states();
    let many = expected.len() as f64;
    let mut start = vec![0.0; k];
    let mut counts = vec![priors.transition; k * k];
    let mut sums = vec![0.0; k * Statistics::width(model)];
    for one in expected {
        start
            .iter_mut()
            .zip(&one.start)
            .for_each(|(s, p)| *s += p / many);
        counts
            .iter_mut()
            .zip(&one.transitions)
            .for_each(|(s, p)| *s += p);
        let own = one.statistics.map(|s| s.sums).unwrap_or_default();
        sums.iter_mut().zip(own).for_each(|(s, p)| *s += p);
    }
    if !fixed.emission {
        model.theta = update(model, &Statistics { sums }, priors);
    }
    if !fixed.start {
        model.start = start;
    }
    if fixed.transition {
        return;
    }
    let rows = model
        .transition
        .chunks_exact_mut(k)
        .zip(counts.chunks_exact(k));
    for (row, counts) in rows {
        let total: f64 = counts.iter().sum();
        // A state that is never left keeps its row.
        if total > super::emission::EMPTY {
            row.iter_mut().zip(counts).for_each(|(a, c)| *a = c / total);
        }
    }
}
