//! The children of one parent after the other: slices of trading time, shares, whole lots.

use super::children::{Children, Cut, Parents, Profiles};
use super::rounding::{BLOCK, NEAR, Scratch, UNLIMITED, apportion, follow, share_out};
use super::styles;
use super::trading_time::{Day, Sessions};
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
    /// The plans of some parents.
    pub(super) fn plan_piece(
        sessions: &Sessions<'_>,
        profiles: &Profiles<'_>,
        parents: &Parents<'_>,
        cut: Cut,
        piece: Piece<'_>,
    ) {
        let slices = cut.slices;
        let mut work = Work::new(slices);
        let mut piece = piece;
        for at in 0..piece.counts.len() {
            let i = piece.first + at;
            let first = sessions.of(parents.start[i]);
            let span = sessions.of(parents.end[i]) - first;
            if span <= 0 || span < slices as i64 * LEAST_SLICE {
                piece.status[at] = if span <= 0 { CLOSED } else { SHORT };
                continue;
            }
            work.cut(first, span);
            work.expect(sessions, profiles, parents, i);
            match work.divide(sessions, parents, cut, i, span) {
                Ok(left) => piece.left[at] = left,
                Err(status) => {
                    piece.status[at] = status;
                    continue;
                }
            }
            let range = at * slices..(at + 1) * slices;
            piece.counts[at] = work.write(sessions, cut, i as i32, &mut piece.children, range);
        }
    }
}

/// One parent's slices, in arrays of whole blocks: loops over blocks become vectors.
///
/// Beyond the last slice, bounds repeat the last one, and volumes, weights and lots are 0.
struct Work {
    slices: usize,
    bounds: Vec<i64>,
    positions: Vec<f64>,
    edges: Vec<[f64; 2]>,
    before: Vec<f64>,
    volumes: Vec<f64>,
    weights: Vec<f64>,
    limits: Vec<i64>,
    lots: Vec<i64>,
    participation: Vec<f64>,
    sequence: Vec<i32>,
    parent: Vec<i32>,
    draws: Vec<f64>,
    scratch: Scratch,
}

impl Work {
    fn new(slices: usize) -> Self {
        let padded = slices.next_multiple_of(BLOCK);
        let ends = (slices + 1).next_multiple_of(BLOCK);
        Self {
            slices,
            bounds: vec![0; ends],
            positions: vec![0.0; ends],
            edges: vec![[0.0; 2]; ends],
            before: vec![0.0; ends],
            volumes: vec![0.0; padded],
            weights: vec![0.0; padded],
            limits: vec![0; slices],
            lots: vec![0; padded],
            participation: vec![0.0; padded],
            sequence: (1..).take(padded).collect(),
            parent: vec![0; padded],
            draws: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Trading times at the ends of slices: `first + span k / slices`, rounded down.
    #[inline(always)]
    fn cut(&mut self, first: i64, span: i64) {
        let slices = self.slices as i64;
        let (whole, rest) = (span / slices, span % slices);
        let (mut time, mut over) = (first, 0);
        for bound in &mut self.bounds[..=self.slices] {
            *bound = time;
            over += rest;
            let carry = over >= slices;
            over -= if carry { slices } else { 0 };
            time += whole + i64::from(carry);
        }
        let last = self.bounds[self.slices];
        self.bounds[self.slices..].fill(last);
    }

    /// Lots expected to trade in each slice.
    #[inline(always)]
    fn expect(
        &mut self,
        sessions: &Sessions<'_>,
        profiles: &Profiles<'_>,
        parents: &Parents<'_>,
        i: usize,
    ) {
        let row = parents.profile[i] as usize; // checked
        let cumulative = &profiles.cumulative[row * profiles.width..][..profiles.width];
        let auctions = [profiles.auctions[2 * row], profiles.auctions[2 * row + 1]];
        let scale = parents.scale[i];
        let mut d = sessions.find_day(self.bounds[0]);
        let mut day = sessions.day(d);
        if self.bounds[self.slices] <= day.end && auctions == [0.0; 2] {
            self.expect_within(&day, cumulative, scale);
            return;
        }
        let mut before = day.volume(self.bounds[0], cumulative, auctions);
        for (volume, &bound) in self.volumes.iter_mut().zip(&self.bounds[1..=self.slices]) {
            while bound >= day.end && d + 2 < sessions.day_starts.len() {
                d += 1;
                day = sessions.day(d);
            }
            let after = day.volume(bound, cumulative, auctions);
            *volume =
                scale * ((after[0] - before[0]) + (after[1] - before[1]) + (after[2] - before[2]));
            before = after;
        }
    }

    /// [`Self::expect`] of a window within one day, without auctions.
    #[inline(always)]
    fn expect_within(&mut self, day: &Day, cumulative: &[f64], scale: f64) {
        let bins = cumulative.len() - 1;
        for (positions, bounds) in blocks(&mut self.positions, &self.bounds) {
            for k in 0..BLOCK {
                positions[k] = day.position(bounds[k], bins);
            }
        }
        for (edges, position) in self.edges.iter_mut().zip(&self.positions) {
            let b = (*position as usize).min(bins - 1);
            *edges = [cumulative[b], cumulative[b + 1]];
        }
        let last = (bins - 1) as f64;
        for ((before, positions), edges) in (self.before.as_chunks_mut::<BLOCK>().0.iter_mut())
            .zip(self.positions.as_chunks::<BLOCK>().0)
            .zip(self.edges.as_chunks::<BLOCK>().0)
        {
            for k in 0..BLOCK {
                let whole = positions[k].trunc().min(last);
                let [low, high] = edges[k];
                before[k] = day.until(
                    low + (positions[k] - whole) * (high - low),
                    cumulative[bins],
                );
            }
        }
        for k in 0..self.slices {
            self.volumes[k] = scale * (self.before[k + 1] - self.before[k]);
        }
    }

    /// Lots of each slice, and the lots that do not fit; or why there is no plan.
    #[inline(always)]
    fn divide(
        &mut self,
        sessions: &Sessions<'_>,
        parents: &Parents<'_>,
        cut: Cut,
        i: usize,
        span: i64,
    ) -> Result<i64, u8> {
        let total = parents.lots[i];
        let most = parents.most[usize::from(parents.style[i]).min(3)];
        let limited = most.is_finite();
        for (limit, volume) in self.limits.iter_mut().zip(&self.volumes) {
            *limit = if limited {
                (most * volume + NEAR) as i64
            } else {
                UNLIMITED
            };
        }
        self.draws.clear();
        match parents.style[i] {
            TWAP => {
                if cut.randomise > 0.0 {
                    self.draws.resize(2 * cut.slices, 0.0);
                    Stream::new(cut.seed, parents.stream[i], PURPOSE).uniforms(&mut self.draws);
                } else if !limited {
                    let slices = cut.slices as i64;
                    let (whole, rest) = (total / slices, total % slices);
                    for (k, lots) in self.lots[..cut.slices].iter_mut().enumerate() {
                        *lots = whole + i64::from((k as i64) < rest);
                    }
                    return Ok(0);
                }
                let sizes = self.draws.get(cut.slices..).unwrap_or(&[]);
                styles::twap(&mut self.weights[..cut.slices], sizes, cut.randomise);
            }
            VWAP => {
                self.weights.copy_from_slice(&self.volumes);
                if self.weights[..cut.slices].iter().sum::<f64>() <= 0.0 {
                    return Err(NO_VOLUME);
                }
            }
            SHORTFALL => {
                let tau = span as f64 / cut.slices as f64 / sessions.regular as f64;
                let r = styles::decay(parents.urgency[i], parents.permanent, tau);
                if r.is_nan() {
                    return Err(NO_OPTIMUM);
                }
                styles::shortfall(&mut self.weights[..cut.slices], r);
            }
            _ => {
                let (rate, carry) = (parents.rate, parents.carry);
                let (volumes, lots) = (&self.volumes[..cut.slices], &mut self.lots[..cut.slices]);
                return Ok(follow(total, rate, volumes, &self.limits, carry, lots));
            }
        }
        let scratch = &mut self.scratch;
        if limited {
            let (weights, lots) = (
                &mut self.weights[..cut.slices],
                &mut self.lots[..cut.slices],
            );
            return Ok(apportion(total, weights, &self.limits, lots, scratch));
        }
        share_out(total, &self.weights, cut.slices, &mut self.lots, scratch);
        Ok(0)
    }

    /// Write the slices that have lots; their number is returned.
    #[inline(always)]
    fn write(
        &mut self,
        sessions: &Sessions<'_>,
        cut: Cut,
        row: i32,
        out: &mut Children<'_>,
        range: std::ops::Range<usize>,
    ) -> i64 {
        let slices = self.slices;
        self.parent.fill(row);
        for ((share, lots), volumes) in (self.participation.as_chunks_mut::<BLOCK>().0.iter_mut())
            .zip(self.lots.as_chunks::<BLOCK>().0)
            .zip(self.volumes.as_chunks::<BLOCK>().0)
        {
            for k in 0..BLOCK {
                share[k] = participation(lots[k], volumes[k]);
            }
        }
        let mut interval = sessions.find_interval(self.bounds[0]);
        let shift = sessions.shift(interval);
        let within = self.bounds[slices] + shift <= sessions.closes[interval];
        if within && self.draws.is_empty() && self.lots[..slices].iter().all(|one| *one != 0) {
            // All in one session, and no slice empty.
            out.parent[range.clone()].copy_from_slice(&self.parent[..slices]);
            out.sequence[range.clone()].copy_from_slice(&self.sequence[..slices]);
            out.lots[range.clone()].copy_from_slice(&self.lots[..slices]);
            out.participation[range.clone()].copy_from_slice(&self.participation[..slices]);
            self.bounds.iter_mut().for_each(|bound| *bound += shift);
            out.release[range.clone()].copy_from_slice(&self.bounds[..slices]);
            out.expiry[range].copy_from_slice(&self.bounds[1..=slices]);
            return slices as i64;
        }
        let mut at = range.start;
        for k in 0..slices {
            if self.lots[k] == 0 {
                continue;
            }
            let length = (self.bounds[k + 1] - self.bounds[k]) as f64;
            let delay = match self.draws.get(k) {
                Some(u) => (u * cut.randomise * length) as i64,
                None => 0,
            };
            let release = self.bounds[k] + delay;
            interval = sessions.interval(interval, release);
            (out.release[at], out.expiry[at]) =
                sessions.slice(interval, release, self.bounds[k + 1]);
            out.parent[at] = row;
            out.sequence[at] = self.sequence[at - range.start];
            out.lots[at] = self.lots[k];
            out.participation[at] = self.participation[k];
            at += 1;
        }
        (at - range.start) as i64
    }
}

/// Two arrays of whole blocks, block by block.
#[inline(always)]
fn blocks<'a>(
    out: &'a mut [f64],
    given: &'a [i64],
) -> impl Iterator<Item = (&'a mut [f64; BLOCK], &'a [i64; BLOCK])> {
    (out.as_chunks_mut().0.iter_mut()).zip(given.as_chunks().0)
}

/// Lots over the volume expected; NaN where none is.
#[inline(always)]
fn participation(lots: i64, volume: f64) -> f64 {
    if volume == 0.0 {
        f64::NAN
    } else {
        lots as f64 / volume
    }
}
