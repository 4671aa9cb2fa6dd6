//! The kernels without Python.

mod extremes;
mod methods;
mod properties;

use fft_autocorrelation::{Autocorrelator, Method, Options, StreamingAutocorrelation};

const METHODS: [Method; 3] = [Method::Direct, Method::Blocked, Method::Fft];
const COVARIANCE: Options = Options {
    demean: true,
    adjusted: false,
    normalise: false,
};

fn lags(x: &[f64], max_lag: usize, method: Method, options: Options) -> Vec<f64> {
    let mut out = vec![0.0; max_lag + 1];
    let mut plan = Autocorrelator::new(x.len(), max_lag, method, 1).unwrap();
    plan.run(x, options, &mut out).unwrap();
    out
}

fn stream(x: &[f64], max_lag: usize) -> Vec<f64> {
    let mut out = vec![0.0; max_lag + 1];
    let mut stream = StreamingAutocorrelation::new(max_lag);
    stream.extend(x).unwrap();
    stream.read(Options::default(), &mut out).unwrap();
    out
}

/// Uniform numbers in `[-0.5, 0.5)`.
fn noise(n: usize) -> Vec<f64> {
    let mut state = 88_172_645_463_325_252u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
    };
    (0..n).map(|_| next()).collect()
}
