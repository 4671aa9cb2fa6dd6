//! ninjabook (MIT): a `BTreeMap` a side with the best level kept.

use crate::Peer;
use hft_orderbook::Side;
use ninjabook::event::Event;
use ninjabook::orderbook::Orderbook;

pub(crate) struct NinjaPeer(Orderbook);

impl Default for NinjaPeer {
    fn default() -> Self {
        Self(Orderbook::new(1.0))
    }
}

impl Peer for NinjaPeer {
    #[inline]
    fn set(&mut self, side: Side, tick: i64, lots: i64) {
        self.0.process(Event {
            timestamp: 0,
            seq: 0,
            is_trade: false,
            is_buy: side == Side::Bid,
            price: tick as f64,
            size: lots as f64,
        });
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    #[inline]
    fn best_tick(&self, side: Side) -> i64 {
        let best = match side {
            Side::Bid => self.0.best_bid(),
            Side::Ask => self.0.best_ask(),
        };
        best.map_or(0, |level| level.price as i64)
    }

    #[inline]
    fn best_lots(&self, side: Side) -> i64 {
        let best = match side {
            Side::Bid => self.0.best_bid(),
            Side::Ask => self.0.best_ask(),
        };
        best.map_or(0, |level| level.size as i64)
    }

    fn depth(&self, side: Side) -> Vec<(i64, u64)> {
        let levels = match side {
            Side::Bid => self.0.top_bids(usize::MAX),
            Side::Ask => self.0.top_asks(usize::MAX),
        };
        let integers = levels
            .iter()
            .map(|level| (level.price as i64, level.size as u64));
        integers.collect()
    }
}
