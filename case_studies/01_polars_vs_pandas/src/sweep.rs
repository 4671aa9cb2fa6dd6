//! Many rules on one window: the rolling work is done once, every rule replays it.
//!
//! Complexity `O(T N)` for the window and as much, at about half the cost, for each rule.
//! Equity and turnover have the bits that [`backtest`](crate::backtest()) gives each rule.

use crate::backtest::check_inputs;
use crate::error::Error;
use crate::feed::{Feed, Group, Market, panels};
use crate::lanes::{Kernel, LANES, Lanes, on_isa};
use crate::panel::Portfolio;
use crate::strategy::{Account, Rule, State, Thresholds, opening};
use crate::window::{Prefix, Two};
use native::Isa;
use native::threads::{pool, usable};
use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;

/// Portfolio equity and notional traded; one row for each rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// Shape `(rules, T - window - 1)`.
    pub equity: Array2<f64>,
    /// Shape `(rules, T - window - 1)`.
    pub traded: Array2<f64>,
}

/// Backtest every rule on one window; `threads` 0 takes all cores, and never changes a bit.
///
/// # Errors
/// As [`backtest`](crate::backtest()), and [`Error::NoRules`].
pub fn sweep(
    signal: ArrayView2<'_, f64>,
    returns: ArrayView2<'_, f64>,
    window: usize,
    rules: &[Rule],
    capital: f64,
    threads: usize,
) -> Result<Sweep, Error> {
    sweep_on(
        Isa::best(),
        signal,
        returns,
        window,
        rules,
        capital,
        threads,
    )
}

/// [`sweep`] on a chosen instruction set.
///
/// # Errors
/// As [`sweep`].
pub fn sweep_on(
    isa: Isa,
    signal: ArrayView2<'_, f64>,
    returns: ArrayView2<'_, f64>,
    window: usize,
    rules: &[Rule],
    capital: f64,
    threads: usize,
) -> Result<Sweep, Error> {
    if rules.is_empty() {
        return Err(Error::NoRules);
    }
    let market = Market {
        signal,
        returns,
        window,
    };
    let count = check_inputs(&market, rules, capital)?;
    let mut equity = Array2::zeros((rules.len(), count));
    let mut traded = Array2::zeros((rules.len(), count));
    // Threads share the rules, not the assets: rows of the result are theirs alone.
    let share = rules.len().div_ceil(usable(threads));
    let mut tasks: Vec<_> = equity
        .axis_chunks_iter_mut(Axis(0), share)
        .zip(traded.axis_chunks_iter_mut(Axis(0), share))
        .zip(rules.chunks(share))
        .map(|((equity, traded), rules)| Task {
            market,
            rules,
            capital,
            equity,
            traded,
        })
        .collect();
    let run = |task: &mut Task<'_>| on_isa!(isa, L => task.run::<L>());
    match (tasks.len() > 1).then(|| pool(tasks.len())).flatten() {
        Some(pool) => pool.install(|| tasks.par_iter_mut().for_each(run)),
        None => tasks.iter_mut().for_each(run),
    }
    Ok(Sweep { equity, traded })
}

struct Task<'a> {
    market: Market<'a>,
    rules: &'a [Rule],
    capital: f64,
    equity: ArrayViewMut2<'a, f64>,
    traded: ArrayViewMut2<'a, f64>,
}

impl Task<'_> {
    fn run<L: Lanes>(&mut self) {
        let window = self.market.window;
        let assets = self.market.signal.ncols();
        let mut totals = vec![[[0.0; LANES]; 2]; window];
        for columns in panels(assets) {
            let groups = columns.len().div_ceil(LANES);
            let start = opening(columns.len(), self.capital / assets as f64);
            let mut states = vec![start; self.rules.len()];
            let mut tape = vec![[[0.0; LANES]; 3]; groups * window];
            let mut feed = Feed::new(self.market, columns);
            for tile in self.market.tiles() {
                for (g, tape) in tape.chunks_mut(window).enumerate() {
                    if let Some(group) = feed.group::<L, 1>(g * LANES, tile.clone()) {
                        L::run(Record { group, tape });
                    }
                }
                let Some(out) = tile.start.checked_sub(window) else {
                    continue;
                };
                let out = out..out + tile.len();
                for (i, (&rule, states)) in self.rules.iter().zip(&mut states).enumerate() {
                    let groups = tape.chunks(window).zip(states).enumerate();
                    for (g, (tape, state)) in groups {
                        let (tape, totals) = (&tape[..tile.len()], &mut totals[..]);
                        L::run(Replay {
                            window,
                            rule,
                            tape,
                            state,
                            totals,
                            first: g == 0,
                        });
                    }
                    let mut equity = self.equity.row_mut(i);
                    let mut traded = self.traded.row_mut(i);
                    let rows = "rows of a C-ordered result";
                    L::run(Portfolio {
                        totals: &totals[..tile.len()],
                        equity: &mut equity.as_slice_mut().expect(rows)[out.clone()],
                        traded: &mut traded.as_slice_mut().expect(rows)[out.clone()],
                    });
                }
            }
        }
    }
}

/// What every rule needs of a row: `W (W - 1) variance`, the signal, and the return.
type Entry = [[f64; LANES]; 3];

/// Write a group's tile to the tape.
struct Record<'a> {
    group: Group<'a, 1>,
    tape: &'a mut [Entry],
}

impl<L: Lanes> Kernel<L> for Record<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let group = self.group;
        let mut prefix = Prefix::<L>::new(group.window, &group.shift[0]);
        for (j, ([suffix], entry)) in group.suffixes.iter().zip(self.tape).enumerate() {
            let [x]: [L; 1] = group.signal.at(j);
            let [r]: [L; 1] = group.returns.at(j);
            prefix.scaled_variance(suffix, x).store(&mut entry[0]);
            x.store(&mut entry[1]);
            r.store(&mut entry[2]);
        }
    }
}

/// Run one rule along a group's tape.
struct Replay<'a> {
    window: usize,
    rule: Rule,
    tape: &'a [Entry],
    state: &'a mut State,
    totals: &'a mut [Two],
    first: bool,
}

impl<L: Lanes> Kernel<L> for Replay<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let thresholds = Thresholds::<L, false>::new(self.window, &self.rule);
        let mut account = Account::<L>::load(self.state);
        for (entry, totals) in self.tape.iter().zip(self.totals) {
            let [m, x, r] = entry.map(|values| L::load(&values));
            let active = thresholds.active(x, m);
            let (mut capital, mut notional) = account.step(&thresholds, active, x, r);
            if !self.first {
                capital = L::load(&totals[0]).add(capital);
                notional = L::load(&totals[1]).add(notional);
            }
            capital.store(&mut totals[0]);
            notional.store(&mut totals[1]);
        }
        account.store(self.state);
    }
}
