//! The kernels without Python: enumeration of every path, and properties of a fit.

use hft_py::hmm::emission::Priors;
use hft_py::hmm::{Fixed, Kind, Model, Options, Series, filter, fit, smoother, viterbi};
use hft_py::watch::Unwatched;
use proptest::prelude::*;

fn options(n_iterations: usize, threads: usize) -> Options {
    Options {
        n_iterations,
        tolerance: 0.0,
        priors: Priors {
            reference: vec![1.0],
            floor: 1e-6,
            emission: 0.0,
            transition: 0.0,
        },
        threads,
        fixed: Fixed::default(),
    }
}

#[test]
fn wrong_sizes_are_errors() {
    assert!(Model::new(Kind::Gaussian, &[], &[], &[], 1).is_err());
    assert!(Model::new(Kind::Gaussian, &[1.0], &[1.0, 0.0], &[0.0, 1.0], 1).is_err());
    assert!(Model::new(Kind::Gaussian, &[1.0], &[1.0], &[0.0, 1.0], 2).is_err());
    assert!(Model::new(Kind::Categorical, &[1.0], &[1.0], &[0.5, 0.5], 2).is_err());
    for lengths in [vec![], vec![2, 0], vec![3]] {
        assert!(Series::new(&[0.0, 1.0], 1, &lengths).is_err());
    }
}

/// `exp` of the joint log-density of a path and a series.
fn joint(model: &Model, x: &[f64], path: &[usize]) -> f64 {
    let k = model.states();
    let mut p = model.start[path[0]];
    for (t, (state, value)) in path.iter().zip(x).enumerate() {
        if t > 0 {
            p *= model.transition[path[t - 1] * k + state];
        }
        let [mean, variance] = [model.row(*state)[0], model.row(*state)[1]];
        let density = (-0.5 * (value - mean).powi(2) / variance).exp();
        p *= density / (std::f64::consts::TAU * variance).sqrt();
    }
    p
}

fn row(k: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.01..1.0, k).prop_map(|cells: Vec<f64>| {
        let total: f64 = cells.iter().sum();
        cells.iter().map(|c| c / total).collect()
    })
}

fn gaussian() -> impl Strategy<Value = Model> {
    (1_usize..=4).prop_flat_map(|k| {
        let rows = prop::collection::vec(row(k), k);
        let theta = prop::collection::vec((-2.0..2.0, 0.1..3.0), k);
        (row(k), rows, theta).prop_map(|(start, rows, theta)| {
            let theta: Vec<f64> = theta.into_iter().flat_map(|(m, v)| [m, v]).collect();
            Model::new(Kind::Gaussian, &start, &rows.concat(), &theta, 1).unwrap()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_path_is_counted(model in gaussian(), x in prop::collection::vec(-3.0..3.0, 1..6)) {
        let (k, n) = (model.states(), x.len());
        let (mut total, mut top) = (0.0, 0.0_f64);
        let mut gamma = vec![0.0; n * k];
        for code in 0..k.pow(u32::try_from(n).unwrap()) {
            let path: Vec<usize> =
                (0..n).map(|t| code / k.pow(u32::try_from(t).unwrap()) % k).collect();
            let p = joint(&model, &x, &path);
            total += p;
            top = top.max(p);
            for (t, state) in path.iter().enumerate() {
                gamma[t * k + state] += p;
            }
        }
        let lengths = [n];
        let series = Series::new(&x, 1, &lengths).unwrap();
        let mut found = vec![0.0; n * k];
        let (_, log) = smoother::smoothed(&model, series, &mut found).unwrap();
        prop_assert!((log - total.ln()).abs() < 1e-11);
        prop_assert!((filter::score(&model, series).unwrap() - total.ln()).abs() < 1e-11);
        for (found, expected) in found.iter().zip(&gamma) {
            prop_assert!((found - expected / total).abs() < 1e-12);
        }
        let best = viterbi::viterbi(&model, series, &mut vec![0; n]).unwrap();
        prop_assert!((best - top.ln()).abs() < 1e-11);
    }

    #[test]
    fn em_never_falls_and_threads_change_nothing(
        model in gaussian(),
        x in prop::collection::vec(-3.0..3.0, 2..200),
    ) {
        let lengths = [x.len() / 2, x.len() - x.len() / 2];
        let series = Series::new(&x, 1, &lengths).unwrap();
        let starts = vec![model.clone(), model.clone(), model];
        let one = fit(&starts, series, &options(20, 1), &mut Unwatched).unwrap();
        let two = fit(&starts, series, &options(20, 2), &mut Unwatched).unwrap();
        for (one, two) in one.iter().zip(&two) {
            prop_assert_eq!(&one.model, &two.model);
            prop_assert_eq!(&one.history, &two.history);
            for pair in one.history.windows(2) {
                prop_assert!(pair[1][0] >= pair[0][0] - 1e-9 * pair[0][0].abs().max(1.0));
            }
            let sums = one.model.transition.chunks_exact(one.model.states());
            for row in sums {
                prop_assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            }
        }
    }
}
