//! One event of a feed as a plain record of 40 bytes.
//!
//! The layout is that of the NumPy dtype in `hft_orderbook.events`, so that an array made in
//! Python is read in place. Every bit pattern is a valid `Event`; what it means is checked
//! when it is applied.

use crate::{Error, MAX_TICK, Side};
use bytemuck::{Pod, Zeroable};
use std::ops::Range;

/// What an event does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EventKind {
    /// The level now has `lots`; 0 deletes it.
    Set = 0,
    /// The level changes by `lots`, which may be negative.
    Delta = 1,
    /// Both sides are emptied; price, quantity and side are ignored.
    Clear = 2,
    /// As `Set`; the first of a run of these empties both sides before it. A run ends with its
    /// message, and where another kind or another sequence number comes.
    Snapshot = 3,
}

impl TryFrom<u8> for EventKind {
    type Error = Error;

    fn try_from(value: u8) -> Result<Self, Error> {
        match value {
            0 => Ok(Self::Set),
            1 => Ok(Self::Delta),
            2 => Ok(Self::Clear),
            3 => Ok(Self::Snapshot),
            _ => Err(Error::UnknownKind { value }),
        }
    }
}

/// One event of a feed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
pub struct Event {
    /// Time in nanoseconds; carried along, never looked at.
    pub ts: i64,
    /// Sequence number; must not decrease. All zero where a feed has none.
    pub seq: u64,
    /// Price in ticks.
    pub tick: i64,
    /// Quantity in lots; only a delta may be negative.
    pub lots: i64,
    /// An [`EventKind`].
    pub kind: u8,
    /// A [`Side`].
    pub side: u8,
    /// [`Event::LAST`] or 0.
    pub flags: u8,
    #[doc(hidden)]
    pub reserved: [u8; 5],
}

const _: () = assert!(size_of::<Event>() == 40);

impl Event {
    /// Flag: the last event of its message. Between messages a book is consistent; within
    /// one, it may look crossed.
    pub const LAST: u8 = 1;

    /// A level gets a new quantity; 0 deletes it.
    #[must_use]
    pub const fn set(side: Side, tick: i64, lots: i64) -> Self {
        Self::new(EventKind::Set, side, tick, lots)
    }

    /// A level's quantity changes.
    #[must_use]
    pub const fn delta(side: Side, tick: i64, lots: i64) -> Self {
        Self::new(EventKind::Delta, side, tick, lots)
    }

    /// A level of a snapshot.
    #[must_use]
    pub const fn snapshot(side: Side, tick: i64, lots: i64) -> Self {
        Self::new(EventKind::Snapshot, side, tick, lots)
    }

    /// Both sides are emptied.
    #[must_use]
    pub const fn clear() -> Self {
        Self::new(EventKind::Clear, Side::Bid, 0, 0)
    }

    const fn new(kind: EventKind, side: Side, tick: i64, lots: i64) -> Self {
        Self {
            ts: 0,
            seq: 0,
            tick,
            lots,
            kind: kind as u8,
            side: side as u8,
            flags: 0,
            reserved: [0; 5],
        }
    }

    /// With a time and a sequence number.
    #[must_use]
    pub const fn stamped(mut self, ts: i64, seq: u64) -> Self {
        self.ts = ts;
        self.seq = seq;
        self
    }

    /// Marked as the last of its message.
    #[must_use]
    pub const fn last(mut self) -> Self {
        self.flags |= Self::LAST;
        self
    }

    /// Whether it is the last of its message.
    #[inline]
    #[must_use]
    pub const fn is_last(&self) -> bool {
        self.flags & Self::LAST != 0
    }

    /// Whether it sets a level and its message goes on: most events do, and one test of the
    /// bytes tells.
    #[inline(always)]
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.kind | (self.flags & Self::LAST) == 0
    }

    /// Whether it can be applied to any book at all: kind, side, price, sign.
    ///
    /// # Errors
    /// What is wrong with it; see [`Error`].
    #[inline]
    pub fn check(&self) -> Result<(), Error> {
        // One test for the whole of it: this runs over every event of a batch.
        let in_range = (self.tick.wrapping_add(MAX_TICK) as u64) <= 2 * MAX_TICK as u64;
        let signed = self.lots >= 0 || self.kind == EventKind::Delta as u8;
        if (self.kind <= 3) & (self.side <= 1) & in_range & signed {
            Ok(())
        } else {
            self.refuse()
        }
    }

    #[cold]
    fn refuse(&self) -> Result<(), Error> {
        let kind = EventKind::try_from(self.kind)?;
        if kind == EventKind::Clear {
            return Ok(());
        }
        Side::try_from(self.side)?;
        if self.tick.unsigned_abs() > MAX_TICK as u64 {
            return Err(Error::PriceOverflow { tick: self.tick });
        }
        Err(Error::NegativeQuantity { lots: self.lots })
    }
}

/// Events in memory, whether one record after another or one column after another.
pub trait Events {
    /// Sequence number of the last event; `None` where there is none.
    fn last_seq(&self) -> Option<u64>;

    /// Hand over all events in order, as pieces of records with the place of their first.
    ///
    /// # Errors
    /// The first that `each` returns.
    fn pieces<E>(&self, each: impl FnMut(usize, &[Event]) -> Result<(), E>) -> Result<(), E>;
}

impl Events for [Event] {
    fn last_seq(&self) -> Option<u64> {
        self.last().map(|event| event.seq)
    }

    #[inline]
    fn pieces<E>(&self, mut each: impl FnMut(usize, &[Event]) -> Result<(), E>) -> Result<(), E> {
        each(0, self)
    }
}

/// Columns of equal length, as data frames hold them; a column left out is all zeros.
#[derive(Clone, Copy, Debug)]
pub struct Columns<'a> {
    /// Times.
    pub ts: Option<&'a [i64]>,
    /// Sequence numbers.
    pub seq: Option<&'a [u64]>,
    /// Prices in ticks.
    pub tick: &'a [i64],
    /// Quantities in lots.
    pub lots: &'a [i64],
    /// Kinds; left out, every event sets a level.
    pub kind: Option<&'a [u8]>,
    /// Sides.
    pub side: &'a [u8],
    /// Flags; left out, no event ends a message.
    pub flags: Option<&'a [u8]>,
}

impl Columns<'_> {
    /// Whether all columns are of equal length.
    #[must_use]
    pub fn is_rectangular(&self) -> bool {
        let rows = self.tick.len();
        let long = [self.lots.len(), self.side.len()];
        let optional = [
            self.ts.map(<[_]>::len),
            self.seq.map(<[_]>::len),
            self.kind.map(<[_]>::len),
            self.flags.map(<[_]>::len),
        ];
        long.iter().all(|&n| n == rows) && optional.iter().flatten().all(|&n| n == rows)
    }
}

/// Rows of columns that are turned into records at a time: 10 KB, in the first cache.
const PIECE: usize = 256;

impl Columns<'_> {
    /// Turn rows from `start` on into records; columns left out keep their zeros.
    fn fill(&self, start: usize, records: &mut [Event]) {
        let rows = start..start + records.len();
        let needed = self.tick[rows.clone()]
            .iter()
            .zip(&self.lots[rows.clone()])
            .zip(&self.side[rows.clone()]);
        for (record, ((&tick, &lots), &side)) in records.iter_mut().zip(needed) {
            (record.tick, record.lots, record.side) = (tick, lots, side);
        }
        copy(self.ts, &rows, records, |record, ts| record.ts = ts);
        copy(self.seq, &rows, records, |record, seq| record.seq = seq);
        copy(self.kind, &rows, records, |record, kind| record.kind = kind);
        copy(self.flags, &rows, records, |record, flags| {
            record.flags = flags;
        });
    }
}

#[inline]
fn copy<T: Copy>(
    column: Option<&[T]>,
    rows: &Range<usize>,
    records: &mut [Event],
    set: impl Fn(&mut Event, T),
) {
    if let Some(column) = column {
        for (record, &value) in records.iter_mut().zip(&column[rows.clone()]) {
            set(record, value);
        }
    }
}

impl Events for Columns<'_> {
    fn last_seq(&self) -> Option<u64> {
        let last = self.tick.len().checked_sub(1)?;
        Some(self.seq.map_or(0, |column| column[last]))
    }

    fn pieces<E>(&self, mut each: impl FnMut(usize, &[Event]) -> Result<(), E>) -> Result<(), E> {
        let mut records = [Event::default(); PIECE];
        for start in (0..self.tick.len()).step_by(PIECE) {
            let records = &mut records[..PIECE.min(self.tick.len() - start)];
            self.fill(start, records);
            each(start, records)?;
        }
        Ok(())
    }
}
