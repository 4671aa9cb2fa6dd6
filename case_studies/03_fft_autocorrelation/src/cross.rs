//! Cross-correlation at lags `-max_lag ..= max_lag`, by direct sums or blocked products.

use crate::autocorrelator::{MAX_RECENTRINGS, RECENTRE_ABOVE};
use crate::blocked::Blocked;
use crate::direct::Direct;
use crate::error::{check_lag, check_length};
use crate::memory;
use crate::series::{Centring, Inspection, Sample, inspect, mean, power_of_two_below};
use crate::{Error, Method, Options, planner};

/// `out[max_lag + k] = sum of (x[t] - mean x) (y[t + k] - mean y)`, divided as asked.
///
/// At a positive lag `y` follows `x`. Normalised, the divisor is
/// `n sd(x) sd(y)`; a series without variation gives NaN. `Method::Fft` means blocks as
/// long as the series: one pair of transforms.
///
/// # Errors
/// Series of different lengths or empty, `max_lag` not below their length, NaN or infinity,
/// covariances beyond the largest double, or too little memory.
pub fn cross_correlation<T: Sample>(
    x: &[T],
    y: &[T],
    max_lag: usize,
    method: Method,
    options: Options,
    out: &mut [f64],
) -> Result<(), Error> {
    let n = x.len();
    check_lag(n, max_lag)?;
    check_length("y", y.len(), n)?;
    check_length("out", out.len(), 2 * max_lag + 1)?;
    let method = chosen(method, n, max_lag);
    memory::ensure_allocatable(needed(method, n, max_lag))?;
    let scales = (examine("x", x, options)?, examine("y", y, options)?);
    let (Some(scale_x), Some(scale_y)) = scales else {
        out.fill(if options.normalise { f64::NAN } else { 0.0 });
        return Ok(());
    };
    let (by_x, energy_x) = centring(x, scale_x, options);
    let (by_y, energy_y) = centring(y, scale_y, options);
    let by = (by_x, by_y);
    let (mut ahead, mut back) = (vec![0.0; max_lag + 1], vec![0.0; max_lag + 1]);
    let sums = products(x, y, by, method, &mut ahead, &mut back);
    if options.demean {
        let rest = (sums.0 / n as f64, sums.1 / n as f64);
        remove_means(x, y, by, rest, &mut ahead);
        remove_means(y, x, (by.1, by.0), (rest.1, rest.0), &mut back);
    }
    let mut deviations = 1.0;
    if options.normalise {
        deviations = (energy_x * energy_y).sqrt() / n as f64;
    }
    for k in 0..=max_lag {
        let divisor = deviations * if options.adjusted { n - k } else { n } as f64;
        let undo = |v: f64| {
            let v = v / divisor;
            if options.normalise {
                v
            } else {
                unscale(v, scale_x, scale_y)
            }
        };
        out[max_lag - k] = undo(back[k]);
        out[max_lag + k] = undo(ahead[k]);
    }
    if out.iter().any(|v| v.is_infinite()) {
        return Err(Error::Overflow);
    }
    Ok(())
}

/// The scale of a series, `None` when it has no variation.
fn examine<T: Sample>(name: &'static str, x: &[T], options: Options) -> Result<Option<f64>, Error> {
    match inspect(x) {
        Inspection::NotFinite(index, value) => Err(Error::NotFinite { name, index, value }),
        Inspection::Constant if options.demean || x[0].widen() == 0.0 => Ok(None),
        Inspection::Constant => Ok(Some(power_of_two_below(x[0].widen().abs()))),
        // Scaling by a power of two is exact, so it is done whether needed or not.
        Inspection::Scale(scale) => Ok(Some(scale)),
    }
}

/// Observations that usually suffice to see that there is variation.
const FIRST: usize = 4096;
/// No mean of values below 2 is rounded by more than this.
const MEAN_ROUNDING: f64 = 1e-11;

/// How a series is centred, and lag 0 of what results where it is needed.
fn centring<T: Sample>(x: &[T], scale: f64, options: Options) -> (Centring, f64) {
    let mut by = Centring { scale, shift: 0.0 };
    if !options.demean {
        let energy = options.normalise.then(|| square_sum(x, by).0);
        return (by, energy.unwrap_or(0.0));
    }
    by.shift = mean(x, scale);
    if !options.normalise {
        let least = MEAN_ROUNDING * MEAN_ROUNDING * x.len() as f64;
        if square_sum(&x[..x.len().min(FIRST)], by).0 > least {
            return (by, 0.0);
        }
    }
    let (mut energy, mut rest) = square_sum(x, by);
    // The mean of a nearly constant series is rounded to some of its standard deviations:
    // its residual is more accurate.
    for _ in 0..MAX_RECENTRINGS {
        let moved = by.shift + rest;
        if rest * rest * x.len() as f64 <= RECENTRE_ABOVE * energy || moved == by.shift {
            break;
        }
        by.shift = moved;
        (energy, rest) = square_sum(x, by);
    }
    (by, energy)
}

/// Undo both scales: opposite ones together, or a result in range would overflow on the way.
fn unscale(value: f64, x: f64, y: f64) -> f64 {
    if (x < 1.0) == (y < 1.0) {
        value / x / y
    } else {
        value / (x * y)
    }
}

/// The method, `Auto` resolved.
fn chosen(method: Method, n: usize, max_lag: usize) -> Method {
    if method != Method::Auto {
        return method;
    }
    let model = planner::current();
    let cost = |m| model.cost(m, n, max_lag);
    if cost(Method::Direct) <= cost(Method::Blocked) {
        Method::Direct
    } else {
        Method::Blocked
    }
}

/// Bytes of the buffers.
fn needed(method: Method, n: usize, max_lag: usize) -> usize {
    let own = match method {
        Method::Direct => Direct::needed(n, max_lag),
        Method::Fft => Blocked::needed(n),
        _ => Blocked::needed(max_lag),
    };
    own + 2 * (max_lag + 1) * size_of::<f64>()
}

/// Both directions; returns the sums of the centred series.
fn products<T: Sample>(
    x: &[T],
    y: &[T],
    by: (Centring, Centring),
    method: Method,
    ahead: &mut [f64],
    back: &mut [f64],
) -> (f64, f64) {
    let (n, max_lag) = (x.len(), ahead.len() - 1);
    if method == Method::Direct {
        let mut direct = Direct::new(n, max_lag, true);
        let sums = direct.cross(x, y, by, ahead);
        direct.cross(y, x, (by.1, by.0), back);
        return sums;
    }
    let reach = if method == Method::Fft { n } else { max_lag };
    let mut blocked = Blocked::new(reach, true, &mut native::fft::Planner::new());
    blocked.cross(x, y, by, ahead, back)
}

/// As for one series (see `autocorrelator`), with two means.
fn remove_means<T: Sample>(
    x: &[T],
    y: &[T],
    by: (Centring, Centring),
    rest: (f64, f64),
    out: &mut [f64],
) {
    let n = x.len();
    let (mut last_x, mut first_y) = (0.0, 0.0);
    for (k, value) in out.iter_mut().enumerate() {
        let pairs = (n - k) as f64;
        let sum_x = rest.0 * n as f64 - last_x;
        let sum_y = rest.1 * n as f64 - first_y;
        *value += pairs * rest.0 * rest.1 - rest.1 * sum_x - rest.0 * sum_y;
        last_x += by.0.apply(x[n - 1 - k]);
        first_y += by.1.apply(y[k]);
    }
}

/// Lag 0 of one centred series, and the residual of its mean.
fn square_sum<T: Sample>(x: &[T], by: Centring) -> (f64, f64) {
    let mut out = [0.0];
    let n = x.len();
    let rest = Direct::new(n, 0, false).auto(x, by, 0..n, &mut out) / n as f64;
    if by.shift == 0.0 {
        return (out[0], rest);
    }
    ((out[0] - rest * rest * n as f64).max(0.0), rest)
}
