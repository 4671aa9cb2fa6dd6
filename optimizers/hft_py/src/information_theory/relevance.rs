//! The information that each column of a matrix shares with a target, binned as it is read.
//!
//! No bin number is kept: a tile of rows of a column is binned and counted at once, so the matrix
//! is read once for its extremes and once here, and the memory is that of the counts.

use super::binning::{Code, Edges};
use super::estimator::Estimator;
use super::information::{Information, Measure};
use super::matrix::Matrix;
use super::tables::{Cells, Coded};
use crate::Error;
use crate::parallel;
use crate::watch::Watch;

/// Rows of a tile.
const TILE: usize = 256;
/// Columns that a thread takes at a time: of their rows, 256 neighbouring bytes are read together.
const GROUP: usize = 32;

/// What each column, binned by its `edges`, shares with the target; and bits in a unit.
///
/// # Errors
/// What the watcher raised.
pub fn relevance<C: Code>(
    matrix: Matrix<'_>,
    edges: &[Edges<'_>],
    target: Coded<'_, C>,
    estimator: Estimator,
    threads: usize,
    watch: &mut dyn Watch,
) -> Result<(Vec<Information>, f64), Error> {
    let (rows, columns) = matrix.shape;
    let measure = Measure::once(estimator, rows);
    let mut found = vec![Information::default(); columns];
    let mut groups: Vec<_> = found.chunks_mut(GROUP).collect();
    parallel::fill(
        &mut groups,
        threads,
        watch,
        || (),
        |(), group, found| {
            let first = group * GROUP;
            let sizes = |column: usize| [edges[first + column].bins(), target.size, 1];
            let mut counts: Vec<Vec<u32>> = (0..found.len())
                .map(|column| vec![0; sizes(column).iter().product()])
                .collect();
            let (mut values, mut codes) = ([0.0; TILE], [0_u32; TILE]);
            for start in (0..rows).step_by(TILE) {
                let tile = TILE.min(rows - start);
                let of_target = &target.codes[start..start + tile];
                for (column, counts) in counts.iter_mut().enumerate() {
                    let (values, codes) = (&mut values[..tile], &mut codes[..tile]);
                    matrix.read(first + column, start, values);
                    edges[first + column].codes(values, codes);
                    let size = sizes(column)[0];
                    for (code, target) in codes.iter().zip(of_target) {
                        counts[target.index() * size + *code as usize] += 1;
                    }
                }
            }
            for (column, found) in found.iter_mut().enumerate() {
                *found = measure.of_cells(Cells::<C>::Table(&counts[column], sizes(column)));
            }
        },
    )?;
    Ok((found, measure.unit()))
}
