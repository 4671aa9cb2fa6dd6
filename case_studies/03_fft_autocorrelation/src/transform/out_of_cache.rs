//! A transform larger than the caches, in three passes over memory.
//!
//! The packed series (even observations real, odd ones imaginary) is a `rows x columns`
//! matrix. Transforms down the columns, twiddles, transforms along the rows give the
//! spectrum with transposed indices (D. H. Bailey, "FFTs in external or hierarchical
//! memory", J. Supercomputing 4 (1990)). The order does not matter for a correlation: the
//! spectrum is squared in place, and the inverse takes the same steps in reverse order. So
//! nothing is transposed, the forward and the backward row transform share one visit
//! to memory, rows of zero padding are never read, and only lags asked for are written.

use crate::series::{Centring, Sample};
use crate::sizes::good_size;
use crate::spectrum::{C64, unit_root};
use native::fft::{Fft, Planner};
use native::for_each_isa;
use std::sync::Arc;

/// Columns transformed together: enough to use whole cache lines, few enough to stay in
/// the second cache.
const TILE: usize = 16;
/// Rows turned together: one cache line of a column.
const LINES: usize = 4;
/// Unused values behind each column of a tile, so that columns do not compete for the same
/// lines of the first cache when their length is a power of two.
const PADDING: usize = 4;
/// Twiddles of a row come from a table of this many steps times a table of strides.
const STEPS: usize = 32;

/// Rows and columns of the packed matrix for a real transform of at least `least`.
pub(crate) fn shape(least: usize) -> (usize, usize) {
    let packed = least.div_ceil(2);
    // Rows fewer than columns: a tile of columns must fit the second cache.
    let around = (packed as f64).sqrt() / 2.0;
    let mut best = (usize::MAX, 0, 0);
    let mut rows = good_size(around as usize, 16);
    while rows < 3 * around as usize {
        let columns = good_size(packed.div_ceil(rows), TILE);
        if rows * columns < best.0 {
            best = (rows * columns, rows, columns);
        }
        rows = good_size(rows + 1, 16);
    }
    (best.1, best.2)
}

/// Tables and buffers for one length.
pub(crate) struct OutOfCacheFft {
    rows: usize,
    columns: usize,
    down: [Arc<dyn Fft<f64>>; 2],
    along: [Arc<dyn Fft<f64>>; 2],
    /// `e^(-2 pi i f / (2 columns))` along a row.
    halves: Vec<C64>,
    /// `e^(-2 pi i e / M)` for `e < coarse` and for multiples of `coarse`.
    fine: Vec<C64>,
    coarse: Vec<C64>,
    matrix: Vec<C64>,
    tile: Vec<C64>,
    twiddles: Vec<C64>,
    scratch: Vec<C64>,
}

impl OutOfCacheFft {
    pub(crate) fn new(least: usize, planner: &mut Planner) -> Self {
        let (rows, columns) = shape(least);
        let packed = rows * columns;
        let both = |planner: &mut Planner, n| [planner.forward(n), planner.inverse(n)];
        let (down, along) = (both(planner, rows), both(planner, columns));
        let scratch = down
            .iter()
            .chain(&along)
            .map(|p| p.get_inplace_scratch_len());
        let stride = (packed as f64).sqrt().ceil() as usize;
        Self {
            rows,
            columns,
            halves: (0..columns).map(|f| unit_root(f, 2 * columns)).collect(),
            fine: (0..stride).map(|e| unit_root(e, packed)).collect(),
            coarse: (0..packed.div_ceil(stride))
                .map(|e| unit_root(e * stride, packed))
                .collect(),
            matrix: vec![C64::default(); packed],
            tile: vec![C64::default(); TILE * (rows + PADDING)],
            twiddles: vec![C64::default(); 2 * columns],
            scratch: vec![C64::default(); scratch.max().unwrap_or(0)],
            down,
            along,
        }
    }

    /// About the bytes a transform of at least `least` needs, with the tables of the library.
    pub(crate) fn needed(least: usize) -> usize {
        let (rows, columns) = shape(least);
        // Everything but the matrix is some lines of it.
        (rows * columns + 2 * TILE * (rows + columns + PADDING)) * size_of::<C64>()
    }

    pub(crate) fn bytes(&self) -> usize {
        (self.matrix.len() + self.tile.len() + self.scratch.len() + 2 * self.columns)
            * size_of::<C64>()
    }

    /// `out[l] += sum of c[t] * c[t + l]`; returns the sum of `c`.
    pub(crate) fn auto<T: Sample>(&mut self, x: &[T], by: Centring, out: &mut [f64]) -> f64 {
        let mut total = 0.0;
        for column in (0..self.columns).step_by(TILE) {
            total += self.column_forward(x, by, column);
        }
        for row in 0..=self.rows / 2 {
            self.row_pair(row, (self.rows - row) % self.rows);
        }
        for column in (0..self.columns).step_by(TILE) {
            self.column_back(column, out);
        }
        total
    }

    /// First pass: columns straight from the series into the matrix.
    fn column_forward<T: Sample>(&mut self, x: &[T], by: Centring, column: usize) -> f64 {
        let (rows, columns, stride) = (self.rows, self.columns, self.rows + PADDING);
        let mut total = 0.0;
        for row in (0..rows).step_by(LINES) {
            let mut block = [C64::default(); TILE * LINES];
            for (i, line) in block.as_chunks_mut::<TILE>().0.iter_mut().enumerate() {
                let from = 2 * ((row + i) * columns + column);
                let values = &x[from.min(x.len())..(from + 2 * TILE).min(x.len())];
                total += pack(values, by, line);
            }
            transpose_into(&block, TILE, row, stride, &mut self.tile);
        }
        for column in self.tile.chunks_exact_mut(stride) {
            self.down[0].process_with_scratch(&mut column[..rows], &mut self.scratch);
        }
        for (i, lines) in self.matrix.chunks_exact_mut(LINES * columns).enumerate() {
            transpose_from(&self.tile, i * LINES, stride, &mut lines[column..], columns);
        }
        total
    }

    /// Second pass: two rows that hold each other's mirrored frequencies, forward, squared,
    /// and back.
    fn row_pair(&mut self, row: usize, mirror: usize) {
        let columns = self.columns;
        let whole = 2 * self.rows * columns;
        let turn = unit_root(row, whole);
        let (low, high) = self.matrix.split_at_mut(mirror.max(row) * columns);
        let (low, high) = if row == mirror {
            (&mut high[..columns], None)
        } else {
            (
                &mut low[row * columns..][..columns],
                Some(&mut high[..columns]),
            )
        };
        let [forward, back] = &self.along;
        let root = |exponent: usize| {
            let stride = self.fine.len();
            self.coarse[exponent / stride] * self.fine[exponent % stride]
        };
        let (factors, mirrored) = self.twiddles.split_at_mut(columns);
        twiddles(row, &root, factors);
        multiply(low, factors);
        forward.process_with_scratch(low, &mut self.scratch);
        if let Some(high) = high {
            twiddles(mirror, &root, mirrored);
            multiply(high, mirrored);
            forward.process_with_scratch(high, &mut self.scratch);
            square_pair(low, high, &self.halves, turn);
            back.process_with_scratch(high, &mut self.scratch);
            multiply_conjugate(high, mirrored);
        } else {
            let offset = if row == 0 { 0 } else { columns - 1 };
            square_alone(low, &self.halves, turn, offset);
        }
        back.process_with_scratch(low, &mut self.scratch);
        multiply_conjugate(low, factors);
    }

    /// Third pass: columns from the matrix to the lags.
    fn column_back(&mut self, column: usize, out: &mut [f64]) {
        let (rows, columns, stride) = (self.rows, self.columns, self.rows + PADDING);
        for (i, lines) in self.matrix.chunks_exact(LINES * columns).enumerate() {
            transpose_into(&lines[column..], columns, i * LINES, stride, &mut self.tile);
        }
        for column in self.tile.chunks_exact_mut(stride) {
            self.down[1].process_with_scratch(&mut column[..rows], &mut self.scratch);
        }
        let scale = 1.0 / (rows * columns) as f64;
        for row in (0..rows).step_by(LINES) {
            if 2 * (row * columns + column) >= out.len() {
                break;
            }
            let mut block = [C64::default(); TILE * LINES];
            transpose_from(&self.tile, row, stride, &mut block, TILE);
            for (i, line) in block.as_chunks::<TILE>().0.iter().enumerate() {
                let to = 2 * ((row + i) * columns + column);
                let end = (to + 2 * TILE).min(out.len());
                unpack(line, scale, &mut out[to.min(end)..end]);
            }
        }
    }
}

/// One line of a tile: even observations real, odd ones imaginary; returns their sum.
#[inline(always)]
fn pack<T: Sample>(values: &[T], by: Centring, line: &mut [C64; TILE]) -> f64 {
    let mut sums = [0.0; 2];
    let (pairs, rest) = values.as_chunks::<2>();
    for (z, pair) in line.iter_mut().zip(pairs) {
        *z = C64::new(by.apply(pair[0]), by.apply(pair[1]));
        sums[0] += z.re;
        sums[1] += z.im;
    }
    if let [last] = rest {
        line[pairs.len()].re = by.apply(*last);
        sums[0] += line[pairs.len()].re;
    }
    sums[0] + sums[1]
}

/// The reverse, added to the lags.
#[inline(always)]
fn unpack(line: &[C64; TILE], scale: f64, lags: &mut [f64]) {
    let (pairs, rest) = lags.as_chunks_mut::<2>();
    for (pair, z) in pairs.iter_mut().zip(line) {
        pair[0] += z.re * scale;
        pair[1] += z.im * scale;
    }
    if let [last] = rest {
        *last += line[pairs.len()].re * scale;
    }
}

for_each_isa! {
    /// Lines of the matrix, `apart` from each other, become pieces of columns in the tile.
    fn transpose_into(lines: &[C64], apart: usize, row: usize, stride: usize, tile: &mut [C64]) {
        let line = |j: usize| -> &[C64; TILE] { lines[j * apart..].first_chunk().expect("a line") };
        let four = [line(0), line(1), line(2), line(3)];
        for (i, column) in tile.chunks_exact_mut(stride).enumerate().take(TILE) {
            let to: &mut [C64; LINES] = column[row..].first_chunk_mut().expect("a line");
            *to = [four[0][i], four[1][i], four[2][i], four[3][i]];
        }
    }
}

for_each_isa! {
    /// The reverse.
    fn transpose_from(tile: &[C64], row: usize, stride: usize, lines: &mut [C64], apart: usize) {
        let mut block = [[C64::default(); TILE]; LINES];
        for (i, column) in tile.chunks_exact(stride).enumerate().take(TILE) {
            for (j, line) in block.iter_mut().enumerate() {
                line[i] = column[row + j];
            }
        }
        for (j, line) in block.iter().enumerate() {
            lines[j * apart..][..TILE].copy_from_slice(line);
        }
    }
}

/// `into[j] = root(row * j)`, from two short tables.
fn twiddles(row: usize, root: &impl Fn(usize) -> C64, into: &mut [C64]) {
    let mut steps = [C64::default(); STEPS];
    for (i, step) in steps.iter_mut().enumerate() {
        *step = root(row * i);
    }
    for (block, chunk) in into.chunks_mut(STEPS).enumerate() {
        expand(chunk, root(row * block * STEPS), &steps);
    }
}

for_each_isa! {
    fn expand(into: &mut [C64], stride: C64, steps: &[C64; STEPS]) {
        for (to, step) in into.iter_mut().zip(steps) {
            *to = C64::new(
                stride.re * step.re - stride.im * step.im,
                stride.re * step.im + stride.im * step.re,
            );
        }
    }
}

for_each_isa! {
    fn multiply(values: &mut [C64], by: &[C64]) {
        for (z, w) in values.iter_mut().zip(by) {
            *z = C64::new(z.re * w.re - z.im * w.im, z.re * w.im + z.im * w.re);
        }
    }
}

for_each_isa! {
    fn multiply_conjugate(values: &mut [C64], by: &[C64]) {
        for (z, w) in values.iter_mut().zip(by) {
            *z = C64::new(z.re * w.re + z.im * w.im, z.im * w.re - z.re * w.im);
        }
    }
}

/// From the packed spectrum at `f` and `M - f` to the packed power spectrum at both.
///
/// With `E = (a + conj b) / 2`, `O = -i (a - conj b) / 2`, the real series' spectrum is
/// `E + w O` at `f` and `conj(E - w O)` at `M - f`; packing its power again gives
/// `|E|^2 + |O|^2 + 2i conj(w) Re(E conj(w O))` and the mirrored expression.
#[inline(always)]
fn square(a: C64, b: C64, w: C64) -> (C64, C64) {
    let even = C64::new(0.5 * (a.re + b.re), 0.5 * (a.im - b.im));
    let odd = C64::new(0.5 * (a.im + b.im), 0.5 * (b.re - a.re));
    let sum = even.re * even.re + even.im * even.im + odd.re * odd.re + odd.im * odd.im;
    let turned = C64::new(w.re * odd.re - w.im * odd.im, w.re * odd.im + w.im * odd.re);
    let cross = 2.0 * (even.re * turned.re + even.im * turned.im);
    (
        C64::new(sum + cross * w.im, cross * w.re),
        C64::new(sum - cross * w.im, cross * w.re),
    )
}

for_each_isa! {
    /// Rows `f1` and `rows - f1`: column `f2` of one mirrors column `columns - 1 - f2` of the other.
    fn square_pair(low: &mut [C64], high: &mut [C64], halves: &[C64], turn: C64) {
        for ((a, b), w) in low.iter_mut().zip(high.iter_mut().rev()).zip(halves) {
            (*a, *b) = square(*a, *b, turn * w);
        }
    }
}

for_each_isa! {
    /// A row that mirrors itself: column `f2` mirrors `(offset - f2) mod columns`.
    fn square_alone(row: &mut [C64], halves: &[C64], turn: C64, offset: usize) {
        let columns = row.len();
        for f in 0..columns {
            let g = (offset + columns - f) % columns;
            if f <= g {
                let (p, q) = square(row[f], row[g], turn * halves[f]);
                row[f] = p;
                if f != g {
                    row[g] = q;
                }
            }
        }
    }
}
