//! The samplers without Python: moments, threads, early ends, refusals.

use hft_py::mcmc::diagnostics::{Ratio, Series, Size, Transforms};
use hft_py::mcmc::{
    Adaptation, Coordinate, Draws, RunInput, Settings, Space, adaptive_metropolis, de_mc, ensemble,
    tempering,
};
use hft_py::objective::{Closure, Evaluate};
use hft_py::rng::Stream;
use hft_py::watch::{Flow, Unwatched, Watch};
use hft_py::{Error, Stop};

const CHAINS: usize = 8;

fn target() -> impl Evaluate {
    Closure::new(2, |x: &[f64]| {
        -0.5 * (x[0] * x[0] + (x[1] - 1.0) * (x[1] - 1.0) / 4.0)
    })
}

fn settings(threads: usize) -> Settings {
    Settings {
        n_iterations: 12_000,
        burn_in: 2_000,
        thin: 1,
        seed: 11,
        threads,
    }
}

struct Run {
    samples: Vec<f64>,
    log_probs: Vec<f64>,
    outcome: Result<(usize, usize, f64), Error>,
}

fn sample(name: &str, objective: &dyn Evaluate, settings: Settings, watch: &mut dyn Watch) -> Run {
    let space = Space::new(&[-30.0; 2], &[30.0; 2], &[Coordinate::Linear; 2]).expect("a space");
    let levels = 6;
    let members = if name == "tempering" {
        CHAINS * levels
    } else {
        CHAINS
    };
    let mut start = vec![0.0; members * 2];
    Stream::new(1, 0, 0).normals(&mut start);
    let mut values = vec![0.0; members];
    objective.evaluate(&start, &mut values, 1).expect("values");
    let scale = [3.0, 3.0];
    let mut samples = vec![0.0; CHAINS * settings.draws() * 2];
    let mut log_probs = vec![0.0; CHAINS * settings.draws()];
    let draws = Draws {
        samples: &mut samples,
        log_probs: &mut log_probs,
    };
    let input = RunInput {
        objective,
        space: &space,
        start: &start,
        start_values: &values,
        settings,
    };
    let target_acceptance = 0.234;
    let outcome = match name {
        "metropolis" => {
            let options = adaptive_metropolis::Options {
                scale: &scale,
                target_acceptance,
                adaptation: Adaptation::Ram,
            };
            adaptive_metropolis::sample(&input, options, draws, watch)
        }
        "ensemble" => ensemble::sample(&input, 2.0, draws, watch),
        "de_mc" => {
            let mut archive = vec![0.0; 40];
            Stream::new(2, 0, 0).normals(&mut archive);
            de_mc::sample(&input, &scale, &archive, draws, watch)
        }
        _ => {
            let options = tempering::Options {
                scale: &scale,
                target_acceptance,
                levels,
            };
            tempering::sample(&input, options, draws, watch).map(|outcome| outcome.run)
        }
    };
    Run {
        samples,
        log_probs,
        outcome: outcome.map(|o| (o.n_iterations, o.draws, o.best_log_prob)),
    }
}

const SAMPLERS: [&str; 4] = ["metropolis", "ensemble", "de_mc", "tempering"];

#[test]
fn moments_and_mixing() {
    let transforms = Transforms::default();
    for name in SAMPLERS {
        let run = sample(name, &target(), settings(1), &mut Unwatched);
        let (_, draws, best) = run.outcome.expect("a run");
        assert!(best > -1e-2, "{name}: {best}");
        for (p, (mean, deviation)) in [(0.0, 1.0), (1.0, 2.0)].into_iter().enumerate() {
            let series = Series::new(&run.samples, CHAINS, 2, p).expect("it moves");
            let diagnosis = series.diagnose(&transforms);
            assert!(diagnosis.r_hat < 1.02, "{name}: {}", diagnosis.r_hat);
            assert_eq!(diagnosis.r_hat, series.r_hat(Ratio::Rank), "{name}");
            assert_eq!(
                diagnosis.ess_bulk,
                series.effective_size(Size::Bulk, &transforms),
                "{name}"
            );
            assert_eq!(
                diagnosis.ess_tail,
                series.effective_size(Size::Tail, &transforms),
                "{name}"
            );
            let column: Vec<f64> = run.samples.iter().skip(p).step_by(2).copied().collect();
            let n = f64::from(u32::try_from(CHAINS * draws).expect("small"));
            let found = column.iter().sum::<f64>() / n;
            assert!(
                (found - mean).abs() < 5.0 * diagnosis.mcse,
                "{name}: {found}"
            );
            let square = column
                .iter()
                .map(|x| (x - found) * (x - found))
                .sum::<f64>()
                / n;
            assert!(
                (square.sqrt() / deviation - 1.0).abs() < 0.06,
                "{name}: {square}"
            );
        }
    }
}

#[test]
fn draws_do_not_depend_on_threads() {
    for name in SAMPLERS {
        let alone = sample(name, &target(), settings(1), &mut Unwatched);
        for threads in [2, 3, 64] {
            let together = sample(name, &target(), settings(threads), &mut Unwatched);
            assert_eq!(alone.samples, together.samples, "{name} {threads}");
            assert_eq!(alone.log_probs, together.log_probs, "{name} {threads}");
        }
    }
}

struct Impatient(u64);

impl Watch for Impatient {
    fn tick(&mut self, done: u64, _best: f64) -> Result<Flow, Stop> {
        Ok(if done >= self.0 {
            Flow::Halt
        } else {
            Flow::Continue
        })
    }
}

#[test]
fn a_run_may_be_halted() {
    for name in SAMPLERS {
        for threads in [1, 4] {
            let run = sample(name, &target(), settings(threads), &mut Impatient(3_000));
            let (iterations, draws, _) = run.outcome.expect("a run");
            assert!(iterations < 12_000, "{name} {threads}: {iterations}");
            assert!(
                draws <= 10_000 && (threads > 1 || draws >= 1_000),
                "{name}: {draws}"
            );
        }
    }
}

struct Failing;

impl Watch for Failing {
    fn tick(&mut self, _done: u64, _best: f64) -> Result<Flow, Stop> {
        Err(Stop::Fatal(-3))
    }
}

#[test]
fn whoever_stops_a_run_is_told() {
    for name in SAMPLERS {
        for threads in [1, 3] {
            let run = sample(name, &target(), settings(threads), &mut Failing);
            assert!(
                matches!(run.outcome, Err(Error::Stopped(Stop::Fatal(-3)))),
                "{name}"
            );
        }
        let spiked = Closure::new(2, |x: &[f64]| {
            if x[0] > 1.5 {
                f64::INFINITY
            } else {
                -0.5 * x[0] * x[0] - x[1] * x[1]
            }
        });
        for threads in [1, 3] {
            let mut run = settings(threads);
            run.seed = 4;
            // Starts may lie in the spike; kernels are told of values, and judge only proposals.
            let found = sample(name, &spiked, run, &mut Unwatched);
            assert!(
                matches!(found.outcome, Err(Error::Stopped(Stop::Refused { .. }))),
                "{name}"
            );
        }
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    assert!(Space::new(&[0.0], &[1.0, 2.0], &[Coordinate::Linear]).is_err());
    assert!(Space::new(&[], &[], &[]).is_err());
    assert!(Series::new(&[1.0; 40], 4, 1, 0).is_none(), "it never moves");
    assert!(Series::new(&[1.0, 2.0, 3.0], 1, 1, 0).is_none(), "too few");
    assert!(Series::new(&[], 0, 1, 0).is_none(), "none");
    let mut draws = vec![0.0; 40];
    Stream::new(1, 0, 0).normals(&mut draws);
    assert!(Series::new(&draws, 4, 1, 0).is_some());
    draws[7] = f64::NAN;
    assert!(Series::new(&draws, 4, 1, 0).is_none(), "not finite");
}
