//! From instants to trading time and back, and the volume expected in a piece of it.

use super::rounding::{Block, whole_part};

/// The open intervals, and the trading time before each; see the Python file of this name.
#[derive(Debug, Clone, Copy)]
pub struct Sessions<'a> {
    /// First instants of the intervals.
    pub opens: &'a [i64],
    /// Ends of the intervals.
    pub closes: &'a [i64],
    /// Trading time before each.
    pub before: &'a [i64],
    /// Trading time at the start of each day, the whole last.
    pub day_starts: &'a [i64],
    /// Trading time of a regular day.
    pub regular: i64,
}

/// Sessions with what is looked up for each parent: days, and the interval of an instant.
#[derive(Debug)]
pub struct Clock<'a> {
    sessions: Sessions<'a>,
    /// The days.
    pub days: Vec<Day>,
    day_of: Vec<usize>,
    /// For pieces of `1 << bits` nanoseconds: the last interval that has opened at their start.
    opened: Vec<u32>,
    bits: u32,
}

impl<'a> Clock<'a> {
    /// For sessions with an interval and a day or more.
    pub fn new(sessions: Sessions<'a>, bins: usize) -> Self {
        let days = (0..sessions.day_starts.len() - 1).map(|d| sessions.day(d, bins));
        let mut clock = Self {
            sessions,
            days: days.collect(),
            day_of: Vec::new(),
            opened: Vec::new(),
            bits: 0,
        };
        let last = clock.days.len() - 1;
        let mut d = 0;
        for time in sessions.before {
            while d < last && clock.days[d].end <= *time {
                d += 1;
            }
            clock.day_of.push(d);
        }
        // Few pieces have two opens, and the table stays in the cache.
        let span = sessions.opens[sessions.opens.len() - 1] - sessions.opens[0];
        let pieces = 4 * sessions.opens.len() as i64;
        while span >> clock.bits > pieces {
            clock.bits += 1;
        }
        let mut i = 0;
        for piece in 0..=span >> clock.bits {
            i = clock.opened_by(i, sessions.opens[0] + (piece << clock.bits));
            clock.opened.push(i as u32);
        }
        clock
    }

    /// The last interval that has opened at an instant, from interval `i` on.
    #[inline(always)]
    fn opened_by(&self, mut i: usize, instant: i64) -> usize {
        while self.opens.get(i + 1).is_some_and(|next| *next <= instant) {
            i += 1;
        }
        i
    }

    /// The interval that an instant is in or after.
    #[inline(always)]
    pub fn find(&self, instant: i64) -> usize {
        let piece = (instant - self.opens[0]).max(0) >> self.bits;
        let guess = self.opened[(piece as usize).min(self.opened.len() - 1)];
        self.opened_by(guess as usize, instant)
    }

    /// The trading time of an instant in or after interval `i`, before the open of the next.
    #[inline(always)]
    pub fn time_in(&self, i: usize, instant: i64) -> i64 {
        let length = self.closes[i] - self.opens[i];
        self.before[i] + (instant - self.opens[i]).max(0).min(length)
    }

    /// The trading time of an instant, not before interval `i`.
    #[inline(always)]
    pub fn time_from(&self, i: usize, instant: i64) -> i64 {
        self.time_in(self.opened_by(i, instant), instant)
    }

    /// The day of interval `i`.
    #[inline(always)]
    pub fn day_of(&self, i: usize) -> usize {
        self.day_of[i]
    }
}

impl<'a> std::ops::Deref for Clock<'a> {
    type Target = Sessions<'a>;

    fn deref(&self) -> &Self::Target {
        &self.sessions
    }
}

impl Sessions<'_> {
    /// The interval in which the trading time `time` is, from interval `i` on.
    #[inline(always)]
    pub fn interval(&self, mut i: usize, time: i64) -> usize {
        while i + 1 < self.before.len() && self.before[i + 1] <= time {
            i += 1;
        }
        i
    }

    /// What an instant in interval `i` is beyond its trading time.
    #[inline(always)]
    pub fn shift(&self, i: usize) -> i64 {
        self.opens[i] - self.before[i]
    }

    /// Release and expiry of a child in interval `i`, in which `release` is.
    #[inline(always)]
    pub fn slice(&self, i: usize, release: i64, last: i64) -> (i64, i64) {
        let shift = self.shift(i);
        (release + shift, self.closes[i].min(last + shift))
    }

    /// Day `d`, cut into bins.
    fn day(&self, d: usize, bins: usize) -> Day {
        let start = self.day_starts[d];
        let length = (self.day_starts[d + 1] - start) as f64;
        let regular = self.regular as f64;
        Day {
            number: d,
            start,
            end: self.day_starts[d + 1],
            bins: bins as f64 / length,
            part: length / regular,
            days: start as f64 / regular,
        }
    }
}

/// A day in trading time.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    number: usize,
    /// Its start.
    pub start: i64,
    /// Its end.
    pub end: i64,
    /// Bins in a nanosecond.
    bins: f64,
    /// Its part of a regular day.
    part: f64,
    /// Regular days before it.
    days: f64,
}

impl Day {
    /// Bins before a trading time of this day.
    #[inline(always)]
    fn position(&self, time: i64) -> f64 {
        (time - self.start) as f64 * self.bins
    }

    /// Continuous volume before each of some trading times, those outside this day taken for its
    /// start or its end.
    #[inline(always)]
    pub fn continuous(&self, times: &Block<i64>, cumulative: &[f64]) -> Block<f64> {
        let bins = cumulative.len() - 1;
        let positions: Block<f64> =
            std::array::from_fn(|k| self.position(times[k].min(self.end).max(self.start)));
        let places: Block<usize> =
            std::array::from_fn(|k| (whole_part(positions[k]) as usize).min(bins - 1));
        let low: Block<f64> = std::array::from_fn(|k| cumulative[places[k]]);
        let high: Block<f64> = std::array::from_fn(|k| cumulative[places[k] + 1]);
        std::array::from_fn(|k| {
            let part = low[k] + (positions[k] - places[k] as i64 as f64) * (high[k] - low[k]);
            self.until(part, cumulative[bins])
        })
    }

    /// Continuous volume where that of a regular day would be `part` of the `whole` by then.
    #[inline(always)]
    fn until(&self, part: f64, whole: f64) -> f64 {
        whole * self.days + self.part * part
    }

    /// Volume before a trading time of this day: continuous, of opening and of closing auctions.
    #[inline(always)]
    pub fn volume(&self, time: i64, cumulative: &[f64], auctions: [f64; 2]) -> [f64; 3] {
        let bins = cumulative.len() - 1;
        let position = self.position(time);
        let b = (position as usize).min(bins - 1);
        let part = cumulative[b] + (position - b as f64) * (cumulative[b + 1] - cumulative[b]);
        let opened = self.number + usize::from(time > self.start);
        let closed = self.number + usize::from(time >= self.end);
        [
            self.until(part, cumulative[bins]),
            auctions[0] * opened as f64,
            auctions[1] * closed as f64,
        ]
    }
}
