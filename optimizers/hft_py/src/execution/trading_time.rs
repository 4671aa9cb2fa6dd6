//! From instants to trading time and back, and the volume expected in a piece of it.

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

/// The index of the last element at most `value`, 0 where there is none.
#[inline(always)]
fn last_at_most(values: &[i64], value: i64) -> usize {
    values.partition_point(|one| *one <= value).max(1) - 1
}

impl Sessions<'_> {
    /// The trading time of an instant.
    #[inline(always)]
    pub fn of(&self, instant: i64) -> i64 {
        let i = last_at_most(self.opens, instant);
        let length = self.closes[i] - self.opens[i];
        self.before[i] + (instant - self.opens[i]).max(0).min(length)
    }

    /// The interval in which the trading time `time` is, from interval `i` on.
    #[inline(always)]
    pub fn interval(&self, mut i: usize, time: i64) -> usize {
        while i + 1 < self.before.len() && self.before[i + 1] <= time {
            i += 1;
        }
        i
    }

    /// The interval in which the trading time `time` is.
    #[inline(always)]
    pub fn find_interval(&self, time: i64) -> usize {
        last_at_most(self.before, time)
    }

    /// The day in which the trading time `time` is.
    #[inline(always)]
    pub fn find_day(&self, time: i64) -> usize {
        last_at_most(self.day_starts, time).min(self.day_starts.len() - 2)
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

    /// Day `d`.
    #[inline(always)]
    pub fn day(&self, d: usize) -> Day {
        let start = self.day_starts[d];
        let length = (self.day_starts[d + 1] - start) as f64;
        let regular = self.regular as f64;
        Day {
            number: d,
            start,
            end: self.day_starts[d + 1],
            length,
            part: length / regular,
            days: start as f64 / regular,
        }
    }
}

/// A day in trading time.
#[derive(Debug, Clone, Copy)]
pub struct Day {
    number: usize,
    start: i64,
    /// Its end.
    pub end: i64,
    length: f64,
    /// Of a regular day.
    part: f64,
    /// Regular days before it.
    days: f64,
}

impl Day {
    /// Bins before a trading time of this day.
    #[inline(always)]
    pub fn position(&self, time: i64, bins: usize) -> f64 {
        (time - self.start) as f64 * (bins as f64 / self.length)
    }

    /// Continuous volume where that of a regular day would be `part` of the `whole` by then.
    #[inline(always)]
    pub fn until(&self, part: f64, whole: f64) -> f64 {
        whole * self.days + self.part * part
    }

    /// Volume before a trading time of this day: continuous, of opening and of closing auctions.
    #[inline(always)]
    pub fn volume(&self, time: i64, cumulative: &[f64], auctions: [f64; 2]) -> [f64; 3] {
        let bins = cumulative.len() - 1;
        let position = self.position(time, bins);
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
