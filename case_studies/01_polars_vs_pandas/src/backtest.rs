//! The backtest of one rule.

use crate::error::Error;
use crate::feed::{Market, panels, panels_together};
use crate::lanes::on_isa;
use crate::panel::{self, Sums};
use crate::strategy::Rule;
use native::Isa;
use native::threads::{pool, usable};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// What a backtest yields: one row for each decision, dated by the return it earns.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// Capital of all assets at the end of the row, in units of the starting capital.
    pub equity: Vec<f64>,
    /// `equity[j] / equity[j - 1] - 1`; the first against the starting capital, 0 after ruin.
    pub daily_returns: Vec<f64>,
    /// Capital that changed side to enter the row's positions; a flip counts twice.
    pub traded: Vec<f64>,
    /// -1, 0 or +1 for each asset; in C order.
    pub positions: Array2<i8>,
}

/// Backtest one rule on `signal` and `returns`, both `(T, N)`, of any layout, borrowed.
///
/// `threads` 0 takes all cores; the result has the same bits for any number of them, on any
/// instruction set, and for any layout. NaN in a window or a signal means no position; a NaN
/// return counts as 0.
///
/// # Errors
/// [`Error`] where shapes or parameters make no backtest.
///
/// # Examples
/// ```
/// use ndarray::array;
/// use polars_vs_pandas::{Rule, backtest};
///
/// let signal = array![[0.0], [1.0], [3.0], [-3.0], [0.0]];
/// let returns = array![[0.0], [0.0], [0.0], [0.5], [0.5]];
/// let rule = Rule { k_long: 1.0, k_short: 1.0, cost: 0.0 };
/// let out = backtest(signal.view(), returns.view(), 2, rule, 100.0, 1)?;
/// assert_eq!(out.positions, array![[1], [-1]]);
/// assert_eq!(out.equity, [150.0, 75.0]);
/// # Ok::<(), polars_vs_pandas::Error>(())
/// ```
pub fn backtest(
    signal: ArrayView2<'_, f64>,
    returns: ArrayView2<'_, f64>,
    window: usize,
    rule: Rule,
    capital: f64,
    threads: usize,
) -> Result<Outputs, Error> {
    backtest_on(Isa::best(), signal, returns, window, rule, capital, threads)
}

/// [`backtest`] on a chosen instruction set.
///
/// # Errors
/// As [`backtest`].
pub fn backtest_on(
    isa: Isa,
    signal: ArrayView2<'_, f64>,
    returns: ArrayView2<'_, f64>,
    window: usize,
    rule: Rule,
    capital: f64,
    threads: usize,
) -> Result<Outputs, Error> {
    let market = Market {
        signal,
        returns,
        window,
    };
    let count = check_inputs(&market, &[rule], capital)?;
    let assets = signal.ncols();
    let panels = panels(assets);
    let threads = usable(threads).min(panels.len());
    let pool = (threads > 1).then(|| pool(threads)).flatten();
    let threads = if pool.is_some() { threads } else { 1 };
    // Between threads, few: each panel then needs sums of its own.
    let most = if threads == 1 {
        panels.len()
    } else {
        panels.len().div_ceil(threads).min(4)
    };
    let together = panels_together(window).min(most);
    let mut total = Sums::new(count);
    let mut positions = Array2::<i8>::zeros((count, assets));
    let mut tasks = Vec::new();
    let mut rest = positions.view_mut();
    for panels in panels.chunks(together) {
        let width = panels[panels.len() - 1].end - panels[0].start;
        let (positions, right) = rest.split_at(Axis(1), width);
        tasks.push((panels, positions));
        rest = right;
    }
    let own = capital / assets as f64;
    let run = |(panels, positions): &mut Task<'_>, sums: &mut [Sums]| {
        on_isa!(isa, L => panel::run::<L>(market, rule, own, panels, sums, positions));
    };
    if let Some(pool) = pool {
        // Panels have sums of their own, which are added in the panels' order: a wave of as
        // many tasks as there are threads, so that they take little memory.
        for wave in tasks.chunks_mut(threads) {
            let part = |task: &mut Task<'_>| {
                let mut sums: Vec<_> = task.0.iter().map(|_| Sums::new(count)).collect();
                run(task, &mut sums);
                sums
            };
            let sums: Vec<Vec<Sums>> = pool.install(|| wave.par_iter_mut().map(part).collect());
            sums.iter().flatten().for_each(|sums| total.add(sums));
        }
    } else {
        for task in &mut tasks {
            run(task, std::slice::from_mut(&mut total));
        }
    }
    let Sums { equity, traded } = total;
    let daily_returns = daily_returns(&equity, capital);
    Ok(Outputs {
        equity,
        daily_returns,
        traded,
        positions,
    })
}

/// A part of a backtest: neighbouring panels, and where their positions go.
type Task<'a> = (&'a [Range<usize>], ArrayViewMut2<'a, i8>);

/// Check what the kernels rely on; yields the number of rows of the result.
pub(crate) fn check_inputs(
    market: &Market<'_>,
    rules: &[Rule],
    capital: f64,
) -> Result<usize, Error> {
    let (signal, returns, window) = (market.signal, market.returns, market.window);
    if signal.dim() != returns.dim() {
        return Err(Error::ShapeMismatch {
            signal: signal.dim(),
            returns: returns.dim(),
        });
    }
    let (rows, columns) = signal.dim();
    if columns == 0 {
        return Err(Error::NoAssets { name: "signal" });
    }
    if window < 2 {
        return Err(Error::WindowTooShort { window });
    }
    if rows < window.saturating_add(2) {
        return Err(Error::TooFewRows { rows, window });
    }
    let check = |name, value: f64, holds: bool, expected| match value.is_finite() && holds {
        true => Ok(()),
        false => Err(Error::Parameter {
            name,
            value,
            expected,
        }),
    };
    for rule in rules {
        for (name, value) in [
            ("k_long", rule.k_long),
            ("k_short", rule.k_short),
            ("cost", rule.cost),
        ] {
            check(name, value, value >= 0.0, "a finite number, 0 or more")?;
        }
    }
    check("capital", capital, capital > 0.0, "a finite number above 0")?;
    Ok(rows - window - 1)
}

fn daily_returns(equity: &[f64], capital: f64) -> Vec<f64> {
    let before = std::iter::once(&capital).chain(equity);
    let change = |(before, now): (&f64, &f64)| match *before > 0.0 {
        true => now / before - 1.0,
        false => 0.0,
    };
    before.zip(equity).map(change).collect()
}
