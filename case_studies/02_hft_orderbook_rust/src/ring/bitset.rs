//! Which of 4,096 slots are taken: 64 words, and a summary word of those that may not be zero.
//!
//! The highest taken slot is two leading-zero counts away, whatever the number of levels. A
//! word that becomes zero keeps its bit in the summary until a search comes by: clearing it
//! at once would cost every update what the search pays once.
//! Slots are counted round a ring: slot 0 of word `start` comes first.

use std::hint::select_unpredictable;

/// Words of the set, and bits of the summary.
pub(super) const WORDS: usize = 64;

/// Occupancy of one side's window.
#[derive(Clone, Debug)]
pub(super) struct Bitset {
    words: [u64; WORDS],
    summary: u64,
}

impl Default for Bitset {
    fn default() -> Self {
        Self {
            words: [0; WORDS],
            summary: 0,
        }
    }
}

impl Bitset {
    /// Mark a slot as taken or free.
    ///
    /// Whether it was free before is left without a branch, because feeds give no pattern
    /// to learn. That a word begins to fill is rare.
    #[inline(always)]
    pub(super) fn put(&mut self, slot: usize, taken: bool) {
        let (at, bit) = (slot / 64 % WORDS, slot % 64);
        let before = self.words[at];
        let (with, without) = (before | 1 << bit, before & !(1 << bit));
        self.words[at] = select_unpredictable(taken, with, without);
        if before == 0 {
            self.summary |= 1 << at;
        }
    }

    /// Replace a word.
    #[inline]
    pub(super) fn put_word(&mut self, at: usize, word: u64) {
        self.words[at % WORDS] = word;
        self.summary |= 1 << (at % WORDS);
    }

    /// A word.
    #[inline]
    pub(super) fn word(&self, at: usize) -> u64 {
        self.words[at % WORDS]
    }

    /// The highest taken slot, counted from the first slot of word `start` round the ring.
    #[inline(always)]
    pub(super) fn highest(&mut self, start: usize) -> Option<usize> {
        while self.summary != 0 {
            let turned = self.turned_summary(start);
            let distance = 63 - turned.leading_zeros() as usize;
            let at = (start % WORDS + distance) % WORDS;
            let word = self.words[at];
            if word != 0 {
                return Some(distance * 64 + 63 - word.leading_zeros() as usize);
            }
            self.summary ^= 1 << at;
        }
        None
    }

    /// Words that may have taken slots, as bits, bit 0 being word `start`.
    #[inline(always)]
    pub(super) fn turned_summary(&self, start: usize) -> u64 {
        self.summary.rotate_right((start % WORDS) as u32)
    }

    /// Number of taken slots.
    pub(super) fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }
}
