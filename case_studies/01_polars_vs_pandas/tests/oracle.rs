//! The kernels against the definition, on inputs that are numerically hard.

mod common;

use common::{column, compensated_sum, two_pass_std};
use ndarray::Array2;
use polars_vs_pandas::window::{error_bound, rolling_std};
use polars_vs_pandas::{Rule, backtest};
use proptest::prelude::*;

/// What is done to a column.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    None,
    /// Some values missing.
    Missing,
    /// A value of 1e12 enters and leaves.
    Outlier,
    /// Everything far from zero.
    Offset,
    /// Equal values for a while.
    Constant,
    /// Everything tiny, or huge.
    Scale(f64),
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        Just(Trouble::None),
        Just(Trouble::Missing),
        Just(Trouble::Outlier),
        Just(Trouble::Offset),
        Just(Trouble::Constant),
        Just(Trouble::Scale(1e-12)),
        Just(Trouble::Scale(1e12)),
    ]
}

fn series(rows: usize) -> impl Strategy<Value = Vec<f64>> {
    let at = (0..rows, 0..rows);
    (proptest::collection::vec(-3.0..3.0, rows), trouble(), at).prop_map(
        |(mut x, trouble, (a, b))| {
            match trouble {
                Trouble::None => {}
                Trouble::Missing => x[a] = f64::NAN,
                Trouble::Outlier => x[a] = 1e12,
                Trouble::Offset => x.iter_mut().for_each(|x| *x += 1e9),
                Trouble::Constant => x[a.min(b)..a.max(b)].fill(0.1),
                Trouble::Scale(scale) => x.iter_mut().for_each(|x| *x *= scale),
            }
            x
        },
    )
}

fn matrix(columns: Vec<Vec<f64>>) -> Array2<f64> {
    Array2::from_shape_fn((columns[0].len(), columns.len()), |(t, i)| columns[i][t])
}

/// Signal, returns and window; windows from 2 to 60, up to four tiles and a bit.
fn market() -> impl Strategy<Value = (Array2<f64>, Array2<f64>, usize)> {
    (2_usize..=60, 1_usize..=40, 2_usize..=200).prop_flat_map(|(window, assets, more)| {
        let rows = window + more.min(4 * window + 3).max(2);
        let signal = proptest::collection::vec(series(rows), assets);
        let returns = proptest::collection::vec(-0.2..0.2, rows * assets);
        (signal, returns, any::<prop::sample::Index>()).prop_map(move |(signal, returns, nan)| {
            let mut returns = Array2::from_shape_vec((rows, assets), returns).expect("a matrix");
            let missing = nan.index(rows * assets);
            returns[(missing / assets, missing % assets)] = f64::NAN;
            (matrix(signal), returns, window)
        })
    })
}

fn rules() -> impl Strategy<Value = Rule> {
    let k = prop_oneof![Just(0.0), Just(1.0), 0.0..2.5];
    let rules = (k.clone(), k, prop_oneof![Just(0.0), 0.0..0.05]);
    rules.prop_map(|(k_long, k_short, cost)| Rule::new(k_long, k_short, cost))
}

fn close(found: &[f64], expected: &[f64], tolerance: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), expected.len());
    for (j, (a, b)) in found.iter().zip(expected).enumerate() {
        prop_assert!(
            (a - b).abs() <= tolerance * b.abs().max(1.0),
            "row {j}: {a} against {b}"
        );
    }
    Ok(())
}

/// Whether the signal is so close to its threshold that rounding decides.
fn is_tie(x: &Array2<f64>, window: usize, rule: Rule, row: usize, asset: usize) -> bool {
    let sigma = two_pass_std(&x.slice(ndarray::s![row - window..row, asset]).to_vec());
    let s = x[(row, asset)];
    let threshold = if s > 0.0 { rule.k_long } else { rule.k_short } * sigma;
    (s.abs() - threshold).abs() <= 2.0 * error_bound(window) * threshold
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn the_backtest_is_the_definition((signal, returns, window) in market(), rule in rules()) {
        let out = backtest(signal.view(), returns.view(), window, rule, 1e6, 1).expect("valid");
        let (equity, traded, positions) =
            common::backtest(signal.view(), returns.view(), window, rule, 1e6);
        for ((row, asset), &position) in out.positions.indexed_iter() {
            if position != positions[(row, asset)] {
                prop_assert!(is_tie(&signal, window, rule, row + window, asset));
                return Ok(()); // A tie, decided the other way: the paths part here.
            }
        }
        close(&out.equity, &equity, 1e-12)?;
        close(&out.traded, &traded, 1e-12)?;
        let before = std::iter::once(1e6).chain(equity.iter().copied());
        let daily: Vec<f64> = before
            .zip(&equity)
            .map(|(before, now)| if before > 0.0 { now / before - 1.0 } else { 0.0 })
            .collect();
        close(&out.daily_returns, &daily, 1e-12)?;
    }

    #[test]
    fn sigma_errs_less_than_proved((signal, _, window) in market()) {
        let found = rolling_std(signal.view(), window).expect("valid");
        let expected = common::rolling_std(signal.view(), window);
        for ((at, a), b) in found.indexed_iter().zip(&expected) {
            if b.is_nan() || *b == 0.0 {
                prop_assert!(a.is_nan() == b.is_nan() && (b.is_nan() || *a == 0.0), "{at:?}: {a}, {b}");
            } else {
                let error = (a / b - 1.0).abs();
                // The oracle's own error is a few units in the last place of its mean.
                let window_of = signal.slice(ndarray::s![at.0 - window..at.0, at.1]);
                let largest = window_of.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
                let own = 4.0 * f64::EPSILON * (1.0 + largest / b * f64::EPSILON);
                prop_assert!(error <= error_bound(window) + own, "{at:?}: {a}, {b}: {error:e}");
            }
        }
    }
}

#[test]
fn values_outside_the_window_have_no_effect() {
    let calm: Vec<f64> = (0..400)
        .map(|t| f64::from(t * 7919 % 101) / 101.0 - 0.5)
        .collect();
    let mut wild = calm.clone();
    for (at, value) in [(3, 1e150), (40, -1e12), (77, f64::NAN), (90, f64::INFINITY)] {
        wild[at] = value;
    }
    let window = 25;
    let calm = rolling_std(column(calm).view(), window).expect("valid");
    let wild = rolling_std(column(wild).view(), window).expect("valid");
    for t in 90 + window + 1..400 {
        assert_eq!(calm[(t, 0)].to_bits(), wild[(t, 0)].to_bits(), "row {t}");
    }
    let inside = (78..=77 + window).all(|t| wild[(t, 0)].is_nan());
    assert!(inside, "NaN as long as it is inside");
    assert!(wild[(4, 0)].is_nan() && wild[(77 - 1, 0)].is_finite());
}

#[test]
fn the_worst_case_stays_within_the_bound() {
    // The shift as the window's one outlier is the worst case: the error is there to see.
    let window = 500;
    let mut x: Vec<f64> = (0..=window)
        .map(|t| f64::from(t as i32 * 7919 % 1009) * 1e-3)
        .collect();
    x[window - 1] = 1e9;
    let expected = two_pass_std(&x[1..=window]);
    x.push(0.0);
    let found = rolling_std(column(x).view(), window).expect("valid")[(window + 1, 0)];
    let error = (found / expected - 1.0).abs();
    assert!(error <= error_bound(window), "{error:e}");
    assert!(error_bound(500) < 5e-11 && error_bound(100) < 2e-12);
}

#[test]
fn the_oracle_resists_cancellation() {
    assert_eq!(compensated_sum([1e16, 1.0, -1e16]), 1.0);
    assert_eq!(two_pass_std(&[1e9 + 1.0, 1e9 + 2.0, 1e9 + 3.0]), 1.0);
}
