//! What several strategies need to know of returns: means, volatilities, covariances.

use allocation_o2::{Error, Prices};
use hft_py::portfolio::moments::{Returns, moments};

/// Volatilities below this are what rounding leaves of equal returns.
const STILL: f64 = 1e-12;

/// Where no active set is found.
pub(super) const UNSETTLED: &str = "rounding keeps the weights from being found: raise shrinkage";

/// The mean of each asset's returns and their covariance, row by row.
pub(super) struct Moments {
    pub mean: Vec<f64>,
    pub covariance: Vec<f64>,
}

/// Of the last `lookback_period` simple returns; the covariance is the sample one (`T - 1` in the
/// denominator), moved by the share `shrinkage` to the mean variance times the identity.
///
/// # Errors
/// An asset whose returns do not vary.
pub(super) fn estimate(
    prices: Prices<'_>,
    lookback_period: usize,
    shrinkage: f64,
) -> Result<Moments, Error> {
    let recent = prices.tail(lookback_period + 1);
    let (n, count) = (recent.n_assets(), recent.n_observations() - 1);
    let mut returns = vec![0.0; n * count];
    for (i, own) in returns.chunks_exact_mut(count).enumerate() {
        for (out, value) in own.iter_mut().zip(recent.returns(i)) {
            *out = value;
        }
    }
    let series: Vec<&[f64]> = returns.chunks_exact(count).collect();
    let (mean, mut covariance) = moments(Returns::Assets(&series));
    let mut trace = 0.0;
    for i in 0..n {
        let variance = covariance[i * n + i];
        check_volatility(i, variance.sqrt(), count)?;
        trace += variance;
    }
    if shrinkage > 0.0 {
        covariance
            .iter_mut()
            .for_each(|value| *value *= 1.0 - shrinkage);
        for i in 0..n {
            covariance[i * n + i] += shrinkage * trace / n as f64;
        }
    }
    Ok(Moments { mean, covariance })
}

/// An asset without volatility has no risk to speak of, or no price of its own.
pub(super) fn check_volatility(asset: usize, volatility: f64, returns: usize) -> Result<(), Error> {
    if volatility > STILL {
        return Ok(());
    }
    let what = if volatility.is_nan() { "finite " } else { "" }; // a return too large for a number
    Err(Error::new(format!(
        "asset {asset} has no {what}volatility over the last {returns} returns: leave it out"
    )))
}

/// The asset of least variance.
pub(super) fn least_volatile(covariance: &[f64], n: usize) -> usize {
    let variance = |i: usize| covariance[i * n + i];
    let least = (0..n).min_by(|i, j| variance(*i).total_cmp(&variance(*j)));
    least.unwrap_or_default()
}
