//! Neighbours in a k-d tree: distances to the k-th of them, and how many are within distances.
//!
//! Both questions are asked for every point of the tree, so the points of a leaf are answered
//! together: a vector holds one coordinate of all of them, a candidate is compared with all at
//! once and without a branch, and a part of the tree is entered where any of them needs it.
//!
//! In few dimensions a search takes about `log n` steps a point, whatever the distribution.
//! Distances are differences of coordinates as they round, and "within" is `<` on these, so that
//! no count depends on the order of the points.

use super::lanes::{LANES, Lanes, add, any, larger, less, smaller};
use super::tree::Tree;
use crate::Error;
use crate::parallel::fill;
use crate::watch::Watch;
use native::for_each_isa;
use std::ops::Range;

/// Leaves that a thread takes at once.
const PART: usize = 64;

impl Tree {
    /// The distance of each point to its `k`-th neighbour, itself not counted; `k < n`.
    ///
    /// # Errors
    /// What the watcher raised.
    pub fn kth_distances(
        &self,
        k: usize,
        threads: usize,
        watch: &mut dyn Watch,
    ) -> Result<Vec<f64>, Error> {
        self.for_leaves(threads, watch, |leaf, search, found| {
            // A point is the nearest to itself.
            search.nearest.clear();
            search.nearest.resize(k + 1, [f64::INFINITY; LANES]);
            nearest(self, leaf, search);
            found.copy_from_slice(&search.nearest[k][..found.len()]);
        })
    }

    /// How many other points are nearer to each point than its radius.
    ///
    /// # Errors
    /// What the watcher raised.
    pub fn count_within(
        &self,
        radii: &[f64],
        threads: usize,
        watch: &mut dyn Watch,
    ) -> Result<Vec<u32>, Error> {
        self.for_leaves(threads, watch, |leaf, search, found| {
            search.radius = [0.0; LANES];
            for (radius, point) in search.radius.iter_mut().zip(&self.order[self.places(leaf)]) {
                *radius = radii[*point as usize];
            }
            within(self, search);
            for (lane, found) in found.iter_mut().enumerate() {
                // The count has the point itself, unless its radius is zero.
                *found = search.counts[lane] - u32::from(search.radius[lane] > 0.0);
            }
        })
    }

    /// What `answer` finds for the points of each leaf, in the caller's order.
    fn for_leaves<T: Copy + Default + Send>(
        &self,
        threads: usize,
        watch: &mut dyn Watch,
        answer: impl Fn(usize, &mut Search, &mut [T]) + Sync,
    ) -> Result<Vec<T>, Error> {
        let mut by_place = vec![T::default(); self.order.len()];
        let (mut parts, mut rest) = (Vec::new(), &mut by_place[..]);
        let leaves: Vec<usize> = (self.first_leaf..2 * self.first_leaf).collect();
        for leaves in leaves.chunks(PART) {
            let length = leaves.iter().map(|leaf| self.places(*leaf).len()).sum();
            let (mine, others) = rest.split_at_mut(length);
            parts.push((leaves, mine));
            rest = others;
        }
        fill(
            &mut parts,
            threads,
            watch,
            Search::default,
            |search, _, (leaves, found)| {
                let mut rest = &mut found[..];
                for leaf in leaves.iter() {
                    let places = self.places(*leaf);
                    let (mine, others) = rest.split_at_mut(places.len());
                    search.load(self, places);
                    answer(*leaf, search, mine);
                    rest = others;
                }
            },
        )?;
        let mut result = vec![T::default(); by_place.len()];
        for (found, point) in by_place.into_iter().zip(&self.order) {
            result[*point as usize] = found;
        }
        Ok(result)
    }

    /// A node's box: the least and the largest coordinates of its points.
    #[inline(always)]
    fn sides(&self, node: usize) -> (&[f64], &[f64]) {
        let d = self.dimension;
        self.boxes[2 * d * node..][..2 * d].split_at(d)
    }

    /// Distances of the points at `at` to the point at a place.
    #[inline(always)]
    fn distances(&self, place: usize, at: &[Lanes]) -> Lanes {
        let mut distance = [0.0; LANES];
        for (at, column) in at
            .iter()
            .zip(self.coordinates.chunks_exact(self.order.len()))
        {
            let other = column[place];
            distance = larger(&distance, &at.map(|own| (own - other).abs()));
        }
        distance
    }
}

/// How far the points at `at` are from a box: 0 inside it.
#[inline(always)]
fn near_side((low, high): (&[f64], &[f64]), at: &[Lanes]) -> Lanes {
    let mut away = [0.0; LANES];
    for ((at, low), high) in at.iter().zip(low).zip(high) {
        away = larger(&away, &larger(&at.map(|x| low - x), &at.map(|x| x - high)));
    }
    away
}

/// How far they are from the point of a box that is farthest.
#[inline(always)]
fn far_side((low, high): (&[f64], &[f64]), at: &[Lanes]) -> Lanes {
    near_side((high, low), at)
}

/// What a search of one leaf's points holds; made once for many leaves.
#[derive(Debug, Default)]
struct Search {
    /// The points, a coordinate after the other.
    at: Vec<Lanes>,
    /// The smallest distances so far, sorted.
    nearest: Vec<Lanes>,
    radius: Lanes,
    counts: [u32; LANES],
    /// Nodes to look at.
    stack: Vec<usize>,
}

impl Search {
    /// The points at these places; lanes beyond repeat the last point, which asks for nothing more.
    fn load(&mut self, tree: &Tree, places: Range<usize>) {
        let columns = tree.coordinates.chunks_exact(tree.order.len());
        self.at.clear();
        self.at.extend(columns.map(|column| {
            let values = &column[places.clone()];
            std::array::from_fn(|lane| values[lane.min(values.len() - 1)])
        }));
    }
}

for_each_isa! {
    /// The smallest distances of a leaf's points, to themselves among them.
    fn nearest(tree: &Tree, leaf: usize, search: &mut Search) {
        let Search { at, nearest, stack, .. } = search;
        let (at, nearest) = (&at[..], &mut nearest[..]);
        // The leaf itself; then, on each level up to the root, the other half, where it is needed.
        stack.push(leaf);
        let mut node = leaf;
        loop {
            while let Some(other) = stack.pop() {
                if !any(&less(&near_side(tree.sides(other), at), &nearest[nearest.len() - 1])) {
                    continue;
                }
                if other < tree.first_leaf {
                    stack.extend([2 * other + 1, 2 * other]);
                    continue;
                }
                for place in tree.places(other) {
                    let mut distance = tree.distances(place, at);
                    for best in nearest.iter_mut() {
                        let rest = larger(best, &distance);
                        *best = smaller(best, &distance);
                        distance = rest;
                    }
                }
            }
            if node == 1 {
                return;
            }
            stack.push(node ^ 1);
            node /= 2;
        }
    }
}

for_each_isa! {
    /// How many points are nearer to a leaf's points than their radii.
    fn within(tree: &Tree, search: &mut Search) {
        let Search { at, radius, counts, stack, .. } = search;
        let at = &at[..];
        *counts = [0; LANES];
        stack.push(1);
        while let Some(node) = stack.pop() {
            let reached = less(&near_side(tree.sides(node), at), radius);
            if !any(&reached) {
                continue;
            }
            let places = tree.places(node);
            let whole = less(&far_side(tree.sides(node), at), radius);
            if reached == whole {
                *counts = add(counts, &whole.map(|one| one * places.len() as u32));
            } else if node < tree.first_leaf {
                stack.extend([2 * node + 1, 2 * node]);
            } else {
                for place in places {
                    *counts = add(counts, &less(&tree.distances(place, at), radius));
                }
            }
        }
    }
}
