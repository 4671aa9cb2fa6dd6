//! Ranks of all draws together, and what is read off them.

use super::column::Column;
use super::quantile::normal_quantile;
use crate::mcmc::real;

/// Numbers of draws, in the order of a value that belongs to each.
#[derive(Debug, Clone)]
pub(super) struct Order(Vec<u32>);

impl Order {
    /// Of the draws themselves; there are fewer than 2^32.
    pub(super) fn new(column: &Column<'_>) -> Self {
        let mut numbers: Vec<u32> = (0..).take(column.len()).collect();
        numbers.sort_unstable_by(|a, b| column.at(*a as usize).total_cmp(&column.at(*b as usize)));
        Self(numbers)
    }

    /// Leave out what is in no half chain.
    pub(super) fn keep_halves(&mut self, column: &Column<'_>) {
        self.0
            .retain(|number| column.place(*number as usize).is_some());
    }

    /// Normal scores of the ranks (eq. 14), in the order of half chains.
    pub(super) fn scores(&self, column: &Column<'_>, scores: &mut Vec<f64>) {
        let draws = self.0.iter().map(|n| (column.at(*n as usize), *n));
        score(draws, self.0.len(), column, scores);
    }

    /// Linear interpolation between order statistics (type 7 of Hyndman and Fan).
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn quantile(&self, column: &Column<'_>, probability: f64) -> f64 {
        let size = self.0.len();
        let place = real(size) * probability + (1.0 - probability);
        let below = place.floor().clamp(1.0, real(size - 1)) as usize;
        let weight = (place - real(below)).clamp(0.0, 1.0);
        (1.0 - weight) * self.value(column, below - 1) + weight * self.value(column, below)
    }

    fn value(&self, column: &Column<'_>, rank: usize) -> f64 {
        column.at(self.0[rank] as usize)
    }

    pub(super) fn median(&self, column: &Column<'_>) -> f64 {
        let size = self.0.len();
        let upper = self.value(column, size / 2);
        if size % 2 == 1 {
            upper
        } else {
            f64::midpoint(self.value(column, size / 2 - 1), upper)
        }
    }

    /// The same of distances from a median: the two sides are in order, and are merged on the way.
    pub(super) fn folded_scores(&self, column: &Column<'_>, median: f64, scores: &mut Vec<f64>) {
        let pair = |number: &u32| ((column.at(*number as usize) - median).abs(), *number);
        let middle = self
            .0
            .partition_point(|number| column.at(*number as usize) < median);
        let (below, above) = self.0.split_at(middle);
        let mut below = below.iter().rev().map(pair).peekable();
        let mut above = above.iter().map(pair).peekable();
        let merged = std::iter::from_fn(|| match (below.peek(), above.peek()) {
            (Some(low), Some(high)) if low.0 <= high.0 => below.next(),
            (Some(_), None) => below.next(),
            _ => above.next(),
        });
        score(merged, self.0.len(), column, scores);
    }
}

/// Scores of values that come in order, each with the number of its draw; ties share their mean
/// rank.
fn score(
    draws: impl Iterator<Item = (f64, u32)>,
    size: usize,
    column: &Column<'_>,
    scores: &mut Vec<f64>,
) {
    scores.clear();
    scores.resize(size, 0.0);
    let mut ties: Vec<u32> = Vec::new();
    let (mut first, mut value) = (0, f64::NAN);
    let mut settle = |ties: &mut Vec<u32>, first: usize| {
        let rank = real(2 * first + ties.len() + 1) / 2.0;
        let score = normal_quantile((rank - 0.375) / (real(size) + 0.25));
        for number in ties.drain(..) {
            if let Some(place) = column.place(number as usize) {
                scores[place] = score;
            }
        }
    };
    for (at, (here, number)) in draws.enumerate() {
        if here != value && !ties.is_empty() {
            settle(&mut ties, first);
        }
        if ties.is_empty() {
            (first, value) = (at, here);
        }
        ties.push(number);
    }
    settle(&mut ties, first);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f64]) -> Column<'_> {
        Column::new(values, 1, 1, 0)
    }

    #[test]
    fn ties_share_their_rank() {
        let values = [3.0, 1.0, 3.0, 2.0];
        let column = column(&values);
        let mut scores = Vec::new();
        Order::new(&column).scores(&column, &mut scores);
        let expected = [3.5, 1.0, 3.5, 2.0].map(|r: f64| normal_quantile((r - 0.375) / 4.25));
        assert_eq!(scores, expected);
    }

    #[test]
    fn folding_is_ranking_distances() {
        let values = [0.3, -2.0, 1.0, 1.0, 5.0, -0.7, 0.31, 0.2];
        let whole = column(&values);
        let order = Order::new(&whole);
        let median = order.median(&whole);
        assert_eq!(median, f64::midpoint(0.3, 0.31));
        let (mut found, mut expected) = (Vec::new(), Vec::new());
        order.folded_scores(&whole, median, &mut found);
        let distances: Vec<f64> = values.iter().map(|v| (v - median).abs()).collect();
        let far = column(&distances);
        Order::new(&far).scores(&far, &mut expected);
        assert_eq!(found, expected);
    }

    #[test]
    fn quantiles_of_five() {
        let values = [5.0, 1.0, 4.0, 2.0, 3.0];
        let column = column(&values);
        let order = Order::new(&column);
        assert!((order.quantile(&column, 0.05) - 1.2).abs() < 1e-15);
        assert!((order.quantile(&column, 0.95) - 4.8).abs() < 1e-15);
    }
}
