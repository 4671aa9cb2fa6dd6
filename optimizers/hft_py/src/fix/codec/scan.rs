//! Finding the fields of a message.

use super::frame::{Garble, SOH};
use super::{View, parse_int, words};
use std::sync::atomic::{AtomicU64, Ordering};

/// The longest message whose fields are found: twice as much is still a number of 32 bits.
const LONGEST: usize = i32::MAX as usize;

/// Where a field's value is in its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The tag.
    pub tag: u32,
    /// The first byte of the value.
    pub start: u32,
    /// One past its last byte: where its SOH is.
    pub end: u32,
}

/// Which field announces the length of which data field: values that may hold any byte.
#[derive(Clone, Debug)]
pub struct DataTags {
    /// A number of its own, the same for its copies.
    id: u64,
    /// Pairs (length tag, data tag), sorted.
    pairs: Vec<(u32, u32)>,
    /// For each remainder of a tag modulo 512 whether a length tag has it: most fields are none,
    /// and one look says so.
    remainders: [u64; 8],
}

impl DataTags {
    /// From pairs of a length's tag and its data's tag.
    #[must_use]
    pub fn new(pairs: &[(u32, u32)]) -> Self {
        let mut pairs = pairs.to_vec();
        pairs.sort_unstable();
        static IDS: AtomicU64 = AtomicU64::new(1);
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        let mut remainders = [0; 8];
        for (length, _) in &pairs {
            remainders[*length as usize / 64 % 8] |= 1 << (length % 64);
        }
        Self {
            id,
            pairs,
            remainders,
        }
    }

    /// The data tag that follows a length tag.
    #[must_use]
    #[inline]
    pub fn data_of(&self, length: u32) -> Option<u32> {
        if self.remainders[length as usize / 64 % 8] >> (length % 64) & 1 == 0 {
            return None;
        }
        self.search(length)
    }

    fn search(&self, length: u32) -> Option<u32> {
        let at = self.pairs.binary_search_by_key(&length, |pair| pair.0);
        at.ok().map(|at| self.pairs[at].1)
    }
}

/// Where the fields of one message are; to be used again for the next one.
///
/// A message mostly has the tags of the one before it at the same positions: comparing with the
/// text seen there is less work than reading a number.
#[derive(Clone, Debug, Default)]
pub struct Index {
    fields: Vec<Field>,
    /// The places of SOH.
    ends: Vec<u32>,
    /// For each position the tag that stood there last, as long as it announces no data.
    seen: Vec<Seen>,
    /// Which data tags `seen` was made for.
    data: u64,
}

/// A tag as it is written, `34=`, in a word of bytes.
#[derive(Clone, Copy, Debug)]
struct Seen {
    text: u64,
    /// Which bytes of a word are the text.
    mask: u64,
    tag: u32,
    /// How many bytes the text has.
    size: u32,
}

impl Seen {
    /// What no message holds.
    const NOTHING: Self = Self {
        text: 1,
        mask: 0,
        tag: 0,
        size: 0,
    };

    /// The tag written in the first `size` bytes of a word; nothing where they are more than it.
    fn new(word: u64, tag: u32, size: usize) -> Self {
        if size > 8 {
            return Self::NOTHING;
        }
        let mask = !0 >> (64 - 8 * size);
        Self {
            text: word & mask,
            mask,
            tag,
            size: size as u32,
        }
    }
}

impl Index {
    /// An index of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Find the fields of `message`, which [`super::frame`] delimited.
    ///
    /// A data field takes as many bytes as its length field says, if it stands right after it and
    /// an SOH follows; else it ends at its first SOH.
    ///
    /// # Errors
    /// [`Garble::FirstFields`] where the first three fields are not 8, 9 and 35, [`Garble::Tag`]
    /// where a tag is not a number of 1 to 9 digits, [`Garble::TooLong`] from 2 GiB on. The index
    /// is then empty.
    pub fn scan(&mut self, message: &[u8], data: &DataTags) -> Result<(), Garble> {
        let scanned = if message.len() > LONGEST {
            Err(Garble::TooLong)
        } else {
            self.find_ends(message);
            match self.scan_plain(message, data) {
                Some(scanned) => scanned,
                None => self.scan_data(message, data),
            }
        };
        let first = self
            .fields
            .first_chunk()
            .map(|first| first.map(|field| field.tag));
        let scanned = match first {
            _ if scanned.is_err() => scanned,
            Some([8, 9, 35]) => Ok(()),
            _ => Err(Garble::FirstFields),
        };
        if scanned.is_err() {
            self.fields.clear();
        }
        scanned
    }

    /// Find every SOH, 64 bytes at a time.
    fn find_ends(&mut self, message: &[u8]) {
        self.ends.clear();
        for (block, mut places) in words::blocks(message, SOH) {
            let count = self.ends.len() + places.count_ones() as usize;
            while places != 0 {
                // Eight at once, so that their number is no branch to predict; cut off below.
                let eight: [u32; 8] = std::array::from_fn(|_| {
                    let end = block as u32 + places.trailing_zeros();
                    places &= places.wrapping_sub(1);
                    end
                });
                self.ends.extend_from_slice(&eight);
            }
            self.ends.truncate(count);
        }
    }

    /// Find the fields of a message without data fields; none where it may have one.
    fn scan_plain(&mut self, message: &[u8], data: &DataTags) -> Option<Result<(), Garble>> {
        let nothing = Field {
            tag: 0,
            start: 0,
            end: 0,
        };
        self.fields.resize(self.ends.len(), nothing);
        if self.data != data.id {
            self.data = data.id;
            self.seen.clear();
        }
        if self.seen.len() < self.ends.len() {
            self.seen.resize(self.ends.len(), Seen::NOTHING);
        }
        let (mut done, mut at) = (0, 0);
        loop {
            let (fields, seen) = (&mut self.fields[done..], &mut self.seen[done..]);
            let ends = &self.ends[done..];
            let (count, next) = follow(message, at, ends, seen, fields);
            let (Some(field), Some(seen)) = (fields.get_mut(count), seen.get_mut(count)) else {
                return Some(if next == message.len() {
                    Ok(())
                } else {
                    Err(Garble::Tag)
                });
            };
            let Some((tag, start)) = tag_at(message, next) else {
                return Some(Err(Garble::Tag));
            };
            if data.data_of(tag).is_some() {
                return None;
            }
            let end = ends[count];
            *seen = Seen::new(words::load(message, next), tag, start - next);
            *field = Field {
                tag,
                start: start as u32,
                end,
            };
            done += count + 1;
            at = end as usize + 1;
        }
    }

    /// Find the fields of any message.
    #[cold]
    fn scan_data(&mut self, message: &[u8], data: &DataTags) -> Result<(), Garble> {
        self.fields.clear();
        let mut at = 0;
        let mut ends = self.ends.iter().copied();
        while at < message.len() {
            let (number, start) = tag_at(message, at).ok_or(Garble::Tag)?;
            let mut end = ends.find(|end| *end as usize >= start).ok_or(Garble::Tag)?;
            let length = self.fields.last().copied();
            let length = length.filter(|length| data.data_of(length.tag) == Some(number));
            let announced = length.and_then(|length| {
                let bytes = &message[length.start as usize..length.end as usize];
                let end = start.checked_add(usize::try_from(parse_int(bytes)?).ok()?)?;
                (message.get(end) == Some(&SOH)).then_some(end as u32)
            });
            if let Some(announced) = announced
                && announced != end
            {
                // The data hold the first SOH, perhaps others.
                ends.find(|end| *end == announced);
                end = announced;
            }
            self.fields.push(Field {
                tag: number,
                start: start as u32,
                end,
            });
            at = end as usize + 1;
        }
        Ok(())
    }

    /// The fields found, in the bytes they were found in.
    #[must_use]
    pub fn view<'a>(&'a self, bytes: &'a [u8]) -> View<'a> {
        View::new(bytes, &self.fields)
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }
}

/// Find fields as long as they have the tags seen before: how many, and where the next one starts.
fn follow(
    message: &[u8],
    mut at: usize,
    ends: &[u32],
    seen: &[Seen],
    fields: &mut [Field],
) -> (usize, usize) {
    let mut count = 0;
    for ((field, seen), &end) in fields.iter_mut().zip(seen).zip(ends) {
        let rest = message.get(at..).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(eight) => u64::from_le_bytes(*eight),
            None => words::load(rest, 0),
        };
        if word & seen.mask != seen.text {
            break;
        }
        *field = Field {
            tag: seen.tag,
            start: at as u32 + seen.size,
            end,
        };
        at = end as usize + 1;
        count += 1;
    }
    (count, at)
}

/// The tag at `at`, and where its value starts.
#[inline]
fn tag_at(message: &[u8], at: usize) -> Option<(u32, usize)> {
    let word = message
        .get(at..)?
        .first_chunk()
        .map_or(0, |four| u32::from_le_bytes(*four));
    let word = word ^ 0x3030_3030;
    // The lowest byte above 9 is found right: a carry can only come from one below.
    let no_digits = (word.wrapping_add(0x7676_7676) | word) & 0x8080_8080;
    let bits = no_digits.trailing_zeros() & 0x18;
    if bits == 0 || (word >> bits) as u8 != b'=' ^ b'0' {
        return long_tag(message, at);
    }
    // Up to three digits with zeros before them, the last one highest.
    let digits = word << (32 - bits);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8) & 0x00ff_00ff;
    let tag = pairs.wrapping_mul(100).wrapping_add(pairs >> 16) & 0xffff;
    Some((tag, at + bits as usize / 8 + 1))
}

/// A tag of up to nine digits.
#[cold]
fn long_tag(message: &[u8], at: usize) -> Option<(u32, usize)> {
    let mut tag = 0;
    for (count, &byte) in message.get(at..)?.iter().take(10).enumerate() {
        match byte {
            b'0'..=b'9' if count < 9 => tag = 10 * tag + u32::from(byte - b'0'),
            b'=' if count > 0 => return Some((tag, at + count + 1)),
            _ => return None,
        }
    }
    None
}
