//! The backtest of one parameter set.

use crate::error::Error;
use crate::isa::Isa;
use crate::lanes::{Avx2, Avx512, Portable};
use crate::panel::{Job, panels, run};
use crate::strategy::Rule;
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use std::ops::Range;

/// What a backtest yields; one row for each date on which a decision earns its return.
#[derive(Debug, Clone, PartialEq)]
pub struct Outputs {
    /// Capital of all assets at the end of the row.
    pub equity: Vec<f64>,
    /// `equity[j] / equity[j - 1] - 1`; the first against the starting capital, 0 after ruin.
    pub daily_returns: Vec<f64>,
    /// Notional traded to enter the row's positions.
    pub traded: Vec<f64>,
    /// -1, 0 or +1 for each asset.
    pub positions: Array2<i8>,
}

/// Check what the kernel relies on.
pub(crate) fn validate(
    signal: &ArrayView2<'_, f64>,
    returns: &ArrayView2<'_, f64>,
    window: usize,
    rules: &[Rule],
    capital: f64,
) -> Result<(), Error> {
    if signal.dim() != returns.dim() {
        return Err(Error::ShapeMismatch {
            signal: signal.dim(),
            returns: returns.dim(),
        });
    }
    if signal.ncols() == 0 {
        return Err(Error::NoAssets { name: "signal" });
    }
    if window < 2 {
        return Err(Error::WindowTooShort { window });
    }
    if signal.nrows() < window.saturating_add(2) {
        return Err(Error::TooFewRows {
            rows: signal.nrows(),
            window,
        });
    }
    let at_least_zero = |name, value: f64| {
        if value.is_finite() && value >= 0.0 {
            Ok(())
        } else {
            Err(Error::Parameter {
                name,
                value,
                expected: "a finite number, 0 or more",
            })
        }
    };
    for rule in rules {
        at_least_zero("k_long", rule.k_long)?;
        at_least_zero("k_short", rule.k_short)?;
        at_least_zero("cost", rule.cost)?;
    }
    if !(capital.is_finite() && capital > 0.0) {
        return Err(Error::Parameter {
            name: "capital",
            value: capital,
            expected: "a finite number above 0",
        });
    }
    Ok(())
}

fn dispatch<'a>(
    isa: Isa,
    job: &'a Job<'a>,
    columns: Range<usize>,
    equity: &mut [f64],
    traded: &mut [f64],
    positions: &mut ArrayViewMut2<'_, i8>,
) {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => run::<Avx512>(job, columns, equity, traded, positions),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => run::<Avx2>(job, columns, equity, traded, positions),
        _ => run::<Portable>(job, columns, equity, traded, positions),
    }
}

/// Backtest the strategy; `threads` 0 takes all cores. The result does not depend on it.
///
/// # Errors
/// [`Error`] where the shapes or parameters make no backtest.
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
    validate(&signal, &returns, window, &[rule], capital)?;
    let (rows, columns) = signal.dim();
    let count = rows - window - 1;
    let job = Job {
        signal,
        returns,
        window,
        rule,
        capital: capital / columns as f64,
    };
    let mut equity = vec![0.0; count];
    let mut traded = vec![0.0; count];
    let mut positions = Array2::<i8>::zeros((count, columns));
    let threads = if threads == 0 {
        rayon::current_num_threads()
    } else {
        threads
    };
    let mut tasks = Vec::new();
    let mut rest = positions.view_mut();
    for panel in panels(columns) {
        let (left, right) = rest.split_at(Axis(1), panel.len());
        tasks.push((panel, left));
        rest = right;
    }
    if threads == 1 || tasks.len() == 1 {
        for (panel, mut out) in tasks {
            dispatch(isa, &job, panel, &mut equity, &mut traded, &mut out);
        }
    } else {
        let mut partials = vec![(vec![0.0; count], vec![0.0; count]); threads.min(tasks.len())];
        for wave in tasks.chunks_mut(threads) {
            wave.par_iter_mut()
                .zip(&mut partials)
                .for_each(|((panel, out), (e, t))| {
                    e.fill(0.0);
                    t.fill(0.0);
                    dispatch(isa, &job, panel.clone(), e, t, out);
                });
            for (e, t) in &partials[..wave.len()] {
                equity
                    .iter_mut()
                    .zip(e)
                    .for_each(|(total, part)| *total += part);
                traded
                    .iter_mut()
                    .zip(t)
                    .for_each(|(total, part)| *total += part);
            }
        }
    }
    let daily_returns = daily_returns(&equity, capital);
    Ok(Outputs {
        equity,
        daily_returns,
        traded,
        positions,
    })
}

fn daily_returns(equity: &[f64], capital: f64) -> Vec<f64> {
    let mut before = capital;
    equity
        .iter()
        .map(|&now| {
            let change = if before == 0.0 {
                0.0
            } else {
                now / before - 1.0
            };
            before = now;
            change
        })
        .collect()
}
