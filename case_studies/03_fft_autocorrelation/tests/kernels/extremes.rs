//! Nearly constant series, extreme scales, and sizes no machine has memory for.

use crate::{COVARIANCE, METHODS, lags, noise, stream};
use fft_autocorrelation::{
    Autocorrelator, Error, Method, Options, StreamingAutocorrelation, batch, cross_correlation,
};

const BOUND: f64 = 1e-14;
const RAW: Options = Options {
    demean: false,
    adjusted: false,
    normalise: true,
};

fn cross(x: &[f64], y: &[f64], max_lag: usize, method: Method, options: Options) -> Vec<f64> {
    let mut out = vec![0.0; 2 * max_lag + 1];
    cross_correlation(x, y, max_lag, method, options, &mut out).unwrap();
    out
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], bound: f64) {
    assert_eq!(found.len(), expected.len());
    for (k, (f, e)) in found.iter().zip(expected).enumerate() {
        assert!((f - e).abs() <= bound, "lag {k}: {f:e}, expected {e:e}");
    }
}

const BASES: [f64; 4] = [0.1, 1e8 + 0.1, 1.0 / 3.0, -7e-200];

fn one_value_that_differs(lengths: &[usize], bases: &[f64]) {
    for &n in lengths {
        for &base in bases {
            let mut x = vec![base; n];
            x[n / 3] = base.next_up();
            let count = n as f64;
            let expected: Vec<f64> = (0..=20)
                .map(|k| match k {
                    0 => 1.0,
                    k => {
                        (-2.0 / count + (count - f64::from(k)) / count / count)
                            / (1.0 - 1.0 / count)
                    }
                })
                .collect();
            for method in METHODS {
                close(&lags(&x, 20, method, Options::default()), &expected, BOUND);
                let both = cross(&x, &x, 20, method, Options::default());
                close(&both[20..], &expected, BOUND);
            }
            close(&stream(&x, 20), &expected, BOUND);
        }
    }
}

#[test]
fn one_value_that_differs_in_the_last_place() {
    one_value_that_differs(&[3_000, 20_000], &BASES);
    // Long enough for the transform in three passes.
    one_value_that_differs(&[160_000], &BASES[..1]);
}

#[test]
#[ignore = "thorough: a million observations"]
fn one_value_of_a_million_that_differs_in_the_last_place() {
    one_value_that_differs(&[70_000, 1_000_000], &BASES);
}

#[test]
fn two_neighbouring_values_correlate_as_zero_and_one() {
    for n in [3_000, 100_000] {
        let bits: Vec<f64> = noise(n).iter().map(|v| f64::from(*v > 0.2)).collect();
        for base in [0.1_f64, 1e8 + 0.1] {
            let x: Vec<f64> = bits
                .iter()
                .map(|b| if *b > 0.0 { base.next_up() } else { base })
                .collect();
            for method in METHODS {
                let expected = lags(&bits, 300, method, Options::default());
                close(&lags(&x, 300, method, Options::default()), &expected, BOUND);
                let expected = cross(&bits, &bits, 300, method, Options::default());
                let found = cross(&x, &x, 300, method, Options::default());
                close(&found, &expected, BOUND);
            }
        }
    }
}

#[test]
fn a_stream_at_any_scale() {
    let x = noise(5_000);
    let expected = lags(&x, 7, Method::Direct, Options::default());
    for scale in [1e-300, 1e-200, 1e-160, 1e160, 1e200, 1e307] {
        let scaled: Vec<f64> = x.iter().map(|v| v * scale).collect();
        close(&stream(&scaled, 7), &expected, BOUND);
    }
    close(
        &stream(&[1e308, -1e308, 1e308], 1),
        &[1.0, -2.0 / 3.0],
        BOUND,
    );
    close(
        &stream(&[0.0, 5e-324, 0.0, 0.0], 1),
        &[1.0, -5.0 / 12.0],
        BOUND,
    );
}

#[test]
fn a_stream_whose_scale_grows() {
    // Zeros, then tiny, then huge values: only the last ones matter in the end.
    let mut x = vec![0.0; 3_000];
    x.extend(noise(3_000).iter().map(|v| v * 1e-250));
    x.extend(noise(3_000).iter().map(|v| v * 1e-20));
    x.extend(noise(3_000).iter().map(|v| v * 1e250));
    let expected = lags(&x, 9, Method::Direct, Options::default());
    close(&stream(&x, 9), &expected, BOUND);
    let mut plain = StreamingAutocorrelation::new(1);
    plain.extend(&[3.0, -3.0, 3.0, -3.0]).unwrap();
    let mut out = [0.0; 2];
    plain.read(COVARIANCE, &mut out).unwrap();
    assert_eq!(out, [9.0, -6.75]);
    plain.extend(&[1e200]).unwrap();
    assert_eq!(plain.read(COVARIANCE, &mut out), Err(Error::Overflow));
}

#[test]
fn a_stream_that_begins_with_an_outlier() {
    let mut x = noise(200_000);
    x[0] = 1e8;
    let expected = lags(&x, 20, Method::Direct, Options::default());
    close(&stream(&x, 20), &expected, 1e-13);
    x.truncate(8_000);
    let expected = lags(&x, 7_999, Method::Direct, Options::default());
    close(&stream(&x, 7_999), &expected, BOUND);
}

#[test]
fn a_constant_is_scaled_as_well() {
    let x = noise(8);
    for method in METHODS {
        let expected = cross(&x, &[1.0; 8], 3, method, RAW);
        for scale in [1e-300, 1e-200, 1e200, 1e300] {
            close(&cross(&x, &[scale; 8], 3, method, RAW), &expected, BOUND);
            let constant = cross(&[scale; 5], &[scale; 5], 1, method, RAW);
            close(&constant, &[0.8, 1.0, 0.8], BOUND);
            let raw = Options {
                normalise: false,
                ..RAW
            };
            let opposite = cross(&[scale; 5], &[1.0 / scale; 5], 1, method, raw);
            close(&opposite, &[0.8, 1.0, 0.8], BOUND);
        }
    }
}

#[test]
fn any_lag_may_overflow_when_adjusted() {
    let mut x = vec![0.0; 1000];
    (x[0], x[999]) = (1.5e154, -1.5e154);
    let adjusted = Options {
        adjusted: true,
        ..COVARIANCE
    };
    for method in METHODS {
        let mut plan = Autocorrelator::new(1000, 999, method, 1).unwrap();
        let mut out = vec![0.0; 1000];
        assert_eq!(plan.run(&x, COVARIANCE, &mut out), Ok(()));
        assert_eq!(plan.run(&x, adjusted, &mut out), Err(Error::Overflow));
    }
}

#[test]
fn a_batch_names_the_row_and_bounds_its_threads() {
    let mut x = noise(40_000);
    let mut out = vec![0.0; 40_000];
    let run = |x: &[f64], max_lag, out: &mut [f64]| {
        batch(
            x,
            2,
            max_lag,
            Method::Auto,
            Options::default(),
            usize::MAX,
            out,
        )
    };
    run(&x, 1, &mut out).unwrap();
    x[39_999] = f64::INFINITY;
    let error = run(&x, 1, &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "x[19999, 1] is inf, expected finite numbers"
    );
    let error = run(&x, usize::MAX, &mut out).unwrap_err();
    assert!(matches!(error, Error::LagTooLarge { .. }));
}
