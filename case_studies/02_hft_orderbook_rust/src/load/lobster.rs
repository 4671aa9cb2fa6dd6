//! LOBSTER files: order messages, and the true best levels after each.
//!
//! Format: <https://lobsterdata.com/info/DataStructure.php>. The first row of the order-book
//! file is the start, so its message is not applied. The message file of n levels holds only
//! what happened within the best n: what a level does while it is out of sight is not
//! written. So the levels of a row are determined by the row before and the message up to
//! the worst level of the row before; what comes into sight beyond that is taken from the
//! row itself, by `Set` events that follow the message's `Delta`.

use super::{BYTE_ORDER_MARK, Strictness};
use crate::decimal::units;
use crate::orders::{OrderMessage, OrderTracker};
use crate::{BTreeMapBook, Book, Error, Event, Side};

/// A day, or a piece of one, as events.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The start as a snapshot, then for each row a delta where the message changes a level
    /// in sight, and sets for what came into sight; `seq` is the row, from 0.
    pub events: Vec<Event>,
    /// Row by row the true levels: ask, bid, ask, bid …, each (tick, lots), best first.
    pub rows: Vec<Vec<[i64; 2]>>,
    /// Row by row the worst bid and worst ask up to which the messages determine the row.
    pub known: Vec<[i64; 2]>,
    /// Levels that came into sight, or turned out to be gone, without a message.
    pub revealed: usize,
    /// Executions of hidden orders, crosses and halts, which change no level.
    pub hidden: usize,
    /// Lines that were skipped as unreadable; the next row is a new start.
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
const NO_LEVEL: u64 = 9_999_999_999;

/// Read a pair of files. `tick` is the tick in 1/10000 USD: 100 for a cent.
///
/// # Errors
/// [`Error::Line`] with the number of the line (of the message file first), unless lenient;
/// the two files must have equally many lines, and the rows equally many levels.
pub fn read(
    messages: &str,
    orderbook: &str,
    tick: i64,
    strictness: Strictness,
) -> Result<Recording, Error> {
    if tick < 1 {
        return Err(Error::text(format!("tick={tick}: expected 1 or more")));
    }
    let mut out = Recording::default();
    let [messages, orderbook] = [messages, orderbook].map(|text| {
        let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        text.trim_end_matches(['\r', '\n'])
    });
    let (count, rows) = (messages.lines().count(), orderbook.lines().count());
    if count != rows {
        let reason = format!("{count} messages but {rows} rows of the order book");
        return Err(Error::Line {
            line: count.min(rows) + 1,
            reason,
        });
    }
    let mut reader = Reader::default();
    for (index, (message, row)) in messages.lines().zip(orderbook.lines()).enumerate() {
        let line = index + 1;
        let read = parse_row(row, tick)
            .and_then(|row| Ok((parse_message(message, tick)?, row)))
            .and_then(|(message, row)| reader.take(message, row, index as u64, &mut out));
        let read = strictness.admit(line, read, &mut out.skipped)?;
        reader.started = read.is_some();
    }
    Ok(out)
}

#[derive(Default)]
struct Reader {
    started: bool,
    /// Levels of a row, both sides, once there was one.
    width: Option<usize>,
    tracker: OrderTracker,
    book: BTreeMapBook,
    known: [i64; 2],
}

impl Reader {
    fn take(
        &mut self,
        message: Message,
        row: Vec<[i64; 2]>,
        seq: u64,
        out: &mut Recording,
    ) -> Result<(), Error> {
        let width = *self.width.get_or_insert(row.len());
        if row.len() != width {
            let (fields, expected) = (2 * row.len(), 2 * width);
            return Err(Error::text(format!(
                "{fields} fields: the rows before have {expected}"
            )));
        }
        let first = out.events.len();
        if self.started {
            if let Some(event) = self.follow(&message, out)? {
                self.book.add(message.side, event.tick, event.lots)?;
                out.events.push(event);
            }
            out.known.push(self.known);
            self.add_unreported(&row, out);
        } else {
            self.book.clear();
            for (side, tick, lots) in levels(&row) {
                self.book.set(side, tick, lots as u64);
                out.events.push(Event::snapshot(side, tick, lots));
            }
            self.set_known(&row);
            out.known.push(self.known);
        }
        for event in &mut out.events[first..] {
            *event = event.stamped(message.ts, seq);
        }
        if let Some(last) = out.events[first..].last_mut() {
            *last = last.last();
        }
        out.rows.push(row);
        Ok(())
    }

    /// The change that a message means, if it is in sight.
    fn follow(&mut self, message: &Message, out: &mut Recording) -> Result<Option<Event>, Error> {
        let &Message { id, side, tick, .. } = message;
        let lots = message.lots as u64;
        let event = match message.kind {
            1 => {
                let add = OrderMessage::Add {
                    id,
                    side,
                    tick,
                    lots,
                };
                self.tracker.events(add)?.0
            }
            2..=4 if self.tracker.knows(id) => {
                self.tracker.events(OrderMessage::Reduce { id, lots })?.0
            }
            // It rested before the start: the message itself says where and how much.
            2..=4 => Event::delta(side, tick, -message.lots),
            _ => {
                out.hidden += 1;
                return Ok(None);
            }
        };
        let in_sight = side.key(event.tick) >= side.key(self.known[side as usize]);
        Ok(in_sight.then_some(event))
    }

    /// Take from the row what no message said, and how far the row reaches.
    fn add_unreported(&mut self, row: &[[i64; 2]], out: &mut Recording) {
        let before = self.known;
        self.set_known(row);
        for side in Side::BOTH {
            let beyond = |tick: i64| {
                side.key(tick) < side.key(before[side as usize])
                    && side.key(tick) >= side.key(self.known[side as usize])
            };
            let shown = levels(row).filter(|&(s, tick, _)| s == side && beyond(tick));
            let shown: Vec<(i64, u64)> = shown.map(|(_, tick, lots)| (tick, lots as u64)).collect();
            let stale = self
                .book
                .depth(side)
                .into_iter()
                .filter(|level| beyond(level.tick));
            let gone = stale.filter(|level| shown.iter().all(|&(tick, _)| tick != level.tick));
            let changes = gone
                .map(|level| (level.tick, 0))
                .chain(shown.iter().copied());
            for (tick, lots) in changes.collect::<Vec<_>>() {
                if self.book.lots(side, tick) != lots {
                    self.book.set(side, tick, lots);
                    out.events.push(Event::set(side, tick, lots as i64));
                    out.revealed += 1;
                }
            }
        }
    }

    /// How far a row reaches: to its worst level, or to all where it has room for more.
    fn set_known(&mut self, row: &[[i64; 2]]) {
        for side in Side::BOTH {
            let of_side = levels(row).filter(|&(s, _, _)| s == side);
            let endless = [i64::MIN, i64::MAX][side as usize];
            let full = of_side.clone().count() == row.len() / 2;
            let worst = of_side.map(|(_, tick, _)| tick).last();
            self.known[side as usize] = worst.filter(|_| full).unwrap_or(endless);
        }
    }
}

/// The levels of a row: side, tick, lots.
fn levels(row: &[[i64; 2]]) -> impl Iterator<Item = (Side, i64, i64)> + Clone {
    let sided = row.iter().enumerate().map(|(i, &[tick, lots])| {
        let side = if i % 2 == 0 { Side::Ask } else { Side::Bid };
        (side, tick, lots)
    });
    sided.filter(|&(_, _, lots)| lots > 0)
}

fn number(name: &str, text: &str) -> Result<i64, Error> {
    text.trim()
        .parse()
        .map_err(|_| Error::text(format!("{name} {text:?} is not a whole number")))
}

fn ticks(price: i64, tick: i64) -> Result<i64, Error> {
    if price % tick == 0 {
        Ok(price / tick)
    } else {
        Err(Error::text(format!(
            "price {price} is not a multiple of the tick {tick}"
        )))
    }
}

fn parse_message(line: &str, tick: i64) -> Result<Message, Error> {
    let fields: Vec<&str> = line.split(',').collect();
    let [time, kind, id, lots, price, direction, ..] = fields[..] else {
        return Err(Error::text(format!(
            "expected 6 fields, got {}",
            fields.len()
        )));
    };
    let kind = number("type", kind)?;
    if !(1..=7).contains(&kind) {
        return Err(Error::text(format!("type {kind}: expected 1 to 7")));
    }
    let side = match number("direction", direction)? {
        1 => Side::Bid,
        -1 => Side::Ask,
        other => return Err(Error::text(format!("direction {other}: expected 1 or -1"))),
    };
    let (lots, price) = (number("size", lots)?, number("price", price)?);
    // Hidden executions happen between ticks, and change no level.
    let tick = if kind <= 4 { ticks(price, tick)? } else { 0 };
    Event::set(side, tick, lots).check()?;
    Ok(Message {
        ts: units(time.trim(), 9)?,
        kind: kind as u8,
        id: number("order id", id)?.unsigned_abs(),
        lots,
        tick,
        side,
    })
}

fn parse_row(line: &str, tick: i64) -> Result<Vec<[i64; 2]>, Error> {
    let fields = line.split(',').map(|field| number("field", field));
    let fields = fields.collect::<Result<Vec<i64>, Error>>()?;
    let (pairs, rest) = fields.as_chunks::<2>();
    if !rest.is_empty() || pairs.len() % 2 != 0 || pairs.is_empty() {
        let count = fields.len();
        return Err(Error::text(format!(
            "{count} fields: expected 4 for each level"
        )));
    }
    pairs
        .iter()
        .map(|&[price, lots]| {
            if price.unsigned_abs() == NO_LEVEL {
                return Ok([0, 0]);
            }
            let tick = ticks(price, tick)?;
            Event::set(Side::Bid, tick, lots).check()?;
            Ok([tick, lots])
        })
        .collect()
}
