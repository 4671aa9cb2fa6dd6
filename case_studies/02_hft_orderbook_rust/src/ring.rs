//! The fast book: a hot window of 4,096 ticks a side, 33.9 KB in all, and an exact cold tier.
//!
//! Levels near the touch lie in an array addressed by the low bits of the price; a bitset
//! with a summary word says which of them exist, so the next best price is two leading-zero
//! counts away. Levels outside the window lie in pages of 64 ticks in a hash table: no level
//! is forgotten and none can be mistaken for another, because an address always stands for
//! one price only. Of the window, updates near a touch at rest use a few pages of 256 bytes.
//!
//! Levels come and go at the same prices. So a deletion leaves its bit in the bitset and a
//! mark in the quantity, and a search for the next best level clears what it finds stale. An
//! update then only needs to look at the quantity that it replaces: a price that had a level
//! before, not above the best, needs one load, one store and a branch that is nearly always
//! right.
//!
//! Two invariants make reads cheap: the best level of a side is always hot, and every cold
//! level is worse than every price of the window. The window follows the best level, never
//! the price of an update: see [`reanchor`](self) for when and by how much.
//!
//! Best `O(1)`; update `O(1)` in the window, and a hash look-up outside it. A move of the
//! window copies at most 64 pages of 256 bytes each way and looks each of them up; a touch
//! that leaves an empty window behind looks for the best page among the cold ones. The words
//! and slots that a search for the next best level passes are those that deletions left: it
//! clears them, so each is passed once. No heap allocation outside the cold tier. Choose it for a
//! feed whose activity is near the touch; if every price is updated equally often, most updates
//! go to the cold tier, and [`crate::BTreeMapBook`] is simpler.

mod bitset;
mod cold;
mod hot;
mod reanchor;

use crate::{Book, Level, Side};
use cold::Cold;
pub use hot::{HOT_BYTES, WINDOW};
use hot::{HotSide, Outcome};
pub use reanchor::Moves;

/// Hot window and exact cold tier; see the module.
#[derive(Clone, Debug, Default)]
pub struct RingBook {
    hot: Box<[HotSide; 2]>,
    cold: [Cold; 2],
    moves: Moves,
}

impl RingBook {
    /// What the window did so far.
    #[must_use]
    pub fn moves(&self) -> Moves {
        self.moves
    }

    /// Lowest and highest tick of a side's window.
    #[must_use]
    pub fn window(&self, side: Side) -> (i64, i64) {
        let (worst, best) = self.hot[side as usize].span();
        let (a, b) = (side.key(worst), side.key(best));
        (a.min(b), a.max(b))
    }

    /// Number of levels of a side outside the window.
    #[must_use]
    pub fn cold_len(&self, side: Side) -> usize {
        self.cold[side as usize].len()
    }

    /// Number of levels whose quantity needs more than 31 bits.
    #[must_use]
    pub fn wide_len(&self) -> usize {
        self.cold.iter().map(Cold::wide_len).sum()
    }

    /// What the hot path leaves: other tiers, wide quantities, a touch that moved far.
    #[cold]
    #[inline(never)]
    fn set_elsewhere(&mut self, side: Side, key: i64, lots: u64, outcome: Outcome) {
        let (hot, cold) = (&mut self.hot[side as usize], &mut self.cold[side as usize]);
        match outcome {
            Outcome::Done => return,
            Outcome::Drifted => {}
            Outcome::Wide => {
                let code = cold.encode(key, hot.code(key), lots);
                if hot.put(key, code) != Outcome::Drifted {
                    return;
                }
            }
            Outcome::Outside if !hot.is_empty() && key < hot.span().0 => {
                self.moves.cold_updates += 1;
                cold.set(key, lots);
                return;
            }
            // Better than the window: there is nothing to delete, or this is the new touch.
            Outcome::Outside if lots == 0 => return,
            Outcome::Outside => {
                reanchor::up_to(hot, cold, key, &mut self.moves);
                let code = cold.encode(key, 0, lots);
                hot.put(key, code);
                return;
            }
        }
        reanchor::down(hot, cold, &mut self.moves);
    }
}

impl Book for RingBook {
    const NAME: &'static str = "ring";

    #[inline(always)]
    fn set(&mut self, side: Side, tick: i64, lots: u64) {
        let key = side.key(tick);
        let outcome = self.hot[side as usize].set(key, lots);
        if outcome != Outcome::Done {
            self.set_elsewhere(side, key, lots, outcome);
        }
    }

    #[inline]
    fn lots(&self, side: Side, tick: i64) -> u64 {
        let key = side.key(tick);
        let (hot, cold) = (&self.hot[side as usize], &self.cold[side as usize]);
        if hot.covers(key) {
            cold.decode(key, hot.code(key))
        } else {
            cold.lots(key)
        }
    }

    #[inline]
    fn best(&self, side: Side) -> Option<Level> {
        let (key, code) = self.hot[side as usize].best_level()?;
        let lots = self.cold[side as usize].decode(key, code);
        Some(Level {
            tick: side.key(key),
            lots,
        })
    }

    #[inline]
    fn best_tick(&self, side: Side) -> Option<i64> {
        self.hot[side as usize].best().map(|key| side.key(key))
    }

    #[inline]
    fn visit(&self, side: Side, mut visitor: impl FnMut(Level) -> bool) {
        let cold = &self.cold[side as usize];
        let mut each = |key: i64, code: u32| {
            let lots = cold.decode(key, code);
            visitor(Level {
                tick: side.key(key),
                lots,
            })
        };
        if self.hot[side as usize].visit(&mut each) && !cold.is_empty() {
            cold.visit(&mut each);
        }
    }

    fn len(&self, side: Side) -> usize {
        self.hot[side as usize].len() + self.cold[side as usize].len()
    }

    fn clear(&mut self) {
        self.hot.iter_mut().for_each(HotSide::clear);
        self.cold.iter_mut().for_each(Cold::clear);
    }
}
