//! What one option needs at every step, computed once for a whole run.

use crate::Error;
use crate::dates::Dates;
use crate::memory::filled;
use crate::option::Terms;
use crate::precision::Real;

/// Most coefficients of a growth polynomial.
pub(crate) const COEFFICIENTS: usize = 13;

/// Terms of Taylor's series to begin with: the first one left out is below any tolerance
/// wherever a polynomial is taken at all.
const SERIES: usize = 24;

/// How a step's growth `exp(b z)` is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // each is a polynomial in `z` of that degree, but for the last
pub(crate) enum Growth {
    Four,
    Six,
    Eight,
    Ten,
    Twelve,
    /// The exponential function, for steps of any size.
    Full,
}

impl Growth {
    /// The cheapest one right to `F::TOLERANCE` for every normal the generator can give, with
    /// its coefficients.
    ///
    /// A normal from Box-Muller has a largest value, so `b z` has one, and at daily steps it
    /// is so small that the exponential needs no reduction of its argument. Taylor's series is
    /// telescoped (Lanczos, 1938): its highest power goes for the Chebyshev polynomial of that
    /// degree, which is nowhere larger than `2^(1 - k)` times the power's largest value.
    fn of<F: Real>(deviation: f64) -> (Self, [f64; COEFFICIENTS]) {
        let largest = deviation * F::LARGEST_NORMAL;
        // In x / largest, which is within -1 and 1.
        let mut series = [1.0; SERIES];
        for k in 1..SERIES {
            series[k] = series[k - 1] * largest / k as f64;
        }
        let mut dropped = 0.0;
        let mut found = (Self::Full, [0.0; COEFFICIENTS]);
        for degree in (4..SERIES).rev() {
            let growth = match degree {
                4 => Some(Self::Four),
                6 => Some(Self::Six),
                8 => Some(Self::Eight),
                10 => Some(Self::Ten),
                12 => Some(Self::Twelve),
                _ => None,
            };
            if dropped > F::TOLERANCE || largest > 1.0 {
                break;
            }
            if let Some(growth) = growth {
                let mut scale = 1.0;
                let coefficients = std::array::from_fn(|k| {
                    let c = if k <= degree { series[k] * scale } else { 0.0 };
                    scale /= F::LARGEST_NORMAL;
                    c
                });
                found = (growth, coefficients);
            }
            let weight = series[degree] * 0.5_f64.powi(degree as i32 - 1);
            for (k, c) in chebyshev(degree).into_iter().enumerate() {
                series[k] -= weight * c;
            }
            dropped += weight.abs();
        }
        found
    }
}

/// Coefficients of Chebyshev's polynomial of the first kind.
fn chebyshev(degree: usize) -> [f64; SERIES] {
    let mut two = [[0.0; SERIES]; 2];
    (two[0][0], two[1][1]) = (1.0, 1.0);
    for _ in 0..degree {
        let [before, last] = two;
        let next = std::array::from_fn(|k| {
            let raised = if k == 0 { 0.0 } else { 2.0 * last[k - 1] };
            raised - before[k]
        });
        two = [last, next];
    }
    two[0]
}

/// An option, ready to be simulated.
pub(crate) struct Plan<F> {
    pub(crate) terms: Terms,
    pub(crate) growth: Growth,
    /// Of the growth polynomial, in `z`.
    pub(crate) coefficients: [F; COEFFICIENTS],
    pub(crate) deviation: F,
    /// `exp(a t)` for the ends `t` of the steps, 0 where the price is in no average: with the drift
    /// outside, a level is a product of `exp(b z)`.
    pub(crate) drifts: Vec<F>,
    /// `b t`; empty without greeks.
    pub(crate) lags: Vec<F>,
    /// `t`; empty without greeks.
    pub(crate) ends: Vec<F>,
    /// 1 where the average includes the spot, else 0.
    pub(crate) leading: f64,
    pub(crate) observed: f64,
    /// The ends that are observed, added up.
    pub(crate) total: f64,
    /// Terms of the average from today on, at least 1.
    pub(crate) count: f64,
    /// The end of the last step.
    pub(crate) last: f64,
    /// `exp(a t)` of it.
    pub(crate) last_drift: f64,
    /// The length of the first step.
    pub(crate) first: f64,
    pub(crate) root_step: f64,
}

impl<F: Real> Plan<F> {
    pub(crate) fn new(terms: Terms, dates: &Dates, greeks: bool) -> Result<Self, Error> {
        let (growth, coefficients) = Growth::of::<F>(terms.deviation);
        let leading = f64::from(u8::from(terms.includes_spot));
        // A geometric average is made without walking: no table.
        let steps = if terms.arithmetic { dates.steps } else { 0 };
        let with_greeks = if greeks { steps } else { 0 };
        let mut drifts = table(steps, dates, |t| F::of((terms.drift * t).exp()))?;
        if let Some(after) = drifts.get_mut(dates.observed..) {
            after.fill(F::ZERO);
        }
        let lags = table(with_greeks, dates, |t| F::of(terms.deviation * t))?;
        let ends = table(with_greeks, dates, F::of)?;
        let observed = dates.observed as f64;
        Ok(Self {
            terms,
            growth,
            coefficients: coefficients.map(F::of),
            deviation: F::of(terms.deviation),
            drifts,
            lags,
            ends,
            leading,
            observed,
            total: dates.total(),
            count: (observed + leading).max(1.0),
            last: dates.last(),
            last_drift: (terms.drift * dates.last()).exp(),
            first: dates.first(),
            root_step: terms.root_step(),
        })
    }
}

/// A function of the ends of the steps, or an error where there is no room for it.
fn table<F: Real>(steps: usize, dates: &Dates, value: impl Fn(f64) -> F) -> Result<Vec<F>, Error> {
    let mut values = filled(steps as u128, F::ZERO)?;
    for (k, to) in values.iter_mut().enumerate() {
        *to = value(dates.end(k));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daily_steps_need_no_reduction() {
        let daily = 0.2 / 252.0_f64.sqrt();
        assert_eq!(Growth::of::<f64>(daily).0, Growth::Six);
        assert_eq!(Growth::of::<f32>(daily).0, Growth::Four);
        assert_eq!(Growth::of::<f64>(2.0 * daily).0, Growth::Eight);
        assert_eq!(Growth::of::<f64>(0.2).0, Growth::Full);
        assert_eq!(Growth::of::<f64>(f64::MAX).0, Growth::Full);
        assert_eq!(Growth::of::<f64>(0.0).0, Growth::Four);
    }

    #[test]
    fn growth_is_right_to_its_tolerance() {
        for i in 1..200 {
            let deviation = f64::from(i) * 0.001;
            let (growth, c) = Growth::of::<f64>(deviation);
            if growth == Growth::Full {
                continue;
            }
            for k in -200..=200 {
                let z = f64::from(k) / 200.0 * f64::LARGEST_NORMAL;
                let found = c.iter().rev().fold(0.0, |sum, c| sum * z + c);
                let error = (found / (deviation * z).exp() - 1.0).abs();
                // The tolerance is of the polynomial, whose values go down to exp(-1).
                assert!(error < 3.0 * f64::TOLERANCE, "{deviation} {z}: {error:e}");
            }
        }
    }
}
