//! Who asked for market data by FIX, and what they get.
//!
//! A request for full refreshes is answered by snapshots (`35=W`) of the best levels, again whenever
//! they change. A request for updates is for the whole book: a snapshot, then each level that changes
//! (`35=X`), and each trade where it was asked for.

use super::report::Outcome;
use super::written::Body;
use super::{Exchange, Side};
use crate::fix::application::Replies;
use crate::fix::session::SessionId;
use hft_orderbook::Book;
use std::collections::HashSet;

/// What a request asks for.
#[derive(Clone, Debug)]
pub(super) struct Subscription {
    /// Who asked.
    pub(super) session: SessionId,
    /// MDReqID (262).
    pub(super) id: String,
    /// The numbers of the symbols.
    pub(super) books: Vec<u32>,
    /// Levels of each side; 0 for all.
    pub(super) depth: usize,
    /// Updates instead of full refreshes.
    pub(super) updates: bool,
    /// Bids, offers, trades.
    pub(super) types: [bool; 3],
}

/// Why a request was refused: MDReqRejReason (281) and a text.
pub(super) type Refusal = (&'static [u8], &'static str);

/// Subscriptions of one session at a time.
const MAX_SUBSCRIPTIONS: usize = 100;

#[derive(Debug)]
struct Active {
    wanted: Subscription,
    /// The last snapshot of each symbol, to send none twice.
    sent: Vec<Vec<u8>>,
}

/// All subscriptions.
#[derive(Debug, Default)]
pub(super) struct MarketData {
    active: Vec<Active>,
    /// The levels that receivers of updates know, kept while there is one.
    known: HashSet<(u32, Side, i64)>,
    body: Body,
}

impl MarketData {
    /// Answer a request, and go on with updates where `stay`.
    pub(super) fn subscribe(
        &mut self,
        wanted: Subscription,
        stay: bool,
        exchange: &Exchange,
        out: &mut Replies,
    ) -> Result<(), Refusal> {
        if wanted.updates && wanted.depth != 0 {
            return Err((b"5", "updates are of the whole book: MarketDepth must be 0"));
        }
        let mut mine = self
            .active
            .iter()
            .filter(|a| a.wanted.session == wanted.session);
        if mine.clone().any(|active| active.wanted.id == wanted.id) {
            return Err((b"1", "duplicate MDReqID"));
        }
        if stay && mine.nth(MAX_SUBSCRIPTIONS - 1).is_some() {
            return Err((b"3", "too many subscriptions"));
        }
        let mut sent = Vec::new();
        for &book in &wanted.books {
            snapshot(&wanted, book, exchange, &mut self.body);
            self.body.send(&wanted.session, b"W", out);
            sent.push(self.body.bytes().to_vec());
            if stay && wanted.updates {
                let levels = exchange.symbols()[book as usize].book.levels();
                for side in Side::BOTH {
                    let known = &mut self.known;
                    levels.visit(side, |level| {
                        known.insert((book, side, level.tick));
                        true
                    });
                }
            }
        }
        if stay {
            self.active.push(Active { wanted, sent });
        }
        Ok(())
    }

    /// End a subscription; whether there was one.
    pub(super) fn unsubscribe(&mut self, session: &SessionId, id: Option<&str>) -> bool {
        let before = self.active.len();
        self.active.retain(|Active { wanted, .. }| {
            wanted.session != *session || id.is_some_and(|id| wanted.id != id)
        });
        if !self.active.iter().any(|active| active.wanted.updates) {
            self.known.clear();
        }
        self.active.len() < before
    }

    /// Tell the subscribers what has happened.
    pub(super) fn publish(&mut self, happened: &Outcome, exchange: &Exchange, out: &mut Replies) {
        if self.active.is_empty() || (happened.changes.is_empty() && happened.prints.is_empty()) {
            return;
        }
        // What a level holds at the end is what counts, and it is said once.
        let mut actions: Vec<(u32, Side, i64, u64, &[u8])> = Vec::new();
        for change in happened.changes.iter().rev() {
            let key = (change.book, change.side, change.tick);
            if actions.iter().any(|&(b, s, t, ..)| (b, s, t) == key) {
                continue;
            }
            let action: Option<&[u8]> = match (change.lots > 0, self.known.contains(&key)) {
                (true, true) => Some(b"1"),
                (true, false) => Some(b"0"),
                (false, true) => Some(b"2"),
                (false, false) => None,
            };
            if let Some(action) = action {
                actions.push((key.0, key.1, key.2, change.lots, action));
            }
        }
        for active in &mut self.active {
            if active.wanted.updates {
                update(
                    &active.wanted,
                    &actions,
                    happened,
                    exchange,
                    &mut self.body,
                    out,
                );
                continue;
            }
            for (&book, sent) in active.wanted.books.iter().zip(&mut active.sent) {
                if happened.changes.iter().all(|change| change.book != book) {
                    continue;
                }
                snapshot(&active.wanted, book, exchange, &mut self.body);
                if self.body.bytes() != sent.as_slice() {
                    self.body.send(&active.wanted.session, b"W", out);
                    sent.clear();
                    sent.extend_from_slice(self.body.bytes());
                }
            }
        }
        if self.active.iter().any(|active| active.wanted.updates) {
            for (book, side, tick, lots, _) in actions {
                match lots {
                    0 => self.known.remove(&(book, side, tick)),
                    _ => self.known.insert((book, side, tick)),
                };
            }
        }
    }
}

fn snapshot(wanted: &Subscription, book: u32, exchange: &Exchange, body: &mut Body) {
    let symbol = &exchange.symbols()[book as usize];
    let mut entries: Vec<(&[u8], i64, Option<u64>)> = Vec::new();
    for (side, entry_type) in Side::BOTH.into_iter().zip([b"0", b"1"]) {
        let mut left = match wanted.depth {
            _ if !wanted.types[side as usize] => continue,
            0 => usize::MAX,
            depth => depth,
        };
        symbol.book.levels().visit(side, |level| {
            entries.push((entry_type, level.tick, Some(level.lots)));
            left -= 1;
            left > 0
        });
    }
    if let (true, Some(last)) = (wanted.types[2], symbol.last) {
        entries.push((b"2", last, None));
    }
    body.clear();
    body.put(262, &wanted.id);
    body.put(55, symbol.name.as_bytes());
    body.int(268, entries.len() as u64);
    for (entry_type, tick, lots) in entries {
        body.put(269, entry_type);
        body.money(270, i128::from(tick) * symbol.unit);
        if let Some(lots) = lots {
            body.int(271, lots);
        }
    }
}

fn update(
    wanted: &Subscription,
    actions: &[(u32, Side, i64, u64, &[u8])],
    happened: &Outcome,
    exchange: &Exchange,
    body: &mut Body,
    out: &mut Replies,
) {
    let levels = || {
        actions
            .iter()
            .filter(|(book, side, ..)| wanted.books.contains(book) && wanted.types[*side as usize])
    };
    let prints = || {
        let asked = |book: &u32| wanted.types[2] && wanted.books.contains(book);
        happened
            .prints
            .iter()
            .filter(move |print| asked(&print.book))
    };
    let count = levels().count() + prints().count();
    if count == 0 {
        return;
    }
    body.clear();
    body.put(262, &wanted.id);
    body.int(268, count as u64);
    for &(book, side, tick, lots, action) in levels() {
        let symbol = &exchange.symbols()[book as usize];
        body.put(279, action);
        body.put(269, [b"0", b"1"][side as usize]);
        body.put(55, symbol.name.as_bytes());
        body.money(270, i128::from(tick) * symbol.unit);
        body.int(271, lots);
    }
    for print in prints() {
        let symbol = &exchange.symbols()[print.book as usize];
        body.put(279, b"0");
        body.put(269, b"2");
        body.put(55, symbol.name.as_bytes());
        body.money(270, i128::from(print.tick) * symbol.unit);
        body.int(271, print.lots);
    }
    body.send(&wanted.session, b"X", out);
}
