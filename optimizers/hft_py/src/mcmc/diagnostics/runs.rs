//! Draws as runs of equal values: a chain that rejects a proposal stays where it is.
//!
//! In a random walk one draw in four is new. Only those are sorted, ranked and scored.

use super::column::Column;
use crate::mcmc::real;

/// Runs of equal draws within sequences of one length (chains, or their halves).
///
/// Values that belong to the runs are kept apart, one per run and in the same order.
#[derive(Debug, Clone)]
pub(super) struct Runs {
    /// Where each run ends, counted over all sequences; no run crosses the end of one.
    ends: Vec<u32>,
    /// Draws of a sequence.
    pub(super) length: usize,
}

impl Runs {
    /// Runs of a column's chains, or of its half chains, with their values; and the middle draws of
    /// chains of odd length, which are in neither half.
    pub(super) fn of(column: &Column<'_>, halves: bool) -> (Self, Vec<f64>, Vec<f64>) {
        let length = if halves {
            column.draws / 2
        } else {
            column.draws
        };
        let odd = halves && !column.draws.is_multiple_of(2);
        let (mut ends, mut values, mut middles) = (Vec::new(), Vec::new(), Vec::new());
        // Counted first: vectors that grow would take twice the memory.
        let changes = |chain: usize| {
            let pairs = column.chain(chain).zip(column.chain(chain).skip(1));
            pairs.filter(|(before, here)| before != here).count()
        };
        let most: usize = (0..column.chains).map(|chain| changes(chain) + 2).sum();
        ends.reserve_exact(most);
        values.reserve_exact(most);
        let mut end = 0_u32;
        for chain in 0..column.chains {
            let (mut at, mut before) = (0, f64::NAN);
            for (number, value) in column.chain(chain).enumerate() {
                if odd && number == length {
                    middles.push(value);
                    continue;
                }
                if at == length {
                    at = 0;
                }
                if (at == 0 || value != before) && end > 0 {
                    ends.push(end);
                }
                if at == 0 || value != before {
                    values.push(value);
                }
                (at, before, end) = (at + 1, value, end + 1);
            }
        }
        ends.push(end);
        (Self { ends, length }, values, middles)
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn sequences(&self) -> usize {
        self.draws() / self.length
    }

    pub(super) fn draws(&self) -> usize {
        self.ends.last().map_or(0, |end| *end as usize)
    }

    /// The draws of one run, counted over all sequences.
    #[inline]
    pub(super) fn range(&self, run: usize) -> std::ops::Range<usize> {
        let first = run.checked_sub(1).map_or(0, |before| self.ends[before]);
        first as usize..self.ends[run] as usize
    }

    #[inline]
    pub(super) fn count(&self, run: usize) -> u32 {
        self.ends[run] - run.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// The runs of each sequence in turn.
    pub(super) fn each_sequence(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        let (mut run, mut end) = (0, 0);
        std::iter::from_fn(move || {
            let first = run;
            end += self.length;
            while run < self.len() && self.ends[run] as usize <= end {
                run += 1;
            }
            (first < run).then_some(first..run)
        })
    }

    /// Each sequence's mean, less the first value of all (draws far from zero lose no digits), and
    /// its sum of squared deviations from it.
    pub(super) fn moments(&self, values: &[f64]) -> Vec<(f64, f64)> {
        let origin = values.first().copied().unwrap_or(0.0);
        let weighted = |runs: std::ops::Range<usize>| {
            runs.map(|run| (values[run] - origin, f64::from(self.count(run))))
        };
        let of = |runs: std::ops::Range<usize>| {
            if runs.len() == 1 {
                // Exactly: R-hat of chains that stand is infinite.
                return (values[runs.start] - origin, 0.0);
            }
            let total: f64 = weighted(runs.clone()).map(|(v, count)| v * count).sum();
            let mean = total / real(self.length);
            let squares = weighted(runs).map(|(v, count)| (v - mean) * (v - mean) * count);
            (mean, squares.sum())
        };
        self.each_sequence().map(of).collect()
    }

    /// One sequence's draws, from the value of each of its runs, at the front of `out`; a few more
    /// numbers behind them may be overwritten.
    #[inline]
    pub(super) fn expand(
        &self,
        runs: std::ops::Range<usize>,
        value: impl Fn(usize) -> f64,
        out: &mut [f64],
    ) {
        // Most runs are short: one wide store is cheaper than a loop of the right length.
        const WIDE: usize = 4;
        let origin = self.range(runs.start).start;
        let mut at = 0;
        for (run, end) in runs.clone().zip(&self.ends[runs]) {
            let (here, next) = (value(run), *end as usize - origin);
            if let Some(front) = out.get_mut(at..at + WIDE) {
                front.fill(here);
                at += WIDE;
            }
            if at < next {
                out[at..next].fill(here);
            }
            at = next;
        }
    }
}
