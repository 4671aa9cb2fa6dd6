//! Which method is fastest for `n` observations and `max_lag` lags: a cost model.
//!
//! Direct sums cost a constant per product; the others cost what their transforms cost,
//! which depends on the caches and is therefore a table over lengths, interpolated on
//! logarithmic axes. The shipped figures come from one machine; [`CostModel::measure`] makes
//! a machine's own in about a second.

use crate::Method;
use crate::blocked::block_length;
use std::sync::{LazyLock, RwLock};

/// Logarithms of the first block length and number of block lengths in the table.
pub(crate) const BLOCKS: (u32, usize) = (7, 11);
/// Logarithms of the first transform length and number of transform lengths in the table.
pub(crate) const TRANSFORMS: (u32, usize) = (8, 14);
/// Nanoseconds a piece can take: from a picosecond to some days.
pub(crate) const POSSIBLE: std::ops::RangeInclusive<f64> = 1e-3..=1e15;
/// Numbers in a flat model.
pub const FIGURES: usize = 3 + BLOCKS.1 + TRANSFORMS.1;

/// Nanoseconds of the pieces each method is made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostModel {
    /// Direct: per call, per observation, per product.
    pub direct: [f64; 3],
    /// Blocked: per pair of blocks, for block lengths `2^7, 2^8, ...`.
    pub blocked: [f64; BLOCKS.1],
    /// One transform: per call, for transform lengths `2^8, 2^9, ...`.
    pub transform: [f64; TRANSFORMS.1],
}

impl CostModel {
    /// Figures of the machine the committed results were measured on.
    pub const SHIPPED: Self = Self {
        direct: [190.0, 0.55, 0.0341],
        blocked: [
            671.0, 1490.0, 3280.0, 7190.0, 15_200.0, 33_500.0, 75_500.0, 155e3, 328e3, 852e3,
            2_430e3,
        ],
        transform: [
            821.0, 1580.0, 3100.0, 6420.0, 14_100.0, 30_100.0, 61_500.0, 141e3, 295e3, 640e3,
            1_380e3, 3_180e3, 10_000e3, 22_200e3,
        ],
    };

    /// The expected nanoseconds of one method (`Auto`: of the best).
    #[must_use]
    pub fn cost(&self, method: Method, n: usize, max_lag: usize) -> f64 {
        let count = n as f64;
        match method {
            Method::Direct => {
                let lags = (max_lag + 1) as f64;
                let products = lags * count - if n > 16_384 { 0.0 } else { 0.5 * lags * lags };
                self.direct[0] + self.direct[1] * count + self.direct[2] * products
            }
            Method::Blocked => {
                let block = block_length(max_lag);
                let pairs = n.div_ceil(block).div_ceil(2) as f64;
                // One transform beyond the last pair, and the inverse.
                (pairs + 2.0) * interpolate(&self.blocked, BLOCKS.0, block as f64)
            }
            Method::Fft => {
                let length = crate::transform::transform_length(n, max_lag) as f64;
                interpolate(&self.transform, TRANSFORMS.0, length)
            }
            Method::Auto => self.cost(self.choose(n, max_lag), n, max_lag),
        }
    }

    /// The method with the least expected time.
    #[must_use]
    pub fn choose(&self, n: usize, max_lag: usize) -> Method {
        let cost = |m| self.cost(m, n, max_lag);
        [Method::Direct, Method::Blocked, Method::Fft]
            .into_iter()
            .min_by(|&a, &b| cost(a).total_cmp(&cost(b)))
            .unwrap_or(Method::Direct)
    }

    /// As plain numbers, for storage.
    #[must_use]
    pub fn figures(&self) -> Vec<f64> {
        [&self.direct[..], &self.blocked, &self.transform].concat()
    }

    /// From [`figures`](Self::figures); `None` unless there are [`FIGURES`] numbers that a
    /// machine could have measured.
    #[must_use]
    pub fn from_figures(figures: &[f64]) -> Option<Self> {
        if figures.len() != FIGURES || !figures.iter().all(|f| POSSIBLE.contains(f)) {
            return None;
        }
        let (direct, rest) = figures.split_at(3);
        let (blocked, transform) = rest.split_at(BLOCKS.1);
        Some(Self {
            direct: direct.try_into().ok()?,
            blocked: blocked.try_into().ok()?,
            transform: transform.try_into().ok()?,
        })
    }
}

/// Piecewise linear on logarithmic axes; beyond the table the last slope, before it the
/// first figure: a short transform is mostly the call.
fn interpolate(table: &[f64], first: u32, length: f64) -> f64 {
    let position = (length.log2() - f64::from(first)).max(0.0);
    let below = (position as usize).min(table.len() - 2);
    let share = position - below as f64;
    let (low, high) = (table[below].max(1e-3).ln(), table[below + 1].max(1e-3).ln());
    (low + share * (high - low)).exp()
}

static CURRENT: LazyLock<RwLock<CostModel>> = LazyLock::new(|| RwLock::new(CostModel::SHIPPED));

/// The model in use.
#[must_use]
pub fn current() -> CostModel {
    *CURRENT
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Use another model from now on, in every thread.
pub fn replace(model: CostModel) {
    *CURRENT
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner) = model;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_method_is_chosen_in_its_regime() {
        let model = CostModel::SHIPPED;
        assert_eq!(model.choose(100, 99), Method::Direct);
        assert_eq!(model.choose(10_000_000, 10), Method::Direct);
        assert_eq!(model.choose(10_000_000, 1_000), Method::Blocked);
        assert_eq!(model.choose(1_000_000, 999_999), Method::Fft);
    }

    #[test]
    fn a_model_survives_storage() {
        let model = CostModel::SHIPPED;
        assert_eq!(CostModel::from_figures(&model.figures()), Some(model));
        assert_eq!(CostModel::from_figures(&[1.0]), None);
        for impossible in [f64::NAN, f64::INFINITY, 0.0, 1e-320, 1e308] {
            assert_eq!(CostModel::from_figures(&[impossible; FIGURES]), None);
        }
    }

    #[test]
    fn interpolation_meets_the_table_and_goes_on_beyond_it() {
        let table = [1.0, 2.0, 4.0];
        assert!((interpolate(&table, 3, 16.0) - 2.0).abs() < 1e-12);
        assert!((interpolate(&table, 3, 64.0) - 8.0).abs() < 1e-12);
        assert!((interpolate(&table, 3, 4.0) - 1.0).abs() < 1e-12);
    }
}
