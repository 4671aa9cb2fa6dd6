//! The children of one parent after the other: slices of trading time, shares, whole lots.

use super::children::{Children, Cut, Parents, Profiles};
use super::rounding::{
    BLOCK, Block, NEAR, Scratch, UNLIMITED, apportion, follow, share_out, sum, whole_part,
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
    pub(super) counts: &'a mut [i32],
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
        if cut.slices <= BLOCK {
            plan_each::<One>(clock, profiles, parents, cut, piece)
        } else {
            plan_each::<Many>(clock, profiles, parents, cut, piece)
        }
    }
}

#[inline(always)]
fn plan_each<S: Store>(
    clock: &Clock<'_>,
    profiles: &Profiles<'_>,
    parents: &Parents<'_>,
    cut: Cut,
    mut piece: Piece<'_>,
) -> usize {
    let slices = cut.slices;
    let mut work = Work::<S>::new(slices);
    let mut made = 0;
    for at in 0..piece.counts.len() {
        let i = piece.first + at;
        let opened = clock.find(parents.start[i]);
        let first = clock.time_in(opened, parents.start[i]);
        let span = clock.time_from(opened, parents.end[i]) - first;
        if span <= 0 || span < slices as i64 * LEAST_SLICE {
            piece.status[at] = if span <= 0 { CLOSED } else { SHORT };
            piece.left[at] = parents.lots[i];
            continue;
        }
        let interval = clock.interval(opened, first); // the next one after a close
        work.cut(first, span);
        work.expect(clock, interval, profiles, parents, i);
        match work.divide(clock, parents, cut, i, span) {
            Ok(0) => {} // as it is
            Ok(left) => piece.left[at] = left,
            Err(status) => {
                piece.status[at] = status;
                piece.left[at] = parents.lots[i];
                continue;
            }
        }
        let row = i as i32; // there are fewer than 2^31 parents
        let count = work.write(clock, interval, cut, row, &mut piece.children, made);
        piece.counts[at] = count as i32;
        made += count;
    }
    made
}

/// One parent's slices in blocks, so that loops over them become vectors.
///
/// Beyond the last slice, starts are the end of the window, and volumes, weights and lots are 0.
pub(super) struct Work<S: Store> {
    pub(super) slices: usize,
    /// Trading times at which slices start, and the end of the last one.
    pub(super) starts: S::Blocks<i64>,
    pub(super) end: i64,
    /// The same, of the ends of slices.
    pub(super) ends: S::Blocks<i64>,
    pub(super) volumes: S::Blocks<f64>,
    weights: S::Blocks<f64>,
    limits: Vec<i64>,
    pub(super) lots: S::Blocks<i64>,
    pub(super) release: S::Blocks<i64>,
    pub(super) expiry: S::Blocks<i64>,
    pub(super) participation: S::Blocks<f64>,
    pub(super) sequence: S::Blocks<i32>,
    pub(super) draws: Vec<f64>,
    keys: S::Blocks<i64>,
    scratch: Scratch,
}

/// Where blocks of slices are kept: [`One`] stays in registers.
pub(super) trait Store {
    /// So many blocks.
    type Blocks<T: Copy>: AsRef<[Block<T>]> + AsMut<[Block<T>]>;

    /// Blocks from their numbers.
    fn make<T: Copy>(blocks: usize, block: impl Fn(usize) -> Block<T>) -> Self::Blocks<T>;
}

/// One block.
pub(super) struct One;

impl Store for One {
    type Blocks<T: Copy> = [Block<T>; 1];

    #[inline(always)]
    fn make<T: Copy>(_: usize, block: impl Fn(usize) -> Block<T>) -> [Block<T>; 1] {
        [block(0)]
    }
}

/// Any number of them.
pub(super) struct Many;

impl Store for Many {
    type Blocks<T: Copy> = Vec<Block<T>>;

    #[inline(always)]
    fn make<T: Copy>(blocks: usize, block: impl Fn(usize) -> Block<T>) -> Vec<Block<T>> {
        (0..blocks).map(block).collect()
    }
}

/// Each element from its place.
#[inline(always)]
pub(super) fn block<T>(element: impl FnMut(usize) -> T) -> Block<T> {
    std::array::from_fn(element)
}

/// The elements after the first, and one more.
#[inline(always)]
pub(super) fn shifted<T: Copy>(elements: &Block<T>, last: T) -> Block<T> {
    block(|k| {
        if k + 1 < BLOCK {
            elements[(k + 1) % BLOCK]
        } else {
            last
        }
    })
}

impl<S: Store> Work<S> {
    #[inline(always)]
    fn new(slices: usize) -> Self {
        let blocks = slices.div_ceil(BLOCK);
        let whole = || S::make(blocks, |_| [0; BLOCK]);
        let real = || S::make(blocks, |_| [0.0; BLOCK]);
        Self {
            slices,
            starts: whole(),
            end: 0,
            ends: whole(),
            volumes: real(),
            weights: real(),
            limits: vec![0; slices],
            lots: whole(),
            release: whole(),
            expiry: whole(),
            participation: real(),
            sequence: S::make(blocks, |b| block(|k| (b * BLOCK + k) as i32 + 1)),
            draws: Vec::new(),
            keys: whole(),
            scratch: Scratch::default(),
        }
    }

    /// Trading times at the ends of slices: `first + span k / slices`, rounded down.
    #[inline(always)]
    fn cut(&mut self, first: i64, span: i64) {
        let slices = self.slices as i64;
        let (whole, rest) = (span / slices, span % slices);
        let (inverse, over) = (1.0 / slices as f64, rest as f64);
        // A product below 2^24 and a half, over less than 2^13: never near a whole number.
        let bound = |k: usize| {
            let k = (k as i64).min(slices);
            first + whole * k + whole_part((over * k as f64 + 0.5) * inverse)
        };
        self.end = first + span;
        let starts = self.starts.as_mut().iter_mut();
        for (b, (starts, ends)) in starts.zip(self.ends.as_mut()).enumerate() {
            let found = block(|k| bound(b * BLOCK + k));
            *starts = found;
            *ends = shifted(&found, bound((b + 1) * BLOCK));
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
                let weights = &mut self.weights.as_mut().as_flattened_mut()[..slices];
                styles::twap(weights, &self.draws[slices..], cut.randomise);
            }
            TWAP if limited => self.weights.as_mut().as_flattened_mut()[..slices].fill(1.0),
            TWAP => {
                let (whole, rest) = (total / slices as i64, total % slices as i64);
                for (b, lots) in self.lots.as_mut().iter_mut().enumerate() {
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
                self.weights.as_mut().copy_from_slice(self.volumes.as_ref());
                if sum(self.weights.as_ref().as_flattened()) <= 0.0 {
                    return Err(NO_VOLUME);
                }
            }
            SHORTFALL => {
                let tau = span as f64 / slices as f64 / clock.regular as f64;
                let r = styles::decay(parents.urgency[i], parents.permanent, tau);
                if r.is_nan() {
                    return Err(NO_OPTIMUM);
                }
                styles::shortfall(self.weights.as_mut(), slices, r);
            }
            _ => {}
        }
        if !limited && style <= SHORTFALL {
            let whole = sum(self.weights.as_ref().as_flattened());
            share_out(
                total,
                self.weights.as_ref(),
                whole,
                self.lots.as_mut(),
                self.keys.as_mut(),
            );
            return Ok(0);
        }
        let volumes = &self.volumes.as_ref().as_flattened()[..slices];
        let lots = &mut self.lots.as_mut().as_flattened_mut()[..slices];
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
        let weights = &mut self.weights.as_mut().as_flattened_mut()[..slices];
        Ok(apportion(
            total,
            weights,
            &self.limits,
            lots,
            &mut self.scratch,
        ))
    }
}
