//! How much each slice should have: one function a style, POV excepted ([`super::rounding::follow`]).

use super::rounding::Block;

/// TWAP: equal slices, moved by draws in (0, 1) by up to `randomise` either way.
#[inline(always)]
pub fn twap(weights: &mut [f64], draws: &[f64], randomise: f64) {
    weights.fill(1.0);
    for (weight, u) in weights.iter_mut().zip(draws) {
        *weight = 1.0 + randomise * (2.0 * u - 1.0);
    }
}

/// `exp(-kappa tau)` of Almgren and Chriss, from `cosh(kappa tau) = 1 + (kappa~ tau)^2 / 2`; NaN
/// where the permanent impact of a slice is as large as the temporary one.
#[inline(always)]
pub fn decay(urgency: f64, permanent: f64, tau: f64) -> f64 {
    let rest = 1.0 - permanent * tau;
    if rest <= 0.0 {
        return f64::NAN;
    }
    let half = 0.5 * tau * (urgency / rest).sqrt();
    let root = (1.0 + half * half).sqrt() + half;
    1.0 / (root * root)
}

/// Implementation shortfall: trades in proportion to `p_j + p_N p_(N-1-j)`, `p_j = r^j`,
/// `j = 0..N-1`; weights beyond the last slice are 0. See the Python file `shortfall`.
#[inline(always)]
pub fn shortfall(weights: &mut [Block<f64>], slices: usize, r: f64) {
    let (two, four) = (r * r, (r * r) * (r * r));
    let short: Block<f64> = [
        1.0,
        r,
        two,
        r * two,
        four,
        r * four,
        two * four,
        r * (two * four),
    ];
    let mut before = 1.0;
    for weights in weights.iter_mut() {
        *weights = std::array::from_fn(|k| before * short[k]);
        before *= four * four;
    }
    let weights = weights.as_flattened_mut();
    let whole = weights[slices - 1] * r;
    for k in 0..slices.div_ceil(2) {
        let (early, late) = (weights[k], weights[slices - 1 - k]);
        weights[k] = early + whole * late;
        weights[slices - 1 - k] = late + whole * early;
    }
    weights[slices..].fill(0.0);
}
