//! Properties that hold for every input.

use crate::{METHODS, lags};
use fft_autocorrelation::{Method, Options, StreamingAutocorrelation, cross_correlation};
use proptest::prelude::*;

fn options() -> impl Strategy<Value = Options> {
    (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(demean, adjusted, normalise)| {
        Options {
            demean,
            adjusted,
            normalise,
        }
    })
}

/// A series with structure, and a number of lags it has.
fn problem() -> impl Strategy<Value = (Vec<f64>, usize)> {
    (
        prop::collection::vec(-1.0..1.0f64, 2..700),
        0.0..1.0f64,
        prop::sample::select(vec![0.0, 5.0, -1e6]),
    )
        .prop_map(|(x, share, offset)| {
            let max_lag = ((x.len() - 1) as f64 * share) as usize;
            (x.into_iter().map(|v| v + offset).collect(), max_lag)
        })
}

fn close(a: &[f64], b: &[f64], bound: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(a.len(), b.len());
    for (k, (p, q)) in a.iter().zip(b).enumerate() {
        prop_assert!(
            (p - q).abs() <= bound || (p.is_nan() && q.is_nan()),
            "lag {}: {} and {}",
            k,
            p,
            q
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn methods_agree((x, max_lag) in problem(), options in options()) {
        let scale = lags(&x, 0, Method::Direct, Options { normalise: false, ..options })[0];
        let bound = 1e-13 * if options.normalise { 1.0 } else { scale }
            * if options.adjusted { x.len() as f64 } else { 1.0 };
        let direct = lags(&x, max_lag, Method::Direct, options);
        for method in METHODS {
            close(&lags(&x, max_lag, method, options), &direct, bound)?;
        }
    }

    #[test]
    fn fewer_lags_are_the_first_lags((x, max_lag) in problem()) {
        for method in METHODS {
            let all = lags(&x, x.len() - 1, method, Options::default());
            close(&lags(&x, max_lag, method, Options::default()), &all[..=max_lag], 1e-13)?;
        }
    }

    #[test]
    fn no_lag_exceeds_the_first((x, max_lag) in problem()) {
        for method in METHODS {
            for r in lags(&x, max_lag, method, Options::default()) {
                prop_assert!(r.abs() <= 1.0 + 1e-14);
            }
        }
    }

    #[test]
    fn a_stream_equals_the_batch(
        (x, max_lag) in problem(), options in options(), repeat in 1..8usize,
    ) {
        let x = x.repeat(repeat);
        let mut stream = StreamingAutocorrelation::new(max_lag);
        let mut found = vec![0.0; max_lag + 1];
        let (first, rest) = x.split_at(x.len() / 3);
        let (second, last) = rest.split_at(rest.len() / 2);
        let mut one_by_one = |values: &[f64], stream: &mut StreamingAutocorrelation| {
            values.iter().for_each(|v| stream.push(*v).unwrap());
            stream.read(options, &mut found).unwrap();
        };
        one_by_one(first, &mut stream);
        stream.extend(second).unwrap();
        one_by_one(last, &mut stream);
        stream.read(options, &mut found).unwrap();
        let expected = lags(&x, max_lag, Method::Auto, options);
        let scale = if options.normalise { 1.0 } else {
            lags(&x, 0, Method::Direct, Options { normalise: false, ..options })[0]
        };
        let adjust = if options.adjusted { x.len() as f64 / (x.len() - max_lag) as f64 } else { 1.0 };
        close(&found, &expected, 1e-12 * scale * adjust)?;
    }

    #[test]
    fn cross_correlation_is_the_naive_sum((x, max_lag) in problem(), options in options()) {
        let n = x.len();
        let y: Vec<f64> = x.iter().rev().map(|v| v * 0.5 + 0.25).collect();
        let mean = |v: &[f64]| if options.demean { v.iter().sum::<f64>() / n as f64 } else { 0.0 };
        let (mx, my) = (mean(&x), mean(&y));
        let energy = |v: &[f64], m: f64| v.iter().map(|a| (a - m) * (a - m)).sum::<f64>();
        let whole = (energy(&x, mx) * energy(&y, my)).sqrt();
        let naive: Vec<f64> = (-(max_lag as isize)..=max_lag as isize).map(|k| {
            let pairs = (0..n as isize).filter(|t| (0..n as isize).contains(&(t + k)));
            let sum: f64 = pairs
                .map(|t| (x[t as usize] - mx) * (y[(t + k) as usize] - my))
                .sum();
            let divisor = if options.adjusted { n - k.unsigned_abs() } else { n } as f64;
            if options.normalise { sum / divisor * (n as f64 / whole) } else { sum / divisor }
        }).collect();
        for method in [Method::Auto, Method::Direct, Method::Blocked, Method::Fft] {
            let mut out = vec![0.0; 2 * max_lag + 1];
            cross_correlation(&x, &y, max_lag, method, options, &mut out).unwrap();
            let scale = if options.normalise { n as f64 } else { whole };
            // The naive mean of an offset of a million has lost digits of its own.
            close(&out, &naive, 1e-9 * scale.max(1.0))?;
        }
    }
}
