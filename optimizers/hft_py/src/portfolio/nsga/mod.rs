//! NSGA-II over portfolio weights: a set of portfolios none of which is better in every objective.
//!
//! Ranking and crowding are those of the paper, with its constraint-domination; variation suits
//! weights of a fixed total: two parents are blended, and parts of weights move to other places
//! ([`variation`]). A generation costs `O(N T D)` for objectives that need the path, `O(N D^2)` for
//! the others, and `O(M N^2)` for the ranking.
//!
//! Source: Deb, Pratap, Agarwal and Meyarivan, "A fast and elitist multiobjective genetic
//! algorithm: NSGA-II", IEEE Trans. Evol. Comput. 6 (2002).

pub mod evaluation;
pub mod sorting;
pub mod variation;

use crate::Error;
use crate::rng::Stream;
use crate::watch::{Flow, Watch};
use evaluation::Task;
use sorting::Standing;
use variation::Limits;

/// Purpose of the random numbers; a generation is a stream.
const PURPOSE: u32 = 0x4E53_4741;

/// Portfolios with what is known of them.
#[derive(Debug, Clone, Default)]
pub struct Population {
    /// Weights, `D` a portfolio.
    pub weights: Vec<f64>,
    /// Objectives, to be minimised, `M` a portfolio.
    pub values: Vec<f64>,
    /// Violations of the constraints, summed; 0 where there is none.
    pub violations: Vec<f64>,
    /// Rank and crowding.
    pub standing: Vec<Standing>,
}

/// Evolve portfolios, `D` numbers each, an even number of them, for some generations.
///
/// # Errors
/// What the watcher raised.
pub fn evolve(
    task: &Task<'_>,
    limits: &Limits<'_>,
    start: &[f64],
    generations: usize,
    seed: u64,
    watch: &mut dyn Watch,
) -> Result<Population, Error> {
    let d = task.columns();
    let size = start.len() / d;
    let mut now = Population {
        weights: start.to_vec(),
        ..Population::default()
    };
    for own in now.weights.chunks_exact_mut(d) {
        variation::repair(limits, own);
    }
    (now.values, now.violations) = task.evaluate(&now.weights);
    survive(&mut now, task.objectives.len(), d, size);
    for generation in 1..=generations {
        let number = u32::try_from(generation).unwrap_or(u32::MAX);
        let mut draws = Stream::new(seed, number, PURPOSE);
        let children = variation::children(&now, limits, d, &mut draws);
        let (values, violations) = task.evaluate(&children);
        now.weights.extend(children);
        now.values.extend(values);
        now.violations.extend(violations);
        survive(&mut now, task.objectives.len(), d, size);
        let firsts = now.values.iter().step_by(task.objectives.len());
        let best = firsts.fold(f64::INFINITY, |least, value| least.min(*value));
        if watch.tick(generation as u64, best)? == Flow::Halt {
            break;
        }
    }
    Ok(now)
}

/// Keep the best `size`: by rank, then the least crowded.
fn survive(now: &mut Population, m: usize, d: usize, size: usize) {
    let standing = sorting::standing(&now.values, m, &now.violations, size);
    let mut order: Vec<usize> = (0..standing.len()).collect();
    order.sort_by(|a, b| {
        let (a, b) = (&standing[*a], &standing[*b]);
        a.rank.cmp(&b.rank).then(b.crowding.total_cmp(&a.crowding))
    });
    order.truncate(size);
    let rows = |all: &[f64], width: usize| -> Vec<f64> {
        let rows = order.iter().flat_map(|i| &all[i * width..(i + 1) * width]);
        rows.copied().collect()
    };
    *now = Population {
        weights: rows(&now.weights, d),
        values: rows(&now.values, m),
        violations: rows(&now.violations, 1),
        standing: order.iter().map(|i| standing[*i].clone()).collect(),
    };
}
