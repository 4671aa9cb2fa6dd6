//! The samplers without Python: moments and mixing. `tests/mcmc` tests the rest of them.

use hft_py::mcmc::diagnostics::{Ratio, Series, Size, Transforms};
use hft_py::mcmc::{
    Adaptation, Coordinate, Draws, Outcome, RunInput, Settings, Space, adaptive_metropolis, de_mc,
    ensemble, tempering,
};
use hft_py::objective::{Closure, Evaluate};
use hft_py::rng::Stream;
use hft_py::watch::Unwatched;

const CHAINS: usize = 8;

/// The samples of a run on a normal density, and its outcome.
fn sample(name: &str) -> (Vec<f64>, Outcome) {
    let objective = &Closure::new(2, |x: &[f64]| {
        -0.5 * (x[0] * x[0] + (x[1] - 1.0) * (x[1] - 1.0) / 4.0)
    });
    let settings = Settings {
        n_iterations: 12_000,
        burn_in: 2_000,
        thin: 1,
        seed: 11,
        threads: 1,
    };
    let watch = &mut Unwatched;
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
    (samples, outcome.expect("a run"))
}

#[test]
fn moments_and_mixing() {
    let transforms = Transforms::default();
    for name in ["metropolis", "ensemble", "de_mc", "tempering"] {
        let (samples, outcome) = sample(name);
        assert!(outcome.best_log_prob > -1e-2, "{name}");
        for (p, (mean, deviation)) in [(0.0, 1.0), (1.0, 2.0)].into_iter().enumerate() {
            let series = Series::new(&samples, CHAINS, 2, p).expect("it moves");
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
            let column: Vec<f64> = samples.iter().skip(p).step_by(2).copied().collect();
            let n = f64::from(u32::try_from(CHAINS * outcome.draws).expect("small"));
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
