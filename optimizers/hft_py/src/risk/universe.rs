//! Which assets count on a date, and how much.

use super::gram;
use super::panel::{Options, Panel};

/// Mean by the weights, and deviation from it of the assets inside, each alike; of finite numbers.
///
/// `whole` has the sums of `weights` and of `inside`. A style without deviation is divided by 1.
pub fn moments(row: &[f64], weights: &[f64], inside: &[f64], whole: (f64, f64)) -> (f64, f64) {
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
    // Relative: illiquidity and the like are small numbers. Equal ones leave rounding of the mean.
    let least = 1e-12 * mean.abs();
    (mean, if deviation > least { deviation } else { 1.0 })
}

/// Weights of the benchmark: of assets with a return that day, or of all if none has one.
pub fn benchmark(panel: &Panel<'_>, options: &Options, date: usize, out: &mut [f64]) {
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

pub fn power(cap: f64, exponent: f64) -> f64 {
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
pub fn sorted(
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
