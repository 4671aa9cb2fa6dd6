//! The host against strategies written here: every call goes through the C interface.

use allocation_o2::ffi::interface;
use allocation_o2::prelude::*;
use allocation_o2_host::host::{self, Error as HostError, Instance, Kind, Stopped, Value};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

parameters! {
    /// Weights in proportion to the latest prices,
    /// or what `mode` asks for.
    struct Probe {
        /// What to do.
        mode: usize = 0, 0..=5;
        /// The sum of the weights.
        sum: f64 = 1.0, ..=2.0;
        shift: i64 = -3, -5..;
        flag: bool = true;
        seed: u64 = u64::MAX;
    }
}

impl Strategy for Probe {
    fn min_observations(&self) -> usize {
        assert!(self.mode != 5, "no number for mode {}", self.mode);
        self.mode + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let seen = prices.n_observations();
        match self.mode {
            1 => panic!("{seen} observations"),
            3 => std::panic::panic_any(3),
            4 => drop(prices.asset(prices.n_assets())),
            _ => {}
        }
        assert!(weights.iter().all(|weight| *weight == 0.0));
        let total: f64 = (0..prices.n_assets()).map(|i| prices.last(i)).sum();
        for (i, weight) in weights.iter_mut().enumerate() {
            *weight = self.sum * prices.last(i) / total;
        }
        Ok(())
    }
}

parameters! {
    /// Half of what is held, or half of equal weights.
    struct Half {
        /// Of the second asset, sold to buy more of the first.
        short: f64 = 0.0;
    }
}

impl Strategy for Half {
    const ALLOW_CASH: bool = true;
    const USES_CURRENT: bool = true;
    fn min_observations(&self) -> usize {
        1
    }
    fn predict(&self, _prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        if weights.iter().all(|weight| *weight == 0.0) {
            weights.fill(1.0 / weights.len() as f64);
        }
        weights.iter_mut().for_each(|weight| *weight /= 2.0);
        weights[0] += self.short;
        weights[1] -= self.short;
        Ok(())
    }
}

fn probe(changes: &[(&str, Value)]) -> Result<Instance, HostError> {
    let kind = Kind::new(interface::<Probe>())?;
    let mut values: Vec<_> = kind.parameters.iter().map(|one| one.initial).collect();
    for (name, value) in changes {
        values[kind.parameter(name)?.0] = *value;
    }
    Instance::new(kind, &values)
}

fn mode(mode: u64) -> Instance {
    probe(&[("mode", Value::Whole(mode))]).unwrap()
}

fn data() -> Vec<f64> {
    (0..300)
        .map(|k| 1.0 + f64::from(k % 7) + f64::from(k) / 10.0)
        .collect()
}

#[test]
fn a_strategy_describes_itself() {
    let kind = Kind::new(interface::<Probe>()).unwrap();
    assert_eq!(kind.name, "Probe");
    assert_eq!(
        kind.doc,
        "Weights in proportion to the latest prices,\nor what `mode` asks for."
    );
    assert!(!kind.allow_cash && !kind.uses_current);
    let [mode, sum, shift, flag, seed] = &kind.parameters[..] else {
        panic!()
    };
    assert_eq!(
        (mode.name.as_str(), mode.doc.as_str()),
        ("mode", "What to do.")
    );
    assert_eq!(
        (mode.low, mode.high),
        (Some(Value::Whole(0)), Some(Value::Whole(5)))
    );
    assert_eq!((sum.low, sum.high), (None, Some(Value::Real(2.0))));
    assert_eq!(
        (shift.initial, shift.low),
        (Value::Integer(-3), Some(Value::Integer(-5)))
    );
    assert_eq!((flag.initial, flag.doc.as_str()), (Value::Bool(true), ""));
    assert_eq!(seed.initial, Value::Whole(u64::MAX));
    assert!(Kind::new(interface::<Half>()).unwrap().allow_cash);
}

#[test]
fn a_panic_is_an_error_with_its_place() {
    let (data, mut weights) = (data(), [0.0; 3]);
    let prices = Prices::new(&data, 3);
    let panicked = |mode: &Instance, weights: &mut [f64]| match mode.predict(&prices, weights) {
        Err(HostError::Panic(message)) => message,
        other => panic!("{other:?}"),
    };
    let message = panicked(&mode(1), &mut weights);
    assert!(
        message.starts_with("Probe panicked: 100 observations, at "),
        "{message}"
    );
    assert!(message.contains("host.rs:"), "{message}");
    assert!(panicked(&mode(3), &mut weights).contains("no message, at "));
    assert!(panicked(&mode(4), &mut weights).contains("no asset 3: there are 3, at "));
    let message = mode(5).min_observations().unwrap_err().to_string();
    assert!(
        message.starts_with("Probe panicked: no number for mode 5, at "),
        "{message}"
    );
    mode(0).predict(&prices, &mut weights).unwrap(); // the next call is as good as any
}

#[test]
fn a_rolling_run_is_the_single_calls_in_any_number_of_threads() {
    let data = data();
    let prices = Prices::new(&data, 3).between(1, 100);
    for (window, step) in [(0, 1), (10, 3)] {
        let when = Dates {
            first: 9,
            step,
            window,
        };
        let rows = (99 - 10) / step + 1;
        for threads in [1, 2, 5] {
            let mut found = vec![f64::NAN; rows * 3];
            let mut tick = |_| Ok::<(), ()>(());
            host::rolling(&mode(0), &prices, &mut found, when, threads, &mut tick).unwrap();
            for (row, found) in found.chunks(3).enumerate() {
                let end = 10 + row * step;
                let seen = prices.between(if window == 0 { 0 } else { end - window }, end);
                let mut expected = [0.0; 3];
                mode(0).predict(&seen, &mut expected).unwrap();
                assert_eq!(found, expected);
            }
        }
    }
}

#[test]
fn current_weights_drift_with_the_prices() {
    let data = [1.0, 2.0, 2.0, 1.0, 1.0, 3.0];
    let half = |short| {
        let kind = Kind::new(interface::<Half>()).unwrap();
        Instance::new(kind, &[Value::Real(short)]).unwrap()
    };
    let mut weights = [f64::NAN; 6];
    let when = Dates {
        first: 0,
        step: 1,
        window: 1,
    };
    let mut tick = |_| Ok::<(), ()>(());
    let prices = Prices::new(&data, 2);
    host::rolling(&half(0.0), &prices, &mut weights, when, 2, &mut tick).unwrap();
    // A quarter each, half in cash: the first doubles, so 1.25 in all; half of that is held on.
    let expected = [0.25, 0.25, 0.2, 0.1, 0.1 / 1.2, 0.15 / 1.2];
    for (found, expected) in weights.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15, "{weights:?}");
    }
    match host::rolling(&half(-2.0), &prices, &mut weights, when, 1, &mut tick) {
        Err(Stopped::Row(1, error)) => assert_eq!(
            error.to_string(),
            "Half holds weights that made -0.75 of 1 since the date before, expected more than 0: \
             the portfolio is ruined"
        ),
        other => panic!("{other:?}"),
    }
}

parameters! {
    /// The probe, many dates at once, up to a price of the first asset.
    struct Many {
        limit: f64 = 1e9;
        sum: f64 = 1.0;
    }
}

impl Strategy for Many {
    const MANY_DATES: bool = true;
    fn min_observations(&self) -> usize {
        1
    }
    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        if prices.last(0) > self.limit {
            return Err(format!("{} observations", prices.n_observations()).into());
        }
        let sum = self.sum;
        Probe {
            sum,
            ..Probe::default()
        }
        .predict(prices, weights)
    }
    fn predict_many(
        &self,
        prices: Prices<'_>,
        dates: Dates,
        weights: &mut [f64],
    ) -> Result<(), Error> {
        let rows = weights.len() / 2;
        assert_eq!(prices.n_observations(), dates.end(rows - 1)); // nothing later is shown
        MANY.fetch_add(rows, Relaxed);
        for (row, weights) in weights.chunks_exact_mut(2).enumerate() {
            weights.fill(0.0);
            self.predict(dates.seen(&prices, row), weights)?;
        }
        Ok(())
    }
}

static MANY: AtomicUsize = AtomicUsize::new(0);

#[test]
fn many_dates_at_once_are_single_dates_and_fail_at_the_same_one() {
    let data: Vec<f64> = (0..1_200).map(|k| 1.0 + f64::from(k % 600)).collect();
    let prices = Prices::new(&data, 2);
    let when = Dates {
        first: 3,
        step: 1,
        window: 0,
    };
    let kind = Kind::new(interface::<Many>()).unwrap();
    let run = |limit, sum, threads| {
        let many = Instance::new(kind.clone(), &[Value::Real(limit), Value::Real(sum)]).unwrap();
        let (mut weights, mut tick) = (vec![f64::NAN; 597 * 2], |_| Ok::<(), ()>(()));
        assert!(many.has_many() && !mode(0).has_many());
        let done = host::rolling(&many, &prices, &mut weights, when, threads, &mut tick);
        done.map(|()| weights)
    };
    let mut expected = vec![0.0; 597 * 2];
    let mut tick = |_| Ok::<(), ()>(());
    host::rolling(&mode(0), &prices, &mut expected, when, 1, &mut tick).unwrap();
    for threads in [1, 3] {
        MANY.store(0, Relaxed);
        assert_eq!(run(1e9, 1.0, threads).unwrap(), expected);
        assert_eq!(MANY.load(Relaxed), 597);
        for (limit, sum, row, words) in [(400.0, 1.0, 397, "401 obs"), (1e9, 0.5, 0, "the sum 0.5")]
        {
            match run(limit, sum, threads) {
                Err(Stopped::Row(found, error)) => {
                    assert!(found == row && error.to_string().contains(words), "{error}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
