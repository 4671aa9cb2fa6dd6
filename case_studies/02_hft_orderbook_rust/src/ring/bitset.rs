//! Which of 4,096 slots are taken: 64 words, and a summary word of those not zero.
//!
//! The highest taken slot is two leading-zero counts away, whatever the number of levels.
//! Slots are counted round a ring: slot 0 of word `start` comes first.

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
    /// Mark a slot as taken or free; without a branch, because feeds give no pattern to learn.
    #[inline(always)]
    pub(super) fn put(&mut self, slot: usize, taken: bool) {
        let (at, bit) = (slot / 64 % WORDS, slot % 64);
        let word = self.words[at] & !(1 << bit) | u64::from(taken) << bit;
        self.words[at] = word;
        self.summary = self.summary & !(1 << at) | u64::from(word != 0) << at;
    }

    /// Replace a word.
    #[inline]
    pub(super) fn put_word(&mut self, at: usize, word: u64) {
        self.words[at % WORDS] = word;
        self.summary = self.summary & !(1 << (at % WORDS)) | u64::from(word != 0) << (at % WORDS);
    }

    /// A word.
    #[inline]
    pub(super) fn word(&self, at: usize) -> u64 {
        self.words[at % WORDS]
    }

    /// Whether no slot is taken.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.summary == 0
    }

    /// The highest taken slot, counted from the first slot of word `start` round the ring.
    #[inline(always)]
    pub(super) fn highest(&self, start: usize) -> Option<usize> {
        if self.summary == 0 {
            return None;
        }
        let turned = self.turned_summary(start);
        let distance = 63 - turned.leading_zeros() as usize;
        let word = self.words[(start % WORDS + distance) % WORDS];
        Some(distance * 64 + 63 - word.leading_zeros() as usize)
    }

    /// Words that are not zero, as bits, bit 0 being word `start`.
    #[inline(always)]
    pub(super) fn turned_summary(&self, start: usize) -> u64 {
        self.summary.rotate_right((start % WORDS) as u32)
    }

    /// Number of taken slots.
    pub(super) fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }
}
