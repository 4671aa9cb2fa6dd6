//! Paths whose steps differ in length.

use crate::PRECISIONS;
use crate::prices::{MARKET, estimate, lognormal, near, run, totals};
use gpu_monte_carlo::{Simulation, Terms, block_sums};

/// A price observed at other times, the last one or not.
#[test]
fn lengths_are_those_of_the_steps() {
    let (dates, n) = ([0.1, 0.35, 0.4, 1.0], 4);
    let unit = 0.6;
    let lengths = [0.1, 0.25, 0.05, 0.6].map(|length| length / unit);
    let m = MARKET;
    let drift = m.rate - m.dividend - 0.5 * m.sigma * m.sigma;
    let row = |unobserved: bool| {
        let count = n as f64 - f64::from(u8::from(unobserved));
        let seen = &dates[..count as usize];
        let mean = m.spot.ln() + drift * seen.iter().sum::<f64>() / count;
        let pairs = seen.iter().flat_map(|a| seen.iter().map(|b| a.min(*b)));
        let variance = m.sigma * m.sigma * pairs.sum::<f64>() / (count * count);
        let discount = (-m.rate * m.years).exp();
        let row = [
            m.spot,
            m.strike,
            drift * unit,
            m.sigma * f64::sqrt(unit),
            discount,
            1.0,
            0.0,
            m.sigma,
            0.0,
            1.0,
            1.0,
            1.0,
            m.rate,
            unit,
            m.years,
        ];
        let exact = lognormal(mean, variance, m.strike, discount, 1.0);
        (Terms::from_row(&row, 0).unwrap(), exact)
    };
    for precision in PRECISIONS {
        for unobserved in [false, true] {
            let simulation = Simulation {
                precision,
                lengths: Some(&lengths),
                unobserved,
                ..run(n, 8)
            };
            let (terms, exact) = row(unobserved);
            near(estimate(&totals(&[terms], 0, &simulation), 1), exact);
        }
    }
    let wrong: [(&[f64], &str); 3] = [
        (&lengths[..3], "lengths has shape [3], expected [4]"),
        (
            &[0.5, 0.0, 1.0, 1.0],
            "lengths[1]=0, expected above 0, at most 1",
        ),
        (
            &[0.5, 1.0, f64::NAN, 1.0],
            "lengths[2]=NaN, expected above 0",
        ),
    ];
    for (lengths, text) in wrong {
        let simulation = Simulation {
            lengths: Some(lengths),
            ..run(n, 1)
        };
        let error = block_sums(&[row(false).0], &simulation)
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(text), "{error}");
    }
}
