//! Every method against the naive double loop.

use crate::{lags, noise};
use fft_autocorrelation::{Autocorrelator, Method, Options};

fn naive(x: &[f64], max_lag: usize) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let c: Vec<f64> = x.iter().map(|v| v - mean).collect();
    let sums: Vec<f64> = (0..=max_lag)
        .map(|k| c.iter().zip(&c[k..]).map(|(a, b)| a * b).sum())
        .collect();
    sums.iter().map(|s| s / sums[0]).collect()
}

fn check(n: usize, max_lag: usize) {
    let x = noise(n);
    let expected = naive(&x, max_lag);
    for method in [Method::Auto, Method::Direct, Method::Blocked, Method::Fft] {
        // Short series never share their work out.
        for threads in if n > 600 { vec![1, 3] } else { vec![1] } {
            let mut plan = Autocorrelator::new(n, max_lag, method, threads).unwrap();
            let mut out = vec![0.0; max_lag + 1];
            plan.run(&x, Options::default(), &mut out).unwrap();
            for k in 0..=max_lag {
                let error = (out[k] - expected[k]).abs();
                assert!(
                    error < 1e-14,
                    "{method:?} threads={threads} n={n} max_lag={max_lag} lag {k}: {} not {}",
                    out[k],
                    expected[k]
                );
            }
        }
    }
}

#[test]
fn every_short_length_and_all_its_lags() {
    for n in 2..=600 {
        check(n, n - 1);
    }
    for n in 2..=40 {
        (0..n).for_each(|max_lag| check(n, max_lag));
    }
}

#[test]
fn lengths_around_tiles_and_blocks() {
    for n in [2047, 2048, 2049, 4096, 5000, 16_385, 40_000] {
        for max_lag in [1, 7, 8, 63, 64, 65, 255, 1000] {
            check(n, max_lag);
        }
    }
    check(5_000, 4_999);
    check(17_001, 9_000);
}

#[test]
fn a_transform_larger_than_the_caches() {
    let (n, max_lag) = (400_003, 150_001);
    let x = noise(n);
    let fft = lags(&x, max_lag, Method::Fft, Options::default());
    let blocked = lags(&x, max_lag, Method::Blocked, Options::default());
    let few = lags(&x, 19, Method::Direct, Options::default());
    for k in 0..=max_lag {
        assert!((fft[k] - blocked[k]).abs() < 1e-14, "lag {k}");
        assert!(k >= 20 || (fft[k] - few[k]).abs() < 1e-14, "lag {k}");
    }
}
