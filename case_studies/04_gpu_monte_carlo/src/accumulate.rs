//! From the samples of a tile to the sums of a block.
//!
//! Eight partial sums a moment, in the order of the paths: vector code on every instruction
//! set, and the same bits on all of them.

use crate::tile::TILE;

/// Sums of a block: `n`, and of `Y, Y^2, C, C^2, Y C`.
pub const MOMENTS: usize = 6;
/// The same with greeks: ten more, of each in the order of [`Samples`] and its square.
pub const MOMENTS_WITH_GREEKS: usize = 16;

const LANES: usize = 8;

/// The payoffs of the paths of a tile; the mean of each pair with antithetic partners.
pub(crate) struct Samples {
    /// The discounted payoff, `Y`.
    pub(crate) payoff: [f64; TILE],
    /// The discounted payoff on the geometric average, `C`.
    pub(crate) control: [f64; TILE],
    /// Pathwise delta, `D`.
    pub(crate) delta: [f64; TILE],
    /// Pathwise vega, `V`.
    pub(crate) vega: [f64; TILE],
    /// Gamma, `G`.
    pub(crate) gamma: [f64; TILE],
    /// Pathwise theta, `T`.
    pub(crate) theta: [f64; TILE],
    /// Pathwise rho, `R`.
    pub(crate) rho: [f64; TILE],
}

impl Samples {
    pub(crate) const ZERO: Self = Self {
        payoff: [0.0; TILE],
        control: [0.0; TILE],
        delta: [0.0; TILE],
        vega: [0.0; TILE],
        gamma: [0.0; TILE],
        theta: [0.0; TILE],
        rho: [0.0; TILE],
    };
}

/// Running sums of one option over a block.
#[derive(Clone)]
pub(crate) struct Sums([[f64; LANES]; MOMENTS_WITH_GREEKS]);

impl Sums {
    pub(crate) const ZERO: Self = Self([[0.0; LANES]; MOMENTS_WITH_GREEKS]);

    #[inline(always)]
    pub(crate) fn add(&mut self, samples: &Samples, control: bool, greeks: bool) {
        let [n, y, y2, c, c2, yc, d, d2, v, v2, g, g2, t, t2, r, r2] = &mut self.0;
        add_powers(&samples.payoff, y, y2);
        for lane in n.iter_mut() {
            *lane += (TILE / LANES) as f64;
        }
        if control {
            add_powers(&samples.control, c, c2);
            for at in (0..TILE).step_by(LANES) {
                for (l, sum) in yc.iter_mut().enumerate() {
                    *sum += samples.payoff[at + l] * samples.control[at + l];
                }
            }
        }
        if greeks {
            add_powers(&samples.delta, d, d2);
            add_powers(&samples.vega, v, v2);
            add_powers(&samples.gamma, g, g2);
            add_powers(&samples.theta, t, t2);
            add_powers(&samples.rho, r, r2);
        }
    }

    /// The totals, into [`MOMENTS`] or [`MOMENTS_WITH_GREEKS`] numbers.
    pub(crate) fn totals(&self, out: &mut [f64]) {
        for (total, [a, b, c, d, e, f, g, h]) in out.iter_mut().zip(self.0) {
            *total = ((a + e) + (c + g)) + ((b + f) + (d + h));
        }
    }
}

#[inline(always)]
fn add_powers(values: &[f64; TILE], first: &mut [f64; LANES], second: &mut [f64; LANES]) {
    for at in (0..TILE).step_by(LANES) {
        for l in 0..LANES {
            let value = values[at + l];
            first[l] += value;
            second[l] += value * value;
        }
    }
}
