//! The market depths of hftbacktest (MIT).

use crate::Peer;
use hft_orderbook::Side;
use hftbacktest::depth::{
    BTreeMarketDepth, HashMapMarketDepth, L2MarketDepth, MarketDepth, ROIVectorMarketDepth,
};
use hftbacktest::types::Side as TheirSide;

/// The fixed range of prices is laid round the first price seen.
const RANGE: i64 = 65_536;

pub(crate) struct HashMapPeer(HashMapMarketDepth);
pub(crate) struct BTreePeer(BTreeMarketDepth);

#[derive(Default)]
pub(crate) struct RoiPeer(Option<ROIVectorMarketDepth>);

impl Default for HashMapPeer {
    fn default() -> Self {
        Self(HashMapMarketDepth::new(1.0, 1.0))
    }
}

impl Default for BTreePeer {
    fn default() -> Self {
        Self(BTreeMarketDepth::new(1.0, 1.0))
    }
}

#[inline]
fn update<D: L2MarketDepth>(depth: &mut D, side: Side, tick: i64, lots: i64) {
    let (price, quantity) = (tick as f64, lots as f64);
    match side {
        Side::Bid => _ = depth.update_bid_depth(price, quantity, 0),
        Side::Ask => _ = depth.update_ask_depth(price, quantity, 0),
    }
}

#[inline]
fn best_tick<D: MarketDepth>(depth: &D, side: Side) -> i64 {
    match side {
        Side::Bid => depth.best_bid_tick(),
        Side::Ask => depth.best_ask_tick(),
    }
}

#[inline]
fn best_lots<D: MarketDepth>(depth: &D, side: Side) -> i64 {
    match side {
        Side::Bid => depth.best_bid_qty() as i64,
        Side::Ask => depth.best_ask_qty() as i64,
    }
}

fn sorted<'a>(levels: impl Iterator<Item = (&'a i64, &'a f64)>, side: Side) -> Vec<(i64, u64)> {
    let mut out: Vec<(i64, u64)> = levels.map(|(&tick, &lots)| (tick, lots as u64)).collect();
    out.sort_unstable_by_key(|&(tick, _)| std::cmp::Reverse(side.key(tick)));
    out
}

macro_rules! peer {
    ($name:ident) => {
        impl Peer for $name {
            #[inline]
            fn set(&mut self, side: Side, tick: i64, lots: i64) {
                update(&mut self.0, side, tick, lots);
            }

            fn clear(&mut self) {
                self.0.clear_depth(TheirSide::None, 0.0);
            }

            #[inline]
            fn best_tick(&self, side: Side) -> i64 {
                best_tick(&self.0, side)
            }

            #[inline]
            fn best_lots(&self, side: Side) -> i64 {
                best_lots(&self.0, side)
            }

            fn depth(&self, side: Side) -> Vec<(i64, u64)> {
                match side {
                    Side::Bid => sorted(self.0.bid_depth.iter(), side),
                    Side::Ask => sorted(self.0.ask_depth.iter(), side),
                }
            }
        }
    };
}

peer!(HashMapPeer);
peer!(BTreePeer);

impl Peer for RoiPeer {
    #[inline]
    fn set(&mut self, side: Side, tick: i64, lots: i64) {
        let depth = self.0.get_or_insert_with(|| {
            let (low, high) = (tick - RANGE / 2, tick + RANGE / 2);
            ROIVectorMarketDepth::new(1.0, 1.0, low as f64, high as f64)
        });
        update(depth, side, tick, lots);
    }

    fn clear(&mut self) {
        self.0 = None;
    }

    #[inline]
    fn best_tick(&self, side: Side) -> i64 {
        self.0.as_ref().map_or(0, |depth| best_tick(depth, side))
    }

    #[inline]
    fn best_lots(&self, side: Side) -> i64 {
        self.0.as_ref().map_or(0, |depth| best_lots(depth, side))
    }

    fn depth(&self, _: Side) -> Vec<(i64, u64)> {
        Vec::new()
    }
}
