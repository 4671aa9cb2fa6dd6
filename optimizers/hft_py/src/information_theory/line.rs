//! Points on a line: how many others are nearer to each than its radius.
//!
//! The values are sorted once; a count is the difference of two positions. Searches are by halving
//! and without a branch, several at once, so that they wait for memory together.

use super::lanes::{LANES, Lanes};
use crate::Error;
use crate::parallel::fill;
use crate::watch::Watch;
use std::borrow::Cow;

/// Values that a thread takes at once, a multiple of the lanes.
const PART: usize = 64 * LANES;

/// Values, and the same sorted.
#[derive(Debug)]
pub struct Line<'a> {
    values: Cow<'a, [f64]>,
    sorted: Vec<f64>,
}

impl<'a> Line<'a> {
    /// Of finite values, at least one.
    #[must_use]
    pub fn new(values: Cow<'a, [f64]>) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        Self { values, sorted }
    }

    /// How many other values are nearer to each value than its radius, which is positive.
    ///
    /// # Errors
    /// What the watcher raised.
    pub fn count_within(
        &self,
        radii: &[f64],
        threads: usize,
        watch: &mut dyn Watch,
    ) -> Result<Vec<u32>, Error> {
        let n = self.values.len();
        let mut found = vec![0; n];
        let mut parts: Vec<_> = found.chunks_mut(PART).collect();
        fill(
            &mut parts,
            threads,
            watch,
            || (),
            |(), part, found| {
                for (batch, found) in found.chunks_mut(LANES).enumerate() {
                    let place = |lane: usize| (part * PART + batch * LANES + lane).min(n - 1);
                    let at: Lanes = std::array::from_fn(|lane| self.values[place(lane)]);
                    let radius: Lanes = std::array::from_fn(|lane| radii[place(lane)]);
                    // Differences, as in the tree: a sum may round to the other side of a value.
                    let low = positions(&self.sorted, |lane, v| at[lane] - v >= radius[lane]);
                    let high = positions(&self.sorted, |lane, v| v - at[lane] < radius[lane]);
                    for (lane, found) in found.iter_mut().enumerate() {
                        *found = (high[lane] - low[lane] - 1) as u32;
                    }
                }
            },
        )?;
        Ok(found)
    }
}

/// How many leading values each lane's condition holds for.
#[inline]
fn positions(sorted: &[f64], holds: impl Fn(usize, f64) -> bool) -> [usize; LANES] {
    let mut base = [0; LANES];
    let mut length = sorted.len();
    while length > 1 {
        let half = length / 2;
        for (lane, base) in base.iter_mut().enumerate() {
            let next = *base + half;
            *base = std::hint::select_unpredictable(holds(lane, sorted[next - 1]), next, *base);
        }
        length -= half;
    }
    std::array::from_fn(|lane| base[lane] + usize::from(holds(lane, sorted[base[lane]])))
}
