//! A `BTreeMap` per side: what most people would write, and hard to beat without effort.
//!
//! Everything is `O(log n)`; ordered reads are free.

use crate::{Book, Level, Side};
use std::collections::BTreeMap;

/// `BTreeMap` a side, keyed so that the last is the best.
#[derive(Clone, Debug, Default)]
pub struct BTreeMapBook {
    sides: [BTreeMap<i64, u64>; 2],
}

impl Book for BTreeMapBook {
    const NAME: &'static str = "BTreeMap";

    #[inline]
    fn set(&mut self, side: Side, tick: i64, lots: u64) {
        let levels = &mut self.sides[side as usize];
        if lots == 0 {
            levels.remove(&side.key(tick));
        } else {
            levels.insert(side.key(tick), lots);
        }
    }

    fn lots(&self, side: Side, tick: i64) -> u64 {
        let found = self.sides[side as usize].get(&side.key(tick));
        found.copied().unwrap_or(0)
    }

    #[inline]
    fn best(&self, side: Side) -> Option<Level> {
        let (&key, &lots) = self.sides[side as usize].last_key_value()?;
        Some(Level {
            tick: side.key(key),
            lots,
        })
    }

    fn visit(&self, side: Side, mut visitor: impl FnMut(Level) -> bool) {
        for (&key, &lots) in self.sides[side as usize].iter().rev() {
            let tick = side.key(key);
            if !visitor(Level { tick, lots }) {
                return;
            }
        }
    }

    fn len(&self, side: Side) -> usize {
        self.sides[side as usize].len()
    }

    fn clear(&mut self) {
        self.sides.iter_mut().for_each(BTreeMap::clear);
    }
}
