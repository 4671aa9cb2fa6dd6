//! Philox4x32-10, a counter-based generator: random words as a function of their index.
//!
//! Ten rounds of two 32 x 32 bit products each turn a 128-bit counter and a 64-bit key into
//! four words. The right choice wherever a number must not depend on what was drawn before
//! it: threads, machines and GPUs need no state and no jump ahead. For one sequential stream
//! a shift-register generator is cheaper.
//!
//! Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
//!
//! The counter here is `(group, stream, path low, path high)`, the key the seed. Of the ten
//! rounds the first two hold only products that belong to the path alone or to the group
//! alone, so a tile of paths computes them once and pays for eight.

use crate::precision::Real;

/// Paths walked side by side: long enough to hide latencies, small enough for the first cache.
pub(crate) const TILE: usize = 128;

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 7;
const LOW: u64 = 0xffff_ffff;
const STREAM: u64 = 0;

/// The four words of one counter.
#[must_use]
pub fn philox4x32_10(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let keys = Keys::new(key);
    let mut words = counter.map(u64::from);
    for round in 0..ROUNDS {
        words = keys.round(round, words);
    }
    words.map(|word| word as u32)
}

/// The keys of all rounds.
pub(crate) struct Keys([[u64; 2]; ROUNDS]);

impl Keys {
    fn new(key: [u32; 2]) -> Self {
        let mut rounds = [[0; 2]; ROUNDS];
        let mut key = key;
        for round in &mut rounds {
            *round = key.map(u64::from);
            key = [key[0].wrapping_add(WEYL[0]), key[1].wrapping_add(WEYL[1])];
        }
        Self(rounds)
    }

    pub(crate) fn of_seed(seed: u64) -> Self {
        Self::new([seed as u32, (seed >> 32) as u32])
    }

    /// One round. Bits above the lower 32 may hold anything, on the way in and out: a product
    /// of 32-bit halves is one vector instruction that ignores them, so none is cleared.
    #[inline(always)]
    fn round(&self, round: usize, c: [u64; 4]) -> [u64; 4] {
        let p0 = (c[0] & LOW) * MULTIPLIERS[0];
        let p1 = (c[2] & LOW) * MULTIPLIERS[1];
        let key = self.0[round];
        [
            (p1 >> 32) ^ c[1] ^ key[0],
            p1,
            (p0 >> 32) ^ c[3] ^ key[1],
            p0,
        ]
    }
}

/// What the first three rounds make of the paths of a tile, whatever the group.
#[repr(C, align(64))]
pub(crate) struct Counters {
    /// Words 0 and 1 after the second round.
    low: [[u64; TILE]; 2],
    /// Words 2 (less the group's part) and 3 after the third.
    high: [[u64; TILE]; 2],
    /// Word 2 after the first.
    third: [u64; TILE],
    path_high: u64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        let zero = [0; TILE];
        Self { low: [zero; 2], high: [zero; 2], third: zero, path_high: 0 }
    }

    /// Paths `path .. path + TILE`; `path` is a multiple of `TILE`, so they share the high half.
    #[inline(always)]
    pub(crate) fn start<F: Real>(&mut self, keys: &Keys, path: u64) {
        self.path_high = path >> 32;
        let c1 = self.path_high * MULTIPLIERS[1];
        for i in 0..TILE {
            let p0 = ((path + F::path(i)) & LOW) * MULTIPLIERS[0];
            let c2 = (p0 >> 32) ^ STREAM ^ keys.0[0][1];
            let p1 = (c2 & LOW) * MULTIPLIERS[1];
            let c0 = (p1 >> 32) ^ c1 ^ keys.0[1][0];
            let q0 = (c0 & LOW) * MULTIPLIERS[0];
            self.third[i] = p0 ^ keys.0[1][1];
            self.low[1][i] = p1 ^ keys.0[2][0];
            self.high[0][i] = (q0 >> 32) ^ keys.0[2][1];
            self.high[1][i] = q0;
        }
    }

    /// The words of one group of steps: row `j` of `out` holds word `j` of each path.
    #[inline(always)]
    pub(crate) fn words<F: Real>(&self, keys: &Keys, group: u32, out: &mut [[F::Word; TILE]; 4]) {
        let c1 = (self.path_high * MULTIPLIERS[1]) >> 32;
        let c0 = (c1 ^ u64::from(group) ^ keys.0[0][0]) & LOW;
        let p0 = c0 * MULTIPLIERS[0];
        let (p0_high, p0_low) = (p0 >> 32, p0 & LOW);
        const LANES: usize = 2;
        const PART: usize = TILE / LANES;
        for i in 0..PART {
            let mut w = [[0_u64; 4]; LANES];
            for l in 0..LANES {
                let k = i + l * PART;
                let p1 = ((self.third[k] ^ p0_high) & LOW) * MULTIPLIERS[1];
                w[l] = [(p1 >> 32) ^ self.low[1][k], p1, self.high[0][k] ^ p0_low, self.high[1][k]];
            }
            for round in 3..ROUNDS {
                for l in 0..LANES {
                    w[l] = keys.round(round, w[l]);
                }
            }
            for j in 0..4 {
                for l in 0..LANES / 2 {
                    F::store(out, j, i + l * PART, w[l][j], w[l + LANES / 2][j]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rounds_ahead_is_the_same_generator() {
        for (seed, path, group) in [
            (0, 0, 0),
            (7, 128, 3),
            (u64::MAX, 1 << 40, 62),
            (1 << 32, (1 << 32) - 128, u32::MAX),
        ] {
            let keys = Keys::of_seed(seed);
            let mut counters = Counters::new();
            counters.start(&keys, path);
            let mut out = [[0.0_f32; TILE]; 4];
            counters.uniforms(&keys, group, &mut out);
            for i in 0..TILE as u64 {
                let p = path + i;
                let words = philox4x32_10(
                    [group, 0, p as u32, (p >> 32) as u32],
                    [seed as u32, (seed >> 32) as u32],
                );
                for j in 0..4 {
                    let expected = (words[j] as f32 + 0.5) * (-32.0_f32).exp2();
                    assert_eq!(out[j][i as usize], expected);
                }
            }
        }
    }
}
