//! Where the kernels' rows come from: contiguous rows directly, anything else staged.

use crate::lanes::{Kernel, LANES, Lanes, prefetch};
use ndarray::{ArrayView2, Axis};
use std::array::from_fn;
use std::ops::Range;

/// Rows of a row-major matrix, from one of its values on.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    values: &'a [f64],
    stride: usize,
}

impl<'a> Rows<'a> {
    #[inline(always)]
    pub fn new(values: &'a [f64], first: usize, stride: usize) -> Self {
        Self {
            values: &values[first..],
            stride,
        }
    }

    /// The first `V` vectors of a row.
    #[inline(always)]
    pub fn at<L: Lanes, const V: usize>(&self, row: usize) -> [L; V] {
        let (row, _) = self.values[row * self.stride..][..LANES * V].as_chunks::<LANES>();
        from_fn(|v| L::load(&row[v]))
    }
}

/// Brings the next tile near while this one is computed: a little at every row, in the order
/// in which it lies in memory.
#[derive(Clone, Copy)]
pub(crate) struct Fetch<'a> {
    /// From the next tile's first row on; may be empty.
    pub signal: &'a [f64],
    pub returns: &'a [f64],
    pub stride: usize,
    /// Groups of `V` vectors in a row.
    pub groups: usize,
    pub row: usize,
    pub group: usize,
}

impl Fetch<'_> {
    /// Fetch the next group's share of a row.
    #[inline(always)]
    pub fn step<const V: usize>(&mut self) {
        let at = self.row * self.stride + self.group * V * LANES;
        for v in 0..V {
            prefetch(self.signal.as_ptr().wrapping_add(at + v * LANES));
            prefetch(self.returns.as_ptr().wrapping_add(at + v * LANES));
        }
        self.group += 1;
        if self.group == self.groups {
            self.group = 0;
            self.row += 1;
        }
    }
}

/// Copy a tile of up to `V` vectors' columns into contiguous rows; missing lanes become 0.
pub(crate) struct Stage<'a, const V: usize> {
    pub matrix: ArrayView2<'a, f64>,
    pub rows: Range<usize>,
    pub columns: Range<usize>,
    /// `rows.len()` rows of `V * LANES` values.
    pub staged: &'a mut [f64],
}

impl<L: Lanes, const V: usize> Kernel<L> for Stage<'_, V> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self {
            matrix,
            rows,
            columns,
            staged,
        } = self;
        let width = LANES * V;
        if columns.len() < width {
            staged[..rows.len() * width].fill(0.0);
        }
        for (v, first) in columns.clone().step_by(LANES).enumerate() {
            let columns = first..columns.end.min(first + LANES);
            let mut staged = staged.chunks_exact_mut(width).map(|row| {
                let (row, _) = row.as_chunks_mut::<LANES>();
                &mut row[v]
            });
            if columns.len() == LANES && matrix.strides()[0] == 1 {
                let series = from_fn(|l| column(&matrix, first + l));
                transpose::<L>(&series, rows.clone(), &mut staged);
            } else {
                for (row, staged) in rows.clone().zip(staged) {
                    for (value, column) in staged.iter_mut().zip(columns.clone()) {
                        *value = matrix[(row, column)];
                    }
                }
            }
        }
    }
}

/// A contiguous column.
#[inline(always)]
fn column<'a>(matrix: &ArrayView2<'a, f64>, column: usize) -> &'a [f64] {
    let column = (*matrix).index_axis_move(Axis(1), column);
    column
        .to_slice()
        .expect("a stride of one makes columns contiguous")
}

/// Eight contiguous series become rows of eight.
#[inline(always)]
fn transpose<'a, L: Lanes>(
    series: &[&[f64]; LANES],
    rows: Range<usize>,
    staged: &mut impl Iterator<Item = &'a mut [f64; LANES]>,
) {
    let count = rows.len();
    let tile: [&[f64]; LANES] = series.map(|series| &series[rows.clone()]);
    for block in (0..count / LANES).map(|block| block * LANES) {
        let mut columns = [L::splat(0.0); LANES];
        for (column, tile) in columns.iter_mut().zip(&tile) {
            let block = &tile[block..][..LANES];
            // The same column's next tile.
            prefetch(block.as_ptr().wrapping_add(count));
            *column = L::load(block.try_into().expect("eight values"));
        }
        for (row, staged) in L::transpose(columns).into_iter().zip(&mut *staged) {
            row.store(staged);
        }
    }
    for (row, staged) in (count / LANES * LANES..count).zip(staged) {
        *staged = from_fn(|l| tile[l][row]);
    }
}
