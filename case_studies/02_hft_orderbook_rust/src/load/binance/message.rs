//! One line of a recorded Binance stream: a receive time, a blank, one JSON message.
//!
//! A line is read in two steps. The first finds the symbol, the second turns prices and
//! quantities into ticks and lots, which are not the same for every symbol.

use super::{Format, Ticker};
use crate::decimal::units;
use crate::feed::{Ids, Rule};
use crate::{Error, Event, Side};
use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) enum Message {
    Depth(i64, Ids, Vec<Event>),
    Snapshot(i64, u64, Vec<Event>),
    Ticker(Ticker),
    Trade,
}

/// What a combined stream puts around a message.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    stream: Option<&'a str>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    /// Of a request and its reply.
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

/// Fields of all kinds of messages. `a` and `b` are lists of levels in a depth update, a price
/// in a ticker and a number in a trade.
#[derive(Deserialize)]
struct Body<'a> {
    e: Option<&'a str>,
    #[serde(alias = "symbol")]
    s: Option<&'a str>,
    #[serde(rename = "lastUpdateId")]
    snapshot: Option<u64>,
    #[serde(borrow)]
    bids: Option<&'a RawValue>,
    #[serde(borrow)]
    asks: Option<&'a RawValue>,
    u: Option<u64>,
    #[serde(rename = "U")]
    first: Option<u64>,
    pu: Option<u64>,
    #[serde(borrow)]
    b: Option<&'a RawValue>,
    #[serde(borrow)]
    a: Option<&'a RawValue>,
    #[serde(borrow, rename = "B")]
    bid_quantity: Option<&'a RawValue>,
    #[serde(borrow, rename = "A")]
    ask_quantity: Option<&'a RawValue>,
}

/// A line whose prices and quantities are still text.
pub(super) struct Line<'a> {
    ts: i64,
    /// Of the message, else of the stream; a REST snapshot names none.
    pub(super) symbol: Option<&'a str>,
    stream: Option<&'a str>,
    body: Body<'a>,
}

impl<'a> Line<'a> {
    /// One line; `None` for a blank one, and for a request such as `SUBSCRIBE` or its reply.
    pub(super) fn read(text: &'a str) -> Result<Option<Self>, Error> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let (ts, json) = text
            .split_once(' ')
            .filter(|_| !text.starts_with('{'))
            .ok_or_else(|| Error::text("expected a time, a blank and a message"))?;
        let ts = ts
            .parse()
            .map_err(|_| Error::text(format!("time {ts:?} is not a number of nanoseconds")))?;
        let envelope: Envelope<'_> = parsed(json)?;
        if let Some(error) = envelope.error {
            let shown = shown(error);
            return Err(Error::text(format!("the exchange sent an error: {shown}")));
        }
        // A message without the envelope, as a raw stream sends it, or a snapshot.
        let body: Body<'_> = parsed(envelope.data.map_or(json, RawValue::get))?;
        if envelope.id.is_some() && body.e.is_none() && body.snapshot.is_none() {
            return Ok(None);
        }
        let stream = envelope.stream;
        let of_stream = stream.and_then(|stream| stream.split_once('@'));
        let symbol = body.s.or(of_stream.map(|(symbol, _)| symbol));
        Ok(Some(Self {
            ts,
            symbol,
            stream,
            body,
        }))
    }

    /// Update id of a snapshot.
    pub(super) fn snapshot(&self) -> Option<u64> {
        self.body.snapshot
    }

    pub(super) fn is_depth(&self) -> bool {
        self.body.e == Some("depthUpdate")
    }

    /// Update ids of a depth update.
    pub(super) fn ids(&self, rule: Rule) -> Result<Ids, Error> {
        let body = &self.body;
        let (Some(first), Some(last)) = (body.first, body.u) else {
            return Err(Error::text("a depth update needs U and u"));
        };
        if first > last {
            return Err(Error::text(format!("U={first} lies beyond u={last}")));
        }
        let previous = match (rule, body.pu) {
            (Rule::Futures, None) => return Err(Error::text("a futures depth update needs pu")),
            (_, previous) => previous.unwrap_or(0),
        };
        Ok(Ids {
            first,
            last,
            previous,
        })
    }

    /// The message, in ticks and lots.
    pub(super) fn message(&self, format: &Format) -> Result<Message, Error> {
        let (ts, body) = (self.ts, &self.body);
        if let Some(id) = body.snapshot {
            let (Some(bids), Some(asks)) = (body.bids, body.asks) else {
                return Err(Error::text("a snapshot needs the lists bids and asks"));
            };
            let sides = [("bids", bids), ("asks", asks)];
            let mut events = events(sides, ts, id, Event::snapshot, format)?;
            if events.is_empty() {
                // The exchange says that the book is empty: so is ours then.
                events.push(Event::clear().stamped(ts, id).last());
            }
            return Ok(Message::Snapshot(ts, id, events));
        }
        if self.is_depth() {
            let (Some(bids), Some(asks)) = (body.b, body.a) else {
                return Err(Error::text("a depth update needs the lists b and a"));
            };
            if let Some(stream) = self.stream.filter(|stream| is_partial(stream)) {
                return Err(Error::text(format!(
                    "the stream {stream:?} sends the best levels, not what changes: record @depth"
                )));
            }
            let ids = self.ids(format.rule)?;
            let events = events([("b", bids), ("a", asks)], ts, ids.last, Event::set, format)?;
            return Ok(Message::Depth(ts, ids, events));
        }
        match body.e {
            Some("bookTicker") => self.ticker(format).map(Message::Ticker),
            Some("trade" | "aggTrade") => Ok(Message::Trade),
            Some(other) => Err(Error::text(format!("message of unknown type {other:?}"))),
            None => Err(Error::text("neither a stream message nor a snapshot")),
        }
    }

    fn ticker(&self, format: &Format) -> Result<Ticker, Error> {
        let body = &self.body;
        let fields = (body.u, body.b, body.bid_quantity, body.a, body.ask_quantity);
        let (Some(seq), Some(bid), Some(bid_lots), Some(ask), Some(ask_lots)) = fields else {
            return Err(Error::text("a book ticker needs u, b, B, a and A"));
        };
        let price = |value: &RawValue| units(number(value), format.price_decimals);
        let quantity = |value: &RawValue| units(number(value), format.quantity_decimals);
        Ok(Ticker {
            ts: self.ts,
            seq,
            bid: price(bid)?,
            bid_lots: quantity(bid_lots)?,
            ask: price(ask)?,
            ask_lots: quantity(ask_lots)?,
        })
    }
}

fn parsed<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| {
        // Without the place: the message is one line, part of another.
        let text = error.to_string();
        Error::text(text.split(" at line ").next().unwrap_or_default())
    })
}

/// Whether a stream such as `btcusdt@depth20@100ms` sends a few levels, all of them each time.
fn is_partial(stream: &str) -> bool {
    let kind = stream.split('@').nth(1);
    let levels = kind.and_then(|kind| kind.strip_prefix("depth"));
    levels.is_some_and(|levels| levels.starts_with(|c: char| c.is_ascii_digit()))
}

/// The digits of a JSON string, or of a number.
fn number(json: &RawValue) -> &str {
    let json = json.get();
    let inner = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'));
    inner.unwrap_or(json)
}

/// JSON as an error shows it.
fn shown(json: &RawValue) -> String {
    let text = json.get();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Pairs of price and quantity, each a string or a number.
fn levels<'a>(name: &str, json: &'a RawValue) -> Result<Vec<[&'a RawValue; 2]>, Error> {
    if let Ok(levels) = serde_json::from_str(json.get()) {
        return Ok(levels);
    }
    let expected = |json| {
        Error::text(format!(
            "{name}: {}: expected [price, quantity]",
            shown(json)
        ))
    };
    let levels: Vec<&RawValue> = serde_json::from_str(json.get()).map_err(|_| {
        Error::text(format!(
            "{name} is {}: expected a list of levels",
            shown(json)
        ))
    })?;
    let pair = |level: &'a RawValue| {
        let fields: Vec<&RawValue> =
            serde_json::from_str(level.get()).map_err(|_| expected(level))?;
        match fields[..] {
            [price, quantity] => Ok([price, quantity]),
            // The exchange's own older form.
            [price, quantity, rest] if rest.get() == "[]" => Ok([price, quantity]),
            _ => Err(expected(level)),
        }
    };
    levels.into_iter().map(pair).collect()
}

/// The levels of both sides as events of one message.
fn events(
    sides: [(&str, &RawValue); 2],
    ts: i64,
    seq: u64,
    event: impl Fn(Side, i64, i64) -> Event,
    format: &Format,
) -> Result<Vec<Event>, Error> {
    let mut events = Vec::new();
    for (side, (name, json)) in Side::BOTH.into_iter().zip(sides) {
        let levels = levels(name, json)?;
        events.reserve(levels.len());
        for [price, quantity] in levels {
            let tick = units(number(price), format.price_decimals)?;
            let lots = units(number(quantity), format.quantity_decimals)?;
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
