//! The strategy on one row of assets: decide, earn, pay.

use crate::lanes::{LANES, Lanes};
use crate::window::pairs;

/// Thresholds in standard deviations, and the cost of a unit of turnover.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rule {
    /// Long above `k_long` standard deviations.
    pub k_long: f64,
    /// Short below minus `k_short` standard deviations.
    pub k_short: f64,
    /// Cost, as a fraction of the asset's capital, of changing its position by one.
    pub cost: f64,
}

impl Rule {
    /// A rule by its parts.
    #[must_use]
    pub const fn new(k_long: f64, k_short: f64, cost: f64) -> Self {
        Self {
            k_long,
            k_short,
            cost,
        }
    }
}

/// A rule, spread over lanes. `SYMMETRIC`: both thresholds are the same.
#[derive(Clone, Copy)]
pub(crate) struct Thresholds<L, const SYMMETRIC: bool> {
    pairs: L,
    long: L,
    short: L,
    cost: L,
}

impl<L: Lanes, const SYMMETRIC: bool> Thresholds<L, SYMMETRIC> {
    #[inline(always)]
    pub fn new(window: usize, rule: &Rule) -> Self {
        Self {
            pairs: L::splat(pairs(window)),
            long: L::splat(rule.k_long * rule.k_long),
            short: L::splat(rule.k_short * rule.k_short),
            cost: L::splat(rule.cost),
        }
    }

    /// Whether `|x| > k sigma > 0`, asked without a root or a quotient:
    /// `W (W - 1) x^2 > k^2 m` and `m > 0`. Exact wherever the products are, as on small
    /// integers; false where `x` or `m` is NaN or `m` infinite.
    #[inline(always)]
    pub fn active(&self, x: L, m: L) -> L::Mask {
        let k = if SYMMETRIC {
            self.long
        } else {
            x.choose_by_sign(self.long, self.short)
        };
        let positive = m.greater(L::splat(0.0));
        self.pairs.mul(x.mul(x)).greater_where(k.mul(m), positive)
    }
}

/// Capital and position of eight assets between tiles.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct State {
    pub capital: [f64; LANES],
    pub position: [f64; LANES],
}

/// The state of `assets` assets before the first decision; missing lanes own nothing.
pub(crate) fn opening(assets: usize, capital: f64) -> Vec<State> {
    let mut state = vec![State::default(); assets.div_ceil(LANES)];
    for asset in 0..assets {
        state[asset / LANES].capital[asset % LANES] = capital;
    }
    state
}

/// Capital and position of eight assets while rows pass.
#[derive(Clone, Copy)]
pub(crate) struct Account<L> {
    capital: L,
    position: L,
}

impl<L: Lanes> Account<L> {
    #[inline(always)]
    pub fn load(state: &State) -> Self {
        Self {
            capital: L::load(&state.capital),
            position: L::load(&state.position),
        }
    }

    #[inline(always)]
    pub fn store(self, state: &mut State) {
        self.capital.store(&mut state.capital);
        self.position.store(&mut state.position);
    }

    /// Take the sign of `x` as position where `active`, and earn `r` (nothing where NaN);
    /// yields the capital after, and the notional traded before.
    #[inline(always)]
    pub fn step<const SYMMETRIC: bool>(
        &mut self,
        rule: &Thresholds<L, SYMMETRIC>,
        active: L::Mask,
        x: L,
        r: L,
    ) -> (L, L) {
        let position = x.signum_where(active);
        let gain = r.flip_sign_by(x).keep(r.is_number_where(active));
        let change = position.sub(self.position).abs();
        let notional = change.mul(self.capital);
        let growth = L::splat(1.0).add(gain).sub(rule.cost.mul(change));
        self.capital = self.capital.mul(growth).floor_at_zero();
        self.position = position;
        (self.capital, notional)
    }
}
