//! What is refused, and in which words.

use ndarray::Array2;
use polars_vs_pandas::window::rolling_std;
use polars_vs_pandas::{Error, Rule, backtest, sweep};

const RULE: Rule = Rule {
    k_long: 1.0,
    k_short: 1.0,
    cost: 0.0,
};

#[test]
fn bad_input_is_named() {
    let table = [
        (
            (5, 2),
            (5, 3),
            2,
            RULE,
            1.0,
            "returns has shape (5, 3), expected the shape of signal, (5, 2)",
        ),
        (
            (5, 0),
            (5, 0),
            2,
            RULE,
            1.0,
            "signal has no columns, expected one column per asset",
        ),
        (
            (0, 0),
            (0, 0),
            2,
            RULE,
            1.0,
            "signal has no columns, expected one column per asset",
        ),
        (
            (5, 1),
            (5, 1),
            0,
            RULE,
            1.0,
            "window=0, expected 2 or more rows",
        ),
        (
            (5, 1),
            (5, 1),
            1,
            RULE,
            1.0,
            "window=1, expected 2 or more rows",
        ),
        (
            (5, 1),
            (5, 1),
            4,
            RULE,
            1.0,
            "window=4 needs at least 6 rows, got 5",
        ),
        (
            (0, 1),
            (0, 1),
            2,
            RULE,
            1.0,
            "window=2 needs at least 4 rows, got 0",
        ),
        (
            (5, 1),
            (5, 1),
            2,
            Rule {
                k_long: -1.0,
                ..RULE
            },
            1.0,
            "k_long=-1, expected a finite number, 0 or more",
        ),
        (
            (5, 1),
            (5, 1),
            2,
            Rule {
                k_short: f64::NAN,
                ..RULE
            },
            1.0,
            "k_short=NaN, expected a finite number, 0 or more",
        ),
        (
            (5, 1),
            (5, 1),
            2,
            Rule {
                cost: f64::INFINITY,
                ..RULE
            },
            1.0,
            "cost=inf, expected a finite number, 0 or more",
        ),
        (
            (5, 1),
            (5, 1),
            2,
            RULE,
            0.0,
            "capital=0, expected a finite number above 0",
        ),
        (
            (5, 1),
            (5, 1),
            2,
            RULE,
            f64::NAN,
            "capital=NaN, expected a finite number above 0",
        ),
    ];
    for (signal, returns, window, rule, capital, expected) in table {
        let (x, r) = (Array2::<f64>::zeros(signal), Array2::<f64>::zeros(returns));
        let found = backtest(x.view(), r.view(), window, rule, capital, 1).unwrap_err();
        assert_eq!(found.to_string(), expected);
        let swept = sweep(x.view(), r.view(), window, &[rule], capital, 0).unwrap_err();
        assert_eq!(swept.to_string(), expected);
    }
}

#[test]
fn a_window_beyond_all_rows_does_not_overflow() {
    let x = Array2::<f64>::zeros((5, 1));
    let found = backtest(x.view(), x.view(), usize::MAX, RULE, 1.0, 1).unwrap_err();
    assert_eq!(
        found,
        Error::TooFewRows {
            rows: 5,
            window: usize::MAX
        }
    );
    assert!(found.to_string().ends_with("got 5"));
}

#[test]
fn the_smallest_input_runs() {
    let x = Array2::<f64>::zeros((4, 1));
    let out = backtest(x.view(), x.view(), 2, RULE, 7.0, 0).expect("valid");
    assert_eq!(
        (out.equity, out.daily_returns, out.traded),
        (vec![7.0], vec![0.0], vec![0.0])
    );
}

#[test]
fn sweeps_and_deviations_refuse_too() {
    let x = Array2::<f64>::zeros((5, 1));
    assert_eq!(
        sweep(x.view(), x.view(), 2, &[], 1.0, 1),
        Err(Error::NoRules)
    );
    assert_eq!(
        rolling_std(x.view(), 1),
        Err(Error::WindowTooShort { window: 1 })
    );
    let none = Array2::<f64>::zeros((5, 0));
    assert_eq!(
        rolling_std(none.view(), 2),
        Err(Error::NoAssets { name: "x" })
    );
    assert!(
        rolling_std(x.view(), 9)
            .expect("valid")
            .iter()
            .all(|sigma| sigma.is_nan())
    );
}
