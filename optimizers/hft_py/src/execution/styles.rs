//! How much each slice should have: one function a style, POV excepted ([`super::rounding::follow`]).

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

/// Implementation shortfall: trades in proportion to `r^(j-1) + r^(2N-j)`, `j = 1..N`.
#[inline(always)]
pub fn shortfall(weights: &mut [f64], r: f64) {
    let mut power = 1.0;
    for weight in weights.iter_mut() {
        *weight = power;
        power *= r;
    }
    for weight in weights.iter_mut().rev() {
        *weight += power;
        power *= r;
    }
}
