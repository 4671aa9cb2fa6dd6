//! Mean and covariance of returns in one pass over memory, `O(T n^2)`.
//!
//! Blocks of dates are centred by their own mean while they lie in the first cache, and
//! merged exactly (Chan, Golub and LeVeque, Amer. Statist. 37 (1983), equation 2.1), so a mean far
//! from zero costs no digits. Products are summed in tiles of four by four assets, eight dates side
//! by side. For hundreds of assets a BLAS is faster.

use crate::lanes::{LANES, Lanes};
use native::for_each_isa;

const TILE: usize = 4;

/// Dates in a block.
const BLOCK: usize = 512;
/// From an asset's block to the next: no power of two, or they would share places in the cache.
const STRIDE: usize = BLOCK + LANES;
/// Assets that are copied side by side.
const SOME: usize = 16;

/// Returns of some assets on some dates, two at least.
#[derive(Debug, Clone, Copy)]
pub enum Returns<'a> {
    /// Date by date: the numbers, and how many assets there are.
    Dates(&'a [f64], usize),
    /// A series for each asset, of equal lengths.
    Assets(&'a [&'a [f64]]),
}

impl Returns<'_> {
    /// The numbers of dates and of assets.
    fn shape(&self) -> (usize, usize) {
        match self {
            Self::Dates(values, assets) => (values.len() / assets, *assets),
            Self::Assets(series) => (series[0].len(), series.len()),
        }
    }

    /// What an asset returned on the first date.
    #[inline(always)]
    fn first(&self, asset: usize) -> f64 {
        match self {
            Self::Dates(values, _) => values[asset],
            Self::Assets(series) => series[asset][0],
        }
    }
}

/// The mean, `assets` numbers, and the sample covariance (`T - 1` in the denominator), their square.
///
/// A NaN or an infinity makes the figures of its asset NaN.
pub fn moments(returns: Returns<'_>) -> (Vec<f64>, Vec<f64>) {
    let (dates, n) = returns.shape();
    let blocks = dates.div_ceil(BLOCK);
    let groups = n.div_ceil(TILE);
    let mut means = vec![0.0; blocks * n];
    let mut products = vec![[0.0; TILE * TILE]; groups * (groups + 1) / 2];
    accumulate(returns, &mut means, &mut products);

    let size = |block: usize| (dates - block * BLOCK).min(BLOCK) as f64;
    let mut mean = vec![0.0; n];
    for (block, own) in means.chunks_exact(n).enumerate() {
        for (total, value) in mean.iter_mut().zip(own) {
            *total += size(block) / dates as f64 * value;
        }
    }
    let mut covariance = vec![0.0; n * n];
    for (block, own) in means.chunks_exact(n).enumerate() {
        for i in 0..n {
            let gap = size(block) * (own[i] - mean[i]);
            for (j, sum) in covariance[i * n..][..=i].iter_mut().enumerate() {
                *sum += gap * (own[j] - mean[j]);
            }
        }
    }
    let mut tiles = products.iter();
    for first in 0..groups {
        for (second, tile) in (0..=first).zip(&mut tiles) {
            for (cell, sum) in tile.iter().enumerate() {
                let (i, j) = (first * TILE + cell / TILE, second * TILE + cell % TILE);
                if i < n && j <= i {
                    covariance[i * n + j] += sum;
                }
            }
        }
    }
    for i in 0..n {
        mean[i] += returns.first(i);
        for j in 0..=i {
            covariance[i * n + j] /= dates as f64 - 1.0;
            covariance[j * n + i] = covariance[i * n + j];
        }
    }
    (mean, covariance)
}

for_each_isa! {
    for FUSED
    /// Means of each block less the first date's returns, and products within blocks, centred by them.
    fn accumulate(
        returns: Returns<'_>,
        means: &mut [f64],
        products: &mut [[f64; TILE * TILE]],
    ) {
        let (dates, n) = returns.shape();
        let groups = n.div_ceil(TILE);
        let mut panel = vec![0.0; groups * TILE * STRIDE];
        for (block, mean) in means.chunks_exact_mut(n).enumerate() {
            let start = block * BLOCK;
            let count = (dates - start).min(BLOCK);
            if count < BLOCK {
                panel.fill(0.0);
            }
            centre(returns, start, count, mean, &mut panel);
            let steps = count.div_ceil(LANES);
            let mut tiles = products.iter_mut();
            for first in panel.chunks_exact(TILE * STRIDE) {
                for (second, tile) in panel.chunks_exact(TILE * STRIDE).zip(&mut tiles) {
                    multiply::<FUSED>(first, second, steps, tile);
                    if std::ptr::eq(first, second) {
                        break;
                    }
                }
            }
        }
    }
}

/// Copy a block asset by asset, less its mean; `mean` is told from the first date's return, so that
/// what returns have in common costs no digits and constant ones have no variance at all.
#[inline(always)]
fn centre(returns: Returns<'_>, start: usize, count: usize, mean: &mut [f64], panel: &mut [f64]) {
    if let Returns::Dates(values, n) = returns {
        let rows = &values[start * n..][..count * n];
        for (some, panel) in panel.chunks_mut(SOME * STRIDE).enumerate() {
            let columns = (some * SOME).min(n)..((some + 1) * SOME).min(n);
            for (date, row) in rows.chunks_exact(n).enumerate() {
                let firsts = &values[columns.clone()];
                for (i, (value, first)) in row[columns.clone()].iter().zip(firsts).enumerate() {
                    panel[i * STRIDE + date] = value - first;
                }
            }
        }
    }
    for (i, (mean, own)) in mean
        .iter_mut()
        .zip(panel.chunks_exact_mut(STRIDE))
        .enumerate()
    {
        let own = &mut own[..count];
        if let Returns::Assets(series) = returns {
            let first = series[i][0];
            for (out, value) in own.iter_mut().zip(&series[i][start..]) {
                *out = value - first;
            }
        }
        let (eights, rest) = own.as_chunks::<LANES>();
        let mut sums = [0.0; LANES];
        for eight in eights {
            for (sum, value) in sums.iter_mut().zip(eight) {
                *sum += value;
            }
        }
        let found = (Lanes(sums).total() + rest.iter().sum::<f64>()) / count as f64;
        for value in own {
            *value -= found;
        }
        *mean = found;
    }
}

/// Add the products of four assets with four.
#[inline(always)]
fn multiply<const FUSED: bool>(
    first: &[f64],
    second: &[f64],
    steps: usize,
    tile: &mut [f64; TILE * TILE],
) {
    let (first, second) = (first.as_chunks::<LANES>().0, second.as_chunks::<LANES>().0);
    let mut sums = [Lanes::ZERO; TILE * TILE];
    for step in 0..steps {
        let a: [Lanes; TILE] = std::array::from_fn(|i| Lanes(first[i * (STRIDE / LANES) + step]));
        let b: [Lanes; TILE] = std::array::from_fn(|j| Lanes(second[j * (STRIDE / LANES) + step]));
        for i in 0..TILE {
            for j in 0..TILE {
                sums[i * TILE + j] = a[i].fma::<FUSED>(b[j], sums[i * TILE + j]);
            }
        }
    }
    for (total, sum) in tile.iter_mut().zip(sums) {
        *total += sum.total();
    }
}
