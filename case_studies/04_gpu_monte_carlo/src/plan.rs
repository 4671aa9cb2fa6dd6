//! What one option needs at every step, computed once for a whole run.

use crate::Error;
use crate::error::filled;
use crate::option::Terms;
use crate::precision::Real;

/// Most coefficients of a growth polynomial.
pub(crate) const COEFFICIENTS: usize = 13;

/// How a step's growth `exp(b z)` is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Growth {
    /// Taylor's polynomial of that degree in `z`.
    Four,
    /// The same.
    Seven,
    /// The same.
    Nine,
    /// The same.
    Twelve,
    /// The exponential function, for steps of any size.
    Full,
}

impl Growth {
    /// The cheapest one that is exact for every normal the generator can give.
    ///
    /// A normal from Box-Muller has a largest value, so `b z` has one, and at daily steps it
    /// is so small that the exponential needs no reduction of its argument. The bound is the
    /// first neglected term.
    fn of<F: Real>(deviation: f64) -> Self {
        let largest = deviation * F::LARGEST_NORMAL;
        let neglected = |degree: i32| {
            let factorial: f64 = (1..=degree + 1).map(f64::from).product();
            largest.powi(degree + 1) / factorial
        };
        match () {
            () if neglected(4) <= F::TOLERANCE => Self::Four,
            () if neglected(7) <= F::TOLERANCE => Self::Seven,
            () if neglected(9) <= F::TOLERANCE => Self::Nine,
            () if neglected(12) <= F::TOLERANCE => Self::Twelve,
            () => Self::Full,
        }
    }
}

/// An option, ready to be simulated.
pub(crate) struct Plan<F> {
    pub(crate) terms: Terms,
    pub(crate) growth: Growth,
    /// `b^i / i!`.
    pub(crate) coefficients: [F; COEFFICIENTS],
    pub(crate) deviation: F,
    /// `exp(a k)` for `k = 1 ..`: with the drift outside, a level is a product of `exp(b z)`.
    pub(crate) drifts: Vec<F>,
    /// `b k` for `k = 1 ..`; empty without greeks.
    pub(crate) lags: Vec<F>,
    /// 1 where the average includes the spot, else 0.
    pub(crate) leading: f64,
    pub(crate) observations: f64,
    /// Terms of the average.
    pub(crate) count: f64,
    /// `exp(a n)`.
    pub(crate) last_drift: f64,
    pub(crate) root_step: f64,
}

impl<F: Real> Plan<F> {
    pub(crate) fn new(terms: Terms, observations: usize, greeks: bool) -> Result<Self, Error> {
        let mut coefficients = [F::ONE; COEFFICIENTS];
        let mut value = 1.0;
        for (i, coefficient) in coefficients.iter_mut().enumerate().skip(1) {
            value *= terms.deviation / i as f64;
            *coefficient = F::of(value);
        }
        let leading = f64::from(u8::from(terms.includes_spot));
        // A geometric average is made without walking: no table.
        let steps = if terms.arithmetic { observations } else { 0 };
        let drifts = table(steps, |k| F::of((terms.drift * k).exp()))?;
        let lags = table(if greeks { steps } else { 0 }, |k| {
            F::of(terms.deviation * k)
        })?;
        Ok(Self {
            terms,
            growth: Growth::of::<F>(terms.deviation),
            coefficients,
            deviation: F::of(terms.deviation),
            drifts,
            lags,
            leading,
            observations: observations as f64,
            count: observations as f64 + leading,
            last_drift: (terms.drift * observations as f64).exp(),
            root_step: terms.root_step(),
        })
    }
}

/// A function of `k = 1 ..= steps`, or an error where there is no room for it.
fn table<F: Real>(steps: usize, value: impl Fn(f64) -> F) -> Result<Vec<F>, Error> {
    let mut values = filled(steps as u128, F::ZERO)?;
    for (i, to) in values.iter_mut().enumerate() {
        *to = value((i + 1) as f64);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daily_steps_need_no_reduction() {
        let daily = 0.2 / 252.0_f64.sqrt();
        assert_eq!(Growth::of::<f64>(daily), Growth::Nine);
        assert_eq!(Growth::of::<f32>(daily), Growth::Four);
        assert_eq!(Growth::of::<f64>(2.0 * daily), Growth::Twelve);
        assert_eq!(Growth::of::<f64>(0.2), Growth::Full);
        assert_eq!(Growth::of::<f64>(0.0), Growth::Four);
    }
}
