//! Chains of products: one step forward, one step back, and their scales.
//!
//! A chain is bound by the latency of its steps, so whatever can be computed off the chain is:
//! every fourth step the exponent of its sum is read, and divided out two steps later.

use super::states::States;
use crate::lanes::{LANES, Lanes};

/// The power of two that brings a positive number to between 1 and 2, and its exponent.
#[inline(always)]
pub(super) fn factor(sum: f64) -> (f64, i64) {
    let exponent = (sum.to_bits() >> 52) & 0x7FF;
    let power = 2046_u64.wrapping_sub(exponent) << 52;
    (f64::from_bits(power), exponent as i64 - 1023)
}

#[inline(always)]
pub(super) fn sum(row: &[f64]) -> f64 {
    let mut total = row[0];
    for value in &row[1..] {
        total += value;
    }
    total
}

/// One step of a chain: `(row M) * b[lane] * scale`, `cell(i, j)` being that of `M`.
///
/// The matrix of the forward chain is the transition matrix, that of the backward chain its
/// transpose.
#[inline(always)]
pub(super) fn multiply<S: States>(
    s: S,
    row: &S::Row,
    cell: impl Fn(usize, usize) -> f64,
    b: &[Lanes],
    lane: usize,
    scale: f64,
) -> S::Row {
    let mut next = s.row();
    let row = row.as_ref();
    for j in 0..s.count() {
        let mut total = row[0] * cell(0, j);
        for i in 1..s.count() {
            total += row[i] * cell(i, j);
        }
        next.as_mut()[j] = total * (b[j].0[lane] * scale);
    }
    next
}

/// A chain, with the exponents taken out of it so far.
pub(super) struct Chain<S: States> {
    pub(super) row: S::Row,
    pub(super) exponents: i64,
}

impl<S: States> Chain<S> {
    /// The logarithm of the sum of the row, with all that was taken out of it.
    pub(super) fn log(&self) -> f64 {
        sum(self.row.as_ref()).ln() + self.exponents as f64 * std::f64::consts::LN_2
    }

    /// The forward chain over a tile: `before` gets each step's starting row.
    #[inline(always)]
    pub(super) fn forward(&mut self, s: S, matrix: &S::Matrix, b: &[Lanes], before: &mut [Lanes]) {
        self.forward_half(s, matrix, b, before, 0);
        self.forward_half(s, matrix, b, before, LANES / 2);
    }

    /// The forward chain over half a tile.
    #[inline(always)]
    fn forward_half(
        &mut self,
        s: S,
        matrix: &S::Matrix,
        b: &[Lanes],
        before: &mut [Lanes],
        half: usize,
    ) {
        let (scale, exponent) = factor(sum(self.row.as_ref()));
        self.exponents += exponent;
        for step in 0..LANES / 2 {
            put::<S>(before, &self.row, half + step);
            let now = if step == 2 { scale } else { 1.0 };
            let cell = |i, j| s.cell(matrix, i, j);
            self.row = multiply(s, &self.row, cell, b, half + step, now);
        }
    }

    /// The backward chain over half a tile, from its last lane: `found` gets each step's result.
    #[inline(always)]
    fn backward_half(
        &mut self,
        s: S,
        matrix: &S::Matrix,
        b: &[Lanes],
        found: &mut [Lanes],
        half: usize,
    ) {
        let (scale, _) = factor(sum(self.row.as_ref()));
        for step in (0..LANES / 2).rev() {
            let now = if step == 1 { scale } else { 1.0 };
            let cell = |i, j| s.cell(matrix, j, i);
            self.row = multiply(s, &self.row, cell, b, half + step, now);
            put::<S>(found, &self.row, half + step);
        }
    }

    /// The backward chain over a tile.
    #[inline(always)]
    pub(super) fn backward(&mut self, s: S, matrix: &S::Matrix, b: &[Lanes], found: &mut [Lanes]) {
        self.backward_half(s, matrix, b, found, LANES / 2);
        self.backward_half(s, matrix, b, found, 0);
    }
}

/// Both chains over a tile each, step by step in turn: neither depends on the other.
#[inline(always)]
pub(super) fn pairwise_step<S: States>(
    s: S,
    matrix: &S::Matrix,
    past: &mut Chain<S>,
    (b_past, before): (&[Lanes], &mut [Lanes]),
    future: &mut Chain<S>,
    (b_future, found): (&[Lanes], &mut [Lanes]),
) {
    past.forward_half(s, matrix, b_past, before, 0);
    future.backward_half(s, matrix, b_future, found, LANES / 2);
    past.forward_half(s, matrix, b_past, before, LANES / 2);
    future.backward_half(s, matrix, b_future, found, 0);
}

#[inline(always)]
pub(super) fn put<S: States>(tile: &mut [Lanes], row: &S::Row, lane: usize) {
    for (lanes, value) in tile.iter_mut().zip(row.as_ref()) {
        lanes.0[lane] = *value;
    }
}

/// The first tile of the forward chain: its first lane starts from the start probabilities.
#[inline(always)]
pub(super) fn first<S: States>(
    s: S,
    chain: &mut Chain<S>,
    matrix: &S::Matrix,
    start: &[f64],
    b: &[Lanes],
    before: &mut [Lanes],
) {
    let k = s.count();
    put::<S>(before, &s.row(), 0);
    for j in 0..k {
        chain.row.as_mut()[j] = start[j] * b[j].0[0];
    }
    for lane in 1..LANES {
        put::<S>(before, &chain.row, lane);
        let (scale, exponent) = if lane == 4 {
            factor(sum(chain.row.as_ref()))
        } else {
            (1.0, 0)
        };
        chain.exponents += exponent;
        let cell = |i, j| s.cell(matrix, i, j);
        chain.row = multiply(s, &chain.row, cell, b, lane, scale);
    }
}
