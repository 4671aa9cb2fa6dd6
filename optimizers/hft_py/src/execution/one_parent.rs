//! The children of one parent after the other: slices of trading time, shares, whole lots.

use super::children::{Children, Cut, Parents, Profiles};
use super::rounding::{
    BLOCK, Block, NEAR, Scratch, UNLIMITED, apportion, follow, share_out, whole_part,
};
use super::styles;
use super::trading_time::Clock;
use crate::rng::Stream;
use native::for_each_isa;

const TWAP: u8 = 0;
const VWAP: u8 = 1;
pub(super) const SHORTFALL: u8 = 2;

const CLOSED: u8 = 1;
const SHORT: u8 = 2;
const NO_VOLUME: u8 = 3;
const NO_OPTIMUM: u8 = 4;

const LEAST_SLICE: i64 = 1_000_000; // nanoseconds
const PURPOSE: u32 = 31;

/// Some of the parents, and where their plans are written.
pub(super) struct Piece<'a> {
    pub(super) first: usize,
    pub(super) counts: &'a mut [i64],
    pub(super) left: &'a mut [i64],
    pub(super) status: &'a mut [u8],
    pub(super) children: Children<'a>,
}

for_each_isa! {
    /// The plans of some parents, one after the other; the number of children is returned.
    pub(super) fn plan_piece(
        clock: &Clock<'_>,
        profiles: &Profiles<'_>,
        parents: &Parents<'_>,
        cut: Cut,
        piece: Piece<'_>,
    ) -> usize {
        let slices = cut.slices;
        let mut work = Work::new(slices);
        let mut piece = piece;
        let mut made = 0;
        for at in 0..piece.counts.len() {
            let i = piece.first + at;
            let opened = clock.find(parents.start[i]);
            let first = clock.time_in(opened, parents.start[i]);
            let span = clock.time_from(opened, parents.end[i]) - first;
            if span <= 0 || span < slices as i64 * LEAST_SLICE {
                piece.status[at] = if span <= 0 { CLOSED } else { SHORT };
                continue;
            }
            let interval = clock.interval(opened, first); // the next one after a close
            work.cut(first, span);
            work.expect(clock, interval, profiles, parents, i);
            match work.divide(clock, parents, cut, i, span) {
                Ok(left) => piece.left[at] = left,
                Err(status) => {
                    piece.status[at] = status;
                    continue;
                }
            }
            let row = i as i32; // there are fewer than 2^31 parents
            let count = work.write(clock, interval, cut, row, &mut piece.children, made);
            piece.counts[at] = count as i64;
            made += count;
        }
        made
    }
}

/// One parent's slices in blocks, so that loops over them become vectors.
///
/// Beyond the last slice, starts are the end of the window, and volumes, weights and lots are 0.
struct Work {
    slices: usize,
    /// Trading times at which slices start, and the end of the last one.
    starts: Vec<Block<i64>>,
    end: i64,
    /// The same, of the ends of slices.
    ends: Vec<Block<i64>>,
    before: Vec<Block<f64>>,
    volumes: Vec<Block<f64>>,
    weights: Vec<Block<f64>>,
    limits: Vec<i64>,
    lots: Vec<Block<i64>>,
    release: Vec<Block<i64>>,
    expiry: Vec<Block<i64>>,
    participation: Vec<Block<f64>>,
    sequence: Vec<Block<i32>>,
    draws: Vec<f64>,
    scratch: Scratch,
}

/// Each element from its place.
#[inline(always)]
fn block<T>(element: impl FnMut(usize) -> T) -> Block<T> {
    std::array::from_fn(element)
}

/// The elements after the first, and one more.
#[inline(always)]
fn shifted<T: Copy>(elements: &Block<T>, last: T) -> Block<T> {
    block(|k| {
        if k + 1 < BLOCK {
            elements[(k + 1) % BLOCK]
        } else {
            last
        }
    })
}

impl Work {
    fn new(slices: usize) -> Self {
        let blocks = slices.div_ceil(BLOCK);
        let numbers = |b: usize| block(|k| (b * BLOCK + k) as i32 + 1);
        Self {
            slices,
            starts: vec![[0; BLOCK]; blocks],
            end: 0,
            ends: vec![[0; BLOCK]; blocks],
            before: vec![[0.0; BLOCK]; blocks],
            volumes: vec![[0.0; BLOCK]; blocks],
            weights: vec![[0.0; BLOCK]; blocks],
            limits: vec![0; slices],
            lots: vec![[0; BLOCK]; blocks],
            release: vec![[0; BLOCK]; blocks],
            expiry: vec![[0; BLOCK]; blocks],
            participation: vec![[0.0; BLOCK]; blocks],
            sequence: (0..blocks).map(numbers).collect(),
            draws: Vec::new(),
            scratch: Scratch::new(blocks),
        }
    }

    /// Trading times at the ends of slices: `first + span k / slices`, rounded down.
    #[inline(always)]
    fn cut(&mut self, first: i64, span: i64) {
        let slices = self.slices as i64;
        let (whole, rest) = (span / slices, span % slices);
        let (count, over) = (slices as f64, rest as f64);
        // Products below 2^24 and quotients by less than 2^12: division in floating point is exact
        // enough to be rounded down.
        for (b, starts) in self.starts.iter_mut().enumerate() {
            *starts = block(|k| {
                let k = ((b * BLOCK + k) as i64).min(slices);
                first + whole * k + whole_part(over * k as f64 / count)
            });
        }
        self.end = first + span;
        let mut next = self.end;
        for (ends, starts) in self.ends.iter_mut().zip(&self.starts).rev() {
            *ends = shifted(starts, next);
            next = starts[0];
        }
    }

    /// Lots expected to trade in each slice.
    #[inline(always)]
    fn expect(
        &mut self,
        clock: &Clock<'_>,
        interval: usize,
        profiles: &Profiles<'_>,
        parents: &Parents<'_>,
        i: usize,
    ) {
        let row = parents.profile[i] as usize; // checked
        let cumulative = &profiles.cumulative[row * profiles.width..][..profiles.width];
        let auctions = [profiles.auctions[2 * row], profiles.auctions[2 * row + 1]];
        let scale = parents.scale[i];
        let mut d = clock.day_of(interval);
        let mut day = &clock.days[d];
        if auctions != [0.0; 2] {
            let mut before = day.volume(self.starts[0][0], cumulative, auctions);
            let slices = self.ends.as_flattened().iter().take(self.slices);
            for (volume, &bound) in self.volumes.as_flattened_mut().iter_mut().zip(slices) {
                while bound >= day.end && d + 1 < clock.days.len() {
                    d += 1;
                    day = &clock.days[d];
                }
                let after = day.volume(bound, cumulative, auctions);
                *volume = scale
                    * ((after[0] - before[0]) + (after[1] - before[1]) + (after[2] - before[2]));
                before = after;
            }
            return;
        }
        // Each day writes what lies in it or after it, and the next one what is after it again.
        for (before, starts) in self.before.iter_mut().zip(&self.starts) {
            *before = day.continuous(starts, cumulative);
        }
        while day.end < self.end {
            d += 1;
            day = &clock.days[d];
            for (before, starts) in self.before.iter_mut().zip(&self.starts) {
                let found = day.continuous(starts, cumulative);
                *before = block(|k| {
                    if starts[k] >= day.start {
                        found[k]
                    } else {
                        before[k]
                    }
                });
            }
        }
        let [mut after, _, _] = day.volume(self.end, cumulative, auctions);
        for (volumes, before) in self.volumes.iter_mut().zip(&self.before).rev() {
            let next = block(|k| {
                if k + 1 < BLOCK {
                    before[(k + 1) % BLOCK]
                } else {
                    after
                }
            });
            *volumes = block(|k| scale * (next[k] - before[k]));
            after = before[0];
        }
    }

    /// Lots of each slice, and the lots that do not fit; or why there is no plan.
    #[inline(always)]
    fn divide(
        &mut self,
        clock: &Clock<'_>,
        parents: &Parents<'_>,
        cut: Cut,
        i: usize,
        span: i64,
    ) -> Result<i64, u8> {
        let total = parents.lots[i];
        let style = parents.style[i];
        let most = parents.most[usize::from(style).min(3)];
        let limited = most.is_finite();
        let slices = self.slices;
        self.draws.clear();
        match style {
            TWAP if cut.randomise > 0.0 => {
                self.draws.resize(2 * slices, 0.0);
                Stream::new(cut.seed, parents.stream[i], PURPOSE).uniforms(&mut self.draws);
                let weights = &mut self.weights.as_flattened_mut()[..slices];
                styles::twap(weights, &self.draws[slices..], cut.randomise);
            }
            TWAP if limited => self.weights.as_flattened_mut()[..slices].fill(1.0),
            TWAP => {
                let (whole, rest) = (total / slices as i64, total % slices as i64);
                for (b, lots) in self.lots.iter_mut().enumerate() {
                    let from = (b * BLOCK) as i64;
                    *lots = block(|k| {
                        let place = from + k as i64;
                        let inside = i64::from(place < slices as i64);
                        inside * (whole + i64::from(place < rest))
                    });
                }
                return Ok(0);
            }
            VWAP => {
                self.weights.copy_from_slice(&self.volumes);
                if sum(&self.weights, slices) <= 0.0 {
                    return Err(NO_VOLUME);
                }
            }
            SHORTFALL => {
                let tau = span as f64 / slices as f64 / clock.regular as f64;
                let r = styles::decay(parents.urgency[i], parents.permanent, tau);
                if r.is_nan() {
                    return Err(NO_OPTIMUM);
                }
                styles::shortfall(&mut self.weights.as_flattened_mut()[..slices], r);
            }
            _ => {}
        }
        if !limited && style <= SHORTFALL {
            let whole = sum(&self.weights, slices);
            share_out(
                total,
                &self.weights,
                whole,
                &mut self.lots,
                &mut self.scratch,
            );
            return Ok(0);
        }
        let volumes = &self.volumes.as_flattened()[..slices];
        let lots = &mut self.lots.as_flattened_mut()[..slices];
        for (limit, volume) in self.limits.iter_mut().zip(volumes) {
            *limit = if limited {
                (most * volume + NEAR) as i64
            } else {
                UNLIMITED
            };
        }
        if style > SHORTFALL {
            let (rate, carry) = (parents.rate, parents.carry);
            return Ok(follow(total, rate, volumes, &self.limits, carry, lots));
        }
        let weights = &mut self.weights.as_flattened_mut()[..slices];
        Ok(apportion(
            total,
            weights,
            &self.limits,
            lots,
            &mut self.scratch,
        ))
    }

    /// Write the slices that have lots, from element `at` on; their number is returned.
    #[inline(always)]
    fn write(
        &mut self,
        clock: &Clock<'_>,
        interval: usize,
        cut: Cut,
        row: i32,
        out: &mut Children<'_>,
        at: usize,
    ) -> usize {
        let slices = self.slices;
        let mut least = i64::MAX;
        for ((share, lots), volumes) in
            (self.participation.iter_mut().zip(&self.lots)).zip(&self.volumes)
        {
            *share = block(|k| participation(lots[k], volumes[k]));
        }
        for lots in &self.lots.as_flattened()[..slices] {
            least = least.min(*lots);
        }
        if self.draws.is_empty() {
            self.instants(clock, interval);
        } else {
            self.delayed(clock, interval, cut.randomise);
        }
        if least > 0 {
            let range = at..at + slices;
            fill(row, &mut out.parent[range.clone()]);
            copy(&self.release, &mut out.release[range.clone()]);
            copy(&self.expiry, &mut out.expiry[range.clone()]);
            copy(&self.lots, &mut out.lots[range.clone()]);
            copy(&self.participation, &mut out.participation[range.clone()]);
            copy(&self.sequence, &mut out.sequence[range]);
            return slices;
        }
        let (release, expiry) = (self.release.as_flattened(), self.expiry.as_flattened());
        let (lots, share) = (self.lots.as_flattened(), self.participation.as_flattened());
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
            for (b, (starts, ends)) in self.starts.iter().zip(&self.ends).enumerate() {
                let (release, expiry) = (&mut self.release[b], &mut self.expiry[b]);
                let shift = clock.shift(i);
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
        let release = self.release.as_flattened_mut().iter_mut();
        let instants = release.zip(self.expiry.as_flattened_mut());
        let slices = self
            .starts
            .as_flattened()
            .iter()
            .zip(self.ends.as_flattened());
        for (((release, expiry), (start, end)), u) in instants.zip(slices).zip(&self.draws) {
            let delay = (u * randomise * (end - start) as f64) as i64;
            i = clock.interval(i, start + delay);
            (*release, *expiry) = clock.slice(i, start + delay, *end);
        }
    }
}

/// The sum of the first elements, in their order.
#[inline(always)]
fn sum(values: &[Block<f64>], count: usize) -> f64 {
    values.as_flattened()[..count].iter().sum()
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
