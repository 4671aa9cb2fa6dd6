//! The host against strategies written here: every call goes through the C interface.

use allocation_o2::ffi::interface;
use allocation_o2::prelude::*;
use allocation_o2_host::host::{
    self, Error as HostError, Instance, Kind, Schedule, Stopped, Value,
};

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
            2 if seen >= 40 => return Err(format!("{seen} observations").into()),
            3 => std::panic::panic_any(3),
            4 => drop(prices.asset(prices.n_assets())),
            5 => std::thread::sleep(std::time::Duration::from_millis(5)),
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
    struct Half {}
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
fn parameters_are_checked_when_made_and_when_set() {
    let refused = |name, value| probe(&[(name, value)]).unwrap_err().to_string();
    assert_eq!(
        refused("mode", Value::Whole(6)),
        "mode=6, expected at most 5"
    );
    assert_eq!(
        refused("shift", Value::Integer(-6)),
        "shift=-6, expected -5 or more"
    );
    assert_eq!(
        refused("sum", Value::Real(2.5)),
        "sum=2.5, expected at most 2.0"
    );
    assert_eq!(
        refused("sum", Value::Real(f64::NAN)),
        "sum=nan, expected a finite number"
    );
    let none = "Probe has no parameter 'x', its own: mode, sum, shift, flag, seed";
    assert_eq!(refused("x", Value::Bool(true)), none);
    let mut one = mode(0);
    assert!(matches!(
        one.set(0, Value::Whole(9)),
        Err(HostError::Parameter(_))
    ));
    one.set(0, Value::Whole(2)).unwrap();
    assert_eq!(one.min_observations(), Ok(3));
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
        let when = Schedule {
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
fn a_run_ends_at_the_first_bad_date() {
    let data = data();
    let prices = Prices::new(&data, 3);
    let when = Schedule {
        first: 4,
        step: 1,
        window: 0,
    };
    let run = |instance: &Instance, threads| {
        let (mut weights, mut tick) = (vec![0.0; 96 * 3], |_| Ok::<(), ()>(()));
        match host::rolling(instance, &prices, &mut weights, when, threads, &mut tick) {
            Err(Stopped::Row(row, error)) => (row, error.to_string()),
            other => panic!("{other:?}"),
        }
    };
    for threads in [1, 2, 3, 8] {
        assert_eq!(run(&mode(2), threads), (35, "40 observations".into()));
        let half = probe(&[("sum", Value::Real(0.5))]).unwrap();
        let words = "Probe returned weights with the sum 0.5, expected 1 within 1e-08";
        assert_eq!(run(&half, threads), (0, words.into()));
    }
}

#[test]
fn whoever_follows_a_run_can_end_it() {
    let data = data();
    let prices = Prices::new(&data, 3);
    let when = Schedule {
        first: 0,
        step: 0,
        window: 1,
    };
    let mut weights = vec![0.0; 3 * 100]; // longer than the time between two calls
    let mut calls = 0;
    let mut tick = |done| {
        calls += 1;
        if calls == 1 { Ok(()) } else { Err(done) }
    };
    match host::rolling(&mode(5), &prices, &mut weights, when, 2, &mut tick) {
        Err(Stopped::Followed(done)) => assert!((1..=100).contains(&done)),
        other => panic!("{other:?}"),
    }
    assert_eq!(calls, 2);
}

#[test]
fn current_weights_drift_with_the_prices() {
    let data = [1.0, 2.0, 2.0, 1.0, 1.0, 3.0];
    let half = Instance::new(Kind::new(interface::<Half>()).unwrap(), &[]).unwrap();
    let mut weights = [f64::NAN; 6];
    let when = Schedule {
        first: 0,
        step: 1,
        window: 1,
    };
    let mut tick = |_| Ok::<(), ()>(());
    host::rolling(
        &half,
        &Prices::new(&data, 2),
        &mut weights,
        when,
        2,
        &mut tick,
    )
    .unwrap();
    // A quarter each, half in cash: the first doubles, so 1.25 in all; half of that is held on.
    let expected = [0.25, 0.25, 0.2, 0.1, 0.1 / 1.2, 0.15 / 1.2];
    for (found, expected) in weights.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-15, "{weights:?}");
    }
}
