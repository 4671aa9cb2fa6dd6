//! The Cholesky factor of some rows and columns of `C + r a a'`, to which others are appended.
//!
//! For steps that keep `a' w`, the second term changes nothing but that a covariance of as many
//! assets as returns, which is singular, has a factor as well.

use super::vectors::{add, dot};

/// The factor of the assets that are free, in the order in which they were freed.
pub(super) struct Factor<'a> {
    covariance: &'a [f64],
    constraint: &'a [f64],
    /// `r`, with which both terms are of one size.
    multiple: f64,
    n: usize,
    free: Vec<usize>,
    /// Lower triangle, row by row.
    rows: Vec<f64>,
    /// Added to variances where some rows are singular.
    ridge: f64,
}

impl<'a> Factor<'a> {
    /// Of no asset.
    pub fn new(covariance: &'a [f64], constraint: &'a [f64]) -> Self {
        let n = constraint.len();
        let trace: f64 = (0..n).map(|i| covariance[i * n + i]).sum();
        Self {
            covariance,
            constraint,
            multiple: trace / dot(constraint, constraint),
            n,
            free: Vec::new(),
            rows: Vec::new(),
            ridge: 0.0,
        }
    }

    /// The assets.
    pub fn free(&self) -> &[usize] {
        &self.free
    }

    /// What is added to the variances, zero unless the rows are singular.
    pub fn ridge(&self) -> f64 {
        self.ridge
    }

    /// Append an asset, `O(k^2)`; with the smallest ridge that makes a factor of singular rows, from
    /// `1e-10` of the mean variance on; `None` where none does.
    pub fn push(&mut self, asset: usize) -> Option<()> {
        if self.append(asset) {
            return Some(());
        }
        let trace: f64 = (0..self.n).map(|i| self.covariance[i * self.n + i]).sum();
        let all = [&self.free[..], &[asset]].concat();
        while self.ridge < 1e-2 * trace / self.n as f64 {
            self.ridge = (100.0 * self.ridge).max(1e-10 * trace / self.n as f64);
            self.truncate(0);
            if all.iter().all(|&i| self.append(i)) {
                return Some(());
            }
        }
        None
    }

    /// Remove an asset by its place: those behind it are appended again.
    pub fn remove(&mut self, place: usize) -> Option<()> {
        let mut all = self.free.clone();
        all.remove(place);
        let kept = if self.ridge > 0.0 { 0 } else { place };
        self.ridge = 0.0;
        self.truncate(kept);
        all[kept..].iter().try_for_each(|&i| self.push(i))
    }

    fn truncate(&mut self, count: usize) {
        self.free.truncate(count);
        self.rows.truncate(count * (count + 1) / 2);
    }

    /// False where the pivot is no more than rounding.
    fn append(&mut self, asset: usize) -> bool {
        let own = &self.covariance[asset * self.n..][..self.n];
        let mut row = Vec::with_capacity(self.free.len() + 1);
        let mut above = &self.rows[..];
        for (k, &i) in self.free.iter().enumerate() {
            let (one, rest) = above.split_at(k + 1);
            above = rest;
            let both = self.constraint[asset] * self.constraint[i];
            row.push((own[i] + self.multiple * both - dot(&one[..k], &row)) / one[k]);
        }
        let both = self.constraint[asset] * self.constraint[asset];
        let size = own[asset] + self.multiple * both;
        let pivot = size + self.ridge - dot(&row, &row);
        let count = self.free.len() + 1;
        if pivot.is_nan() || pivot <= 4.0 * count as f64 * f64::EPSILON * size {
            return false;
        }
        row.push(pivot.sqrt());
        self.rows.append(&mut row);
        self.free.push(asset);
        true
    }

    /// Solve in place.
    pub fn solve(&self, x: &mut [f64]) {
        let mut above = &self.rows[..];
        for k in 0..x.len() {
            let (row, rest) = above.split_at(k + 1);
            above = rest;
            x[k] = (x[k] - dot(&row[..k], &x[..k])) / row[k];
        }
        for k in (0..x.len()).rev() {
            let row = &self.rows[k * (k + 1) / 2..][..=k];
            let (before, own) = x.split_at_mut(k);
            own[0] /= row[k];
            add(before, -own[0], &row[..k]);
        }
    }
}
