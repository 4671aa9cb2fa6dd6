//! Random numbers from counters: Philox4x32-10, shared word for word with `hft_py.rng`.
//!
//! A [`Stream`] is named by a seed, a number (of a chain, an individual, a restart) and a purpose.
//! Its `i`-th block of four 32-bit words is a function of these and of `i` alone, so streams are
//! independent of each other, of the order in which they are drawn and of the thread that draws.
//!
//! A block gives two 64-bit words: `w0 + 2^32 w1`, then `w2 + 2^32 w3`. Draws consume words in
//! order: a uniform or an integer one word, a pair of normals two. The second normal of a pair is
//! kept for the next call that wants one; uniforms and integers leave it there.
//!
//! Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
//! Box and Muller, Ann. Math. Statist. 29 (1958).

use native::for_each_isa;

const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Ten rounds of Philox4x32.
#[inline]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..10 {
        let first = u64::from(MULTIPLIERS[0]) * u64::from(c0);
        let second = u64::from(MULTIPLIERS[1]) * u64::from(c2);
        (c0, c1, c2, c3) = (
            high(second) ^ c1 ^ k0,
            low(second),
            high(first) ^ c3 ^ k1,
            low(first),
        );
        k0 = k0.wrapping_add(WEYL[0]);
        k1 = k1.wrapping_add(WEYL[1]);
    }
    [c0, c1, c2, c3]
}

#[inline]
fn low(word: u64) -> u32 {
    word as u32
}

#[inline]
fn high(word: u64) -> u32 {
    low(word >> 32)
}

/// A word as a number in the open interval (0, 1): `(x + 1/2) / 2^52`, `x` its upper 52 bits.
///
/// 52 bits and not 53: with 53, adding the half rounds, and the largest becomes 1.
#[inline]
pub fn unit(word: u64) -> f64 {
    ((word >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

/// Blocks made at once, and the words in them: lanes of a vector are blocks.
const BLOCKS: usize = 16;
const WORDS: usize = 2 * BLOCKS;
/// Streams are often short: so many words are made block by block.
const SHORT: u64 = 8;

for_each_isa! {
    for FUSED
    /// The words of consecutive blocks.
    #[allow(clippy::needless_range_loop)] // a lane goes through all four counters
    fn consecutive(first: u64, place: [u32; 2], key: [u32; 2], words: &mut [u64; WORDS]) {
        let mut c = [[0; BLOCKS], [0; BLOCKS], [place[0]; BLOCKS], [place[1]; BLOCKS]];
        for lane in 0..BLOCKS {
            let index = first.wrapping_add(lane as u64);
            (c[0][lane], c[1][lane]) = (low(index), high(index));
        }
        let [mut k0, mut k1] = key;
        for _ in 0..10 {
            for lane in 0..BLOCKS {
                let one = u64::from(MULTIPLIERS[0]) * u64::from(c[0][lane]);
                let two = u64::from(MULTIPLIERS[1]) * u64::from(c[2][lane]);
                c[0][lane] = high(two) ^ c[1][lane] ^ k0;
                c[1][lane] = low(two);
                c[2][lane] = high(one) ^ c[3][lane] ^ k1;
                c[3][lane] = low(one);
            }
            k0 = k0.wrapping_add(WEYL[0]);
            k1 = k1.wrapping_add(WEYL[1]);
        }
        for lane in 0..BLOCKS {
            words[2 * lane] = u64::from(c[0][lane]) | u64::from(c[1][lane]) << 32;
            words[2 * lane + 1] = u64::from(c[2][lane]) | u64::from(c[3][lane]) << 32;
        }
    }
}

/// A sequence of random numbers.
#[derive(Debug, Clone)]
pub struct Stream {
    key: [u32; 2],
    place: [u32; 2],
    /// Words consumed so far.
    position: u64,
    /// Words at hand: which is the first, and how many there are.
    first: u64,
    held: u64,
    words: [u64; WORDS],
    spare: Option<f64>,
}

impl Stream {
    /// The stream of a seed, its number and its purpose, from the start.
    #[inline]
    pub fn new(seed: u64, stream: u32, purpose: u32) -> Self {
        Self {
            key: [low(seed), high(seed)],
            place: [stream, purpose],
            position: 0,
            first: 0,
            held: 0,
            words: [0; WORDS],
            spare: None,
        }
    }

    /// Words consumed so far.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Go to a word; a kept normal is dropped.
    pub fn seek(&mut self, position: u64) {
        self.spare = None;
        self.position = position;
    }

    /// Make the words from `position` on.
    fn refill(&mut self) {
        let index = self.position / 2;
        self.first = 2 * index;
        if self.position < SHORT {
            let counter = [low(index), high(index), self.place[0], self.place[1]];
            let [w0, w1, w2, w3] = philox(counter, self.key);
            self.words[0] = u64::from(w0) | u64::from(w1) << 32;
            self.words[1] = u64::from(w2) | u64::from(w3) << 32;
            self.held = 2;
        } else {
            consecutive(index, self.place, self.key, &mut self.words);
            self.held = WORDS as u64;
        }
    }

    /// The next 64-bit word.
    #[inline]
    pub fn word(&mut self) -> u64 {
        if self.position.wrapping_sub(self.first) >= self.held {
            self.refill();
        }
        let at = self.position.wrapping_sub(self.first);
        self.position += 1;
        self.words[at as usize % WORDS]
    }

    /// A uniform number in (0, 1).
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        unit(self.word())
    }

    /// A standard normal number.
    #[inline]
    pub fn normal(&mut self) -> f64 {
        if let Some(kept) = self.spare.take() {
            return kept;
        }
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sine);
        radius * cosine
    }

    /// An integer below `bound`, by multiplication: its bias is below `bound / 2^64`.
    ///
    /// A bound of 0 gives 0. Both kernel sets take bounds up to 2^32.
    #[inline]
    pub fn integer(&mut self, bound: u32) -> u32 {
        high(low_high(self.word(), bound))
    }

    /// Fill a slice with uniforms.
    pub fn uniforms(&mut self, out: &mut [f64]) {
        out.iter_mut().for_each(|value| *value = self.uniform());
    }

    /// Fill a slice with standard normals.
    pub fn normals(&mut self, out: &mut [f64]) {
        out.iter_mut().for_each(|value| *value = self.normal());
    }
}

/// The upper 64 of the 96 bits of `word * bound`.
#[inline]
fn low_high(word: u64, bound: u32) -> u64 {
    let bound = u64::from(bound);
    u64::from(high(word)) * bound + ((u64::from(low(word)) * bound) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_can_be_entered_anywhere() {
        let mut whole = Stream::new(7, 3, 1);
        let words: Vec<u64> = (0..100).map(|_| whole.word()).collect();
        for (start, word) in words.iter().enumerate() {
            let index = u32::try_from(start / 2).expect("small");
            let block = philox([index, 0, 3, 1], [7, 0]);
            let [low, high] = [block[start % 2 * 2], block[start % 2 * 2 + 1]].map(u64::from);
            assert_eq!(low | high << 32, *word, "{start}");
            let mut late = Stream::new(7, 3, 1);
            late.seek(start as u64);
            assert_eq!(late.word(), *word);
            whole.seek(start as u64);
            assert_eq!(whole.word(), *word);
        }
    }
}
