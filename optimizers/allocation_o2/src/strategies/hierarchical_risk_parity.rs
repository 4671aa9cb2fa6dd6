//! Hierarchical risk parity: weights from a tree of the assets.
//!
//! Source: López de Prado, "Building diversified portfolios that outperform out of sample" (2016).

use super::covariance::estimate;
use super::vectors::sum;
use allocation_o2::prelude::*;
use native::for_each_isa;

parameters! {
    /// Hierarchical risk parity, as published.
    ///
    /// Single linkage of Euclidean distances between rows of correlation distances, then halves of
    /// the tree's order share by the inverse of their variance. Assets enter by volatility, the least
    /// volatile first, so that weights do not depend on their order in the prices.
    pub struct HierarchicalRiskParity {
        /// Returns to look back.
        lookback_period: usize = 252, 2..=100_000;
        /// Share of the way from the sample covariance to the mean variance times the identity.
        shrinkage: f64 = 0.0, 0.0..=1.0;
    }
}

impl Strategy for HierarchicalRiskParity {
    fn min_observations(&self) -> usize {
        self.lookback_period + 1
    }

    fn predict(&self, prices: Prices<'_>, weights: &mut [f64]) -> Result<(), Error> {
        let n = weights.len();
        let found = estimate(prices, self.lookback_period, self.shrinkage)?.covariance;
        let mut sorted: Vec<usize> = (0..n).collect();
        sorted.sort_by(|i, j| found[i * n + i].total_cmp(&found[j * n + j]));
        let order: Vec<usize> = leaves(&distances(&found, &sorted), n)
            .into_iter()
            .map(|leaf| sorted[leaf])
            .collect();
        bisect(&found, &order, weights);
        Ok(())
    }
}

/// Euclidean distances between the rows of `sqrt((1 - rho) / 2)`, of assets in this order.
fn distances(covariance: &[f64], order: &[usize]) -> Vec<f64> {
    let n = order.len();
    let deviation: Vec<f64> = (0..n).map(|i| covariance[i * n + i].sqrt()).collect();
    let mut apart = Vec::with_capacity(n * n);
    for &i in order {
        for &j in order {
            let correlation = covariance[i * n + j] / deviation[j] / deviation[i];
            apart.push((0.5 - 0.5 * correlation).clamp(0.0, 1.0).sqrt());
        }
    }
    let mut found = vec![0.0; n * n];
    between_rows(&apart, n, &mut found);
    found
}

for_each_isa! {
    /// Euclidean distances between the rows of a square matrix.
    fn between_rows(rows: &[f64], n: usize, found: &mut [f64]) {
        for i in 0..n {
            for j in 0..i {
                let (one, other) = (&rows[i * n..][..n], &rows[j * n..][..n]);
                found[i * n + j] = sum(one, other, |a, b| (a - b) * (a - b)).sqrt();
                found[j * n + i] = found[i * n + j];
            }
        }
    }
}

/// Leaves from left to right of the tree of single linkage; of two clusters that are merged, the
/// left one is that which was made first, and leaves were made in their order.
fn leaves(distances: &[f64], n: usize) -> Vec<usize> {
    // Clusters are pieces of the order in which Prim's algorithm reaches the leaves.
    let mut reached = vec![false; n];
    let mut nearest = vec![f64::INFINITY; n];
    let mut merges = Vec::with_capacity(n.saturating_sub(1));
    let mut last = 0;
    for _ in 1..n {
        reached[last] = true;
        for (i, near) in nearest.iter_mut().enumerate() {
            *near = near.min(distances[last * n + i]);
        }
        let next = (0..n)
            .filter(|i| !reached[*i])
            .min_by(|i, j| nearest[*i].total_cmp(&nearest[*j]));
        let Some(next) = next else { break };
        merges.push((last, next, nearest[next]));
        last = next;
    }
    merges.sort_by(|a, b| a.2.total_cmp(&b.2));
    let mut cluster: Vec<usize> = (0..n).collect(); // of each leaf
    let mut members: Vec<Vec<usize>> = (0..n).map(|leaf| vec![leaf]).collect();
    for (a, b, _) in merges {
        let left = cluster[a].min(cluster[b]);
        let right = cluster[a].max(cluster[b]);
        let mut both = std::mem::take(&mut members[left]);
        both.append(&mut std::mem::take(&mut members[right]));
        for &leaf in &both {
            cluster[leaf] = members.len();
        }
        members.push(both);
    }
    members.pop().unwrap_or_default()
}

/// Each half of the order gets the share of the other's variance.
fn bisect(covariance: &[f64], order: &[usize], weights: &mut [f64]) {
    let n = order.len();
    let inverse: Vec<f64> = (0..n).map(|i| 1.0 / covariance[i * n + i]).collect();
    // The variance of a cluster's inverse-variance portfolio.
    let risk = |cluster: &[usize]| {
        let mut products = 0.0;
        for &i in cluster {
            let row = cluster.iter().map(|&j| covariance[i * n + j] * inverse[j]);
            products += inverse[i] * row.sum::<f64>();
        }
        let total: f64 = cluster.iter().map(|&i| inverse[i]).sum();
        products.max(0.0) / (total * total)
    };
    let mut clusters = vec![(order, 1.0)];
    while let Some((cluster, share)) = clusters.pop() {
        if let [only] = cluster {
            weights[*only] = share;
            continue;
        }
        let (left, right) = cluster.split_at(cluster.len() / 2);
        let (first, second) = (risk(left), risk(right));
        let part = if first + second > 0.0 {
            second / (first + second)
        } else {
            0.5
        };
        clusters.push((left, share * part));
        clusters.push((right, share - share * part));
    }
}
