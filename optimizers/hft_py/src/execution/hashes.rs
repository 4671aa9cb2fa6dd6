//! Ids by their hashes: which are there twice, and where one is among others.

use crate::Error;
use std::collections::HashSet;

/// Slots of a table in which at most half are used.
struct Slots {
    mask: usize,
    shift: u32,
}

impl Slots {
    fn of(count: usize) -> Self {
        let size = (2 * count.max(1)).next_power_of_two();
        Self {
            mask: size - 1,
            shift: 64 - size.trailing_zeros(),
        }
    }

    /// The first slot of a hash; the multiplication (Fibonacci hashing) spreads weak ones.
    #[inline]
    fn first(&self, hash: u64) -> usize {
        (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }
}

/// The place of the first hash that was there before.
///
/// A bit for each hash, in a table small enough for the cache, leaves a few that may be there twice;
/// only they are compared.
#[must_use]
pub fn repeated_hash(values: &[u64]) -> Option<usize> {
    let slots = Slots::of(8 * values.len());
    let mut bits = vec![0_u64; (slots.mask + 1).div_ceil(64)];
    let mut suspects = Vec::new();
    for &value in values {
        let slot = slots.first(value);
        let (word, bit) = (&mut bits[slot / 64], 1 << (slot % 64));
        if *word & bit != 0 {
            suspects.push(value);
        }
        *word |= bit;
    }
    if suspects.is_empty() {
        return None;
    }
    bits.fill(0);
    for &value in &suspects {
        let slot = slots.first(value);
        bits[slot / 64] |= 1 << (slot % 64);
    }
    let mut seen = HashSet::with_capacity(2 * suspects.len());
    values.iter().position(|value| {
        let slot = slots.first(*value);
        bits[slot / 64] & (1 << (slot % 64)) != 0 && !seen.insert(*value)
    })
}

/// Hashes of ids by two functions.
#[derive(Debug, Clone, Copy)]
pub struct Hashes<'a> {
    /// By the first, which places them.
    pub first: &'a [u64],
    /// By the second, which must agree too.
    pub second: &'a [u64],
}

/// The place of each value among the keys, whose first hashes all differ; -1 where it is not there.
///
/// # Errors
/// [`Error::Length`] where the two functions gave different numbers of hashes, [`Error::Value`] for
/// 2^31 keys or more.
pub fn match_hashes(keys: Hashes<'_>, values: Hashes<'_>) -> Result<Vec<i32>, Error> {
    Error::check_length("keys", keys.second.len(), keys.first.len())?;
    Error::check_length("values", values.second.len(), values.first.len())?;
    let count = keys.first.len();
    i32::try_from(count).map_err(|_| Error::value("keys", count, "fewer than 2^31"))?;
    let slots = Slots::of(count);
    let mut table = vec![0_u32; slots.mask + 1]; // a place from 1 on, 0 for a free slot
    for (row, &key) in keys.first.iter().enumerate() {
        let mut slot = slots.first(key);
        while table[slot] != 0 {
            slot = (slot + 1) & slots.mask;
        }
        table[slot] = row as u32 + 1;
    }
    let place = |(&value, &check): (&u64, &u64)| {
        let mut slot = slots.first(value);
        loop {
            let Some(row) = (table[slot] as usize).checked_sub(1) else {
                return -1;
            };
            if keys.first[row] == value {
                return if keys.second[row] == check {
                    row as i32
                } else {
                    -1
                };
            }
            slot = (slot + 1) & slots.mask;
        }
    };
    Ok(values.first.iter().zip(values.second).map(place).collect())
}
