//! Emissions: densities of observations under each state, block by block.
//!
//! A state's parameters are a row of the model's `theta`: see [`Kind`](super::Kind).

mod constants;
mod densities;
mod partial;
mod priors;
mod statistics;
mod update;

pub use priors::Priors;
pub use statistics::Statistics;
pub(crate) use update::EMPTY;
pub use update::{Degrees, update};

use constants::{constants, widest};

pub(crate) use crate::portfolio::linear::cholesky;

use super::model::{Kind, Model};
use crate::Error;
use crate::lanes::{LANES, Lanes};
use crate::math;

/// Rows worked on at once: they and their densities stay in the first cache.
pub const BLOCK: usize = 128;
/// Logarithms of densities are not below this, so that their differences are numbers.
pub(crate) const MIN_LOG_DENSITY: f64 = -1e300;

/// Memory of one thread's densities; `O(K + D)`.
pub struct Scratch {
    pub(crate) logs: Vec<f64>,
    pub(crate) columns: Vec<f64>,
    pub(crate) work: Vec<f64>,
    largest: Vec<f64>,
}

impl Scratch {
    /// For so many states and columns.
    pub fn new(states: usize, dimension: usize) -> Self {
        Self {
            logs: vec![0.0; states * BLOCK],
            columns: vec![0.0; dimension * BLOCK],
            work: vec![0.0; dimension * BLOCK],
            largest: vec![0.0; BLOCK],
        }
    }

    /// What the rows of the last block were divided by, as logarithms.
    pub(crate) fn largest(&self) -> &[f64] {
        &self.largest
    }
}

/// A model's emission, with what its densities need worked out once.
pub struct Emission<'a> {
    pub(crate) model: &'a Model,
    /// Per state: a constant, then what the kind needs.
    table: Vec<Vec<f64>>,
    /// A state whose density no other exceeds by much, wherever the observation lies.
    widest: Option<usize>,
}

impl<'a> Emission<'a> {
    /// Work out the constants.
    ///
    /// # Errors
    /// A covariance matrix is not positive definite.
    pub fn new(model: &'a Model) -> Result<Self, Error> {
        let rows = (0..model.states()).map(|k| constants(model, model.row(k)));
        Ok(Self {
            model,
            table: rows.collect::<Result<_, _>>()?,
            widest: widest(model),
        })
    }

    /// Logarithms of densities of up to [`BLOCK`] rows: state `k` at row `t` in
    /// `scratch.logs[k * BLOCK + t]`; of the known columns where some are missing, 0 where all are,
    /// and up to the end of the last tile.
    pub fn logs(&self, x: &[f64], scratch: &mut Scratch) {
        let d = self.model.dimension;
        let rows = x.len() / d;
        let padded = rows.next_multiple_of(LANES);
        if d > 1 {
            transpose(x, d, &mut scratch.columns);
        }
        for (k, table) in self.table.iter().enumerate() {
            let row = self.model.row(k);
            let out = &mut scratch.logs[k * BLOCK..k * BLOCK + padded];
            let (present, rest) = out.split_at_mut(rows);
            rest.fill(0.0);
            match self.model.kind {
                Kind::Gaussian if d == 1 => {
                    densities::gaussian(x, row[0], table[0], table[1], present);
                }
                Kind::Gaussian => {
                    present.fill(table[0]);
                    for (i, half) in table[1..].iter().enumerate() {
                        let column = &scratch.columns[i * BLOCK..][..rows];
                        densities::add_gaussian(column, row[i], *half, present);
                    }
                }
                Kind::GaussianFull => densities::whitened(
                    &scratch.columns,
                    &row[..d],
                    table,
                    &mut scratch.work,
                    if d == 1 { Some(x) } else { None },
                    present,
                ),
                Kind::StudentT => {
                    densities::student_t(x, row[0], table[1], table[2], table[0], present);
                }
                Kind::Categorical => densities::categorical(x, table, present),
            }
        }
        if has_nan(x) {
            for (t, row) in x.chunks_exact(d).enumerate() {
                if row.iter().any(|v| v.is_nan()) {
                    let partial = partial::is_partial(row);
                    for k in 0..self.table.len() {
                        scratch.logs[k * BLOCK + t] = if partial {
                            partial::log_density(self.model, k, row)
                        } else {
                            0.0
                        };
                    }
                }
            }
        }
    }

    /// Densities over the largest of their row, as tiles; the sum of the logarithms of these.
    ///
    /// Where one state's density is nearly the largest everywhere, it stands for the largest: one
    /// exponential less.
    pub fn relative(&self, x: &[f64], scratch: &mut Scratch, out: &mut [Lanes]) -> f64 {
        self.logs(x, scratch);
        let rows = x.len() / self.model.dimension;
        relative(
            &mut scratch.logs,
            &mut scratch.largest,
            self.table.len(),
            self.widest,
            rows.div_ceil(LANES),
            out,
        )
    }

    /// The same for a whole sequence: `out` has room for all its tiles.
    pub fn relative_all(&self, x: &[f64], scratch: &mut Scratch, out: &mut [Lanes]) -> f64 {
        let (d, k) = (self.model.dimension, self.table.len());
        let blocks = x.chunks(BLOCK * d);
        let places = out.chunks_mut(BLOCK / LANES * k);
        blocks
            .zip(places)
            .map(|(rows, place)| self.relative(rows, scratch, place))
            .sum()
    }
}

native::for_each_isa! {
    for FUSED
    fn relative(
        logs: &mut [f64],
        largest: &mut [f64],
        states: usize,
        widest: Option<usize>,
        tiles: usize,
        out: &mut [Lanes],
    ) -> f64 {
        let times = tiles * LANES;
        let largest = &mut largest[..times];
        let first = widest.unwrap_or(0);
        largest.copy_from_slice(&logs[first * BLOCK..first * BLOCK + times]);
        let others = if widest.is_some() { 0..0 } else { 1..states };
        for k in others {
            for (most, log) in largest.iter_mut().zip(&logs[k * BLOCK..k * BLOCK + times]) {
                *most = if *log > *most { *log } else { *most };
            }
        }
        for k in 0..states {
            if widest == Some(k) {
                for tile in out.chunks_exact_mut(states).take(tiles) {
                    tile[k] = Lanes::splat(1.0);
                }
                continue;
            }
            let column = &mut logs[k * BLOCK..k * BLOCK + times];
            for (log, most) in column.iter_mut().zip(largest.iter()) {
                *log = math::exp::<FUSED>(*log - *most);
            }
            for (tile, eight) in out.chunks_exact_mut(states).zip(column.chunks_exact(LANES)) {
                tile[k].0.copy_from_slice(eight);
            }
        }
        let mut sum = Lanes::ZERO;
        for eight in largest.chunks_exact(LANES) {
            for (total, most) in sum.0.iter_mut().zip(eight) {
                *total += most;
            }
        }
        sum.total()
    }
}

fn has_nan(x: &[f64]) -> bool {
    x.iter().fold(false, |found, v| found | v.is_nan())
}

/// Columns of up to [`BLOCK`] rows, each contiguous.
pub(crate) fn transpose(x: &[f64], dimension: usize, columns: &mut [f64]) {
    for (t, row) in x.chunks_exact(dimension).enumerate() {
        for (i, value) in row.iter().enumerate() {
            columns[i * BLOCK + t] = *value;
        }
    }
}
