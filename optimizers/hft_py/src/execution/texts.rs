//! Texts in Arrow's layout of views: which are there twice, and where one is among others.
//!
//! A view has 16 bytes: the length, and a text of up to twelve bytes itself, padded with zeros, or
//! its first four bytes, the number of a buffer and the place there. Short texts are thus compared
//! as two numbers, and no text is copied.

use crate::Error;
use crate::execution::fills::check_codes;
use crate::parallel::for_each;
use std::collections::{HashMap, HashSet};

/// Length, three words of the text; or length, prefix, buffer, offset.
pub type View = [u32; 4];

/// A column of texts, borrowed.
#[derive(Debug, Clone)]
pub struct Texts<'a> {
    /// A view each.
    pub views: &'a [View],
    /// The bytes of the texts that are longer than twelve bytes.
    pub buffers: Vec<&'a [u8]>,
}

const INLINE: u32 = 12;
const BLOCK: usize = 256;
const ODD: [u64; 2] = [0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93];

/// Both halves of a product: every bit of the factors reaches every bit of the result.
#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    (product as u64) ^ ((product >> 64) as u64)
}

impl Texts<'_> {
    /// The bytes of a long text.
    #[inline(never)]
    fn long(&self, view: View) -> &[u8] {
        let first = view[3] as usize;
        &self.buffers[view[2] as usize][first..first + view[0] as usize]
    }

    #[inline]
    fn hash(&self, row: usize) -> u64 {
        let view = self.views[row];
        let word = |i: usize| u64::from(view[i]) | u64::from(view[i + 1]) << 32;
        if view[0] <= INLINE {
            return fold(word(0) ^ ODD[0], word(2) ^ ODD[1]);
        }
        let (words, rest) = self.long(view).as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let mut hash = u64::from(view[0]);
        for word in words.iter().chain([&last]) {
            hash = fold(hash ^ ODD[0], u64::from_le_bytes(*word) ^ ODD[1]);
        }
        hash
    }

    #[inline(always)]
    fn equal(&self, row: usize, other: &Self, place: usize) -> bool {
        let (a, b) = (self.views[row], other.views[place]);
        if a[0] <= INLINE {
            a == b
        } else {
            a[..2] == b[..2] && self.long(a) == other.long(b)
        }
    }
}

/// Whether hashes were seen before, in parts that fit a cache: the upper bits name the part, the next
/// ones the slot. Of each hash 32 bits are kept; what agrees in them is compared as text.
const PARTS: usize = 1024;

/// The row of the first text that was there before.
///
/// # Errors
/// None: threads are not stopped.
pub fn repeated_text(texts: &Texts<'_>, threads: usize) -> Result<Option<usize>, Error> {
    let count = texts.views.len();
    let rows = count.div_ceil(threads.max(1)).max(1);
    // An eighth more than the mean, and room for chance.
    let room = rows / PARTS * 9 / 8 + 128;
    let mut split: Vec<Split> = Vec::new();
    split.resize_with(count.div_ceil(rows), Split::default);
    let mut check = || Ok::<(), Error>(());
    for_each(
        split.iter_mut().enumerate(),
        threads,
        &mut check,
        || (),
        |(), (i, split)| split.fill(texts, i * rows, (i * rows + rows).min(count), room),
    )?;
    let mut alike = [const { Vec::new() }; PARTS];
    if split.iter().all(|split| !split.full) {
        for_each(
            alike.iter_mut().enumerate(),
            threads,
            &mut check,
            Vec::new,
            |table, (part, alike)| repeats(&split, part, table, alike),
        )?;
    } else {
        return Ok(first_again(texts, |_| true));
    }
    let alike: HashSet<u64> = alike
        .iter()
        .enumerate()
        .flat_map(|(part, tags)| tags.iter().map(move |tag| key(part, *tag)))
        .collect();
    if alike.is_empty() {
        return Ok(None);
    }
    Ok(first_again(texts, |hash| {
        alike.contains(&key((hash >> 54) as usize, tag(hash)))
    }))
}

fn key(part: usize, tag: u32) -> u64 {
    (part as u64) << 32 | u64::from(tag)
}

/// The 32 bits of a hash after those that name its part, never 0.
#[inline]
fn tag(hash: u64) -> u32 {
    ((hash >> 22) as u32).max(1)
}

/// The row of the first text with such a hash that was there before.
fn first_again(texts: &Texts<'_>, wanted: impl Fn(u64) -> bool) -> Option<usize> {
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    (0..texts.views.len()).find(|&row| {
        let hash = texts.hash(row);
        if !wanted(hash) {
            return false;
        }
        let rows = seen.entry(hash).or_default();
        let again = rows.iter().any(|&place| texts.equal(row, texts, place));
        rows.push(row);
        again
    })
}

/// The tags of some rows, part by part.
#[derive(Debug, Default)]
struct Split {
    tags: Vec<u32>,
    counts: Vec<usize>,
    room: usize,
    full: bool,
}

impl Split {
    fn fill(&mut self, texts: &Texts<'_>, start: usize, end: usize, room: usize) {
        self.tags = vec![0; PARTS * room];
        self.room = room;
        let mut next: [usize; PARTS] = std::array::from_fn(|part| part * room);
        for row in start..end {
            let hash = texts.hash(row);
            let part = (hash >> 54) as usize;
            if next[part] == (part + 1) * room {
                self.full = true;
                return;
            }
            self.tags[next[part]] = tag(hash);
            next[part] += 1;
        }
        self.counts = (0..PARTS).map(|part| next[part] - part * room).collect();
    }

    fn part(&self, part: usize) -> &[u32] {
        &self.tags[part * self.room..][..self.counts[part]]
    }
}

/// The tags that are there twice in a part.
fn repeats(split: &[Split], part: usize, table: &mut Vec<u32>, alike: &mut Vec<u32>) {
    let count: usize = split.iter().map(|split| split.counts[part]).sum();
    let size = (2 * count.max(1)).next_power_of_two();
    table.clear();
    table.resize(size, 0);
    let shift = 32 - size.trailing_zeros();
    for &tag in split.iter().flat_map(|split| split.part(part)) {
        let mut slot = (tag >> shift) as usize & (size - 1);
        while table[slot] != 0 && table[slot] != tag {
            slot = (slot + 1) & (size - 1);
        }
        if table[slot] == tag {
            alike.push(tag);
        }
        table[slot] = tag;
    }
}

/// Keys by their hashes, in a table at most a quarter full: in the upper half of a slot a part of the
/// hash, in the lower the row from 1 on, or 0 where it is free.
struct Places<'a> {
    keys: &'a Texts<'a>,
    table: Vec<u64>,
    shift: u32,
}

impl<'a> Places<'a> {
    fn of(keys: &'a Texts<'a>) -> Result<Self, Error> {
        let count = keys.views.len();
        i32::try_from(count).map_err(|_| Error::value("keys", count, "fewer than 2^31"))?;
        let size = (4 * count.max(1)).next_power_of_two();
        let mut places = Self {
            keys,
            table: vec![0; size],
            shift: 64 - size.trailing_zeros(),
        };
        for row in 0..count {
            let hash = keys.hash(row);
            let mut slot = places.first(hash);
            while places.table[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            places.table[slot] = hash << 32 | (row as u64 + 1);
        }
        Ok(places)
    }

    #[inline]
    fn first(&self, hash: u64) -> usize {
        (hash >> self.shift) as usize
    }

    /// The key's row if the entry is that of this text.
    #[inline]
    fn row(&self, entry: u64, hash: u64, texts: &Texts<'_>, row: usize) -> Option<i32> {
        let place = (entry as u32).wrapping_sub(1);
        let same = (entry ^ (hash << 32)) >> 32 == 0 && entry as u32 != 0;
        (same && texts.equal(row, self.keys, place as usize)).then_some(place as i32)
    }

    /// Places of the texts from `start` on. The loops without branches keep many reads under way.
    fn find(&self, texts: &Texts<'_>, start: usize, places: &mut [i32]) {
        let mut hashes = [0_u64; BLOCK];
        let mut entries = [0_u64; BLOCK];
        for (block, places) in places.chunks_mut(BLOCK).enumerate() {
            let first = start + block * BLOCK;
            for (i, hash) in hashes[..places.len()].iter_mut().enumerate() {
                *hash = texts.hash(first + i);
            }
            for (entry, hash) in entries.iter_mut().zip(&hashes[..places.len()]) {
                *entry = self.table[self.first(*hash)];
            }
            for (i, place) in places.iter_mut().enumerate() {
                let found = self.row(entries[i], hashes[i], texts, first + i);
                *place = found.unwrap_or_else(|| self.look_on(texts, first + i, hashes[i]));
            }
        }
    }

    /// The place of a text that is not in the first slot of its hash.
    fn look_on(&self, texts: &Texts<'_>, row: usize, hash: u64) -> i32 {
        let mut slot = self.first(hash);
        while self.table[slot] != 0 {
            if let Some(place) = self.row(self.table[slot], hash, texts, row) {
                return place;
            }
            slot = (slot + 1) & (self.table.len() - 1);
        }
        -1
    }
}

/// The place of each text among the keys, which all differ; -1 where it is not there.
///
/// # Errors
/// [`Error::Value`] for 2^31 keys or more.
pub fn match_texts(keys: &Texts<'_>, texts: &Texts<'_>, threads: usize) -> Result<Vec<i32>, Error> {
    let table = Places::of(keys)?;
    let mut places = vec![0; texts.views.len()];
    let part = places.len().div_ceil(threads.max(1)).max(1);
    for_each(
        places.chunks_mut(part).enumerate(),
        threads,
        &mut || Ok::<(), Error>(()),
        || (),
        |(), (i, places)| table.find(texts, i * part, places),
    )?;
    Ok(places)
}

/// The first row whose text is not that of its order: `"buy"` where `buys[codes[row]]`, else
/// `"sell"`; rows of no order (a negative code) are not looked at.
///
/// # Errors
/// [`Error::Length`] and [`Error::Value`] for arrays that do not fit together.
pub fn other_side(texts: &Texts<'_>, codes: &[i32], buys: &[bool]) -> Result<Option<usize>, Error> {
    Error::check_length("codes", codes.len(), texts.views.len())?;
    check_codes(codes, buys.len())?;
    let view = |text: &[u8; 4], length| [length, u32::from_le_bytes(*text), 0, 0];
    let sides = [view(b"sell", 4), view(b"buy\0", 3)];
    let same = |(view, &code): (&View, &i32)| {
        usize::try_from(code).map_or(true, |order| *view == sides[usize::from(buys[order])])
    };
    Ok(texts.views.iter().zip(codes).position(|pair| !same(pair)))
}
