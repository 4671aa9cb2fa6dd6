//! A k-d tree: points sorted into boxes of a few, for searches in the maximum norm.
//!
//! Building takes `n log n` steps. Every node splits its points in halves along the dimension in
//! which they are spread widest, so that the tree is balanced for any distribution and boxes are
//! not thin.
//!
//! Source: Friedman, Bentley, Finkel, "An algorithm for finding best matches in logarithmic
//! expected time", ACM Transactions on Mathematical Software 3 (1977).

use super::lanes::LANES;
use std::ops::Range;

/// Points, sorted into the leaves of a balanced tree.
#[derive(Debug)]
pub struct Tree {
    pub(super) dimension: usize,
    /// The first leaf: nodes are numbered from the root, 1, and the children of `i` are `2 i` and
    /// `2 i + 1`. All leaves are on one level.
    pub(super) first_leaf: usize,
    /// The number of each point in the caller's order, by place in the tree.
    pub(super) order: Vec<u32>,
    /// Coordinate `c` of place `p` is at `c * n + p`.
    pub(super) coordinates: Vec<f64>,
    /// The least coordinates of each node's points, then the largest.
    pub(super) boxes: Vec<f64>,
}

impl Tree {
    /// The tree of `points`: rows of `dimension` finite numbers, fewer than `2^32` of them.
    #[must_use]
    pub fn new(points: &[f64], dimension: usize) -> Self {
        let n = points.len() / dimension;
        let first_leaf = n.div_ceil(LANES).next_power_of_two();
        let mut tree = Self {
            dimension,
            first_leaf,
            order: (0..n as u32).collect(),
            coordinates: Vec::new(),
            boxes: vec![0.0; 4 * first_leaf * dimension],
        };
        let mut order = std::mem::take(&mut tree.order);
        let around = bounds(points, dimension);
        tree.split(points, 1, &mut order, &mut Vec::with_capacity(n), around);
        tree.coordinates.reserve_exact(points.len());
        for c in 0..dimension {
            let column = order.iter().map(|p| points[*p as usize * dimension + c]);
            tree.coordinates.extend(column);
        }
        tree.order = order;
        tree.fit_boxes();
        tree
    }

    /// Order the points of a node by the median of the widest dimension, and so on below.
    ///
    /// `around` bounds the points, not tightly: least and largest coordinates.
    fn split(
        &self,
        points: &[f64],
        node: usize,
        order: &mut [u32],
        keys: &mut Vec<(f64, u32)>,
        mut around: Vec<[f64; 2]>,
    ) {
        if node >= self.first_leaf {
            return;
        }
        let width = |c: &usize| around[*c][1] - around[*c][0];
        let widest = (0..self.dimension).max_by(|a, b| width(a).total_cmp(&width(b)));
        let c = widest.unwrap_or(0);
        let key = |p: &u32| (points[*p as usize * self.dimension + c], *p);
        keys.clear();
        keys.extend(order.iter().map(key));
        let n = points.len() / self.dimension;
        let middle = self.places_of(2 * node, n).len();
        keys.select_nth_unstable_by(middle, |a, b| a.0.total_cmp(&b.0));
        let cut = keys[middle].0;
        for (place, key) in order.iter_mut().zip(keys.iter()) {
            *place = key.1;
        }
        let (low, high) = order.split_at_mut(middle);
        let mut below = around.clone();
        (below[c][1], around[c][0]) = (cut, cut);
        self.split(points, 2 * node, low, keys, below);
        self.split(points, 2 * node + 1, high, keys, around);
    }

    /// Boxes of the leaves' points, then of the nodes above.
    fn fit_boxes(&mut self) {
        let (d, n) = (self.dimension, self.order.len());
        for node in (1..2 * self.first_leaf).rev() {
            for c in 0..d {
                let (low, high) = (2 * d * node + c, 2 * d * node + d + c);
                let values = &self.coordinates[c * n..][self.places(node)];
                let children = [4 * d * node + c, 4 * d * node + 2 * d + c];
                [self.boxes[low], self.boxes[high]] = if node < self.first_leaf {
                    let [left, right] = children;
                    let high = self.boxes[left + d].max(self.boxes[right + d]);
                    [self.boxes[left].min(self.boxes[right]), high]
                } else {
                    extremes(values.iter().copied())
                };
            }
        }
    }

    /// The places of a node's points.
    pub(super) fn places(&self, node: usize) -> Range<usize> {
        self.places_of(node, self.order.len())
    }

    fn places_of(&self, node: usize, n: usize) -> Range<usize> {
        let level = node.ilog2();
        let index = node - (1 << level);
        (n * index) >> level..(n * (index + 1)) >> level
    }
}

/// The least and the largest.
fn extremes(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let start = [f64::INFINITY, f64::NEG_INFINITY];
    values.fold(start, |[low, high], v| [low.min(v), high.max(v)])
}

/// The extremes of each coordinate.
fn bounds(points: &[f64], dimension: usize) -> Vec<[f64; 2]> {
    let column = |c| points.iter().skip(c).step_by(dimension).copied();
    (0..dimension).map(|c| extremes(column(c))).collect()
}
