//! Which inputs are refused, and with which messages.

mod common;

use ndarray::Array2;
use polars_vs_pandas::window::rolling_std;
use polars_vs_pandas::{Error, Rule, backtest, sweep};

type Shape = (usize, usize);

const RULE: Rule = Rule::new(1.0, 1.0, 0.0);

#[track_caller]
fn refused(signal: Shape, returns: Shape, window: usize, rule: Rule, capital: f64, message: &str) {
    let (x, r) = (Array2::<f64>::zeros(signal), Array2::<f64>::zeros(returns));
    let found = backtest(x.view(), r.view(), window, rule, capital, 1).unwrap_err();
    assert_eq!(found.to_string(), message);
    let swept = sweep(x.view(), r.view(), window, &[rule], capital, 0).unwrap_err();
    assert_eq!(swept.to_string(), message);
}

#[test]
fn bad_input_is_named() {
    let message = "returns has shape (5, 3), expected the shape of signal, (5, 2)";
    refused((5, 2), (5, 3), 2, RULE, 1.0, message);
    let message = "signal has no columns, expected one column per asset";
    refused((5, 0), (5, 0), 2, RULE, 1.0, message);
    refused((0, 0), (0, 0), 2, RULE, 1.0, message);
    for (rows, window, message) in [
        (5, 0, "window=0, expected 2 or more rows"),
        (5, 1, "window=1, expected 2 or more rows"),
        (5, 4, "window=4 needs at least 6 rows, got 5"),
        (0, 2, "window=2 needs at least 4 rows, got 0"),
    ] {
        refused((rows, 1), (rows, 1), window, RULE, 1.0, message);
    }
    for (rule, message) in [
        (Rule::new(-1.0, 1.0, 0.0), "k_long=-1"),
        (Rule::new(1.0, f64::NAN, 0.0), "k_short=NaN"),
        (Rule::new(1.0, 1.0, f64::INFINITY), "cost=inf"),
    ] {
        let message = format!("{message}, expected a finite number, 0 or more");
        refused((5, 1), (5, 1), 2, rule, 1.0, &message);
    }
    for capital in [0.0, f64::NAN] {
        let message = format!("capital={capital}, expected a finite number above 0");
        refused((5, 1), (5, 1), 2, RULE, capital, &message);
    }
}

#[test]
fn a_window_beyond_all_rows_does_not_overflow() {
    let x = Array2::<f64>::zeros((5, 1));
    let (rows, window) = (5, usize::MAX);
    let found = backtest(x.view(), x.view(), window, RULE, 1.0, 1).unwrap_err();
    assert_eq!(found, Error::TooFewRows { rows, window });
    assert!(found.to_string().ends_with("got 5"));
}

#[test]
fn the_smallest_input_runs() {
    let x = Array2::<f64>::zeros((4, 1));
    let out = backtest(x.view(), x.view(), 2, RULE, 7.0, 0).expect("valid");
    let curves = (out.equity, out.daily_returns, out.traded);
    assert_eq!(curves, (vec![7.0], vec![0.0], vec![0.0]));
}

#[test]
fn sweeps_and_deviations_refuse_too() {
    let x = Array2::<f64>::zeros((5, 1));
    let swept = sweep(x.view(), x.view(), 2, &[], 1.0, 1);
    assert_eq!(swept, Err(Error::NoRules));
    let short = rolling_std(x.view(), 1);
    assert_eq!(short, Err(Error::WindowTooShort { window: 1 }));
    let none = rolling_std(Array2::<f64>::zeros((5, 0)).view(), 2);
    assert_eq!(none, Err(Error::NoAssets { name: "x" }));
    let long = rolling_std(x.view(), 9).expect("valid");
    assert!(long.iter().all(|sigma| sigma.is_nan()));
}
