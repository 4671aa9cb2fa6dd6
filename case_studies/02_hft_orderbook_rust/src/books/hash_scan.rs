//! The published baseline: a `HashMap` a side, every read of the best a scan of all levels.
//!
//! Update `O(1)`, best `O(n)`. Kept because the published figures are ratios to it; it is a
//! straw man, and no reason to choose anything. Its default hasher is the published one.

use crate::{Book, Level, Side};
use std::collections::HashMap;

/// `HashMap` a side, scanned at every read.
#[derive(Clone, Debug, Default)]
pub struct HashMapBook {
    sides: [HashMap<i64, u64>; 2],
}

impl Book for HashMapBook {
    const NAME: &'static str = "HashMap scan";

    #[inline]
    fn set(&mut self, side: Side, tick: i64, lots: u64) {
        let levels = &mut self.sides[side as usize];
        if lots == 0 {
            levels.remove(&tick);
        } else {
            levels.insert(tick, lots);
        }
    }

    fn lots(&self, side: Side, tick: i64) -> u64 {
        self.sides[side as usize].get(&tick).copied().unwrap_or(0)
    }

    #[inline]
    fn best(&self, side: Side) -> Option<Level> {
        let levels = self.sides[side as usize].iter();
        let best = match side {
            Side::Bid => levels.max_by_key(|(tick, _)| **tick),
            Side::Ask => levels.min_by_key(|(tick, _)| **tick),
        };
        best.map(|(&tick, &lots)| Level { tick, lots })
    }

    fn visit(&self, side: Side, visitor: impl FnMut(Level) -> bool) {
        super::hash_cached::visit_sorted(&self.sides[side as usize], side, visitor);
    }

    fn len(&self, side: Side) -> usize {
        self.sides[side as usize].len()
    }

    fn clear(&mut self) {
        self.sides.iter_mut().for_each(HashMap::clear);
    }
}
