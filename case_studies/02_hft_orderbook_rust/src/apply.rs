//! Batches of events: checked first, then applied, all or nothing.

use crate::event::Events;
use crate::{Book, Error, Event, EventKind, Side};
use std::num::NonZeroUsize;

/// What to do when a new or changed level meets the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Crossing {
    /// Keep both sides as the feed gave them; [`crate::reads::state`] tells. The right
    /// choice for feeds that are consistent at the end of a message only.
    #[default]
    Mark,
    /// The newer update is right: levels of the other side that it meets or crosses are
    /// stale and removed. The right choice for feeds that drop deletions. It is done level by
    /// level, in the order of the events, within a message or snapshot too.
    Trim,
}

/// Apply a batch to a book. On an error none of it is applied.
///
/// The check is a pass of its own; only a batch with deltas, whose outcome depends on the
/// book, needs a copy of the book to return to.
///
/// # Errors
/// [`Error::Event`] with the place of the first event that is refused.
// Not inlined: where the arguments may alias, each event would store and load the state.
#[inline(never)]
pub fn apply<B: Book>(
    book: &mut B,
    events: &(impl Events + ?Sized),
    state: &mut FeedState,
) -> Result<(), Error> {
    apply_each(book, events, state, |_, _| ())
}

/// [`apply`], with a look at the book after each event.
#[inline(always)]
pub(crate) fn apply_each<B: Book>(
    book: &mut B,
    events: &(impl Events + ?Sized),
    state: &mut FeedState,
    mut after: impl FnMut(&B, &Event),
) -> Result<(), Error> {
    match state.max_depth {
        None => apply_all(book, events, state, |book, event| after(book, event)),
        Some(levels) => apply_and_cut(book, events, state, levels.get(), after),
    }
}

// Not inlined: two loops in one function would share its registers.
#[inline(never)]
fn apply_and_cut<B: Book>(
    book: &mut B,
    events: &(impl Events + ?Sized),
    state: &mut FeedState,
    levels: usize,
    mut after: impl FnMut(&B, &Event),
) -> Result<(), Error> {
    apply_all(book, events, state, |book, event| {
        if event.is_last() {
            cut(book, levels);
        }
        after(book, event);
    })?;
    cut(book, levels);
    Ok(())
}

#[inline(always)]
fn apply_all<B: Book>(
    book: &mut B,
    events: &(impl Events + ?Sized),
    state: &mut FeedState,
    mut after: impl FnMut(&mut B, &Event),
) -> Result<(), Error> {
    let deltas = state.check(events)?;
    let saved = (deltas > 0).then(|| (book.clone(), *state));
    let applied = events.pieces(|first, piece| {
        for (index, event) in piece.iter().enumerate() {
            state
                .apply_event(book, event)
                .map_err(|error| error.at(first + index))?;
            after(book, event);
        }
        Ok(())
    });
    match (&applied, saved) {
        (Ok(()), _) => state.advance_sequence(events),
        (Err(_), Some(saved)) => (*book, *state) = saved,
        // Without deltas nothing fails after the check.
        (Err(_), None) => {}
    }
    applied
}

/// Where a feed stands between two events: its sequence number, and that of a snapshot that
/// is being read.
#[derive(Clone, Copy, Debug, Default)]
pub struct FeedState {
    pub(crate) crossing: Crossing,
    pub(crate) max_depth: Option<NonZeroUsize>,
    pub(crate) snapshot: Option<u64>,
    pub(crate) last: u64,
}

impl FeedState {
    /// Before the first event.
    #[must_use]
    pub fn new(crossing: Crossing) -> Self {
        Self {
            crossing,
            ..Self::default()
        }
    }

    /// Keep the best `levels` of each side only, `None` all, in [`apply`] and in the replays:
    /// what lies beyond is removed at the end of each message and of each batch. Within a
    /// message a level that is pushed out may come back, when a better one is deleted.
    #[must_use]
    pub fn with_max_depth(self, levels: Option<NonZeroUsize>) -> Self {
        Self {
            max_depth: levels,
            ..self
        }
    }

    /// Sequence number of the last event applied.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.last
    }

    /// An event without a number of its own, stamped so that it fits: the last number again,
    /// or none where it starts anew.
    #[must_use]
    pub fn stamp(&self, event: Event) -> Event {
        let anew = event.kind >= EventKind::Clear as u8;
        event.stamped(event.ts, if anew { 0 } else { self.last })
    }

    /// Check events without applying them; the number of deltas among them.
    ///
    /// Sequence numbers must not decrease; a clear or a snapshot starts anew.
    ///
    /// # Errors
    /// [`Error::Event`] for the first that is refused, whatever the book holds.
    pub fn check(&self, events: &(impl Events + ?Sized)) -> Result<usize, Error> {
        let (mut last, mut deltas) = (self.last, 0);
        events.pieces(|first, piece| {
            for (index, event) in piece.iter().enumerate() {
                event.check().map_err(|e| e.at(first + index))?;
                if event.seq < last && event.kind < EventKind::Clear as u8 {
                    let seq = event.seq;
                    return Err(Error::OutOfOrder { seq, last }.at(first + index));
                }
                last = event.seq;
                deltas += usize::from(event.kind == EventKind::Delta as u8);
            }
            Ok(())
        })?;
        Ok(deltas)
    }

    /// Remember the sequence number at which events end, once they are played.
    pub fn advance_sequence(&mut self, events: &(impl Events + ?Sized)) {
        self.last = events.last_seq().unwrap_or(self.last);
    }

    /// Apply one event that was checked, for those who look at the book in between.
    ///
    /// # Errors
    /// Those of [`Book::add`] for a delta; the book is unchanged.
    #[inline(always)]
    pub fn apply_event<B: Book>(&mut self, book: &mut B, event: &Event) -> Result<(), Error> {
        if event.kind == EventKind::Set as u8 {
            self.set(book, event);
            return Ok(());
        }
        let side = Side::of(event.side);
        let continues = self.snapshot == Some(event.seq);
        let goes_on = apply_non_set(book, side, event, continues)?;
        self.snapshot = goes_on.then_some(event.seq);
        if self.crossing == Crossing::Trim && event.lots > 0 {
            trim(book, side);
        }
        Ok(())
    }

    /// Apply one event that was checked and is a set.
    #[inline(always)]
    pub(crate) fn set<B: Book>(&mut self, book: &mut B, event: &Event) {
        let side = Side::of(event.side);
        self.snapshot = None;
        book.set(side, event.tick, event.lots as u64);
        if self.crossing == Crossing::Trim && event.lots > 0 {
            trim(book, side);
        }
    }
}

/// Apply an event that is not a set; says whether a snapshot goes on. It gets no reference to
/// the feed's state, which can so stay in registers. `continues`: it has the number of the
/// snapshot that is being read.
#[inline(never)]
fn apply_non_set<B: Book>(
    book: &mut B,
    side: Side,
    event: &Event,
    continues: bool,
) -> Result<bool, Error> {
    let snapshot = event.kind == EventKind::Snapshot as u8;
    if event.kind == EventKind::Delta as u8 {
        book.add(side, event.tick, event.lots)?;
    } else if !snapshot || !continues {
        book.clear();
    }
    if snapshot {
        book.set(side, event.tick, event.lots as u64);
    }
    // The next snapshot begins anew once this one's message has ended.
    Ok(snapshot && !event.is_last())
}

/// Remove all but the best levels of each side.
#[inline(never)]
fn cut<B: Book>(book: &mut B, levels: usize) {
    for side in Side::BOTH {
        let (mut seen, mut beyond) = (0, Vec::new());
        book.visit(side, |level| {
            seen += 1;
            if seen > levels {
                beyond.push(level.tick);
            }
            true
        });
        for tick in beyond {
            book.set(side, tick, 0);
        }
    }
}

/// Remove what the newest level of `side` meets or crosses on the other side.
fn trim<B: Book>(book: &mut B, side: Side) {
    let stale = side.opposite();
    while let (Some(newer), Some(older)) = (book.best_tick(side), book.best_tick(stale))
        && side.key(newer) >= side.key(older)
    {
        book.set(stale, older, 0);
    }
}
