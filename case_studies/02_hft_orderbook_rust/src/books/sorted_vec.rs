//! A sorted vector per side, best last: insertions near the touch move little.
//!
//! Update `O(n)` in the worst case, but what is moved lies next to the touch and is copied at
//! memory speed; best `O(1)`. Strong for shallow books, poor for far levels of deep ones.

use crate::{Book, Level, Side};

/// Sorted vector a side, best last.
#[derive(Clone, Debug, Default)]
pub struct VecBook {
    sides: [Vec<(i64, u64)>; 2],
}

/// Levels tried one by one from the touch before a binary search: most updates end here.
const NEAR: usize = 8;

fn find(levels: &[(i64, u64)], key: i64) -> Result<usize, usize> {
    let far = levels.len().saturating_sub(NEAR);
    for (i, &(k, _)) in levels.iter().enumerate().skip(far).rev() {
        if k == key {
            return Ok(i);
        }
        if k < key {
            return Err(i + 1);
        }
    }
    levels[..far].binary_search_by_key(&key, |&(k, _)| k)
}

impl Book for VecBook {
    const NAME: &'static str = "sorted Vec";

    #[inline]
    fn set(&mut self, side: Side, tick: i64, lots: u64) {
        let levels = &mut self.sides[side as usize];
        let key = side.key(tick);
        match find(levels, key) {
            Ok(i) if lots == 0 => _ = levels.remove(i),
            Ok(i) => levels[i].1 = lots,
            Err(i) if lots > 0 => levels.insert(i, (key, lots)),
            Err(_) => {}
        }
    }

    fn lots(&self, side: Side, tick: i64) -> u64 {
        let levels = &self.sides[side as usize];
        find(levels, side.key(tick)).map_or(0, |i| levels[i].1)
    }

    #[inline]
    fn best(&self, side: Side) -> Option<Level> {
        let &(key, lots) = self.sides[side as usize].last()?;
        Some(Level {
            tick: side.key(key),
            lots,
        })
    }

    fn visit(&self, side: Side, mut visitor: impl FnMut(Level) -> bool) {
        for &(key, lots) in self.sides[side as usize].iter().rev() {
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
        self.sides.iter_mut().for_each(Vec::clear);
    }
}
