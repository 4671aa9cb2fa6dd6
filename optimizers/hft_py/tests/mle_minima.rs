//! The methods without Python: known minima, and properties. `tests/mle` tests the rest of them.

use hft_py::indices::distinct;
use hft_py::mle::annealing::{Annealing, Schedule};
use hft_py::mle::bounds::Boundary;
use hft_py::mle::classic::{Classic, Donor};
use hft_py::mle::cma::{self, Cma};
use hft_py::mle::evolution::{Evolution, Strategy as Evolving};
use hft_py::mle::genetic::{Genetic, Rates};
use hft_py::mle::jde::SelfAdaptive;
use hft_py::mle::lshade::SuccessHistory;
use hft_py::mle::population::{Generations, Scheme, Setting};
use hft_py::mle::search::{Budget, Merit, Reason, Search, rank, run, tell};
use hft_py::mle::swarm::Swarm;
use hft_py::objective::Closure;
use hft_py::rng::Stream;
use hft_py::watch::Unwatched;
use proptest::prelude::*;

const D: usize = 5;

fn rosenbrock(x: &[f64]) -> f64 {
    x.windows(2)
        .map(|w| 100.0 * (w[1] - w[0] * w[0]).powi(2) + (1.0 - w[0]).powi(2))
        .sum()
}

fn budget(max_evaluations: u64) -> Budget {
    Budget {
        max_iterations: u64::MAX,
        max_evaluations,
        target: 1e-8,
    }
}

fn sample() -> Vec<f64> {
    let mut points = vec![0.0; 40 * D];
    Stream::new(1, 0, 0).uniforms(&mut points);
    points.iter_mut().for_each(|x| *x = 6.0 * *x - 3.0);
    points
}

fn setting() -> Setting {
    Setting {
        lower: vec![-3.0; D],
        upper: vec![3.0; D],
        integral: vec![false; D],
        tolerance: 0.0,
        absolute_tolerance: 0.0,
    }
}

fn generations(scheme: Box<dyn Scheme>, evaluations: u64) -> Generations {
    Generations::new(&sample(), scheme, setting(), budget(evaluations), (3, 0))
}

fn evolve(strategy: Box<dyn Evolving>, boundary: Boundary, evaluations: u64) -> Generations {
    generations(Box::new(Evolution::new(strategy, boundary)), evaluations)
}

/// A swarm, a genetic algorithm, and annealing.
fn others(evaluations: u64) -> [Box<dyn Search>; 3] {
    let rates = Rates {
        crossover: 1.0,
        crossover_index: 2.0,
        mutation: 0.2,
        mutation_index: 20.0,
    };
    let schedule = Schedule {
        initial_temperature: 5230.0,
        restart_temperature_ratio: 2e-5,
        visit: 2.62,
        accept: -5.0,
        local_search: true,
        patience: 1_000,
    };
    let (limits, key) = (budget(evaluations), (3, 0));
    [
        Box::new(generations(Box::new(Swarm::new(4.1, 1)), evaluations)),
        Box::new(generations(Box::new(Genetic::new(rates)), evaluations)),
        Box::new(Annealing::new(&sample(), schedule, setting(), limits, key)),
    ]
}

fn adapt(boundary: Boundary, separable: bool) -> Cma {
    let setting = cma::Setting {
        mean: vec![-1.5; D],
        sigma: 0.3,
        lower: vec![-3.0; D],
        upper: vec![3.0; D],
        offset: vec![-3.0; D],
        scale: vec![6.0; D],
        population_size: 8,
        active: true,
        separable,
        boundary,
        tolerance: 1e-12,
        parameter_tolerance: 1e-12,
    };
    Cma::new(setting, budget(100_000), (5, 0))
}

#[test]
fn every_strategy_reaches_the_minimum() {
    let objective = Closure::new(D, rosenbrock);
    let strategies: [(Box<dyn Evolving>, u64); 4] = [
        (Box::new(SelfAdaptive::new(40)), 60_000),
        (Box::new(SuccessHistory::new(40)), 20_000),
        (
            Box::new(Classic::new(Donor::Rand1, (0.5, 1.0), 0.9)),
            60_000,
        ),
        (
            Box::new(Classic::new(Donor::Best1, (0.5, 1.0), 0.9)),
            60_000,
        ),
    ];
    for (strategy, evaluations) in strategies {
        let mut search = evolve(strategy, Boundary::Midpoint, evaluations);
        run(&mut search, &objective, 1, &mut Unwatched).expect("nothing stops it");
        let record = search.record();
        assert_eq!(record.stop, Some(Reason::TargetReached));
        assert!(record.best.iter().all(|x| (x - 1.0).abs() < 1e-3));
    }
}

#[test]
fn the_others_reach_the_minimum() {
    let objective = Closure::new(D, |x: &[f64]| {
        x.iter().fold(0.0, |sum, x| sum + (x - 0.3) * (x - 0.3))
    });
    for mut search in others(60_000) {
        run(&mut *search, &objective, 1, &mut Unwatched).expect("nothing stops it");
        assert_eq!(search.record().stop, Some(Reason::TargetReached));
    }
}

proptest! {
    #[test]
    fn indices_are_distinct(
        uniforms in prop::array::uniform5(0.0..1.0_f64), size in 6_usize..40, taken in 0_usize..6
    ) {
        let chosen = distinct::<5>(&uniforms, size, &[taken]);
        let mut all = chosen.to_vec();
        all.push(taken);
        all.sort_unstable();
        all.dedup();
        prop_assert_eq!(all.len(), 6);
        prop_assert!(all[5] < size);
    }

    #[test]
    fn a_ranking_agrees_with_the_comparison(
        pairs in prop::collection::vec((-2_i8..3, 0_u8..3), 1..30)
    ) {
        let merits: Vec<Merit> = pairs
            .iter()
            .map(|&(value, violation)| Merit {
                value: f64::from(value),
                violation: f64::from(violation),
            })
            .collect();
        let mut order = Vec::new();
        rank(&merits, &mut order);
        for pair in order.windows(2) {
            prop_assert!(!merits[pair[1]].precedes(merits[pair[0]]));
            if !merits[pair[0]].precedes(merits[pair[1]]) {
                prop_assert!(pair[0] < pair[1]);
            }
        }
    }

    #[test]
    fn no_point_leaves_the_box_whatever_the_values(
        values in prop::collection::vec(
            prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -1e300..1e300_f64, Just(0.0)], 40
        ),
        rule in 0_usize..4,
        method in 0_usize..4,
        seed in any::<u64>(),
    ) {
        let rules = [Boundary::Reflect, Boundary::Resample, Boundary::Midpoint, Boundary::Clip];
        let evolution = evolve(Box::new(SuccessHistory::new(40)), rules[rule], 100_000);
        let mut search: Box<dyn Search> = Box::new(evolution);
        if let Some(other) = others(100_000).into_iter().nth(method) {
            search = other;
        }
        let mut points = Vec::new();
        let mut shift = seed;
        let rounds = if method == 2 { 200 } else { 12 };
        for _ in 0..rounds {
            search.ask(&mut points);
            prop_assert!(points.iter().all(|x| (-3.0..=3.0).contains(x)));
            let count = points.len() / D;
            let mut told: Vec<f64> = (0..count)
                .map(|i| values[(i as u64 ^ shift) as usize % 40])
                .collect();
            shift = shift.rotate_left(7);
            tell(&mut *search, &points, &mut told, None).expect("no infinity on the good side");
        }
    }

    #[test]
    fn cma_stays_in_the_box_or_stops(
        values in prop::collection::vec(
            prop_oneof![Just(f64::NAN), Just(f64::INFINITY), -1e300..1e300_f64, Just(0.0)], 8
        ),
        rule in 0_usize..4,
        separable in any::<bool>(),
        shift in 1_usize..7,
    ) {
        let rules = [Boundary::Reflect, Boundary::Resample, Boundary::Fold, Boundary::Clip];
        let mut search = adapt(rules[rule], separable);
        let mut points = Vec::new();
        for generation in 0..40 {
            if search.record().stop.is_some() {
                break;
            }
            search.ask(&mut points);
            prop_assert!(points.iter().all(|x| (-3.0..=3.0).contains(x)));
            let mut told: Vec<f64> = (0..8).map(|i| values[(i * shift + generation) % 8]).collect();
            tell(&mut search, &points, &mut told, None).expect("no infinity on the good side");
        }
    }
}
