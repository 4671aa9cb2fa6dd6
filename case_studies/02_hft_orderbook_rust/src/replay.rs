//! A feed seen through its book: top of book and features at intervals, and depth over time.

use crate::apply::Player;
use crate::{Book, Error, Event, Side, reads};

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
/// As [`crate::apply`]; the book is then half-way.
pub fn features<B: Book>(
    book: &mut B,
    player: &mut Player,
    events: &[Event],
    every: usize,
    levels: usize,
) -> Result<Features, Error> {
    let mut out = Features::default();
    sampled(book, player, events, every, |book, event| {
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

/// Lots resting in each row of a band, sample by sample: `[sample * rows + row]`.
///
/// # Errors
/// As [`crate::apply`]; the book is then half-way.
pub fn depth_over_time<B: Book>(
    book: &mut B,
    events: &[Event],
    every: usize,
    band: Band,
) -> Result<Vec<f64>, Error> {
    let mut out = Vec::new();
    let (low, high) = (band.low, band.low + band.ticks * band.rows as i64);
    sampled(book, &mut Player::default(), events, every, |book, _| {
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
    player: &mut Player,
    events: &[Event],
    every: usize,
    mut sample: impl FnMut(&B, &Event),
) -> Result<(), Error> {
    player.check(events)?;
    let mut left = every;
    for event in events {
        player.play(book, event)?;
        if event.is_last() {
            left -= 1;
            if left == 0 {
                sample(book, event);
                left = every;
            }
        }
    }
    player.arrive(events);
    Ok(())
}
