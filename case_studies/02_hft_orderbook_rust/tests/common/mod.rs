//! The reference for every test: a book so simple that an error in it is unlikely.
#![allow(dead_code, missing_docs, clippy::len_without_is_empty)]

use hft_orderbook::{Book, Level, Side};

/// An unordered list; every question looks at all of it.
#[derive(Clone, Debug, Default)]
pub struct Naive {
    levels: Vec<(Side, i64, u64)>,
}

impl Naive {
    pub fn set(&mut self, side: Side, tick: i64, lots: u64) {
        self.levels.retain(|&(s, t, _)| (s, t) != (side, tick));
        if lots > 0 {
            self.levels.push((side, tick, lots));
        }
    }

    pub fn clear(&mut self) {
        self.levels.clear();
    }

    /// Best first.
    pub fn depth(&self, side: Side) -> Vec<Level> {
        let of_side = self.levels.iter().filter(|(s, _, _)| *s == side);
        let levels = of_side.map(|&(_, tick, lots)| Level { tick, lots });
        let mut levels: Vec<Level> = levels.collect();
        levels.sort_by_key(|level| level.tick);
        if side == Side::Bid {
            levels.reverse();
        }
        levels
    }
}

/// Every read of a book equals the reference's.
pub fn assert_same<B: Book>(book: &B, naive: &Naive, tick: i64) {
    for side in Side::BOTH {
        let expected = naive.depth(side);
        assert_eq!(book.best(side), expected.first().copied(), "{}", B::NAME);
        assert_eq!(book.best_tick(side), expected.first().map(|l| l.tick));
        assert_eq!(book.depth(side), expected, "{} {side:?}", B::NAME);
        assert_eq!(book.len(side), expected.len());
        let there = expected.iter().find(|level| level.tick == tick);
        assert_eq!(book.lots(side, tick), there.map_or(0, |level| level.lots));
        let mut top = [Level { tick: 0, lots: 0 }; 5];
        let count = book.top(side, &mut top);
        assert_eq!(top[..count], expected[..expected.len().min(5)]);
    }
    let best = |side| naive.depth(side).first().map(|level| level.tick);
    let sum = best(Side::Bid).zip(best(Side::Ask)).map(|(b, a)| b + a);
    assert_eq!(book.twice_mid(), sum);
    let none = best(Side::Bid).or(best(Side::Ask)).is_none();
    assert_eq!(book.is_empty(), none);
}
