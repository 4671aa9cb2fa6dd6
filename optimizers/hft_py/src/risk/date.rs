//! The regression of one date.

use super::gram;
use super::normal::{self, Block};
use super::panel::{Options, Panel};
use super::universe::{benchmark, moments, power, sorted};
use crate::lanes::LANES;

/// What a date without a regression failed by.
pub const TOO_FEW: i64 = 1;
/// Plus the factor that others explain.
pub const COLLINEAR: i64 = 2;

/// Where the results of one date go.
pub struct Slot<'a> {
    pub factor_returns: &'a mut [f64],
    pub specific: &'a mut [f64],
    pub means: &'a mut [f64],
    pub scales: &'a mut [f64],
    pub shares: &'a mut [f64],
    pub r_squared: &'a mut f64,
    pub assets: &'a mut i64,
    pub status: &'a mut i64,
}

/// Room for one date, used again for the next.
pub struct Scratch {
    strided: Vec<f64>,
    benchmark: Vec<f64>,
    finite: Vec<f64>,
    order: Vec<u32>,
    block: Vec<f64>,
    weights: Vec<f64>,
    scaled: Vec<f64>,
    products: Vec<f64>,
}

impl Scratch {
    /// Room for any date of the panel.
    pub fn new(panel: &Panel<'_>) -> Self {
        let rows = panel.assets.next_multiple_of(LANES);
        let columns = gram::padded(panel.styles.len() + 1);
        Self {
            strided: vec![0.0; panel.styles.len() * panel.assets],
            benchmark: vec![0.0; panel.assets],
            finite: vec![0.0; panel.assets],
            order: Vec::with_capacity(panel.assets),
            block: vec![0.0; columns * rows],
            weights: vec![0.0; rows],
            scaled: gram::room(),
            products: vec![0.0; columns * columns],
        }
    }
}

/// Regress the returns of `then + lag` on the exposures of `then`.
pub fn regress(
    panel: &Panel<'_>,
    options: &Options,
    then: usize,
    scratch: &mut Scratch,
    slot: &mut Slot<'_>,
) {
    let now = then + options.lag;
    let returns = panel.date(panel.returns, now);
    let caps = panel.caps.map(|caps| panel.date(caps, then));
    let codes = panel.codes(then);
    let x = panel.exposures(then, &mut scratch.strided);
    benchmark(panel, options, then, &mut scratch.benchmark);
    if let Some(codes) = codes {
        slot.shares.fill(0.0);
        for (code, weight) in codes.iter().zip(&scratch.benchmark) {
            if *code >= 0 {
                slot.shares[*code as usize] += weight;
            }
        }
    }
    if options.standardise {
        let (weights, inside) = (&scratch.benchmark, &mut scratch.finite);
        for (inside, weight) in inside.iter_mut().zip(weights) {
            *inside = f64::from(u8::from(*weight > 0.0));
        }
        let whole = (weights.iter().sum(), inside.iter().sum());
        for ((row, mean), scale) in x.iter().zip(&mut *slot.means).zip(&mut *slot.scales) {
            (*mean, *scale) = moments(row, weights, inside, whole);
        }
    } else {
        slot.means.fill(0.0);
        slot.scales.fill(1.0);
    }

    // NaN where an asset has no return or an exposure is missing.
    let finite = &mut scratch.finite;
    finite.fill(0.0);
    gram::mark_missing(finite, returns);
    for row in &x {
        gram::mark_missing(finite, row);
    }
    let inside = panel.universe.map(|universe| panel.date(universe, now));
    let used = |i: usize| {
        finite[i] == 0.0
            && codes.is_none_or(|codes| codes[i] >= 0)
            && caps.is_none_or(|caps| caps[i] > 0.0 && caps[i].is_finite())
            && inside.is_none_or(|inside| inside[i])
    };
    let starts = sorted(
        panel.assets,
        used,
        codes,
        slot.shares.len(),
        &mut scratch.order,
    );
    let order = &scratch.order;
    *slot.assets = order.len() as i64;
    slot.factor_returns.fill(f64::NAN);
    slot.specific.fill(f64::NAN);
    *slot.r_squared = f64::NAN;
    if order.len() < options.least {
        *slot.status = TOO_FEW;
        return;
    }

    // The block: styles and returns of the assets used, sorted by sector, as columns.
    let stride = order.len().next_multiple_of(LANES);
    let columns = gram::padded(x.len() + 1);
    let block = &mut scratch.block[..columns * stride];
    block[(x.len() + 1) * stride..].fill(0.0);
    for (j, column) in block.chunks_mut(stride).take(x.len() + 1).enumerate() {
        let (row, mean, scale) = match x.get(j) {
            Some(row) => (*row, slot.means[j], slot.scales[j]),
            None => (returns, 0.0, 1.0),
        };
        let factor = 1.0 / scale;
        for (value, &i) in column.iter_mut().zip(order) {
            *value = (row[i as usize] - mean) * factor;
        }
        column[order.len()..].fill(0.0);
    }
    let weights = &mut scratch.weights[..stride];
    weights.fill(0.0);
    for (weight, &i) in weights.iter_mut().zip(order) {
        *weight = caps.map_or(1.0, |caps| {
            power(caps[i as usize], options.regression_power)
        });
    }
    let products = &mut scratch.products;
    products.fill(0.0);
    gram::gram(block, weights, stride, &mut scratch.scaled, products);

    let group = Block {
        columns: block,
        weights,
        stride,
        starts: &starts,
    };
    let (matrix, right) =
        normal::assemble(&group, products, x.len(), slot.shares.len(), options.market);
    let first = usize::from(options.market);
    let found = match normal::solve(&matrix, &right, first, slot.shares, options.market) {
        Ok(found) => found,
        Err(factor) => {
            *slot.status = COLLINEAR + factor as i64;
            return;
        }
    };
    residuals(&x, returns, codes, finite, &found, first, slot);
    let (mut left, mut all) = (0.0, 0.0);
    for (weight, &i) in weights.iter().zip(order) {
        let (e, r) = (slot.specific[i as usize], returns[i as usize]);
        left += weight * e * e;
        all += weight * r * r;
    }
    if all > 0.0 {
        *slot.r_squared = 1.0 - left / all;
    }
    slot.factor_returns.copy_from_slice(&found);
    *slot.status = 0;
}

/// Returns less what the factors explain, of every asset with exposures and a return.
fn residuals(
    x: &[&[f64]],
    returns: &[f64],
    codes: Option<&[i32]>,
    finite: &[f64],
    found: &[f64],
    first: usize,
    slot: &mut Slot<'_>,
) {
    let base = found.len() - x.len();
    let market = if first == 1 { found[0] } else { 0.0 };
    let styles = &found[base..];
    let shift: f64 = (styles.iter().zip(&*slot.means).zip(&*slot.scales))
        .map(|((f, mean), scale)| f * mean / scale)
        .sum();
    for (i, e) in slot.specific.iter_mut().enumerate() {
        // NaN stays where something is missing.
        *e = returns[i] + finite[i] - market + shift;
        if let Some(codes) = codes {
            let code = codes[i];
            *e -= if code >= 0 {
                found[first + code as usize]
            } else {
                f64::NAN
            };
        }
    }
    for ((row, f), scale) in x.iter().zip(styles).zip(&*slot.scales) {
        gram::subtract(slot.specific, f / scale, row);
    }
}
