//! The payoff of a simulated path, and its sensitivities.
//!
//! A path pays `D (phi F)+`, where `F` is the average less the strike, or the last price less the
//! average. By the spot, by a shift `x` of the logarithms of all prices but today's, as the first
//! normal makes one, and by volatility and rate, `F` has the derivatives named here:
//!
//! - pathwise delta, vega and rho (Broadie and Glasserman 1996, section 3.1), with
//!   `dS_k / d sigma = S_k h (W_k - b t_k)`, `W_k` the sum of the first `k` normals and `h` the root
//!   of the unit of time, and `dS_k / d rate = S_k t_k`;
//! - theta: the first step becomes shorter and all others stay, so `F` moves by
//!   `-(mu + sigma z_1 / 2 sqrt(dt_1)) F_x`;
//! - gamma: the pathwise delta jumps at the strike, so the second derivative goes over to the
//!   density of the first normal (pathwise times likelihood ratio, Glasserman 2004, section 7.3):
//!   `1(F > 0) (F_ss + z_1 h - dh / dz_1)`, `h = F_s^2 / (b_1 F_x)`. Today's price, where it is
//!   averaged, is in `F_s` and not in `F_x`. With a floating strike that `F > 0` serves the put,
//!   too: in the put's own region `F_x` has roots. A payoff in proportion to the spot has none.
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
    /// The sum of the `W_k` that are observed.
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
    let (drift, weight) = (
        terms.power * terms.drift * plan.total / plan.count,
        sign * terms.power * terms.deviation / plan.count,
    );
    let (unit, struck) = (terms.phi * terms.spot, terms.phi * terms.strike);
    let past = terms.past / terms.spot;
    let mix = |to: &mut f64, mean: f64| {
        let gap = unit * mean - struck;
        let value = terms.discount * if gap > 0.0 { gap } else { 0.0 };
        *to = if twin { 0.5 * (*to + value) } else { value };
    };
    for i in 0..TILE {
        mix(
            &mut out.payoff[i],
            past + terms.weight * ((plan.leading + walk.sum_of(i)) / plan.count),
        );
        if CONTROL {
            let area = normals.area[i].widen();
            mix(
                &mut out.control[i],
                terms.level * double::exp::<FUSED>(weight * area + drift),
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
    let (leading, count, b) = (plan.leading, plan.count, terms.deviation);
    let (power, weight) = (terms.power, terms.weight);
    // The mean and the last price are over the spot, and so is what is known of the average.
    let past = terms.past / terms.spot;
    let (unit, scale) = (terms.phi * terms.spot, terms.discount * terms.phi);
    let worth = |mean: f64, last: f64| {
        let gap = if terms.floating {
            unit * (last - mean)
        } else {
            unit * mean - terms.phi * terms.strike
        };
        terms.discount * if gap > 0.0 { gap } else { 0.0 }
    };
    let share = |to: &mut f64, value: f64| {
        *to = if twin { 0.5 * (*to + value) } else { value };
    };
    let (drift, spread) = (power * terms.drift * plan.total / count, power * b / count);
    let root = plan.first.sqrt();
    for i in 0..TILE {
        let w = sign * normals.last[i].widen();
        let area = sign * normals.area[i].widen();
        let geometric = if control || !terms.arithmetic {
            terms.level * double::exp::<FUSED>(spread * area + drift)
        } else {
            0.0
        };
        let sum = walk.sum_of(i);
        let (mean, last) = if terms.arithmetic {
            let last = walk.level[i].widen() * plan.last_drift;
            (past + weight * ((leading + sum) / count), last)
        } else if terms.floating {
            let last = double::exp::<FUSED>(b * w + terms.drift * plan.last);
            (geometric, last)
        } else {
            (geometric, 0.0)
        };
        let payoff = worth(mean, last);
        share(&mut out.payoff[i], payoff);
        if control {
            share(&mut out.control[i], worth(geometric, last));
        }
        if greeks {
            let mut f = if terms.arithmetic {
                let moving = sum * (weight / count);
                Slopes {
                    s: mean - past,
                    x: moving,
                    ss: 0.0,
                    sx: moving,
                    xx: moving,
                    sigma: walk.slope_of(i) * (weight / count),
                    rate: walk.timed_of(i) * (weight / count),
                }
            } else {
                let moved = power * plan.observed / count;
                Slopes {
                    s: mean * power,
                    x: mean * moved,
                    ss: mean * power * (power - 1.0),
                    sx: mean * power * moved,
                    xx: mean * moved * moved,
                    sigma: mean * (area - b * plan.total) * (power / count),
                    rate: mean * plan.total * (power / count),
                }
            };
            if terms.floating {
                f = Slopes {
                    s: last - f.s,
                    x: last - f.x,
                    ss: -f.ss,
                    sx: last - f.sx,
                    xx: last - f.xx,
                    sigma: last * (w - b * plan.last) - f.sigma,
                    rate: last * plan.last - f.rate,
                };
            }
            let held = if payoff > 0.0 { scale } else { 0.0 };
            let z = sign * normals.first[i].widen();
            let speed = (terms.drift + 0.5 * b * z / root) / terms.unit;
            let gamma = if b == 0.0 || terms.proportional() {
                0.0
            } else {
                let region = match (terms.floating, last > mean) {
                    (true, true) => terms.discount,
                    (true, false) => 0.0,
                    (false, _) => held,
                };
                let moved = if region == 0.0 {
                    0.0
                } else {
                    let ratio = f.s / f.x;
                    ratio * (f.s * z / (b * root) - 2.0 * f.sx + ratio * f.xx)
                };
                (region * moved + held * f.ss) / terms.spot
            };
            share(&mut out.delta[i], held * f.s);
            share(
                &mut out.vega[i],
                held * f.sigma * terms.spot * plan.root_step,
            );
            share(&mut out.gamma[i], gamma);
            share(
                &mut out.theta[i],
                terms.rate * payoff - held * f.x * terms.spot * speed,
            );
            share(
                &mut out.rho[i],
                held * f.rate * terms.spot * terms.unit - terms.maturity * payoff,
            );
        }
    }
}

/// Derivatives of `F` over the spot, for a spot of 1: see above.
struct Slopes {
    s: f64,
    x: f64,
    ss: f64,
    sx: f64,
    xx: f64,
    /// In units of the root of the unit of time.
    sigma: f64,
    /// In the unit of time.
    rate: f64,
}
