//! Replay of a feed: top of book and features at intervals, and depth over time.

use crate::apply::{FeedState, apply_each};
use crate::{Book, Error, Event, MAX_TICK, Side, reads};
use std::ops::Range;

/// Columns of features, one row a sample; NaN and [`crate::run::NO_TICK`] where a side is empty.
#[derive(Clone, Debug, Default)]
pub struct Features {
    /// Time of the event after which the sample was taken.
    pub ts: Vec<i64>,
    /// Its sequence number.
    pub seq: Vec<u64>,
    /// Best bid in ticks.
    pub bid: Vec<i64>,
    /// Its quantity in lots.
    pub bid_lots: Vec<u64>,
    /// Best ask in ticks.
    pub ask: Vec<i64>,
    /// Its quantity in lots.
    pub ask_lots: Vec<u64>,
    /// Microprice in ticks.
    pub microprice: Vec<f64>,
    /// Imbalance over the best levels.
    pub imbalance: Vec<f64>,
}

/// Apply events; after every `every`-th message take a sample, imbalance over `levels`.
///
/// # Errors
/// As [`crate::apply()`]; nothing is applied then.
pub fn features<B: Book>(
    book: &mut B,
    state: &mut FeedState,
    events: &[Event],
    every: usize,
    levels: usize,
) -> Result<Features, Error> {
    let mut out = Features::default();
    sampled(book, state, events, every, |book, event| {
        let best = |side| {
            book.best(side)
                .map_or((crate::run::NO_TICK, 0), |l| (l.tick, l.lots))
        };
        let [(bid, bid_lots), (ask, ask_lots)] = Side::BOTH.map(best);
        out.ts.push(event.ts);
        out.seq.push(event.seq);
        out.bid.push(bid);
        out.bid_lots.push(bid_lots);
        out.ask.push(ask);
        out.ask_lots.push(ask_lots);
        out.microprice
            .push(reads::microprice(book).unwrap_or(f64::NAN));
        out.imbalance
            .push(reads::imbalance(book, levels).unwrap_or(f64::NAN));
    })?;
    Ok(out)
}

/// A band of prices cut into rows of equal height.
#[derive(Clone, Copy, Debug)]
pub struct Band {
    /// Lowest tick.
    pub low: i64,
    /// Ticks in a row.
    pub ticks: i64,
    /// Number of rows.
    pub rows: usize,
}

/// Rows times samples of [`depth_over_time`] that there may be: 2 GB.
pub const MAX_CELLS: usize = 1 << 28;

impl Band {
    /// Lowest tick and the first beyond the band, if these are prices.
    fn range(self) -> Result<Range<i64>, Error> {
        let low = i128::from(self.low);
        let high = low + i128::from(self.ticks) * self.rows as i128;
        for tick in [low, high - 1] {
            if tick.unsigned_abs() > MAX_TICK as u128 {
                let tick = tick.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
                return Err(Error::PriceOverflow { tick });
            }
        }
        Ok(self.low..high as i64)
    }

    /// Room for a number of samples.
    fn grid(self, samples: usize) -> Result<Vec<f64>, Error> {
        let asked = self.rows as u128 * samples as u128;
        if asked > MAX_CELLS as u128 {
            return Err(Error::TooLarge {
                what: "rows times samples",
                asked,
                most: MAX_CELLS as u128,
            });
        }
        let mut out = Vec::new();
        let cells = asked as usize;
        out.try_reserve_exact(cells).map_err(|_| Error::Memory {
            what: "depth over time",
            bytes: cells * size_of::<f64>(),
        })?;
        Ok(out)
    }
}

/// Lots resting in each row of a band, sample by sample: `[sample * rows + row]`.
///
/// # Errors
/// As [`crate::apply()`]; [`Error::PriceOverflow`] for a band that reaches beyond all prices,
/// [`Error::TooLarge`] beyond [`MAX_CELLS`]. Nothing is applied then.
pub fn depth_over_time<B: Book>(
    book: &mut B,
    events: &[Event],
    every: usize,
    band: Band,
) -> Result<Vec<f64>, Error> {
    let Range {
        start: low,
        end: high,
    } = band.range()?;
    let messages = events.iter().filter(|event| event.is_last()).count();
    let mut out = band.grid(messages / every.max(1))?;
    sampled(book, &mut FeedState::default(), events, every, |book, _| {
        let start = out.len();
        out.resize(start + band.rows, 0.0);
        for side in Side::BOTH {
            let end = if side == Side::Bid { low } else { high - 1 };
            book.visit(side, |level| {
                if (low..high).contains(&level.tick) {
                    let row = (level.tick - low) / band.ticks;
                    out[start + row as usize] += level.lots as f64;
                }
                side.key(level.tick) > side.key(end)
            });
        }
    })?;
    Ok(out)
}

fn sampled<B: Book>(
    book: &mut B,
    state: &mut FeedState,
    events: &[Event],
    every: usize,
    mut sample: impl FnMut(&B, &Event),
) -> Result<(), Error> {
    let mut messages = 0;
    apply_each(book, events, state, |book, event| {
        if event.is_last() {
            messages += 1;
            if messages == every.max(1) {
                sample(book, event);
                messages = 0;
            }
        }
    })
}
