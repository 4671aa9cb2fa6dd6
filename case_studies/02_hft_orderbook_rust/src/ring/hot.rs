//! The hot window of one side, in keys of which the larger is the better.
//!
//! A key's slot is its low 12 bits, whatever the window's position: when the window moves,
//! levels that stay inside do not. The window starts at a page (a multiple of 64 ticks), so
//! that a page is a word of the bitset and moves as one.

use super::bitset::{Bitset, WORDS};

/// Ticks in the window of a side.
pub const WINDOW: usize = 64 * WORDS;

/// Bytes that updates and reads in the window can reach at most, both sides together. Near a
/// touch at rest they reach a few pages of it.
pub const HOT_BYTES: usize = size_of::<[HotSide; 2]>();

const _: () = assert!(HOT_BYTES <= 34_000, "the hot set outgrew its bound");

/// Marks a quantity that needs more than 31 bits: the cold tier has it. (A border that a
/// compare instruction holds in itself; one at 32 bits costs two more on the hot path.)
pub(super) const WIDE: u32 = i32::MAX as u32;

/// Marks a level that was deleted and still has its bit in the occupancy. Quantities from
/// here on are wide.
pub(super) const DELETED: u32 = WIDE - 1;

/// No best level.
const NONE: i64 = i64::MIN + 1;

/// Pages kept free above the best level after a move, so that it can improve by this much.
pub(super) const HEADROOM: i64 = 12;

/// Pages that the window reaches below the best level at least; a touch that retreats
/// further into it makes it move. Between this and the position after a move lies the
/// hysteresis, in which a touch swings without any move.
pub(super) const MIN_DEPTH: i64 = 32;

/// What became of an update in the hot window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is done.
    Done,
    /// It is done; the best level is gone or so deep that the window should follow.
    Drifted,
    /// Not done: the old or the new quantity needs more than 31 bits.
    Wide,
    /// Not done: the price lies outside the window.
    Outside,
}

/// Quantities, occupancy, position and best level of one side.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub(super) struct HotSide {
    best: i64,
    /// Lowest key of the window, a multiple of 64.
    low: i64,
    occupancy: Bitset,
    lots: [u32; WINDOW],
}

impl Default for HotSide {
    fn default() -> Self {
        Self {
            best: NONE,
            low: 0,
            occupancy: Bitset::default(),
            lots: [0; WINDOW],
        }
    }
}

#[inline(always)]
fn slot(key: i64) -> usize {
    key as usize % WINDOW
}

#[inline(always)]
fn is_level(code: u32) -> bool {
    (code != 0) & (code != DELETED)
}

impl HotSide {
    /// Set a level if it lies inside the window and fits in 31 bits.
    ///
    /// Most updates change, delete or bring back a level at a price that had one, behind or
    /// at the best: one load tells that the bit is there, and nothing but the quantity
    /// changes.
    #[inline(always)]
    pub(super) fn set(&mut self, key: i64, lots: u64) -> Outcome {
        let old = self.lots[slot(key)];
        // Neither 0, for which a bit may be missing, nor WIDE.
        let known = old.wrapping_sub(1) < DELETED;
        let behind = key <= self.best - i64::from(lots == 0);
        // The best level is inside, so what is behind it is if it is not below the window.
        if known & behind & (lots < u64::from(DELETED)) & (key >= self.low) {
            self.lots[slot(key)] = if lots == 0 { DELETED } else { lots as u32 };
            return Outcome::Done;
        }
        self.set_general(key, lots)
    }

    #[inline]
    fn set_general(&mut self, key: i64, lots: u64) -> Outcome {
        if !self.covers(key) {
            Outcome::Outside
        } else if lots >= u64::from(DELETED) || self.lots[slot(key)] == WIDE {
            Outcome::Wide
        } else {
            self.put(key, lots as u32)
        }
    }

    /// Store a quantity's code inside the window and keep the best level.
    pub(super) fn put(&mut self, key: i64, code: u32) -> Outcome {
        let lots = &mut self.lots[slot(key)];
        if code != 0 {
            let marked = *lots != 0;
            *lots = code;
            if !marked {
                self.occupancy.mark(slot(key));
            }
            self.best = self.best.max(key);
            return Outcome::Done;
        }
        if *lots != 0 {
            *lots = DELETED;
        }
        if key == self.best {
            // Next to the best there is usually a level, and no search is needed.
            let next = key - 1;
            if next >= self.low + MIN_DEPTH * 64 && is_level(self.lots[slot(next)]) {
                self.best = next;
                return Outcome::Done;
            }
            return self.find_best();
        }
        Outcome::Done
    }

    /// Find the best level again after it was deleted, and clear bits of free slots on the way.
    #[inline(always)]
    pub(super) fn find_best(&mut self) -> Outcome {
        while let Some(distance) = self.occupancy.highest(self.base() as usize) {
            let key = self.low + distance as i64;
            if !is_level(self.lots[slot(key)]) {
                self.lots[slot(key)] = 0;
                self.occupancy.unmark(slot(key));
                continue;
            }
            self.best = key;
            return if (distance as i64) < MIN_DEPTH * 64 {
                Outcome::Drifted
            } else {
                Outcome::Done
            };
        }
        self.best = NONE;
        Outcome::Drifted
    }

    /// Whether a key lies inside the window.
    #[inline(always)]
    pub(super) fn covers(&self, key: i64) -> bool {
        (key.wrapping_sub(self.low) as u64) < WINDOW as u64
    }

    /// Code of the quantity in a key's slot; of that key only if the window covers it.
    #[inline(always)]
    pub(super) fn code(&self, key: i64) -> u32 {
        let code = self.lots[slot(key)];
        if code == DELETED { 0 } else { code }
    }

    /// Key and code of the best level.
    #[inline(always)]
    pub(super) fn best_level(&self) -> Option<(i64, u32)> {
        self.best().map(|key| (key, self.lots[slot(key)]))
    }

    /// Key of the best level.
    #[inline(always)]
    pub(super) fn best(&self) -> Option<i64> {
        (self.best != NONE).then_some(self.best)
    }

    /// First page of the window.
    pub(super) fn base(&self) -> i64 {
        self.low >> 6
    }

    /// Let the window start at another page. The caller has moved what leaves it.
    pub(super) fn rebase(&mut self, base: i64) {
        self.low = base << 6;
    }

    /// Lowest and highest key of the window.
    #[inline]
    pub(super) fn span(&self) -> (i64, i64) {
        (self.low, self.low + WINDOW as i64 - 1)
    }

    /// Whether the side has no level at all.
    pub(super) fn is_empty(&self) -> bool {
        self.best == NONE
    }

    /// Number of levels in the window.
    pub(super) fn len(&self) -> usize {
        self.lots.iter().filter(|&&code| is_level(code)).count()
    }

    /// Pages that may have levels, as bits, bit 0 being the first page of the window.
    pub(super) fn pages(&self) -> u64 {
        self.occupancy.rotated_summary(self.base() as usize)
    }

    /// Candidates and quantities of a page.
    fn page(&self, page: i64) -> (u64, &[u32; 64]) {
        let at = page as usize % WORDS;
        let (chunks, _) = self.lots.as_chunks::<64>();
        (self.occupancy.word(at), &chunks[at])
    }

    /// Occupancy and quantities of a page, without what deletions left behind.
    pub(super) fn settled_page(&self, page: i64) -> (u64, [u32; 64]) {
        let mut lots = *self.page(page).1;
        let mut word = 0;
        for (bit, code) in lots.iter_mut().enumerate() {
            if is_level(*code) {
                word |= 1 << bit;
            } else {
                *code = 0;
            }
        }
        (word, lots)
    }

    /// Overwrite a page; the best level is not looked for.
    pub(super) fn put_page(&mut self, page: i64, word: u64, lots: &[u32; 64]) {
        let at = page as usize % WORDS;
        self.occupancy.put_word(at, word);
        let (chunks, _) = self.lots.as_chunks_mut::<64>();
        chunks[at] = *lots;
    }

    /// Visit levels, best first, until the visitor returns `false`; say whether it never did.
    #[inline]
    pub(super) fn visit(&self, visitor: &mut impl FnMut(i64, u32) -> bool) -> bool {
        let mut pages = self.pages();
        while pages != 0 {
            let distance = 63 - i64::from(pages.leading_zeros());
            pages ^= 1 << distance;
            let page = self.base() + distance;
            let (word, lots) = self.page(page);
            if !visit_page(page, word, lots, visitor) {
                return false;
            }
        }
        true
    }

    /// Remove all levels; the window stays.
    pub(super) fn clear(&mut self) {
        *self = Self {
            low: self.low,
            ..Self::default()
        };
    }
}

/// Visit the levels of one page, best first; say whether the visitor wants more. A bit may
/// have outlived its level.
#[inline]
pub(super) fn visit_page(
    page: i64,
    mut word: u64,
    lots: &[u32; 64],
    visitor: &mut impl FnMut(i64, u32) -> bool,
) -> bool {
    while word != 0 {
        let bit = 63 - word.leading_zeros() as usize;
        word ^= 1 << bit;
        if is_level(lots[bit]) && !visitor((page << 6) + bit as i64, lots[bit]) {
            return false;
        }
    }
    true
}
