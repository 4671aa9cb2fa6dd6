//! A random flow of orders: what other participants of the market do.
//!
//! A value walks by single ticks. Limit orders come at distances behind it that fall off
//! exponentially, most of them are cancelled, some replaced, and some orders cross the spread; a few
//! are sent for orders that have traded meanwhile. Integers only, so that a seed gives the same flow
//! on every machine.

use super::Side;
use super::batch::{CANCEL, COLUMNS, REPLACE};
use super::matching::{Kind, MatchingBook};
use crate::rng::Stream;
use hft_orderbook::Book;

/// What this stream of random numbers is for.
const PURPOSE: u32 = 0x_F10;

/// How a flow behaves.
#[derive(Clone, Copy, Debug)]
pub struct FlowSettings {
    /// The value at the start, in ticks.
    pub mid: i64,
    /// Orders that it keeps in the book, about.
    pub depth: usize,
    /// Ticks behind the value within which half of the orders come.
    pub spread: u32,
    /// The first of its clients' numbers.
    pub first_client: u32,
    /// How many clients it has.
    pub clients: u32,
}

impl Default for FlowSettings {
    fn default() -> Self {
        Self {
            mid: 10_000,
            depth: 1_000,
            spread: 8,
            first_client: 0,
            clients: 16,
        }
    }
}

/// A flow; see the module.
#[derive(Clone, Debug)]
pub struct Flow {
    settings: FlowSettings,
    random: Stream,
    value: i64,
    /// Its orders that rested when it last looked.
    live: Vec<(u64, u32)>,
}

impl Flow {
    /// A flow; `stream` tells those of one seed apart.
    #[must_use]
    pub fn new(settings: FlowSettings, seed: u64, stream: u32) -> Self {
        Self {
            settings,
            random: Stream::new(seed, stream, PURPOSE),
            value: settings.mid,
            live: Vec::new(),
        }
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.random.integer(bound)
    }

    /// Zero or more: halves in likelihood every `half` steps.
    fn distance(&mut self, half: u32) -> i64 {
        let octaves = self.random.word().leading_zeros();
        i64::from(octaves * half + self.below(half.max(1)))
    }

    /// The next row; a new order in it has the number `id`.
    pub fn next<B: Book>(&mut self, book: &MatchingBook<B>, id: u64) -> [i64; COLUMNS] {
        match self.below(32) {
            0 => self.value += 1,
            1 => self.value -= 1,
            _ => {}
        }
        let full = self.live.len() > self.settings.depth;
        match self.below(100) {
            0..8 => self.crossing(book, id),
            8..14 if full => self.replaced(book, id),
            14..57 if full => self.cancelled(book, id),
            _ => self.added(id),
        }
    }

    fn side(&mut self) -> Side {
        Side::of(self.below(2) as u8)
    }

    fn client(&mut self) -> u32 {
        self.settings.first_client + self.below(self.settings.clients.max(1))
    }

    /// A price at a distance behind the value.
    fn behind(&mut self, side: Side) -> i64 {
        let distance = 1 + self.distance(self.settings.spread);
        match side {
            Side::Bid => self.value - distance,
            Side::Ask => self.value + distance,
        }
    }

    fn added(&mut self, id: u64) -> [i64; COLUMNS] {
        let (side, client) = (self.side(), self.client());
        let kind = match self.below(8) {
            0 => Kind::PostOnly,
            _ => Kind::Limit,
        };
        let (tick, lots) = (self.behind(side), 1 + self.distance(50));
        self.live.push((id, client));
        row(kind as i64, side, client, id, tick, lots)
    }

    /// Takes what the other side offers, from its best price on.
    fn crossing<B: Book>(&mut self, book: &MatchingBook<B>, id: u64) -> [i64; COLUMNS] {
        let (side, client) = (self.side(), self.client());
        let kind = match self.below(8) {
            0..3 => Kind::Market,
            3..6 => Kind::ImmediateOrCancel,
            6 => Kind::FillOrKill,
            _ => Kind::Limit,
        };
        let touch = book.levels().best_tick(side.opposite());
        let deeper = self.distance(1);
        let tick = touch.unwrap_or(self.value);
        let tick = match side {
            Side::Bid => tick + deeper,
            Side::Ask => tick - deeper,
        };
        let lots = 1 + self.distance(80);
        if kind == Kind::Limit {
            self.live.push((id, client));
        }
        row(kind as i64, side, client, id, tick, lots)
    }

    /// One of its orders, taken off the list; now and then one that does not rest any more.
    fn any<B: Book>(&mut self, book: &MatchingBook<B>) -> Option<(u64, u32)> {
        while !self.live.is_empty() {
            let at = self.below(self.live.len() as u32) as usize;
            let found = self.live.swap_remove(at);
            if book.orders().contains(found.0) || self.below(8) == 0 {
                return Some(found);
            }
        }
        None
    }

    fn cancelled<B: Book>(&mut self, book: &MatchingBook<B>, id: u64) -> [i64; COLUMNS] {
        match self.any(book) {
            Some((order, client)) => row(CANCEL, Side::Bid, client, order, 0, 0),
            None => self.added(id),
        }
    }

    fn replaced<B: Book>(&mut self, book: &MatchingBook<B>, id: u64) -> [i64; COLUMNS] {
        let Some((order, client)) = self.any(book) else {
            return self.added(id);
        };
        let Some(resting) = book.orders().get(order) else {
            return row(REPLACE, Side::Bid, client, order, self.value, 1);
        };
        self.live.push((order, client));
        let side = resting.side;
        if self.below(2) == 0 {
            let lots = (resting.lots / 2).max(1) as i64;
            return row(REPLACE, side, client, order, resting.tick, lots);
        }
        let tick = self.behind(side);
        row(REPLACE, side, client, order, tick, resting.lots as i64)
    }
}

fn row(action: i64, side: Side, client: u32, id: u64, tick: i64, lots: i64) -> [i64; COLUMNS] {
    [
        action,
        side as i64,
        i64::from(client),
        id as i64,
        tick,
        lots,
    ]
}
