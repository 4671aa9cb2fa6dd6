//! Recorded Binance streams: each line a receive time in nanoseconds, a blank, one JSON message.
//!
//! Depth updates become events once a snapshot places them ([`crate::feed`]); the exchange's
//! own best bid and ask (`bookTicker`) are kept as an independent reference.
//!
//! An event has the time at which a book could contain it. A message that was held back for a
//! snapshot enters the book only with the snapshot, so it has the snapshot's time unless its
//! own is later: times decrease in the events only where the recording's own clock did.

mod message;
mod symbols;

use super::{BYTE_ORDER_MARK, Strictness};
use crate::feed::{Action, Rule, Sequencer};
use crate::{Error, Event};
use message::{Line, Message};
use symbols::Instrument;

/// How to read prices and quantities, and whose sequence rules hold.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// A tick is `10^-price_decimals`.
    pub price_decimals: u32,
    /// A lot is `10^-quantity_decimals`.
    pub quantity_decimals: u32,
    /// Futures or spot.
    pub rule: Rule,
    /// What to do with a line that cannot be read.
    pub strictness: Strictness,
}

/// The exchange's best bid and ask after an update id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticker {
    /// Receive time.
    pub ts: i64,
    /// Update id.
    pub seq: u64,
    /// Best bid.
    pub bid: i64,
    /// Its quantity.
    pub bid_lots: i64,
    /// Best ask.
    pub ask: i64,
    /// Its quantity.
    pub ask_lots: i64,
}

/// A message or a snapshot that does not join what was applied: from here on no events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Its line, from 1.
    pub line: usize,
    /// Its receive time.
    pub ts: i64,
    /// Last update id applied, or that of a snapshot that is too old for the messages kept.
    pub expected: u64,
    /// The update id that the message says it follows.
    pub got: u64,
    /// Receive time of the snapshot at which the events resume; `None` where they never do.
    pub resumed: Option<i64>,
}

/// A recording as events.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Snapshot and updates, in order; `seq` is the last update id of the message.
    pub events: Vec<Event>,
    /// Best bids and asks by the exchange.
    pub tickers: Vec<Ticker>,
    /// Number of depth messages applied, snapshots among them.
    pub messages: usize,
    /// Number of `trade` and `aggTrade` messages, which say nothing about levels.
    pub trades: usize,
    /// Where messages or snapshots do not join.
    pub gaps: Vec<Gap>,
    /// Whether the events reach the end of the recording: a snapshot placed them, and no gap
    /// has been open since.
    pub live: bool,
    /// Lines that were skipped as unreadable.
    pub skipped: Vec<usize>,
    /// The instrument; `None` where no line names one.
    pub symbol: Option<String>,
}

/// Read a recording of one instrument.
///
/// # Errors
/// [`Error::Line`] with the number of the line, unless lenient; [`Error::SeveralSymbols`],
/// [`Error::NoSnapshot`].
pub fn read(text: &str, format: Format) -> Result<Recording, Error> {
    read_symbol(text, format, None)
}

/// Read one instrument of a recording that may have several; `None`: it has one.
///
/// # Errors
/// Those of [`read`], and [`Error::UnknownSymbol`].
pub fn read_symbol(text: &str, format: Format, symbol: Option<&str>) -> Result<Recording, Error> {
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut instrument = Instrument::choose(text, format.rule, symbol)?;
    read_lines(text, format, &mut instrument).map_err(|error| instrument.explain(text, error))
}

fn read_lines(text: &str, format: Format, instrument: &mut Instrument) -> Result<Recording, Error> {
    let mut out = Recording::default();
    let mut sequencer = Sequencer::new(format.rule);
    let mut snapshots = 0;
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        let parsed = Line::read(text).and_then(|line| match line {
            Some(line) if instrument.admits(&line)? => line.message(&format).map(Some),
            _ => Ok(None),
        });
        let strictness = format.strictness;
        let Some(message) = strictness.admit(line, parsed, &mut out.skipped)? else {
            continue;
        };
        match message {
            Some(Message::Depth(ts, ids, events)) => match sequencer.message(ids, events) {
                Action::Apply(events) => out.push(events),
                Action::Resync(error) => out.gaps.extend(gap(line, ts, &error)),
                Action::Wait | Action::Drop => {}
            },
            Some(Message::Snapshot(ts, id, events)) => {
                snapshots += 1;
                match sequencer.snapshot(id) {
                    Ok(Some(ready)) => out.resume(ts, events, ready),
                    Ok(None) => {}
                    Err(error) => out.gaps.extend(gap(line, ts, &error)),
                }
            }
            Some(Message::Ticker(ticker)) => out.tickers.push(ticker),
            Some(Message::Trade) => out.trades += 1,
            None => {}
        }
    }
    if snapshots == 0 {
        let lines = text.lines().count();
        return Err(Error::NoSnapshot { lines });
    }
    out.live = sequencer.is_live();
    out.symbol.clone_from(&instrument.symbol);
    Ok(out)
}

/// What does not join, if that is what the error says.
fn gap(line: usize, ts: i64, error: &Error) -> Option<Gap> {
    let (expected, got) = match *error {
        Error::Gap { expected, got } => (expected, got),
        Error::StaleSnapshot { snapshot, first } => (snapshot, first.saturating_sub(1)),
        _ => return None,
    };
    Some(Gap {
        line,
        ts,
        expected,
        got,
        resumed: None,
    })
}

impl Recording {
    fn push(&mut self, events: Vec<Event>) {
        self.messages += 1;
        self.events.extend(events);
    }

    /// A snapshot received at `ts`, and the messages that were kept for it.
    fn resume(&mut self, ts: i64, snapshot: Vec<Event>, kept: Vec<Vec<Event>>) {
        let open = self.gaps.iter_mut().rev();
        for gap in open.take_while(|gap| gap.resumed.is_none()) {
            gap.resumed = Some(ts);
        }
        self.push(snapshot);
        for mut events in kept {
            for event in &mut events {
                event.ts = event.ts.max(ts);
            }
            self.push(events);
        }
    }
}
