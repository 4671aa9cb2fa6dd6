//! Recorded Binance streams: each line a receive time in nanoseconds, a blank, one JSON message.
//!
//! Depth updates become events once a snapshot places them ([`crate::feed`]); the exchange's
//! own best bid and ask (`bookTicker`) are kept beside them as an independent truth.

use super::Strictness;
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

/// A recording as events.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Snapshot and updates, in order; `seq` is the last update id of the message.
    pub events: Vec<Event>,
    /// Best bids and asks by the exchange.
    pub tickers: Vec<Ticker>,
    /// Number of depth messages applied.
    pub messages: usize,
    /// Number of trade messages, which say nothing about levels.
    pub trades: usize,
    /// Lines at which a gap was found; the events resume at the next snapshot.
    pub gaps: Vec<usize>,
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
    Depth(Ids, Vec<Event>),
    Snapshot(u64, Vec<Event>),
    Ticker(Ticker),
    Trade,
}

/// Read a recording.
///
/// # Errors
/// [`Error::Line`] with the number of the line, unless lenient.
pub fn read(text: &str, format: Format) -> Result<Recording, Error> {
    let mut out = Recording::default();
    let mut sequencer = Sequencer::new(format.rule);
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        let parsed = parse(text, &format);
        let strictness = format.strictness;
        let Some(message) = strictness.admit(line, parsed, &mut out.skipped)? else {
            continue;
        };
        match message {
            Some(Message::Depth(ids, events)) => match sequencer.message(ids, events) {
                Action::Apply(events) => out.push(events),
                Action::Resync(_) => out.gaps.push(line),
                Action::Wait | Action::Drop => {}
            },
            Some(Message::Snapshot(id, events)) => match sequencer.snapshot(id) {
                Ok(ready) => {
                    out.push(events);
                    ready.into_iter().for_each(|events| out.push(events));
                }
                Err(_) => out.gaps.push(line),
            },
            Some(Message::Ticker(ticker)) => out.tickers.push(ticker),
            Some(Message::Trade) => out.trades += 1,
            None => {}
        }
    }
    Ok(out)
}

impl Recording {
    fn push(&mut self, events: Vec<Event>) {
        self.messages += 1;
        self.events.extend(events);
    }
}

fn wrong(reason: impl ToString) -> Error {
    Error::Line {
        line: 0,
        reason: reason.to_string(),
    }
}

/// One line; `None` for a blank one.
fn parse(text: &str, format: &Format) -> Result<Option<Message>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let (ts, json) = text
        .split_once(' ')
        .ok_or_else(|| wrong("expected a time, a blank and a message"))?;
    let ts: i64 = ts
        .parse()
        .map_err(|_| wrong(format!("time {ts:?} is not a number of nanoseconds")))?;
    let envelope: Envelope<'_> = serde_json::from_str(json).map_err(wrong)?;
    if let Some(id) = envelope.snapshot {
        let sides = [envelope.bids, envelope.asks].map(Option::unwrap_or_default);
        let events = levels(&sides, ts, id, Event::snapshot, format)?;
        return Ok(Some(Message::Snapshot(id, events)));
    }
    let data = envelope
        .data
        .ok_or_else(|| wrong("neither a stream message nor a snapshot"))?;
    match data.e {
        Some("depthUpdate") => depth(data, ts, format).map(Some),
        Some("bookTicker") => ticker(&data, ts, format).map(Some),
        Some("trade" | "aggTrade") => Ok(Some(Message::Trade)),
        other => Err(wrong(format!("message of unknown type {other:?}"))),
    }
}

fn depth(data: Data<'_>, ts: i64, format: &Format) -> Result<Message, Error> {
    let (Some(Side1::Levels(bids)), Some(Side1::Levels(asks))) = (data.b, data.a) else {
        return Err(wrong("a depth update needs the lists b and a"));
    };
    let (Some(first), Some(last)) = (data.first, data.u) else {
        return Err(wrong("a depth update needs U and u"));
    };
    let previous = match (format.rule, data.pu) {
        (Rule::Futures, None) => return Err(wrong("a futures depth update needs pu")),
        (_, previous) => previous.unwrap_or(0),
    };
    let events = levels(&[bids, asks], ts, last, Event::set, format)?;
    let ids = Ids {
        first,
        last,
        previous,
    };
    Ok(Message::Depth(ids, events))
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
        _ => Err(wrong("a book ticker needs u, b, B, a and A")),
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
