//! Ranks of all draws together, and what is read off them.

use super::quantile::normal_quantile;
use crate::mcmc::real;

/// Values in order, each with where it came from.
#[derive(Debug, Clone)]
pub(super) struct Sorted(Vec<(f64, usize)>);

impl Sorted {
    pub(super) fn new(values: &[f64]) -> Self {
        let mut pairs: Vec<(f64, usize)> = values.iter().copied().zip(0..).collect();
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        Self(pairs)
    }

    /// Normal scores of the ranks (eq. 14), in the order of the draws; ties share their mean rank.
    pub(super) fn scores(&self) -> Vec<f64> {
        let size = self.0.len();
        let mut scores = vec![0.0; size];
        let mut first = 0;
        while first < size {
            let value = self.0[first].0;
            let ties = self.0[first..]
                .iter()
                .take_while(|(v, _)| *v == value)
                .count();
            let rank = real(2 * first + ties + 1) / 2.0;
            let score = normal_quantile((rank - 0.375) / (real(size) + 0.25));
            for (_, place) in &self.0[first..first + ties] {
                scores[*place] = score;
            }
            first += ties;
        }
        scores
    }

    /// Linear interpolation between order statistics (type 7 of Hyndman and Fan).
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    pub(super) fn quantile(&self, probability: f64) -> f64 {
        let size = self.0.len();
        let place = real(size) * probability + (1.0 - probability);
        let below = place.floor().clamp(1.0, real(size - 1)) as usize;
        let weight = (place - real(below)).clamp(0.0, 1.0);
        (1.0 - weight) * self.0[below - 1].0 + weight * self.0[below].0
    }

    fn median(&self) -> f64 {
        let size = self.0.len();
        let upper = self.0[size / 2].0;
        if size % 2 == 1 {
            upper
        } else {
            f64::midpoint(self.0[size / 2 - 1].0, upper)
        }
    }

    /// Distances from the median, in order: the two sides, which are in order, are merged.
    pub(super) fn folded(self) -> Self {
        let median = self.median();
        let middle = self.0.partition_point(|(value, _)| *value < median);
        let (below, above) = self.0.split_at(middle);
        let distance = |pair: &(f64, usize)| ((pair.0 - median).abs(), pair.1);
        let mut below = below.iter().rev().map(distance).peekable();
        let mut above = above.iter().map(distance).peekable();
        let mut merged = Vec::with_capacity(self.0.len());
        while let (Some(low), Some(high)) = (below.peek(), above.peek()) {
            if low.0 <= high.0 {
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

    #[test]
    fn ties_share_their_rank() {
        let scores = Sorted::new(&[3.0, 1.0, 3.0, 2.0]).scores();
        let expected = [3.5, 1.0, 3.5, 2.0].map(|r: f64| normal_quantile((r - 0.375) / 4.25));
        assert_eq!(scores, expected);
    }

    #[test]
    fn folding_is_sorting_distances() {
        let values = [0.3, -2.0, 1.0, 1.0, 5.0, -0.7, 0.31];
        let folded = Sorted::new(&values).folded();
        let mut distances: Vec<f64> = values.iter().map(|v| (v - 0.31_f64).abs()).collect();
        distances.sort_by(f64::total_cmp);
        let found: Vec<f64> = folded.0.iter().map(|pair| pair.0).collect();
        assert_eq!(found, distances);
    }

    #[test]
    fn quantiles_of_five() {
        let sorted = Sorted::new(&[5.0, 1.0, 4.0, 2.0, 3.0]);
        assert!((sorted.quantile(0.05) - 1.2).abs() < 1e-15);
        assert!((sorted.quantile(0.95) - 4.8).abs() < 1e-15);
    }
}
