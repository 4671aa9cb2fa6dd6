//! Which of 4,096 slots may be taken: 64 words, and a summary word of those that may not be zero.
//!
//! The highest candidate is two leading-zero counts away, whatever the number of levels. A
//! slot that becomes free keeps its bit, and a word that becomes zero its bit in the summary,
//! until a search passes it: clearing at once would add to every deletion, and to every return
//! of the level, a cost that the search pays only once.
//! Slots are counted round a ring: slot 0 of word `start` comes first.

/// Words of the set, and bits of the summary.
pub(super) const WORDS: usize = 64;

/// Occupancy of one side's window, from above: a slot without a bit is free.
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
    /// Note that a slot is taken.
    #[inline(always)]
    pub(super) fn mark(&mut self, slot: usize) {
        let at = slot / 64 % WORDS;
        self.words[at] |= 1 << (slot % 64);
        self.summary |= 1 << at;
    }

    /// Note that a slot is free.
    #[inline]
    pub(super) fn unmark(&mut self, slot: usize) {
        self.words[slot / 64 % WORDS] &= !(1 << (slot % 64));
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

    /// The highest slot that may be taken, counted from the first slot of word `start`.
    #[inline(always)]
    pub(super) fn highest(&mut self, start: usize) -> Option<usize> {
        while self.summary != 0 {
            let rotated = self.rotated_summary(start);
            let distance = 63 - rotated.leading_zeros() as usize;
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
    pub(super) fn rotated_summary(&self, start: usize) -> u64 {
        self.summary.rotate_right((start % WORDS) as u32)
    }
}
