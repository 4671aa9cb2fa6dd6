//! Where eight assets' rows come from: straight from contiguous rows, or staged.

use crate::lanes::{LANES, Lanes};
use ndarray::ArrayView2;
use std::ops::Range;

/// Eight values of one row, if the row is contiguous in memory.
#[inline(always)]
pub(crate) fn direct<L: Lanes>(matrix: &ArrayView2<'_, f64>, row: usize, column: usize) -> L {
    let row = matrix.row(row).to_slice().expect("rows are contiguous");
    L::load(
        row[column..column + LANES]
            .try_into()
            .expect("eight values"),
    )
}

/// Copy `rows` x `columns` (at most eight) into rows of eight lanes; missing lanes are 0.
#[inline(always)]
pub(crate) fn stage<L: Lanes>(
    matrix: &ArrayView2<'_, f64>,
    rows: Range<usize>,
    columns: Range<usize>,
    staged: &mut [[f64; LANES]],
) {
    let width = columns.len();
    if matrix.strides()[0] == 1 && matrix.nrows() > 1 {
        const NONE: &[f64] = &[];
        let mut series = [NONE; LANES];
        for (series, column) in series.iter_mut().zip(columns) {
            let column = matrix.index_axis_move(column);
            *series = &column[rows.clone()];
        }
        let count = rows.len();
        let mut done = 0;
        if width == LANES {
            while done + LANES <= count {
                let block = std::array::from_fn(|l| {
                    L::load(series[l][done..done + LANES].try_into().expect("eight"))
                });
                let block = L::transpose(block);
                for (row, to) in block.into_iter().zip(&mut staged[done..done + LANES]) {
                    row.store(to);
                }
                done += LANES;
            }
        }
        for (i, to) in staged[..count].iter_mut().enumerate().skip(done) {
            *to = [0.0; LANES];
            for (to, series) in to[..width].iter_mut().zip(&series) {
                *to = series[i];
            }
        }
    } else {
        for (row, to) in rows.zip(staged) {
            *to = [0.0; LANES];
            for (l, column) in columns.clone().enumerate() {
                to[l] = matrix[(row, column)];
            }
        }
    }
}

/// A column as a slice that lives as long as the matrix.
trait Series<'a> {
    fn index_axis_move(&self, column: usize) -> &'a [f64];
}

impl<'a> Series<'a> for ArrayView2<'a, f64> {
    #[inline(always)]
    fn index_axis_move(&self, column: usize) -> &'a [f64] {
        self.clone()
            .index_axis_move(ndarray::Axis(1), column)
            .to_slice()
            .expect("columns are contiguous")
    }
}
