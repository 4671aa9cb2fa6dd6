//! Properties of objectives and random numbers, whatever the sizes.

use hft_py::Stop;
use hft_py::objective::functions::TestFunction;
use hft_py::objective::{Closure, Evaluate, Negated, Sense, replace_nan};
use hft_py::rng::Stream;
use proptest::prelude::*;

/// Some work, so that threads pay.
fn work(point: &[f64]) -> f64 {
    (0..2_000).fold(point.iter().sum(), |sum: f64, _| (sum * 1.000_1).sin())
}

fn points(n: usize, dimension: usize, seed: u64) -> Vec<f64> {
    let mut drawn = vec![0.0; n * dimension];
    Stream::new(seed, 0, 0).normals(&mut drawn);
    drawn
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn threads_change_no_bit(n in 0_usize..60, d in 1_usize..5, threads in 1_usize..9, seed: u64) {
        let objective = Closure::new(d, work);
        let batch = points(n, d, seed);
        let expected: Vec<u64> = batch.chunks(d).map(|x| work(x).to_bits()).collect();
        for _ in 0..2 {
            let mut values = vec![0.0; n];
            prop_assert!(objective.evaluate(&batch, &mut values, threads).is_ok());
            let found: Vec<u64> = values.iter().map(|v| v.to_bits()).collect();
            prop_assert_eq!(&found, &expected);
        }
    }

    #[test]
    fn functions_are_not_below_their_minimum(
        x in proptest::collection::vec(-5.0_f64..5.0, 2..8),
    ) {
        for (name, function) in TestFunction::ALL {
            let (_, lowest) = hft_py::objective::functions::minimum(function, x.len());
            prop_assert!(function.value(&x) >= lowest - 1e-9, "{name}");
            let test = Closure::new(x.len(), move |point: &[f64]| function.value(point));
            let mut value = [0.0];
            prop_assert!(Negated(test).evaluate(&x, &mut value, 1).is_ok());
            prop_assert_eq!(value[0].to_bits(), (-function.value(&x)).to_bits());
        }
    }

    #[test]
    fn without_nan_values_are_comparable(mut values in proptest::collection::vec(any::<f64>(), 1..30)) {
        let places = vec![0.0; values.len()];
        let (nan, low) = (
            values.iter().filter(|v| v.is_nan()).count(),
            values.contains(&f64::NEG_INFINITY),
        );
        match replace_nan(&places, &mut values, Sense::Minimise) {
            Ok(invalid) => {
                prop_assert!(!low);
                prop_assert_eq!(invalid, nan);
                prop_assert!(values.iter().all(|v| !v.is_nan()));
            }
            Err(Stop::Refused { value, .. }) => {
                prop_assert!(low && value == f64::NEG_INFINITY);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}
