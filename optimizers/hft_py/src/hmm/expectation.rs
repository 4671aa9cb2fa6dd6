//! The expectation step: both recursions at once, from the ends to the middle and on.
//!
//! A chain of products is bound by latency, so two independent ones run at once: one forward over
//! the first half, one backward over the second. Each stores its results; past the middle each
//! continues over the other's half, and both together give the probabilities of states and of
//! transitions, for eight time steps at once, with one division.
//!
//! Both chains are scaled by powers of two: every fourth step the exponent of their sum is read and
//! divided out two steps later, off the chain. The forward exponents add up to the likelihood.
//! Memory: `2 K` numbers a time.

use super::chain::{Chain, first, pairwise_step, sum};
use super::emission::{Emission, Scratch, Statistics};
use super::error::HmmError;
use super::log_filter::SMALL;
use super::log_space;
use super::model::Model;
use super::states::{States, with_states};
use crate::lanes::{LANES, Lanes, tiles};
use native::for_each_isa;

/// The least product of both chains: a state that underflowed on one of them weighs 1e-188 at most.
const SMALL_PRODUCT: f64 = 1e-170;

/// Memory of one thread's expectation steps.
pub struct Workspace {
    /// Relative densities before, probabilities of states after.
    pub weights: Vec<Lanes>,
    kept: Vec<Lanes>,
    pub(crate) scratch: Scratch,
}

impl Workspace {
    /// For sequences of up to so many rows.
    pub fn new(model: &Model, longest: usize) -> Self {
        let size = tiles(longest) * model.states();
        Self {
            weights: vec![Lanes::ZERO; size],
            kept: vec![Lanes::ZERO; size],
            scratch: Scratch::new(model.states(), model.dimension),
        }
    }
}

/// What one sequence says under a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Logarithm of its likelihood.
    pub log_likelihood: f64,
    /// Probability of each first state.
    pub start: Vec<f64>,
    /// Expected transitions, row by row.
    pub transitions: Vec<f64>,
    /// Weighted sums of its observations.
    pub statistics: Option<Statistics>,
}

/// The expectation step over one sequence; `workspace.weights` then holds the probabilities of the
/// states. With `sums`, the emission's statistics too.
///
/// # Errors
/// [`HmmError::Impossible`] where the sequence has probability zero.
pub fn expect(
    emission: &Emission<'_>,
    x: &[f64],
    workspace: &mut Workspace,
    sums: bool,
) -> Result<Expected, HmmError> {
    let model = emission.model;
    let k = model.states();
    let n = x.len() / model.dimension;
    let size = tiles(n) * k;
    let weights = &mut workspace.weights[..size];
    let kept = &mut workspace.kept[..size];
    let largest = emission.relative_all(x, &mut workspace.scratch, weights);
    let mut start = vec![0.0; k];
    let mut pairs = vec![Lanes::ZERO; k * k];
    let found = with_states!(k, sweep, model, n, weights, kept, &mut start, &mut pairs);
    let (log_likelihood, transitions) = match found {
        Some(log) => {
            let totals = pairs.iter().zip(&model.transition);
            (log + largest, totals.map(|(p, a)| p.total() * a).collect())
        }
        None => log_space::expect(emission, x, weights, &mut start)?,
    };
    let statistics = sums.then(|| Statistics::of(model, x, weights, &mut workspace.scratch));
    Ok(Expected {
        log_likelihood,
        start,
        transitions,
        statistics,
    })
}

/// Both chains meet in a tile: probabilities of states to `gamma`, and of transitions, without the
/// factor `a_ij`, added to `pairs`. Lanes outside `valid` count nothing.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
fn meet<const FUSED: bool, S: States>(
    s: S,
    matrix: &S::Matrix,
    before: &[Lanes],
    later: &[Lanes],
    gamma: &mut [Lanes],
    pairs: &mut [Lanes],
    least: &mut [Lanes; 2],
    valid: std::ops::Range<usize>,
) {
    let k = s.count();
    let (before, later, gamma, pairs) = (
        &before[..k],
        &later[..k],
        &mut gamma[..k],
        &mut pairs[..k * k],
    );
    let (mut both, mut past, mut future) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
    for j in 0..k {
        let mut predicted = before[0] * Lanes::splat(s.cell(matrix, 0, j));
        for i in 1..k {
            predicted = before[i].fma::<FUSED>(Lanes::splat(s.cell(matrix, i, j)), predicted);
        }
        gamma[j] = predicted * later[j];
        both += gamma[j];
        past += before[j];
        future += later[j];
    }
    let mut sums = past.least(future);
    if valid != (0..LANES) {
        for lane in (0..LANES).filter(|lane| !valid.contains(lane)) {
            both.0[lane] = f64::INFINITY;
            sums.0[lane] = 1.0;
        }
    }
    least[0] = sums.least(least[0]);
    least[1] = both.least(least[1]);
    let inverse = Lanes::splat(1.0) / both;
    for j in 0..k {
        gamma[j] = gamma[j] * inverse;
    }
    for i in 0..k {
        let weight = before[i] * inverse;
        for j in 0..k {
            pairs[i * k + j] = weight.fma::<FUSED>(later[j], pairs[i * k + j]);
        }
    }
}

for_each_isa! {
    for FUSED
    /// Both recursions over relative densities `b`, which become the probabilities of states. The
    /// logarithm of the relative likelihood; `None` where digits were lost.
    fn sweep<S: States>(
        s: S,
        model: &Model,
        n: usize,
        b: &mut [Lanes],
        kept: &mut [Lanes],
        start: &mut [f64],
        pairs: &mut [Lanes],
    ) -> Option<f64> {
        let k = s.count();
        let count = tiles(n);
        let matrix = s.matrix(&model.transition);
        let tile = |q: usize| q * k..(q + 1) * k;
        let valid = |q: usize| usize::from(q == 0)..LANES.min(n - q * LANES);
        let mut least = [Lanes::splat(1.0), Lanes::splat(1.0)];

        // The first time, and the time after the last, where everything is 1.
        let mut past = Chain::<S> { row: s.row(), exponents: 0 };
        let mut future = Chain::<S> { row: s.from(&vec![1.0; k]), exponents: 0 };
        let half = count / 2;
        for q in 0..half {
            let other = count - 1 - q;
            let (low, high) = b.split_at(other * k);
            let (kept_low, kept_high) = kept.split_at_mut(other * k);
            let (b_past, b_future) = (&low[tile(q)], &high[..k]);
            let (kept_past, kept_future) = (&mut kept_low[tile(q)], &mut kept_high[..k]);
            if q == 0 {
                first(s, &mut past, &matrix, &model.start, b_past, kept_past);
                future.backward(s, &matrix, b_future, kept_future);
            } else {
                let (one, other) = ((b_past, kept_past), (b_future, kept_future));
                pairwise_step(s, &matrix, &mut past, one, &mut future, other);
            }
        }
        let (mut before, mut later) = (s.tile(), s.tile());
        if count % 2 == 1 {
            // The middle tile: backward first, then forward to meet it.
            let (middle, kept) = (&mut b[tile(half)], &mut kept[tile(half)]);
            future.backward(s, &matrix, middle, kept);
            if half == 0 {
                first(s, &mut past, &matrix, &model.start, middle, before.as_mut());
                starts(&model.start, kept, start)?;
            } else {
                past.forward(s, &matrix, middle, before.as_mut());
            }
            meet::<FUSED, S>(
                s, &matrix, before.as_ref(), kept, middle, pairs, &mut least, valid(half),
            );
        }
        for other in (0..half).rev() {
            let q = count - 1 - other;
            pairwise_step(
                s, &matrix,
                &mut past, (&b[tile(q)], before.as_mut()),
                &mut future, (&b[tile(other)], later.as_mut()),
            );
            if other == 0 {
                starts(&model.start, later.as_ref(), start)?;
            }
            meet::<FUSED, S>(
                s, &matrix, before.as_ref(), &kept[tile(q)], &mut b[tile(q)], pairs,
                &mut least, valid(q),
            );
            meet::<FUSED, S>(
                s, &matrix, &kept[tile(other)], later.as_ref(), &mut b[tile(other)], pairs,
                &mut least, valid(other),
            );
        }
        for (lanes, p) in b.iter_mut().zip(start.iter()) {
            lanes.0[0] = *p;
        }
        let fine = |lanes: Lanes, bound: f64| lanes.0.iter().all(|v| *v >= bound);
        let total = sum(past.row.as_ref());
        (fine(least[0], SMALL) && fine(least[1], SMALL_PRODUCT) && total >= SMALL)
            .then(|| total.ln() + past.exponents as f64 * std::f64::consts::LN_2)
    }
}

/// Probabilities of the first state; `None` where they vanish.
fn starts(start: &[f64], later: &[Lanes], found: &mut [f64]) -> Option<()> {
    for (p, (start, later)) in found.iter_mut().zip(start.iter().zip(later)) {
        *p = start * later.0[0];
    }
    let total: f64 = found.iter().sum();
    for p in found.iter_mut() {
        *p /= total;
    }
    (total >= SMALL_PRODUCT).then_some(())
}
