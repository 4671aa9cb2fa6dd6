//! Everything outside the window, exactly: pages of 64 ticks, found by a hash of their number.
//!
//! An update is a look-up and a store, `O(1)`; the order of the pages is kept beside it and
//! touched only when a page appears or goes. A page whose last level was deleted is kept for
//! a while: far levels tend to come back. Quantities beyond 31 bits are kept in a separate
//! table, also for the hot window, so that they need not move with it.

use super::hot::{DELETED, WIDE, visit_page};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

/// Occupancy and quantities of 64 neighbouring ticks.
#[derive(Clone, Debug)]
struct Page {
    word: u64,
    lots: [u32; 64],
}

/// Empty pages tolerated beyond as many as there are others.
const SPARE_PAGES: usize = 256;

/// The cold tier of one side.
#[derive(Clone, Debug, Default)]
pub(super) struct Cold {
    index: HashMap<i64, u32, BuildHasherDefault<PageHasher>>,
    order: BTreeSet<i64>,
    pages: Vec<Page>,
    free: Vec<u32>,
    empty: usize,
    wide: BTreeMap<i64, u64>,
}

impl Cold {
    /// Set a level; 0 deletes it.
    pub(super) fn set(&mut self, key: i64, lots: u64) {
        let page = key >> 6;
        let Some(&at) = self.index.get(&page) else {
            if lots > 0 {
                let code = self.encode(key, 0, lots);
                let mut fresh = [0; 64];
                fresh[key as usize % 64] = code;
                self.insert(page, 1 << (key as usize % 64), &fresh);
            }
            return;
        };
        let bit = key as usize % 64;
        let old = self.pages[at as usize].lots[bit];
        let code = if (old == WIDE) | (lots >= u64::from(DELETED)) {
            self.encode(key, old, lots)
        } else {
            lots as u32
        };
        let page = &mut self.pages[at as usize];
        page.lots[bit] = code;
        if (old == 0) != (code == 0) {
            let before = page.word;
            page.word ^= 1 << bit;
            self.empty += usize::from(page.word == 0);
            self.empty -= usize::from(before == 0);
            if self.empty > SPARE_PAGES + self.index.len() / 2 {
                self.prune();
            }
        }
    }

    /// Quantity at a key.
    pub(super) fn lots(&self, key: i64) -> u64 {
        self.index.get(&(key >> 6)).map_or(0, |&at| {
            self.decode(key, self.pages[at as usize].lots[key as usize % 64])
        })
    }

    /// The code under which a quantity is stored, given the one it replaces.
    pub(super) fn encode(&mut self, key: i64, old: u32, lots: u64) -> u32 {
        if old == WIDE {
            self.wide.remove(&key);
        }
        if lots < u64::from(DELETED) {
            return lots as u32;
        }
        self.wide.insert(key, lots);
        WIDE
    }

    /// The quantity that a code stands for.
    #[inline(always)]
    pub(super) fn decode(&self, key: i64, code: u32) -> u64 {
        if code == WIDE {
            self.wide_lots(key)
        } else {
            u64::from(code)
        }
    }

    #[cold]
    #[inline(never)]
    fn wide_lots(&self, key: i64) -> u64 {
        self.wide.get(&key).copied().unwrap_or(0)
    }

    /// Take in a page that has levels and is not here yet.
    pub(super) fn insert(&mut self, page: i64, word: u64, lots: &[u32; 64]) {
        let fresh = Page { word, lots: *lots };
        let at = match self.free.pop() {
            Some(at) => {
                self.pages[at as usize] = fresh;
                at
            }
            None => {
                self.pages.push(fresh);
                (self.pages.len() - 1) as u32
            }
        };
        self.index.insert(page, at);
        self.order.insert(page);
    }

    /// Give out every page at or above `first` that has levels.
    pub(super) fn take_from(&mut self, first: i64, mut each: impl FnMut(i64, u64, &[u32; 64])) {
        while let Some(&page) = self.order.last()
            && page >= first
        {
            self.order.pop_last();
            if let Some(at) = self.index.remove(&page) {
                self.free.push(at);
                let taken = &self.pages[at as usize];
                if taken.word == 0 {
                    self.empty -= 1;
                } else {
                    each(page, taken.word, &taken.lots);
                }
            }
        }
    }

    /// The best page that has levels.
    pub(super) fn best_page(&self) -> Option<i64> {
        let mut pages = self.order.iter().rev();
        pages.find(|&page| self.page(*page).word != 0).copied()
    }

    /// Visit levels, best first, until the visitor returns `false`.
    pub(super) fn visit(&self, visitor: &mut impl FnMut(i64, u32) -> bool) {
        for &number in self.order.iter().rev() {
            let page = self.page(number);
            if !visit_page(number, page.word, &page.lots, visitor) {
                return;
            }
        }
    }

    fn page(&self, number: i64) -> &Page {
        &self.pages[self.index[&number] as usize]
    }

    /// Whether there is no level.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.index.len() == self.empty
    }

    /// Number of levels.
    pub(super) fn len(&self) -> usize {
        let pages = self.index.values().map(|&at| &self.pages[at as usize]);
        pages.map(|page| page.word.count_ones() as usize).sum()
    }

    /// Number of quantities beyond 31 bits.
    pub(super) fn wide_len(&self) -> usize {
        self.wide.len()
    }

    /// Remove everything, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.index.clear();
        self.order.clear();
        self.pages.clear();
        self.free.clear();
        self.empty = 0;
        self.wide.clear();
    }

    /// Let go of the empty pages: amortised over the deletions that made them.
    #[cold]
    pub(super) fn prune(&mut self) {
        let (pages, free, order) = (&self.pages, &mut self.free, &mut self.order);
        self.index.retain(|number, at| {
            let keep = pages[*at as usize].word != 0;
            if !keep {
                free.push(*at);
                order.remove(number);
            }
            keep
        });
        self.empty = 0;
    }
}

/// Fibonacci hashing, folded so that both ends of the word are mixed.
#[derive(Default)]
pub(super) struct PageHasher(u64);

impl Hasher for PageHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_i64(i64::from(byte) ^ self.0 as i64);
        }
    }

    #[inline]
    fn write_i64(&mut self, page: i64) {
        let mixed = (page as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
