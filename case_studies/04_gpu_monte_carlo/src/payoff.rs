//! The payoff of a simulated path, and its sensitivities.
//!
//! With the average `A`, the last price `S_n`, the exercise indicator `1`, `W_k` the sum of
//! the first `k` normals and `h` the root of a step:
//!
//! - pathwise delta: all prices are proportional to the spot, so `A / S_0` takes the payoff's
//!   place (Broadie and Glasserman 1996, section 3.1);
//! - pathwise vega: `dS_k / d sigma = S_k h (W_k - b k)`;
//! - gamma: the pathwise delta jumps at the strike, so the second derivative goes over to the
//!   density of the first normal (pathwise times likelihood ratio, Glasserman 2004,
//!   section 7.3). A spot inside the average does not move with that normal; the weight below
//!   allows for it and without it is `z_1 / b - 1`. With a floating strike the price is
//!   proportional to the spot: gamma is zero.
//!
//! Control: the same payoff on the geometric average (Kemna and Vorst 1990), whose logarithm
//! needs only the sum of the `W_k`.

use crate::accumulate::Samples;
use crate::normal::double;
use crate::plan::Plan;
use crate::precision::Real;
use crate::step::Walk;
use crate::tile::TILE;

/// The normals of a tile of paths, summed.
pub(crate) struct Normals<'a, F> {
    /// `z_1`.
    pub(crate) first: &'a [F; TILE],
    /// `W_n`.
    pub(crate) last: &'a [F; TILE],
    /// The sum of `W_1 .. W_n`.
    pub(crate) area: &'a [F; TILE],
}

/// Set, or with `twin` average in, the samples of a tile.
#[inline(always)]
pub(crate) fn price<F: Real, const FUSED: bool>(
    plan: &Plan<F>,
    walk: &Walk<F>,
    normals: &Normals<'_, F>,
    twin: bool,
    control: bool,
    greeks: bool,
    out: &mut Samples,
) {
    let plain = plan.terms.arithmetic && !plan.terms.floating && !greeks;
    // The usual kind in a loop of its own, which becomes vector code.
    match (plain, control) {
        (true, false) => fixed::<F, FUSED, false>(plan, walk, normals, twin, out),
        (true, true) => fixed::<F, FUSED, true>(plan, walk, normals, twin, out),
        (false, _) => any::<F, FUSED>(plan, walk, normals, twin, control, greeks, out),
    }
}

/// An arithmetic average with a fixed strike, no sensitivities.
#[inline(always)]
fn fixed<F: Real, const FUSED: bool, const CONTROL: bool>(
    plan: &Plan<F>,
    walk: &Walk<F>,
    normals: &Normals<'_, F>,
    twin: bool,
    out: &mut Samples,
) {
    let terms = &plan.terms;
    let sign = if twin { -1.0 } else { 1.0 };
    let steps = plan.observations * (plan.observations + 1.0) / 2.0;
    let (drift, weight) = (
        terms.drift * steps / plan.count,
        sign * terms.deviation / plan.count,
    );
    let (unit, struck) = (terms.phi * terms.spot, terms.phi * terms.strike);
    let mix = |to: &mut f64, mean: f64| {
        let gap = unit * mean - struck;
        let value = terms.discount * if gap > 0.0 { gap } else { 0.0 };
        *to = if twin { 0.5 * (*to + value) } else { value };
    };
    for i in 0..TILE {
        mix(
            &mut out.payoff[i],
            (plan.leading + walk.sum_of(i)) / plan.count,
        );
        if CONTROL {
            let area = normals.area[i].widen();
            mix(
                &mut out.control[i],
                double::exp::<FUSED>(weight * area + drift),
            );
        }
    }
}

/// Every other kind.
#[inline(always)]
fn any<F: Real, const FUSED: bool>(
    plan: &Plan<F>,
    walk: &Walk<F>,
    normals: &Normals<'_, F>,
    twin: bool,
    control: bool,
    greeks: bool,
    out: &mut Samples,
) {
    let sign = if twin { -1.0 } else { 1.0 };
    let terms = &plan.terms;
    let (n, leading, count, b) = (plan.observations, plan.leading, plan.count, terms.deviation);
    let steps = n * (n + 1.0) / 2.0;
    let (drift, weight) = (terms.drift * steps / count, b / count);
    // The whole payoff scales with the spot, the strike being the exception.
    let (unit, scale) = (terms.phi * terms.spot, terms.discount * terms.phi);
    let worth = |mean: f64, last: f64| {
        let gap = if terms.floating {
            unit * (last - mean)
        } else {
            unit * mean - terms.phi * terms.strike
        };
        if gap > 0.0 { gap } else { 0.0 }
    };
    let share = |to: &mut f64, value: f64| {
        *to = if twin { 0.5 * (*to + value) } else { value };
    };
    for i in 0..TILE {
        let w = sign * normals.last[i].widen();
        let area = sign * normals.area[i].widen();
        let geometric = if control || !terms.arithmetic {
            double::exp::<FUSED>(weight * area + drift)
        } else {
            0.0
        };
        let (mean, last) = if terms.arithmetic {
            let last = walk.level[i].widen() * plan.last_drift;
            ((leading + walk.sum_of(i)) / count, last)
        } else if terms.floating {
            (geometric, double::exp::<FUSED>(b * w + terms.drift * n))
        } else {
            (geometric, 0.0)
        };
        let payoff = worth(mean, last);
        share(&mut out.payoff[i], terms.discount * payoff);
        if control {
            share(&mut out.control[i], terms.discount * worth(geometric, last));
        }
        if greeks {
            let exercised = if payoff > 0.0 { scale } else { 0.0 };
            let slope = if terms.arithmetic {
                walk.slope_of(i) / count
            } else {
                geometric * (area - b * steps) / count
            };
            let z = sign * normals.first[i].widen();
            let (delta, vega, gamma) = if terms.floating {
                (last - mean, last * (w - b * n) - slope, 0.0)
            } else {
                // How far the average moves with the first normal, relative to `b`.
                let moved = if terms.arithmetic {
                    mean * count - leading
                } else {
                    n / count
                };
                let weight = if terms.arithmetic {
                    (z * (leading + moved) / b - (moved - leading)) / moved
                } else {
                    z / (b * moved) - 1.0
                };
                (
                    mean,
                    slope,
                    if b > 0.0 {
                        mean * weight / terms.spot
                    } else {
                        0.0
                    },
                )
            };
            share(&mut out.delta[i], exercised * delta);
            share(
                &mut out.vega[i],
                exercised * vega * terms.spot * plan.root_step,
            );
            share(&mut out.gamma[i], exercised * gamma);
        }
    }
}
