//! Finding messages in a stream of bytes.

use super::words;

/// What ends a field.
pub const SOH: u8 = 1;

/// The longest BeginString looked for.
const BEGIN_STRING: usize = 32;

/// `10=123` and its SOH.
const TRAILER: usize = 7;

/// Why bytes are no message; such bytes are ignored and do not move the sequence number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Garble {
    /// Bytes before the `8=` of a message.
    Noise,
    /// The first three fields are not 8, 9 and 35.
    FirstFields,
    /// BodyLength is no number, or no CheckSum stands where it says.
    BodyLength,
    /// CheckSum is not the sum of the bytes.
    CheckSum,
    /// A field is not `tag=value` with a number as its tag.
    Tag,
    /// The message is longer than the limit.
    TooLong,
}

impl std::fmt::Display for Garble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Noise => "bytes before BeginString (8)",
            Self::FirstFields => "the first three fields are not 8, 9 and 35",
            Self::BodyLength => "BodyLength (9) is not the length of the body",
            Self::CheckSum => "CheckSum (10) is not the sum of the bytes",
            Self::Tag => "a field is not tag=value with a number as its tag",
            Self::TooLong => "the message is longer than the limit",
        })
    }
}

/// What a stream begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framed {
    /// A message of so many bytes.
    Message(usize),
    /// Not yet a whole message: wait for more bytes.
    Incomplete,
    /// No message: leave out the first `skip` bytes, at least one, and go on.
    Garbled {
        /// How many bytes to leave out.
        skip: usize,
        /// Why.
        why: Garble,
    },
}

/// Look at what a stream of bytes begins with.
///
/// A BodyLength that is wrong takes the bytes to the next CheckSum after the end it claims: one
/// that is too long swallows the message after it. `limit` is the longest message allowed, in
/// bytes. What is a message does not depend on how the stream was cut into pieces.
#[must_use]
pub fn frame(stream: &[u8], limit: usize) -> Framed {
    let garbled = |skip, why| Framed::Garbled { skip, why };
    match stream {
        [] | [b'8'] => return Framed::Incomplete,
        [b'8', b'=', ..] => {}
        _ => return garbled(noise(stream), Garble::Noise),
    }
    let head = &stream[2..stream.len().min(2 + BEGIN_STRING + 1)];
    let Some(length) = head.iter().position(|&byte| byte == SOH) else {
        return if head.len() > BEGIN_STRING {
            garbled(2, Garble::FirstFields)
        } else {
            Framed::Incomplete
        };
    };
    let mut at = 2 + length + 1;
    for expected in *b"9=" {
        match stream.get(at) {
            None => return Framed::Incomplete,
            Some(&byte) if byte == expected && length > 0 => at += 1,
            Some(_) => return garbled(2, Garble::FirstFields),
        }
    }
    let digits = at;
    let mut body = 0;
    loop {
        match stream.get(at) {
            None => return Framed::Incomplete,
            Some(&byte) if byte.is_ascii_digit() && at < digits + 9 => {
                body = 10 * body + usize::from(byte - b'0');
                at += 1;
            }
            Some(&SOH) if at > digits => break,
            Some(_) => return garbled(2, Garble::BodyLength),
        }
    }
    let end = at + 1 + body;
    if end + TRAILER > limit {
        return garbled(2, Garble::TooLong);
    }
    let Some(trailer) = stream.get(end..end + TRAILER) else {
        return Framed::Incomplete;
    };
    let (SOH, [b'1', b'0', b'=', a, b, c, SOH]) = (stream[end - 1], trailer) else {
        return misplaced(stream, end - 1, limit);
    };
    if !(a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit()) {
        return garbled(end + TRAILER, Garble::CheckSum);
    }
    let written = [a, b, c].map(|digit| u32::from(digit - b'0'));
    if 100 * written[0] + 10 * written[1] + written[2] != u32::from(sum(&stream[..end])) {
        return garbled(end + TRAILER, Garble::CheckSum);
    }
    Framed::Message(end + TRAILER)
}

/// The sum of the bytes, modulo 256.
pub(super) fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, &byte| sum.wrapping_add(byte))
}

/// How many bytes come before the next `8=`, or before what may become one.
fn noise(stream: &[u8]) -> usize {
    let is_start = |at: usize| matches!(stream[at..], [_, b'=', ..] | [_]);
    words::places_of(stream, b'8')
        .find(|at| is_start(*at))
        .unwrap_or(stream.len())
}

/// No CheckSum stands where BodyLength says: leave out all up to the next one, from `from` on.
fn misplaced(stream: &[u8], from: usize, limit: usize) -> Framed {
    let window = &stream[from..stream.len().min(limit)];
    let checksum = words::places_of(window, SOH).find(|at| window[*at..].starts_with(b"\x0110="));
    let end = checksum.and_then(|at| {
        let length = words::places_of(&window[at + 4..], SOH).next()?;
        Some(from + at + 4 + length + 1)
    });
    match end {
        Some(skip) => Framed::Garbled {
            skip,
            why: Garble::BodyLength,
        },
        None if stream.len() >= limit => Framed::Garbled {
            skip: limit,
            why: Garble::TooLong,
        },
        None => Framed::Incomplete,
    }
}
