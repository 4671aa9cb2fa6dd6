//! Recorded Binance streams: each line a receive time in nanoseconds, a blank, one JSON message.
//!
//! Depth updates become events once a snapshot places them ([`crate::feed`]); the exchange's
//! own best bid and ask (`bookTicker`) are kept beside them as an independent truth.
//!
//! An event carries the time at which it could be known. A message that waited for a snapshot
//! is known in the book only when the snapshot is, so it carries the snapshot's time unless
//! its own is later: times decrease in the events only where the recording's own clock did.

use super::{BYTE_ORDER_MARK, Strictness};
use crate::decimal::units;
use crate::feed::{Action, Ids, Rule, Sequencer};
use crate::{Error, Event, Side};
use serde::Deserialize;

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
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<Data<'a>>,
    #[serde(rename = "lastUpdateId")]
    snapshot: Option<u64>,
    #[serde(borrow)]
    bids: Option<Vec<[&'a str; 2]>>,
    #[serde(borrow)]
    asks: Option<Vec<[&'a str; 2]>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    e: Option<&'a str>,
    u: Option<u64>,
    #[serde(rename = "U")]
    first: Option<u64>,
    pu: Option<u64>,
    #[serde(borrow)]
    b: Option<Side1<'a>>,
    #[serde(borrow)]
    a: Option<Side1<'a>>,
    #[serde(borrow, rename = "B")]
    bid_quantity: Option<&'a str>,
    #[serde(borrow, rename = "A")]
    ask_quantity: Option<&'a str>,
}

/// `b` and `a` are lists of levels in a depth update and one price in a ticker.
#[derive(Deserialize)]
#[serde(untagged)]
enum Side1<'a> {
    #[serde(borrow)]
    Levels(Vec<[&'a str; 2]>),
    Price(&'a str),
    Other(serde::de::IgnoredAny),
}

enum Message {
    Depth(i64, Ids, Vec<Event>),
    Snapshot(i64, u64, Vec<Event>),
    Ticker(Ticker),
    Trade,
}

/// Read a recording.
///
/// # Errors
/// [`Error::Line`] with the number of the line, unless lenient; [`Error::NoSnapshot`].
pub fn read(text: &str, format: Format) -> Result<Recording, Error> {
    let mut out = Recording::default();
    let mut sequencer = Sequencer::new(format.rule);
    let mut snapshots = 0;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        let parsed = parse(text, &format);
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

/// One line; `None` for a blank one.
fn parse(text: &str, format: &Format) -> Result<Option<Message>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (ts, json) = text
        .split_once(' ')
        .ok_or_else(|| Error::text("expected a time, a blank and a message"))?;
    let ts: i64 = ts
        .parse()
        .map_err(|_| Error::text(format!("time {ts:?} is not a number of nanoseconds")))?;
    let envelope: Envelope<'_> = serde_json::from_str(json).map_err(Error::text)?;
    if let Some(id) = envelope.snapshot {
        let (Some(bids), Some(asks)) = (envelope.bids, envelope.asks) else {
            return Err(Error::text("a snapshot needs the lists bids and asks"));
        };
        let mut events = levels(&[bids, asks], ts, id, Event::snapshot, format)?;
        if events.is_empty() {
            // The exchange says that the book is empty: so is ours then.
            events.push(Event::clear().stamped(ts, id).last());
        }
        return Ok(Some(Message::Snapshot(ts, id, events)));
    }
    let data = envelope
        .data
        .ok_or_else(|| Error::text("neither a stream message nor a snapshot"))?;
    match data.e {
        Some("depthUpdate") => depth(data, ts, format).map(Some),
        Some("bookTicker") => ticker(&data, ts, format).map(Some),
        Some("trade" | "aggTrade") => Ok(Some(Message::Trade)),
        other => Err(Error::text(format!("message of unknown type {other:?}"))),
    }
}

fn depth(data: Data<'_>, ts: i64, format: &Format) -> Result<Message, Error> {
    let (Some(Side1::Levels(bids)), Some(Side1::Levels(asks))) = (data.b, data.a) else {
        return Err(Error::text("a depth update needs the lists b and a"));
    };
    let (Some(first), Some(last)) = (data.first, data.u) else {
        return Err(Error::text("a depth update needs U and u"));
    };
    if first > last {
        return Err(Error::text(format!("U={first} lies beyond u={last}")));
    }
    let previous = match (format.rule, data.pu) {
        (Rule::Futures, None) => return Err(Error::text("a futures depth update needs pu")),
        (_, previous) => previous.unwrap_or(0),
    };
    let events = levels(&[bids, asks], ts, last, Event::set, format)?;
    let ids = Ids {
        first,
        last,
        previous,
    };
    Ok(Message::Depth(ts, ids, events))
}

fn ticker(data: &Data<'_>, ts: i64, format: &Format) -> Result<Message, Error> {
    match (
        data.u,
        &data.b,
        data.bid_quantity,
        &data.a,
        data.ask_quantity,
    ) {
        (Some(seq), Some(Side1::Price(b)), Some(bq), Some(Side1::Price(a)), Some(aq)) => {
            Ok(Message::Ticker(Ticker {
                ts,
                seq,
                bid: units(b, format.price_decimals)?,
                bid_lots: units(bq, format.quantity_decimals)?,
                ask: units(a, format.price_decimals)?,
                ask_lots: units(aq, format.quantity_decimals)?,
            }))
        }
        _ => Err(Error::text("a book ticker needs u, b, B, a and A")),
    }
}

/// The levels of both sides as events of one message.
fn levels(
    sides: &[Vec<[&str; 2]>; 2],
    ts: i64,
    seq: u64,
    event: impl Fn(Side, i64, i64) -> Event,
    format: &Format,
) -> Result<Vec<Event>, Error> {
    let mut events = Vec::with_capacity(sides[0].len() + sides[1].len());
    for (side, levels) in Side::BOTH.into_iter().zip(sides) {
        for [price, quantity] in levels {
            let tick = units(price, format.price_decimals)?;
            let lots = units(quantity, format.quantity_decimals)?;
            let event = event(side, tick, lots).stamped(ts, seq);
            event.check()?;
            events.push(event);
        }
    }
    if let Some(last) = events.last_mut() {
        *last = last.last();
    }
    Ok(events)
}
