//! A `HashMap` per side, with the best price cached or searched for at every read.
//!
//! Without it: update `O(1)`, best `O(n)`. That is the published baseline, kept because the
//! published figures are ratios to it; its default hasher is the published one too. With it:
//! best `O(1)`, update `O(1)` except for deletions of the best, which are `O(n)`; a fair choice
//! for a shallow book of which only the top is read. Ordered reads sort.

use crate::{Book, Level, Side};
use std::collections::HashMap;

/// `HashMap` a side, scanned at every read.
pub type HashMapBook = HashBook<false>;

/// `HashMap` a side, best price kept.
pub type CachedHashMapBook = HashBook<true>;

/// `HashMap` a side; `CACHED`: the best price is kept.
#[derive(Clone, Debug, Default)]
pub struct HashBook<const CACHED: bool> {
    sides: [HashMap<i64, u64>; 2],
    best: [Option<i64>; 2],
}

impl<const CACHED: bool> Book for HashBook<CACHED> {
    const NAME: &'static str = if CACHED {
        "HashMap cached"
    } else {
        "HashMap scan"
    };

    #[inline]
    fn set(&mut self, side: Side, tick: i64, lots: u64) {
        let levels = &mut self.sides[side as usize];
        let best = &mut self.best[side as usize];
        if lots == 0 {
            levels.remove(&tick);
            if CACHED && *best == Some(tick) {
                *best = levels.keys().copied().max_by_key(|&t| side.key(t));
            }
        } else {
            levels.insert(tick, lots);
            if CACHED && best.is_none_or(|b| side.key(tick) > side.key(b)) {
                *best = Some(tick);
            }
        }
    }

    fn lots(&self, side: Side, tick: i64) -> u64 {
        self.sides[side as usize].get(&tick).copied().unwrap_or(0)
    }

    #[inline]
    fn best(&self, side: Side) -> Option<Level> {
        let levels = &self.sides[side as usize];
        let (tick, lots) = if CACHED {
            let tick = self.best[side as usize]?;
            (tick, levels[&tick])
        } else {
            let best = match side {
                Side::Bid => levels.iter().max_by_key(|(tick, _)| **tick),
                Side::Ask => levels.iter().min_by_key(|(tick, _)| **tick),
            };
            best.map(|(&tick, &lots)| (tick, lots))?
        };
        Some(Level { tick, lots })
    }

    #[inline]
    fn best_tick(&self, side: Side) -> Option<i64> {
        if CACHED {
            self.best[side as usize]
        } else {
            self.best(side).map(|level| level.tick)
        }
    }

    /// All of the side is sorted, whatever the visitor wants.
    fn visit(&self, side: Side, visitor: impl FnMut(Level) -> bool) {
        let levels = self.sides[side as usize].iter();
        let mut sorted: Vec<Level> = levels.map(|(&tick, &lots)| Level { tick, lots }).collect();
        sorted.sort_unstable_by_key(|level| std::cmp::Reverse(side.key(level.tick)));
        let _ = sorted.into_iter().all(visitor);
    }

    fn len(&self, side: Side) -> usize {
        self.sides[side as usize].len()
    }

    fn clear(&mut self) {
        self.sides.iter_mut().for_each(HashMap::clear);
        self.best = [None; 2];
    }
}
