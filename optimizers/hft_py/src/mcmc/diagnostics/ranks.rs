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

    /// Normal scores of the ranks (eq. 14), in the order of half chains; ties share their mean rank.
    pub(super) fn scores(&self, column: &Column<'_>, value: impl Fn(f64) -> f64) -> Vec<f64> {
        let size = self.0.len();
        let mut scores = vec![0.0; size];
        let value = |at: usize| value(column.at(self.0[at] as usize));
        let mut first = 0;
        while first < size {
            let here = value(first);
            let ties = 1
                + (first + 1..size)
                    .take_while(|at| value(*at) == here)
                    .count();
            let rank = real(2 * first + ties + 1) / 2.0;
            let score = normal_quantile((rank - 0.375) / (real(size) + 0.25));
            for number in &self.0[first..first + ties] {
                if let Some(place) = column.place(*number as usize) {
                    scores[place] = score;
                }
            }
            first += ties;
        }
        scores
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

    /// The order of distances from the median: the two sides are in order, and are merged.
    pub(super) fn folded(self, column: &Column<'_>, median: f64) -> Self {
        let distance = |number: &u32| (column.at(*number as usize) - median).abs();
        let middle = self
            .0
            .partition_point(|number| column.at(*number as usize) < median);
        let (below, above) = self.0.split_at(middle);
        let mut below = below.iter().rev().copied().peekable();
        let mut above = above.iter().copied().peekable();
        let mut merged = Vec::with_capacity(self.0.len());
        while let (Some(low), Some(high)) = (below.peek(), above.peek()) {
            if distance(low) <= distance(high) {
                merged.extend(below.next());
            } else {
                merged.extend(above.next());
            }
        }
        merged.extend(below);
        merged.extend(above);
        Self(merged)
    }
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
        let scores = Order::new(&column).scores(&column, |v| v);
        let expected = [3.5, 1.0, 3.5, 2.0].map(|r: f64| normal_quantile((r - 0.375) / 4.25));
        assert_eq!(scores, expected);
    }

    #[test]
    fn folding_is_sorting_distances() {
        let values = [0.3, -2.0, 1.0, 1.0, 5.0, -0.7, 0.31];
        let column = column(&values);
        let order = Order::new(&column);
        let median = order.median(&column);
        assert_eq!(median, 0.31);
        let mut distances: Vec<f64> = values.iter().map(|v| (v - median).abs()).collect();
        distances.sort_by(f64::total_cmp);
        let folded = order.folded(&column, median).0;
        let found: Vec<f64> = folded
            .iter()
            .map(|n| (values[*n as usize] - median).abs())
            .collect();
        assert_eq!(found, distances);
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
