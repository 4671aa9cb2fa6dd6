//! A batch of events or reads on one book, as the studies time it.

use crate::apply::FeedState;
use crate::{Book, Error, Event, Side};
use std::hint::black_box;

/// Stands for "no best level" in a trace.
pub const NO_TICK: i64 = i64::MIN;

/// Best bid and best ask at the end of each message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Best bids in ticks.
    pub bid: Vec<i64>,
    /// Best asks in ticks.
    pub ask: Vec<i64>,
}

/// Apply events that were checked, and nothing else.
///
/// # Errors
/// Those of a delta; the book is then half-way.
pub fn update<B: Book>(book: &mut B, events: &[Event]) -> Result<(), Error> {
    let mut state = FeedState::default();
    events
        .iter()
        .try_for_each(|event| state.apply_event(book, event))
}

/// Apply events that were checked, `passes` times over; read both best prices whenever a
/// message ends.
///
/// # Errors
/// Those of a delta; the book is then half-way.
pub fn update_and_read<B: Book>(
    book: &mut B,
    events: &[Event],
    passes: usize,
) -> Result<Trace, Error> {
    let mut state = FeedState::default();
    let mut trace = Trace::default();
    for _ in 0..passes {
        for event in events {
            if event.is_plain() {
                state.set(book, event);
                continue;
            }
            state.apply_event(book, event)?;
            if event.is_last() {
                trace.bid.push(book.best_tick(Side::Bid).unwrap_or(NO_TICK));
                trace.ask.push(book.best_tick(Side::Ask).unwrap_or(NO_TICK));
            }
        }
    }
    Ok(trace)
}

/// Read the best bid, price and quantity, `times` over; the sum of ticks, as a check.
pub fn read_best<B: Book>(book: &B, times: usize) -> i64 {
    let mut sum = 0i64;
    for _ in 0..times {
        if let Some(level) = black_box(book).best(Side::Bid) {
            sum = sum.wrapping_add(level.tick ^ level.lots as i64);
        }
    }
    sum
}

/// Read the mid price `times` over; the sum of twice the mids, as a check.
pub fn read_mid<B: Book>(book: &B, times: usize) -> i64 {
    let mut sum = 0i64;
    for _ in 0..times {
        sum = sum.wrapping_add(black_box(book).twice_mid().unwrap_or(0));
    }
    sum
}
