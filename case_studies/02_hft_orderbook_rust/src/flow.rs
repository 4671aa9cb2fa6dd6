//! Seeded order flow with the traits of real feeds that matter to a book.
//!
//! A mid that walks and sometimes jumps, quantities that decay with the distance from the
//! touch, far levels, bursts at one price, deletions of levels that are not there. The same
//! seed gives the same events on every machine.

mod published;

pub use published::{published, try_published};

use crate::{BTreeMapBook, Book, Error, Event, Side};

/// What the flow looks like.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    /// Same seed, same events.
    pub seed: u64,
    /// Mid price at the start, in ticks.
    pub mid: i64,
    /// Levels that each side has near the touch, one a tick.
    pub levels: u32,
    /// Share of updates that lie far from the touch: beyond 2,048 ticks.
    pub far: f64,
    /// Chance that the mid moves a tick before a message.
    pub drift: f64,
    /// Chance that the mid jumps by hundreds of ticks before a message.
    pub jump: f64,
}

impl Default for Flow {
    /// After a recorded BTC-USDT future: 14 % of its updates lie 2,048 ticks or more away.
    fn default() -> Self {
        Self {
            seed: 1,
            mid: 618_000,
            levels: 1_000,
            far: 0.14,
            drift: 0.05,
            jump: 0.0005,
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Standard normal (Box and Muller 1958).
    fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.uniform(), self.uniform());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }

    /// Exponential with a mean, in whole steps.
    fn exponential(&mut self, mean: f64) -> i64 {
        (-(1.0 - self.uniform()).ln() * mean) as i64
    }
}

/// Events that a flow may have: 11 GB.
pub const MAX_EVENTS: usize = 1 << 28;

/// Events by which the last message may exceed a count, rarely more.
const LONGEST: usize = 64;

/// Mid prices from which a flow may start, of either sign.
pub const MAX_MID: i64 = 1 << 60;

/// Room for a number of events that is not checked yet.
///
/// # Errors
/// [`Error::TooLarge`] beyond [`MAX_EVENTS`], [`Error::Memory`] where it cannot be had.
pub fn reserve(what: &'static str, asked: u128) -> Result<Vec<Event>, Error> {
    if asked > MAX_EVENTS as u128 {
        let most = MAX_EVENTS as u128;
        return Err(Error::TooLarge { what, asked, most });
    }
    let mut out = Vec::new();
    let count = asked as usize;
    out.try_reserve(count + LONGEST)
        .map_err(|_| Error::Memory {
            what,
            bytes: count * size_of::<Event>(),
        })?;
    Ok(out)
}

/// The flow of `count` events, the opening snapshot included.
///
/// At the end of each message the book is neither crossed nor locked.
///
/// # Panics
/// Where [`try_events`] gives an error.
#[must_use]
pub fn events(flow: &Flow, count: usize) -> Vec<Event> {
    try_events(flow, count).expect("fewer events than flow::MAX_EVENTS")
}

/// As [`events`], for unchecked sizes and prices.
///
/// # Errors
/// Those of [`reserve`]; [`Error::TooLarge`] for a mid beyond [`MAX_MID`] too.
pub fn try_events(flow: &Flow, count: usize) -> Result<Vec<Event>, Error> {
    if flow.mid.unsigned_abs() > MAX_MID as u64 {
        return Err(Error::TooLarge {
            what: "mid, of either sign",
            asked: flow.mid.unsigned_abs().into(),
            most: MAX_MID as u128,
        });
    }
    let mut out = reserve("count", count as u128)?;
    let mut random = Random(flow.seed);
    let mut book = BTreeMapBook::default();
    let mut mid = flow.mid;
    for side in Side::BOTH {
        for distance in 0..i64::from(flow.levels) {
            if out.len() >= count {
                break;
            }
            let tick = near(side, mid, distance);
            out.push(Event::snapshot(side, tick, quantity(&mut random, distance)));
        }
    }
    let mut first = 0;
    let mut seq = 1;
    while out.len() < count {
        if first > 0 {
            mid = moved(flow, &mut random, mid, &mut book, &mut out);
            for _ in 0..1 + random.exponential(3.0) {
                out.push(update(flow, &mut random, mid));
            }
        }
        first = finish(&mut out, first, &mut seq, &mut book);
    }
    out.truncate(count);
    if let Some(event) = out.last_mut() {
        *event = event.last();
    }
    Ok(out)
}

/// Stamp the events of a message and follow them in the generator's own book.
fn finish(out: &mut [Event], first: usize, seq: &mut u64, book: &mut BTreeMapBook) -> usize {
    for event in &mut out[first..] {
        *event = event.stamped(*seq as i64 * 1_000_000, *seq);
        let side = Side::of(event.side);
        book.set(side, event.tick, event.lots as u64);
    }
    if let Some(event) = out.last_mut() {
        *event = event.last();
    }
    *seq += 1;
    out.len()
}

/// Price at a distance behind the best of a side; best bid is `mid - 1`, best ask `mid + 1`.
fn near(side: Side, mid: i64, distance: i64) -> i64 {
    match side {
        Side::Bid => mid - 1 - distance,
        Side::Ask => mid + 1 + distance,
    }
}

fn quantity(random: &mut Random, distance: i64) -> i64 {
    1 + random.exponential(200.0 + 20_000.0 / (1.0 + distance as f64))
}

fn update(flow: &Flow, random: &mut Random, mid: i64) -> Event {
    let side = Side::BOTH[random.below(2) as usize];
    let distance = if random.chance(flow.far) {
        2_048 + random.exponential(20_000.0)
    } else {
        let mean = (f64::from(flow.levels) / 4.0).max(1.0);
        random.exponential(mean).min(i64::from(flow.levels) - 1)
    };
    // The touch itself is only deleted by a move of the mid; elsewhere a third are deletions.
    let deleted = distance > 0 && random.chance(0.3);
    let lots = if deleted {
        0
    } else {
        quantity(random, distance)
    };
    Event::set(side, near(side, mid, distance), lots)
}

/// Perhaps move the mid: the levels it passes are deleted, those left behind are filled.
fn moved(
    flow: &Flow,
    random: &mut Random,
    mid: i64,
    book: &mut BTreeMapBook,
    out: &mut Vec<Event>,
) -> i64 {
    let step = if random.chance(flow.jump) {
        100 + random.exponential(400.0)
    } else if random.chance(flow.drift) {
        1
    } else {
        return mid;
    };
    let mid = if random.chance(0.5) {
        mid + step
    } else {
        mid - step
    };
    for side in Side::BOTH {
        let limit = side.key(near(side, mid, 0));
        book.visit(side, |level| {
            let passed = side.key(level.tick) > limit;
            if passed {
                out.push(Event::set(side, level.tick, 0));
            }
            passed
        });
        for distance in 0..step.min(8) {
            let lots = quantity(random, distance);
            out.push(Event::set(side, near(side, mid, distance), lots));
        }
    }
    mid
}
