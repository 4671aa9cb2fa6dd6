//! Philox4x32-7, a counter-based generator: random words as a function of their index.
//!
//! Seven rounds of two 32 x 32 bit products each turn a 128-bit counter and a 64-bit key into
//! four words. The right choice wherever a number must not depend on what was drawn before
//! it: threads, machines and GPUs need no state and no jump ahead. For one sequential stream
//! a shift-register generator is cheaper. Seven rounds are the fewest that its authors found
//! to pass every test of BigCrush; ten, a margin beyond that, cost a sixth of a path-step more.
//!
//! Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
//!
//! The counter here is `(path low, group, path high, stream)`, the key the seed. In this order
//! the first two rounds and half of the third hold only products that belong to the path alone
//! or to the group alone, so a tile of paths computes them once and pays for the rest.

use crate::precision::{LOW, Real};
use crate::tile::{GROUP, TILE};

const MULTIPLIERS: [u64; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
/// Rounds of the generator paths are made of.
const ROUNDS: usize = 7;
const MAX_ROUNDS: usize = 10;
const STREAM: u64 = 0;

/// The four words of one counter after `rounds` rounds, at most ten.
#[must_use]
pub fn philox4x32(rounds: usize, counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let keys = Keys::new(key);
    let mut words = counter.map(u64::from);
    for round in 0..rounds.min(MAX_ROUNDS) {
        words = keys.round(round, words);
    }
    words.map(|word| word as u32)
}

/// The keys of all rounds.
pub(crate) struct Keys([[u64; 2]; MAX_ROUNDS]);

impl Keys {
    fn new(key: [u32; 2]) -> Self {
        let mut rounds = [[0; 2]; MAX_ROUNDS];
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
    /// Third word after two rounds, less the group's part.
    second_round: [u64; TILE],
    /// First word after three rounds, less the product of the third.
    first: [u64; TILE],
    /// Third word after three rounds, less the group's part.
    third: [u64; TILE],
    /// Fourth word after three rounds.
    fourth: [u64; TILE],
    path_high: u64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        let zero = [0; TILE];
        Self {
            second_round: zero,
            first: zero,
            third: zero,
            fourth: zero,
            path_high: 0,
        }
    }

    /// Paths `path .. path + TILE`; `path` is a multiple of `TILE`, so they share the high half.
    #[inline(always)]
    pub(crate) fn start<F: Real>(&mut self, keys: &Keys, path: u64) {
        let keys = &keys.0;
        self.path_high = path >> 32;
        let low = self.path_high * MULTIPLIERS[1];
        for lane in 0..TILE {
            let p = ((path + F::path_of(lane)) & LOW) * MULTIPLIERS[0];
            let q = (((p >> 32) ^ STREAM ^ keys[0][1]) & LOW) * MULTIPLIERS[1];
            let r = (((q >> 32) ^ low ^ keys[1][0]) & LOW) * MULTIPLIERS[0];
            self.second_round[lane] = p ^ keys[1][1];
            self.first[lane] = q ^ keys[2][0];
            self.third[lane] = (r >> 32) ^ keys[2][1];
            self.fourth[lane] = r;
        }
    }

    /// The words of one group of steps: row `j` of `out` holds word `j` of each path.
    ///
    /// Two halves of the tile go side by side: the rounds of one are a chain of products, and
    /// meanwhile the CPU executes those of the other.
    #[inline(always)]
    pub(crate) fn words<F: Real>(&self, keys: &Keys, group: u32, out: &mut [F::Words; GROUP]) {
        let high = (self.path_high * MULTIPLIERS[1]) >> 32;
        let p = ((high ^ u64::from(group) ^ keys.0[0][0]) & LOW) * MULTIPLIERS[0];
        let (p_high, p_low) = (p >> 32, p & LOW);
        let start = |lane: usize| {
            let q = ((self.second_round[lane] ^ p_high) & LOW) * MULTIPLIERS[1];
            [
                (q >> 32) ^ self.first[lane],
                q,
                self.third[lane] ^ p_low,
                self.fourth[lane],
            ]
        };
        for lane in 0..TILE / 2 {
            let (mut one, mut other) = (start(lane), start(lane + TILE / 2));
            for round in 3..ROUNDS {
                one = keys.round(round, one);
                other = keys.round(round, other);
            }
            for (row, (one, other)) in out.iter_mut().zip(one.into_iter().zip(other)) {
                F::store(row, lane, one, other);
            }
        }
    }
}
