//! LOBSTER files: order messages, and the true best levels after each.
//!
//! Format: <https://lobsterdata.com/info/DataStructure.php>. The first row of the order-book
//! file is the start, so its message is not applied; levels beyond those of the first row are
//! not known, and orders that rest there since before the start cannot be followed. Whatever
//! lies within the first row's range of prices is determined by the messages.

use super::Strictness;
use crate::decimal::units;
use crate::orders::{OrderMessage, OrderTracker};
use crate::{Error, Event, Side};

/// A day, or a piece of one, as events.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The start as a snapshot, then one delta for each message that changes a level; `seq`
    /// is the row, from 0.
    pub events: Vec<Event>,
    /// Row by row the true levels: ask, bid, ask, bid …, each (tick, lots), best first.
    pub rows: Vec<Vec<[i64; 2]>>,
    /// Worst bid and worst ask of the start: within, levels are determined.
    pub known: [i64; 2],
    /// Messages about orders beyond `known` of which nothing is known.
    pub beyond: usize,
    /// Executions of hidden orders, crosses and halts, which change no level.
    pub hidden: usize,
    /// Lines that were skipped as unreadable.
    pub skipped: Vec<usize>,
}

struct Message {
    ts: i64,
    kind: u8,
    id: u64,
    lots: i64,
    tick: i64,
    side: Side,
}

/// Price that stands for "no level" in the order-book file.
const NO_LEVEL: i64 = 9_999_999_999;

/// Read a pair of files. `tick` is the tick in 1/10000 USD: 100 for a cent.
///
/// # Errors
/// [`Error::Line`] with the number of the line (of the message file first), unless lenient;
/// the two files must have equally many lines.
pub fn read(
    messages: &str,
    orderbook: &str,
    tick: i64,
    strictness: Strictness,
) -> Result<Recording, Error> {
    let mut out = Recording::default();
    let (count, rows) = (messages.lines().count(), orderbook.lines().count());
    if count != rows {
        let reason = format!("{count} messages but {rows} rows of the order book");
        return Err(Error::Line {
            line: count.min(rows) + 1,
            reason,
        });
    }
    let mut tracker = OrderTracker::default();
    for (index, (message, row)) in messages.lines().zip(orderbook.lines()).enumerate() {
        let line = index + 1;
        let parsed = parse_row(row, tick).and_then(|row| Ok((parse_message(message, tick)?, row)));
        let Some((message, row)) = strictness.admit(line, parsed, &mut out.skipped)? else {
            continue;
        };
        if out.rows.is_empty() {
            out.start(&row, message.ts, index as u64);
        } else {
            let event = out.follow(&mut tracker, &message);
            if let Some(Some(event)) = strictness.admit(line, event, &mut out.skipped)? {
                out.events
                    .push(event.stamped(message.ts, index as u64).last());
            }
        }
        out.rows.push(row);
    }
    Ok(out)
}

impl Recording {
    fn start(&mut self, row: &[[i64; 2]], ts: i64, seq: u64) {
        self.known = [i64::MAX, i64::MIN];
        for (i, &[tick, lots]) in row.iter().enumerate() {
            if lots == 0 {
                continue;
            }
            let side = if i % 2 == 0 { Side::Ask } else { Side::Bid };
            let worst = &mut self.known[side as usize];
            *worst = match side {
                Side::Bid => tick.min(*worst),
                Side::Ask => tick.max(*worst),
            };
            self.events
                .push(Event::snapshot(side, tick, lots).stamped(ts, seq));
        }
        if let Some(last) = self.events.last_mut() {
            *last = last.last();
        }
    }

    /// Whether the level of a price was known at the start.
    #[must_use]
    pub fn determines(&self, side: Side, tick: i64) -> bool {
        side.key(tick) >= side.key(self.known[side as usize])
    }

    fn follow(
        &mut self,
        tracker: &mut OrderTracker,
        message: &Message,
    ) -> Result<Option<Event>, Error> {
        let &Message { id, side, tick, .. } = message;
        let lots = message.lots as u64;
        let order = match message.kind {
            1 => OrderMessage::Add {
                id,
                side,
                tick,
                lots,
            },
            2..=4 if tracker.knows(id) => OrderMessage::Reduce { id, lots },
            // It rested before the start: the message itself says where and how much.
            2..=4 if self.determines(side, tick) => {
                return Ok(Some(Event::delta(side, tick, -message.lots)));
            }
            2..=4 => {
                self.beyond += 1;
                return Ok(None);
            }
            _ => {
                self.hidden += 1;
                return Ok(None);
            }
        };
        Ok(Some(tracker.events(order)?.0))
    }
}

fn wrong(reason: String) -> Error {
    Error::Line { line: 0, reason }
}

fn number(name: &str, text: &str) -> Result<i64, Error> {
    text.trim()
        .parse()
        .map_err(|_| wrong(format!("{name} {text:?} is not a whole number")))
}

fn ticks(price: i64, tick: i64) -> Result<i64, Error> {
    if price % tick == 0 {
        Ok(price / tick)
    } else {
        Err(wrong(format!(
            "price {price} is no multiple of the tick {tick}"
        )))
    }
}

fn parse_message(line: &str, tick: i64) -> Result<Message, Error> {
    let fields: Vec<&str> = line.split(',').collect();
    let [time, kind, id, lots, price, direction, ..] = fields[..] else {
        return Err(wrong(format!("expected 6 fields, got {}", fields.len())));
    };
    let kind = number("type", kind)?;
    if !(1..=7).contains(&kind) {
        return Err(wrong(format!("type {kind}: expected 1 to 7")));
    }
    let side = match number("direction", direction)? {
        1 => Side::Bid,
        -1 => Side::Ask,
        other => return Err(wrong(format!("direction {other}: expected 1 or -1"))),
    };
    let (lots, price) = (number("size", lots)?, number("price", price)?);
    if lots < 0 {
        return Err(Error::NegativeQuantity { lots });
    }
    Ok(Message {
        ts: units(time.trim(), 9)?,
        kind: kind as u8,
        id: number("order id", id)?.unsigned_abs(),
        lots,
        // Hidden executions happen between ticks, and change no level.
        tick: if kind <= 4 { ticks(price, tick)? } else { 0 },
        side,
    })
}

fn parse_row(line: &str, tick: i64) -> Result<Vec<[i64; 2]>, Error> {
    let fields = line.split(',').map(|field| number("field", field));
    let fields = fields.collect::<Result<Vec<i64>, Error>>()?;
    let (pairs, rest) = fields.as_chunks::<2>();
    if !rest.is_empty() || pairs.len() % 2 != 0 || pairs.is_empty() {
        let count = fields.len();
        return Err(wrong(format!("{count} fields: expected 4 for each level")));
    }
    pairs
        .iter()
        .map(|&[price, lots]| {
            if price.abs() == NO_LEVEL {
                return Ok([0, 0]);
            }
            if lots < 0 {
                return Err(Error::NegativeQuantity { lots });
            }
            Ok([ticks(price, tick)?, lots])
        })
        .collect()
}
