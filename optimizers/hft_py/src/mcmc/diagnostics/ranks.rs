//! Ranks of all draws together, and what is read off them.

use super::column::Column;
use super::quantile::normal_quantile;
use super::runs::Runs;
use crate::mcmc::real;

/// Draws that share a value; `run` is `NOWHERE` of those in no half chain.
#[derive(Debug, Clone, Copy)]
struct Entry {
    value: f64,
    run: u32,
    count: u32,
}

const NOWHERE: u32 = u32::MAX;

impl Entry {
    fn place(&self) -> Option<usize> {
        (self.run != NOWHERE).then_some(self.run as usize)
    }
}

/// Runs in the order of a value that belongs to each; there are fewer than 2^32 draws.
#[derive(Debug, Clone)]
pub(super) struct Order(Vec<Entry>);

impl Order {
    /// Of the half chains' draws themselves, and of the draws in the middle.
    pub(super) fn of(column: &Column<'_>) -> (Runs, Self) {
        let (runs, values, middles) = Runs::of(column, true);
        let mut entries = Vec::with_capacity(values.len() + middles.len());
        entries.extend((0..).zip(&values).map(|(run, value)| Entry {
            value: *value,
            run,
            count: runs.count(run as usize),
        }));
        entries.extend(middles.iter().map(|value| Entry {
            value: *value,
            run: NOWHERE,
            count: 1,
        }));
        entries.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
        (runs, Self(entries))
    }

    /// Leave out what is in no half chain.
    pub(super) fn keep_halves(&mut self) {
        self.0.retain(|entry| entry.place().is_some());
    }

    pub(super) fn values(&self, out: &mut [f64]) {
        for entry in &self.0 {
            if let Some(value) = out.get_mut(entry.run as usize) {
                *value = entry.value;
            }
        }
    }

    /// Normal scores of the ranks (eq. 14), by run.
    pub(super) fn scores(&self, out: &mut [f64]) {
        score(self.0.iter().copied(), self.draws(), out);
    }

    /// The runs whose value is at most `bound`.
    pub(super) fn up_to(&self, bound: f64) -> impl Iterator<Item = usize> + '_ {
        let kept = self.0.iter().take_while(move |entry| entry.value <= bound);
        kept.filter_map(Entry::place)
    }

    /// The other runs.
    pub(super) fn beyond(&self, bound: f64) -> impl Iterator<Item = usize> + '_ {
        let kept = self.0.iter().rev();
        kept.take_while(move |entry| entry.value > bound)
            .filter_map(Entry::place)
    }

    /// The standard deviation of all draws, divisor one less than their number.
    pub(super) fn deviation(&self) -> f64 {
        let sum = |term: &dyn Fn(f64) -> f64| -> f64 {
            let entries = self.0.iter();
            entries.map(|e| f64::from(e.count) * term(e.value)).sum()
        };
        let count = real(self.draws());
        let origin = self.0.first().map_or(0.0, |entry| entry.value);
        let centre = origin + sum(&|value| value - origin) / count;
        (sum(&|value| (value - centre) * (value - centre)) / (count - 1.0)).sqrt()
    }

    fn draws(&self) -> usize {
        self.0.iter().map(|entry| entry.count as usize).sum()
    }

    /// The draw of a rank, and the next one.
    fn pair(&self, rank: usize) -> [f64; 2] {
        let (mut reached, mut entries) = (0, self.0.iter());
        let mut at = |rank: usize, before: f64| {
            let mut found = before;
            while reached <= rank {
                let Some(entry) = entries.next() else {
                    return found;
                };
                reached += entry.count as usize;
                found = entry.value;
            }
            found
        };
        let first = at(rank, f64::NAN);
        [first, at(rank + 1, first)]
    }

    /// Linear interpolation between order statistics (type 7 of Hyndman and Fan).
    pub(super) fn quantile(&self, probability: f64) -> f64 {
        let size = self.draws();
        let place = real(size) * probability + (1.0 - probability);
        let below = place.floor().clamp(1.0, real(size - 1)) as usize;
        let weight = (place - real(below)).clamp(0.0, 1.0);
        let [low, high] = self.pair(below - 1);
        (1.0 - weight) * low + weight * high
    }

    pub(super) fn median(&self) -> f64 {
        let size = self.draws();
        let [low, high] = self.pair((size - 1) / 2);
        if size % 2 == 1 {
            low
        } else {
            f64::midpoint(low, high)
        }
    }

    /// The same of distances from a median: the two sides are in order, and are merged on the way.
    pub(super) fn folded_scores(&self, median: f64, out: &mut [f64]) {
        let far = |entry: &Entry| Entry {
            value: (entry.value - median).abs(),
            ..*entry
        };
        let middle = self.0.partition_point(|entry| entry.value < median);
        let (below, above) = self.0.split_at(middle);
        let mut below = below.iter().rev().map(far).peekable();
        let mut above = above.iter().map(far).peekable();
        let merged = std::iter::from_fn(|| match (below.peek(), above.peek()) {
            (Some(low), Some(high)) if low.value <= high.value => below.next(),
            (Some(_), None) => below.next(),
            _ => above.next(),
        });
        score(merged, self.draws(), out);
    }
}

/// Scores by run of entries that come in order; ties share their mean rank.
fn score(entries: impl Iterator<Item = Entry>, draws: usize, out: &mut [f64]) {
    let mut ties: Vec<u32> = Vec::new();
    let (mut first, mut next, mut value) = (0, 0, f64::NAN);
    let mut settle = |ties: &mut Vec<u32>, first: usize, next: usize| {
        let rank = real(first + next + 1) / 2.0;
        let score = normal_quantile((rank - 0.375) / (real(draws) + 0.25));
        for run in ties.drain(..) {
            if let Some(place) = out.get_mut(run as usize) {
                *place = score;
            }
        }
    };
    for entry in entries {
        if entry.value != value {
            settle(&mut ties, first, next);
            (first, value) = (next, entry.value);
        }
        ties.push(entry.run);
        next += entry.count as usize;
    }
    settle(&mut ties, first, next);
}
