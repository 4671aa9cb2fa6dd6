//! The recursions of a hidden Markov model on as many observations as the S&P 500 has had days in
//! twenty years. Prediction, from the latency of one step of a chain (a dependent multiply-add a
//! state, four cycles each, and the sum's exponent every fourth step, off the chain): 15 to 20
//! cycles a row for three states, so about 30 microseconds for the filter; the expectation step
//! walks two chains at once and meets in the middle, so that both take as long as one, with its
//! densities and sums about three times the filter.

use criterion::{Criterion, criterion_group, criterion_main};
use hft_py::hmm::emission::{Emission, Priors};
use hft_py::hmm::expectation::{Workspace, expect};
use hft_py::hmm::{Fixed, Kind, Model, Options, Series, filter, fit, viterbi};
use hft_py::rng::Stream;
use hft_py::watch::Unwatched;
use std::hint::black_box;

const ROWS: usize = 5_030;

fn model(states: usize) -> Option<Model> {
    let k = states as f64;
    let start = vec![1.0 / k; states];
    let transition: Vec<f64> = (0..states * states)
        .map(|cell| {
            if cell % (states + 1) == 0 {
                0.95
            } else {
                0.05 / (k - 1.0)
            }
        })
        .collect();
    let theta: Vec<f64> = (0..states)
        .flat_map(|state| [0.1 * state as f64, 1.0 + state as f64])
        .collect();
    Model::new(Kind::Gaussian, &start, &transition, &theta, 1).ok()
}

fn recursions(c: &mut Criterion) {
    let mut x = vec![0.0; ROWS];
    Stream::new(1, 0, 0).normals(&mut x);
    let lengths = [ROWS];
    let Ok(series) = Series::new(&x, 1, &lengths) else {
        return;
    };
    for states in [2, 3, 5, 8, 9] {
        let Some(model) = model(states) else { return };
        let name = |what: &str| format!("hmm/{what} n=5,030 K={states}");
        let mut table = vec![0.0; ROWS * states];
        c.bench_function(&name("filter"), |b| {
            b.iter(|| filter::filtered(black_box(&model), series, &mut table).is_ok());
        });
        c.bench_function(&name("score"), |b| {
            b.iter(|| filter::score(black_box(&model), series).is_ok());
        });
        let mut path = vec![0_i64; ROWS];
        c.bench_function(&name("viterbi"), |b| {
            b.iter(|| viterbi::viterbi(black_box(&model), series, &mut path).is_ok());
        });
        let Ok(emission) = Emission::new(&model) else {
            return;
        };
        let mut space = Workspace::new(&model, ROWS);
        c.bench_function(&name("expectation"), |b| {
            b.iter(|| expect(black_box(&emission), &x, &mut space, true).is_ok());
        });
        let options = Options {
            n_iterations: 10,
            tolerance: 0.0,
            priors: Priors {
                reference: vec![1.0],
                floor: 1e-6,
                emission: 0.0,
                transition: 0.0,
            },
            threads: 1,
            fixed: Fixed::default(),
        };
        c.bench_function(&name("ten steps of EM"), |b| {
            b.iter(|| {
                fit(
                    std::slice::from_ref(&model),
                    series,
                    &options,
                    &mut Unwatched,
                )
                .is_ok()
            });
        });
    }
}

criterion_group!(benches, recursions);
criterion_main!(benches);
