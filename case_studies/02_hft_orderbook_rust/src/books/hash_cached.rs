//! A `HashMap` a side with the best price kept: the scan runs only when the best is deleted.
//!
//! Update `O(1)` save for deletions of the best, which are `O(n)`; best `O(1)`; ordered reads
//! sort. A fair choice for a shallow book of which only the top is read.

use crate::{Book, Level, Side};
use std::collections::HashMap;

/// `HashMap` a side, best price kept.
#[derive(Clone, Debug, Default)]
pub struct CachedHashMapBook {
    sides: [HashMap<i64, u64>; 2],
    best: [Option<i64>; 2],
}

impl Book for CachedHashMapBook {
    const NAME: &'static str = "HashMap cached";

    #[inline]
    fn set(&mut self, side: Side, tick: i64, lots: u64) {
        let levels = &mut self.sides[side as usize];
        let best = &mut self.best[side as usize];
        if lots == 0 {
            levels.remove(&tick);
            if *best == Some(tick) {
                *best = levels.keys().copied().max_by_key(|&t| side.key(t));
            }
        } else {
            levels.insert(tick, lots);
            if best.is_none_or(|b| side.key(tick) > side.key(b)) {
                *best = Some(tick);
            }
        }
    }

    fn lots(&self, side: Side, tick: i64) -> u64 {
        self.sides[side as usize].get(&tick).copied().unwrap_or(0)
    }

    #[inline]
    fn best(&self, side: Side) -> Option<Level> {
        let tick = self.best[side as usize]?;
        let lots = self.sides[side as usize][&tick];
        Some(Level { tick, lots })
    }

    #[inline]
    fn best_tick(&self, side: Side) -> Option<i64> {
        self.best[side as usize]
    }

    fn visit(&self, side: Side, visitor: impl FnMut(Level) -> bool) {
        visit_sorted(&self.sides[side as usize], side, visitor);
    }

    fn len(&self, side: Side) -> usize {
        self.sides[side as usize].len()
    }

    fn clear(&mut self) {
        self.sides.iter_mut().for_each(HashMap::clear);
        self.best = [None; 2];
    }
}

/// Visit an unordered side best first: all of it is sorted, whatever the visitor wants.
pub(super) fn visit_sorted(
    levels: &HashMap<i64, u64>,
    side: Side,
    mut visitor: impl FnMut(Level) -> bool,
) {
    let mut sorted: Vec<Level> = levels
        .iter()
        .map(|(&tick, &lots)| Level { tick, lots })
        .collect();
    sorted.sort_unstable_by_key(|level| std::cmp::Reverse(side.key(level.tick)));
    for level in sorted {
        if !visitor(level) {
            return;
        }
    }
}
