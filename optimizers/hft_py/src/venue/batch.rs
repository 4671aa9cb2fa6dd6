//! Many orders of one symbol at once, as rows of integers: what studies time and tests compare.

use super::matching::{Ending, Fill, Incoming, Kind, MatchingBook, Refusal, Why};
use super::{Flow, Side};
use crate::Error;
use hft_orderbook::Book;

/// Numbers in a row: action, side, client, order, tick, lots.
pub const COLUMNS: usize = 6;

/// The action that takes an order out; those below are the codes of [`Kind`].
pub const CANCEL: i64 = 5;

/// The action that gives an order another price and quantity.
pub const REPLACE: i64 = 6;

/// What a book did with rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matched {
    /// Row by row what became of it, as [`status`] counts.
    pub status: Vec<i64>,
    /// Row by row how many lots traded at once.
    pub filled: Vec<i64>,
    /// The trades, four numbers each: row, resting order, tick, lots.
    pub fills: Vec<i64>,
}

/// The code of an answer: 0 filled, 1 rests, 2 to 4 cancelled, 5 a cancellation done, 6 and more
/// refused.
#[must_use]
#[inline]
pub fn status(answer: Result<Option<Ending>, Refusal>) -> i64 {
    match answer {
        Ok(Some(Ending::Filled)) => 0,
        Ok(Some(Ending::Rests(_))) => 1,
        Ok(Some(Ending::Cancelled(_, Why::NothingToTradeWith))) => 2,
        Ok(Some(Ending::Cancelled(_, Why::NotFillable))) => 3,
        Ok(Some(Ending::Cancelled(_, Why::SelfTrade))) => 4,
        Ok(None) => 5,
        Err(Refusal::Quantity) => 6,
        Err(Refusal::Price) => 7,
        Err(Refusal::Duplicate) => 8,
        Err(Refusal::WouldTrade) => 9,
        Err(Refusal::Unknown) => 10,
    }
}

/// Refuse an action or a side that there is not.
fn checked(row: &[i64; COLUMNS]) -> Result<(), Error> {
    if !(0..=REPLACE).contains(&row[0]) {
        return Err(Error::value("action", row[0], "an integer from 0 to 6"));
    }
    if !(0..=1).contains(&row[1]) {
        return Err(Error::value("side", row[1], "0 (bid) or 1 (ask)"));
    }
    Ok(())
}

/// Apply a row that was checked.
#[inline]
fn apply<B: Book>(
    book: &mut MatchingBook<B>,
    &[action, side, client, order, tick, lots]: &[i64; COLUMNS],
    fills: &mut Vec<Fill>,
) -> i64 {
    let id = order as u64;
    let lots = u64::try_from(lots).unwrap_or(0); // refused, as none is
    match action {
        CANCEL => status(book.cancel(id).map(|_| None)),
        REPLACE => status(book.replace(id, Kind::Limit, tick, lots, fills).map(Some)),
        _ => {
            let incoming = Incoming {
                id,
                client: client as u32,
                side: Side::of(side as u8),
                kind: Kind::of(action as u8).unwrap_or(Kind::Limit),
                tick,
                lots,
            };
            status(book.submit(&incoming, fills).map(Some))
        }
    }
}

/// Apply rows to a book, in their order. `O(1)` for each row and each fill.
///
/// # Errors
/// [`Error::Value`] for an unknown action or side; the rows before it are applied then.
pub fn run<B: Book>(book: &mut MatchingBook<B>, rows: &[[i64; COLUMNS]]) -> Result<Matched, Error> {
    let mut out = Matched {
        status: vec![0; rows.len()],
        filled: vec![0; rows.len()],
        fills: Vec::new(),
    };
    let mut fills = Vec::new();
    let places = out.status.iter_mut().zip(&mut out.filled);
    for (index, (row, (status, filled))) in rows.iter().zip(places).enumerate() {
        fills.clear();
        checked(row)?;
        *status = apply(book, row, &mut fills);
        for fill in &fills {
            *filled += fill.lots as i64;
            let trade = [index as i64, fill.maker as i64, fill.tick, fill.lots as i64];
            out.fills.extend(trade);
        }
    }
    Ok(out)
}

/// Rows of a random flow, each made by looking at the book as the rows before left it.
#[must_use]
pub fn random_rows(flow: &mut Flow, count: usize) -> Vec<[i64; COLUMNS]> {
    let mut book = MatchingBook::<hft_orderbook::RingBook>::default();
    let mut fills = Vec::new();
    (0..count)
        .map(|index| {
            let row = flow.next(&book, index as u64 + 1);
            fills.clear();
            apply(&mut book, &row, &mut fills);
            row
        })
        .collect()
}
