//! Where the slices of one parent become children: instants, shares of the volume, one array each.

use super::children::{Children, Cut};
use super::one_parent::{Store, Work, block};
use super::rounding::{BLOCK, Block};
use super::trading_time::Clock;

impl<S: Store> Work<S> {
    /// Write the slices that have lots, from element `at` on; their number is returned.
    #[inline(always)]
    pub(super) fn write(
        &mut self,
        clock: &Clock<'_>,
        interval: usize,
        cut: Cut,
        row: i32,
        out: &mut Children<'_>,
        at: usize,
    ) -> usize {
        let slices = self.slices;
        let mut filled = 0;
        for ((share, lots), volumes) in (self.participation.as_mut().iter_mut())
            .zip(self.lots.as_ref())
            .zip(self.volumes.as_ref())
        {
            *share = block(|k| participation(lots[k], volumes[k]));
            filled += lots.iter().map(|one| i64::from(*one != 0)).sum::<i64>();
        }
        if self.draws.is_empty() {
            self.instants(clock, interval);
        } else {
            self.delayed(clock, interval, cut.randomise);
        }
        if filled == slices as i64 {
            let range = at..at + slices;
            fill(row, &mut out.parent[range.clone()]);
            copy(self.release.as_ref(), &mut out.release[range.clone()]);
            copy(self.expiry.as_ref(), &mut out.expiry[range.clone()]);
            copy(self.lots.as_ref(), &mut out.lots[range.clone()]);
            copy(
                self.participation.as_ref(),
                &mut out.participation[range.clone()],
            );
            copy(self.sequence.as_ref(), &mut out.sequence[range]);
            return slices;
        }
        let release = self.release.as_ref().as_flattened();
        let expiry = self.expiry.as_ref().as_flattened();
        let lots = self.lots.as_ref().as_flattened();
        let share = self.participation.as_ref().as_flattened();
        let mut child = at;
        for k in (0..slices).filter(|&k| lots[k] != 0) {
            out.release[child] = release[k];
            out.expiry[child] = expiry[k];
            out.parent[child] = row;
            out.sequence[child] = (child - at) as i32 + 1;
            out.lots[child] = lots[k];
            out.participation[child] = share[k];
            child += 1;
        }
        child - at
    }

    /// Instants of release and expiry, the window starting in interval `i`.
    #[inline(always)]
    fn instants(&mut self, clock: &Clock<'_>, mut i: usize) {
        let mut from = i64::MIN;
        loop {
            // Each interval writes what starts in it or after it.
            let shift = clock.shift(i);
            for (((starts, ends), release), expiry) in (self.starts.as_ref().iter())
                .zip(self.ends.as_ref())
                .zip(self.release.as_mut())
                .zip(self.expiry.as_mut())
            {
                *release = block(|k| {
                    if starts[k] >= from {
                        starts[k] + shift
                    } else {
                        release[k]
                    }
                });
                let last = clock.closes[i];
                *expiry = block(|k| {
                    if starts[k] >= from {
                        last.min(ends[k] + shift)
                    } else {
                        expiry[k]
                    }
                });
            }
            if i + 1 == clock.before.len() || clock.before[i + 1] >= self.end {
                return;
            }
            i += 1;
            from = clock.before[i];
        }
    }

    /// [`Self::instants`] of children that are released at random within their slices.
    fn delayed(&mut self, clock: &Clock<'_>, mut i: usize, randomise: f64) {
        let release = self.release.as_mut().as_flattened_mut().iter_mut();
        let instants = release.zip(self.expiry.as_mut().as_flattened_mut());
        let starts = self.starts.as_ref().as_flattened().iter();
        let slices = starts.zip(self.ends.as_ref().as_flattened());
        for (((release, expiry), (start, end)), u) in instants.zip(slices).zip(&self.draws) {
            let delay = (u * randomise * (end - start) as f64) as i64;
            i = clock.interval(i, start + delay);
            (*release, *expiry) = clock.slice(i, start + delay, *end);
        }
    }
}

/// Copy blocks into a slice of as many elements or fewer.
#[inline(always)]
fn copy<T: Copy>(blocks: &[Block<T>], out: &mut [T]) {
    match (blocks, <&mut Block<T>>::try_from(&mut *out)) {
        ([one], Ok(whole)) => *whole = *one, // a single store
        _ => out.copy_from_slice(&blocks.as_flattened()[..out.len()]),
    }
}

/// One value for all elements.
#[inline(always)]
fn fill(value: i32, out: &mut [i32]) {
    match <&mut Block<i32>>::try_from(&mut *out) {
        Ok(whole) => *whole = [value; BLOCK],
        Err(_) => out.fill(value),
    }
}

/// Lots over the volume expected; NaN where none is.
#[inline(always)]
fn participation(lots: i64, volume: f64) -> f64 {
    let share = lots as f64 / volume;
    if volume == 0.0 { f64::NAN } else { share }
}
