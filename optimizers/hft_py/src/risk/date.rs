//! The regression of one date.

use super::gram;
use super::normal;
use super::panel::{Options, Panel};
use crate::hmm::lanes::LANES;

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
    slot: Slot<'_>,
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
    gram::spoil(finite, returns);
    for row in &x {
        gram::spoil(finite, row);
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

    let (matrix, right) = assemble(
        block,
        weights,
        stride,
        products,
        &starts,
        x.len(),
        slot.shares.len(),
        options.market,
    );
    let first = usize::from(options.market);
    let found = match normal::solve(&matrix, &right, first, slot.shares, options.market) {
        Ok(found) => found,
        Err(factor) => {
            *slot.status = COLLINEAR + factor as i64;
            return;
        }
    };
    residuals(
        &x,
        returns,
        codes,
        finite,
        &found,
        first,
        slot.means,
        slot.scales,
        slot.specific,
    );
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

/// Mean by the weights, and deviation from it of the assets inside, each alike; of finite numbers.
///
/// `whole` has the sums of `weights` and of `inside`. A style without deviation is divided by 1.
fn moments(row: &[f64], weights: &[f64], inside: &[f64], whole: (f64, f64)) -> (f64, f64) {
    let (mut weighted, (mut weight, mut count)) = (gram::dot(row, weights), whole);
    let (mean, squares);
    if weighted.is_finite() {
        mean = weighted / if weight > 0.0 { weight } else { 1.0 };
        squares = gram::squares(row, inside, mean);
    } else {
        // Something is missing: sums over what is there.
        let there = || {
            let all = row.iter().zip(weights);
            all.filter(|(x, w)| **w > 0.0 && x.is_finite())
        };
        (weighted, weight, count) = (0.0, 0.0, 0.0);
        for (x, w) in there() {
            weighted += w * x;
            weight += w;
            count += 1.0;
        }
        mean = weighted / if weight > 0.0 { weight } else { 1.0 };
        squares = there().map(|(x, _)| (x - mean) * (x - mean)).sum();
    }
    let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
    (mean, if deviation > 1e-12 { deviation } else { 1.0 })
}

/// Weights of the benchmark: of assets with a return that day, or of all if none has one.
fn benchmark(panel: &Panel<'_>, options: &Options, date: usize, out: &mut [f64]) {
    let returns = panel.date(panel.returns, date);
    let caps = panel.caps.map(|caps| panel.date(caps, date));
    let universe = panel.universe.map(|universe| panel.date(universe, date));
    for traded in [true, false] {
        let mut total = 0.0;
        for (i, weight) in out.iter_mut().enumerate() {
            let cap = caps.map_or(1.0, |caps| caps[i]);
            let chosen = cap > 0.0
                && cap.is_finite()
                && universe.is_none_or(|universe| universe[i])
                && (returns[i].is_finite() || !traded);
            *weight = if chosen {
                power(cap, options.benchmark_power)
            } else {
                0.0
            };
            total += *weight;
        }
        if total > 0.0 {
            return;
        }
    }
}

fn power(cap: f64, exponent: f64) -> f64 {
    if exponent == 0.5 {
        cap.sqrt()
    } else if exponent == 1.0 {
        cap
    } else if exponent == 0.0 {
        1.0
    } else {
        cap.powf(exponent)
    }
}

/// The assets used, sorted by sector, and where each sector begins; one group without sectors.
fn sorted(
    assets: usize,
    used: impl Fn(usize) -> bool,
    codes: Option<&[i32]>,
    sectors: usize,
    order: &mut Vec<u32>,
) -> Vec<usize> {
    let group = |i: usize| codes.map_or(0, |codes| codes[i] as usize);
    let mut starts = vec![0; sectors.max(1) + 1];
    let mut chosen = Vec::with_capacity(assets);
    for i in (0..assets).filter(|&i| used(i)) {
        chosen.push(i as u32);
        starts[group(i) + 1] += 1;
    }
    for s in 1..starts.len() {
        starts[s] += starts[s - 1];
    }
    let mut next = starts.clone();
    order.clear();
    order.resize(chosen.len(), 0);
    for i in chosen {
        let place = &mut next[group(i as usize)];
        order[*place] = i;
        *place += 1;
    }
    starts
}

/// `X' W X` and `X' W y` of market, sectors and styles, in this order; the lower triangle.
///
/// Ones and one-hot columns are not formed: their products are sums over sectors.
fn assemble(
    block: &[f64],
    weights: &[f64],
    stride: usize,
    products: &[f64],
    starts: &[usize],
    styles: usize,
    sectors: usize,
    market: bool,
) -> (Vec<f64>, Vec<f64>) {
    let (first, with_sectors) = (usize::from(market), sectors > 0);
    let columns = gram::padded(styles + 1);
    let base = first + sectors;
    let k = base + styles;
    let mut matrix = vec![0.0; k * k];
    let mut right = vec![0.0; k];
    for s in 0..starts.len() - 1 {
        let range = starts[s]..starts[s + 1];
        let w = &weights[range.clone()];
        let total: f64 = w.iter().sum();
        let rows = [market.then_some(0), with_sectors.then_some(first + s)];
        for row in rows.into_iter().flatten() {
            matrix[row * k + row] += total;
        }
        if market && with_sectors {
            matrix[(first + s) * k] = total;
        }
        for j in 0..=styles {
            let column = &block[j * stride..][range.clone()];
            let sum = gram::dot(w, column);
            for row in rows.into_iter().flatten() {
                if j < styles {
                    matrix[(base + j) * k + row] += sum;
                } else {
                    right[row] += sum;
                }
            }
        }
    }
    for j in 0..styles {
        for i in 0..=j {
            matrix[(base + j) * k + base + i] = products[j * columns + i];
        }
        right[base + j] = products[styles * columns + j];
    }
    (matrix, right)
}

/// Returns less what the factors explain, of every asset with exposures and a return.
#[allow(clippy::too_many_arguments)]
fn residuals(
    x: &[&[f64]],
    returns: &[f64],
    codes: Option<&[i32]>,
    finite: &[f64],
    found: &[f64],
    first: usize,
    means: &[f64],
    scales: &[f64],
    out: &mut [f64],
) {
    let base = found.len() - x.len();
    let market = if first == 1 { found[0] } else { 0.0 };
    let styles = &found[base..];
    let shift: f64 = (styles.iter().zip(means).zip(scales))
        .map(|((f, mean), scale)| f * mean / scale)
        .sum();
    for (i, e) in out.iter_mut().enumerate() {
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
    for ((row, f), scale) in x.iter().zip(styles).zip(scales) {
        gram::subtract(out, f / scale, row);
    }
}
