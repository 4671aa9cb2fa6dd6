//! Writing messages: BodyLength and CheckSum are filled in at the end.

use super::frame::{SOH, sum};
use super::{Decimal, words, write_time};

/// Room for BodyLength: `9=`, ten digits, SOH.
const BODY_LENGTH: usize = 13;
/// Room for what a field has beside a text: a tag, `=`, a number, SOH, and bytes written too far.
const BESIDE: usize = 48;
/// What numbers of up to eight digits are below.
const EIGHT_DIGITS: u64 = 100_000_000;

/// Writes one message after another into the same buffer.
///
/// ```
/// use hft_py::fix::codec::Encoder;
/// let mut encoder = Encoder::new();
/// encoder.start(b"FIX.4.2", b"0");
/// encoder.int(34, 7);
/// assert_eq!(encoder.finish(), b"8=FIX.4.2\x019=10\x0135=0\x0134=7\x0110=169\x01");
/// ```
#[derive(Clone, Debug)]
pub struct Encoder {
    /// Room for the header, the body, and room for more.
    buffer: Vec<u8>,
    /// `8=...` with its SOH.
    begin: Vec<u8>,
    /// Where the body starts.
    body: usize,
    /// Where the next field starts.
    at: usize,
}

impl Encoder {
    /// An encoder with an empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self {
            buffer: Vec::new(),
            begin: Vec::new(),
            body: BODY_LENGTH,
            at: BODY_LENGTH,
        }
    }

    /// Start a message: its BeginString (8) and its MsgType (35).
    pub fn start(&mut self, begin_string: &[u8], msg_type: &[u8]) {
        self.begin.clear();
        self.begin.extend_from_slice(b"8=");
        self.begin.extend_from_slice(begin_string);
        self.begin.push(SOH);
        self.body = self.begin.len() + BODY_LENGTH;
        self.at = self.body;
        self.field(35, msg_type);
    }

    /// Write a field. The value is written as it is: an SOH in it ends the field for who reads
    /// it, unless it is a data field whose length was written before.
    #[inline]
    pub fn field(&mut self, tag: u32, value: &[u8]) {
        self.reserve(value.len());
        self.tag(tag);
        copy(&mut self.buffer[self.at..], value);
        self.at += value.len();
        self.end();
    }

    /// Write a whole number.
    pub fn int(&mut self, tag: u32, value: i64) {
        self.reserve(0);
        self.tag(tag);
        if value < 0 {
            self.byte(b'-');
        }
        self.digits(value.unsigned_abs());
        self.end();
    }

    /// Write an exact decimal number with as many decimals as its scale says.
    pub fn decimal(&mut self, tag: u32, value: Decimal) {
        let digits = value.mantissa.unsigned_abs();
        if value.scale == 0 || value.scale > 7 || digits >= EIGHT_DIGITS {
            return self.field(tag, value.to_string().as_bytes());
        }
        self.reserve(0);
        self.tag(tag);
        if value.mantissa < 0 {
            self.byte(b'-');
        }
        // The digits before the point without leading zeros, but one, and those after it.
        let scale = u32::from(value.scale);
        let word = words::digits(digits as u32);
        let zeros = ((word ^ words::ZEROS).trailing_zeros() / 8).min(7 - scale);
        self.word(word >> (8 * zeros), 8 - scale - zeros);
        self.byte(b'.');
        self.word(word >> (64 - 8 * scale), scale);
        self.end();
    }

    /// Write a time in nanoseconds since 1970-01-01 UTC, with milliseconds or without.
    pub fn time(&mut self, tag: u32, utc_ns: i64, millis: bool) {
        let text = write_time(utc_ns);
        self.field(tag, if millis { &text } else { &text[..17] });
    }

    /// Fill in BodyLength and CheckSum: the whole message.
    pub fn finish(&mut self) -> &[u8] {
        let length = (self.at - self.body) as u64;
        self.reserve(0);
        // The length is written from its last digit on, before the body; then what is before it.
        let mut at = self.body - 1;
        self.buffer[at] = SOH;
        let mut rest = length;
        loop {
            at -= 1;
            self.buffer[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        at -= 2;
        self.buffer[at..at + 2].copy_from_slice(b"9=");
        let start = at - self.begin.len();
        copy(&mut self.buffer[start..], &self.begin);
        let sum = sum(&self.buffer[start..self.at]);
        let digits = words::digits(u32::from(sum)) >> 40;
        // `10=`, three digits, SOH.
        self.word(0x3d_3031 | digits << 24 | u64::from(SOH) << 48, 7);
        &self.buffer[start..self.at]
    }

    /// Make room for a field with a text of `length` bytes.
    #[inline]
    fn reserve(&mut self, length: usize) {
        if self.at + length + BESIDE > self.buffer.len() {
            self.grow(length);
        }
    }

    #[cold]
    fn grow(&mut self, length: usize) {
        let length = 2 * (self.at + length + BESIDE);
        self.buffer.resize(length, 0);
    }

    #[inline]
    fn byte(&mut self, byte: u8) {
        self.buffer[self.at] = byte;
        self.at += 1;
    }

    /// Write the first `count` bytes of a word; what follows may hold the others for now.
    #[inline]
    fn word(&mut self, word: u64, count: u32) {
        self.buffer[self.at..self.at + 8].copy_from_slice(&word.to_le_bytes());
        self.at += count as usize;
    }

    /// Write a tag and `=`.
    #[inline]
    fn tag(&mut self, tag: u32) {
        match TAGS.get(tag as usize) {
            Some(text) => {
                self.buffer[self.at..self.at + 4].copy_from_slice(text);
                self.at += 2 + usize::from(tag > 9) + usize::from(tag > 99);
            }
            None => {
                self.digits(u64::from(tag));
                self.byte(b'=');
            }
        }
    }

    #[inline]
    fn end(&mut self) {
        self.byte(SOH);
    }

    fn digits(&mut self, value: u64) {
        if value < EIGHT_DIGITS {
            let word = words::digits(value as u32);
            let zeros = ((word ^ words::ZEROS).trailing_zeros() / 8).min(7);
            return self.word(word >> (8 * zeros), 8 - zeros);
        }
        self.digits(value / EIGHT_DIGITS);
        self.word(words::digits((value % EIGHT_DIGITS) as u32), 8);
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

/// `tag=` for every tag below 1,000, filled up with zeros.
static TAGS: [[u8; 4]; 1_000] = {
    let mut texts = [[0; 4]; 1_000];
    let mut tag = 0;
    while tag < texts.len() {
        let mut at = 0;
        let mut unit = 100;
        while unit > 0 {
            if tag >= unit || unit == 1 {
                texts[tag][at] = b'0' + (tag / unit % 10) as u8;
                at += 1;
            }
            unit /= 10;
        }
        texts[tag][at] = b'=';
        tag += 1;
    }
    texts
};

/// Copy a text to the start of a buffer: short ones in two pieces that may overlap, which is less
/// work than a call of memcpy.
#[inline]
fn copy(to: &mut [u8], text: &[u8]) {
    let to = &mut to[..text.len()];
    match text.len() {
        0 => {}
        1..=3 => {
            for (to, byte) in to.iter_mut().zip(text) {
                *to = *byte;
            }
        }
        4..=7 => ends::<4>(to, text),
        8..=16 => ends::<8>(to, text),
        _ => to.copy_from_slice(text),
    }
}

/// Copy the first and the last `N` bytes.
#[inline]
fn ends<const N: usize>(to: &mut [u8], text: &[u8]) {
    if let (Some(first), Some(last)) = (text.first_chunk::<N>(), text.last_chunk::<N>()) {
        let end = to.len() - N;
        to[..N].copy_from_slice(first);
        to[end..].copy_from_slice(last);
    }
}
