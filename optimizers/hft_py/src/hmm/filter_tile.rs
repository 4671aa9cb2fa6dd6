//! The filter's chain over a tile of eight rows, and the check that no row has lost digits.

use super::chain::{Chain, factor, multiply, put, sum};
use super::log_filter::{LOST, SMALL};
use super::model::Model;
use super::states::States;
use crate::lanes::{LANES, Lanes};

/// The least of eight rows' sums, and of the shares of what they predict.
#[derive(Clone, Copy)]
pub(super) struct Least {
    sums: Lanes,
    shares: Lanes,
}

impl Least {
    pub(super) const NONE: Self = Self {
        sums: Lanes::splat(1.0),
        shares: Lanes::splat(1.0),
    };

    #[inline(always)]
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            sums: other.sums.least(self.sums),
            shares: other.shares.least(self.shares),
        }
    }

    /// The first row that has lost digits, or whose prediction has.
    #[inline(always)]
    pub(super) fn lost(self) -> Option<usize> {
        let sound = |lane: usize| self.sums.0[lane] >= SMALL && self.shares.0[lane] >= LOST;
        (0..LANES).find(|lane| !sound(*lane))
    }
}

/// The chain over a tile, from `start` at the first; each row normalised into `out` where there is
/// room.
#[inline(always)]
pub(super) fn filter_tile<S: States>(
    s: S,
    chain: &mut Chain<S>,
    matrix: &S::Matrix,
    start: Option<&[f64]>,
    (b, floor): (&[Lanes], f64),
    out: &mut [f64],
) -> Least {
    match start {
        Some(start) => filter_tile_from::<S, true>(s, chain, matrix, start, (b, floor), out),
        None => filter_tile_from::<S, false>(s, chain, matrix, &[], (b, floor), out),
    }
}

#[inline(always)]
fn filter_tile_from<S: States, const BEGINS: bool>(
    s: S,
    chain: &mut Chain<S>,
    matrix: &S::Matrix,
    start: &[f64],
    (b, floor): (&[Lanes], f64),
    out: &mut [f64],
) -> Least {
    let k = s.count();
    let mut found = s.tile();
    if BEGINS {
        for j in 0..k {
            chain.row.as_mut()[j] = start[j] * b[j].0[0];
        }
        put::<S>(found.as_mut(), &chain.row, 0);
    }
    for half in [0, LANES / 2] {
        let (scale, exponent) = factor(sum(chain.row.as_ref()));
        chain.exponents += exponent;
        for step in usize::from(BEGINS && half == 0)..LANES / 2 {
            let now = if step == 2 { scale } else { 1.0 };
            let cell = |i, j| s.cell(matrix, i, j);
            chain.row = multiply(s, &chain.row, cell, b, half + step, now);
            put::<S>(found.as_mut(), &chain.row, half + step);
        }
    }
    let mut sums = found.as_ref()[0];
    for lanes in &found.as_ref()[1..] {
        sums += *lanes;
    }
    let bound = sums * Lanes::splat(floor);
    let mut likely = true;
    for lanes in found.as_ref() {
        for (p, least) in lanes.0.iter().zip(bound.0) {
            likely &= *p >= least;
        }
    }
    let shares = if likely {
        Lanes::splat(1.0)
    } else {
        shares(s, matrix, found.as_ref(), sums)
    };
    if !out.is_empty() {
        let inverse = Lanes::splat(1.0) / sums;
        for lanes in found.as_mut() {
            *lanes = *lanes * inverse;
        }
        for (lane, row) in out.chunks_exact_mut(k).take(LANES).enumerate() {
            for (p, lanes) in row.iter_mut().zip(found.as_ref()) {
                *p = lanes.0[lane];
            }
        }
    }
    Least { sums, shares }
}

/// The least share of what each of eight rows predicts.
#[cold]
fn shares<S: States>(s: S, matrix: &S::Matrix, found: &[Lanes], sums: Lanes) -> Lanes {
    let mut least = Lanes::splat(1.0);
    for j in 0..s.count() {
        let mut predicted = Lanes::ZERO;
        for (i, lanes) in found.iter().enumerate() {
            predicted += *lanes * Lanes::splat(s.cell(matrix, i, j));
        }
        least = (predicted / sums).least(least);
    }
    least
}

/// Where no state is less likely than this, every share of what a row predicts is sound.
pub(super) fn floor(model: &Model) -> f64 {
    let k = model.states();
    let ways = (0..k).map(|j| {
        let column = model.transition.iter().skip(j).step_by(k);
        column.copied().fold(0.0, f64::max)
    });
    LOST / ways.fold(1.0, f64::min)
}
