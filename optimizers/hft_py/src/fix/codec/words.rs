//! Eight bytes at a time in a plain integer, the first byte lowest: the same on every processor.

const HIGH: u64 = 0x8080_8080_8080_8080;
const ONES: u64 = 0x0101_0101_0101_0101;
/// Eight digits 0.
pub(crate) const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight bytes from `at` on; what is past the end reads as zeros.
#[inline]
pub(crate) fn load(bytes: &[u8], at: usize) -> u64 {
    if let Some(eight) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        return u64::from_le_bytes(*eight);
    }
    let mut eight = [0; 8];
    let rest = bytes.get(at..).unwrap_or_default();
    eight[..rest.len()].copy_from_slice(rest);
    u64::from_le_bytes(eight)
}

/// The high bit of each byte that is `byte`.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(crate) fn equal_to(word: u64, byte: u8) -> u64 {
    let zero = word ^ (ONES * u64::from(byte));
    !(((zero & !HIGH) + !HIGH) | zero) & HIGH
}

/// The high bit of each byte above 9.
#[inline]
pub(crate) fn above_nine(word: u64) -> u64 {
    (((word & !HIGH) + 0x76 * ONES) | word) & HIGH
}

/// The high bit of each byte that is no digit.
#[inline]
pub(crate) fn not_digits(word: u64) -> u64 {
    above_nine(word ^ ZEROS)
}

/// The number that eight digits write.
#[inline]
pub(crate) fn number(word: u64) -> u32 {
    let units = word ^ ZEROS;
    let pairs = (units * 10 + (units >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    ((fours * 10_000 + (fours >> 32)) & 0xffff_ffff) as u32
}

/// The eight digits of a number below 100,000,000, with leading zeros, the first one lowest: the
/// opposite of [`number`].
#[inline]
pub(crate) fn digits(number: u32) -> u64 {
    let fours = u64::from(number / 10_000 % 10_000) | u64::from(number % 10_000) << 32;
    // Products with 10,486 / 2^20 and 103 / 2^10 are quotients by 100 and by 10 in this range.
    let hundreds = (fours * 10_486) >> 20 & 0x0000_007f_0000_007f;
    let pairs = hundreds | (fours - 100 * hundreds) << 16;
    let tens = (pairs * 103) >> 10 & 0x000f_000f_000f_000f;
    (tens | (pairs - 10 * tens) << 8) + ZEROS
}

/// Which of 64 bytes are `byte`: the first one is the lowest bit.
#[inline]
pub(crate) fn places(bytes: &[u8; 64], byte: u8) -> u64 {
    #[cfg(target_arch = "x86_64")]
    return sse2_places(bytes, byte);
    #[cfg(not(target_arch = "x86_64"))]
    portable_places(bytes, byte)
}

/// A text 64 bytes at a time: where they start, and which of them are `byte`.
#[inline]
pub(crate) fn blocks(text: &[u8], byte: u8) -> impl Iterator<Item = (usize, u64)> {
    let (blocks, rest) = text.as_chunks::<64>();
    let whole = blocks.iter().map(move |block| places(block, byte));
    let last = std::iter::once_with(move || {
        let mut last = [!byte; 64];
        last[..rest.len()].copy_from_slice(rest);
        places(&last, byte)
    });
    whole
        .chain(last)
        .enumerate()
        .map(|(number, places)| (64 * number, places))
}

/// Where `byte` stands in a text, from the first place on.
pub(crate) fn places_of(text: &[u8], byte: u8) -> impl Iterator<Item = usize> {
    blocks(text, byte).flat_map(|(start, mut places)| {
        std::iter::from_fn(move || {
            let place = (places != 0).then(|| start + places.trailing_zeros() as usize);
            places &= places.wrapping_sub(1);
            place
        })
    })
}

/// [`places`] in plain integers: 13 operations for 8 bytes.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn portable_places(bytes: &[u8; 64], byte: u8) -> u64 {
    let mut places = 0;
    for (at, eight) in bytes.as_chunks::<8>().0.iter().enumerate() {
        let found = equal_to(u64::from_le_bytes(*eight), byte) >> 7;
        // The product moves the bit of each byte to its place in the highest byte.
        places |= (found.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * at);
    }
    places
}

/// [`places`] with the vectors every x86-64 processor has: 3 operations for 16 bytes.
#[cfg(target_arch = "x86_64")]
#[inline]
fn sse2_places(bytes: &[u8; 64], byte: u8) -> u64 {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_loadu_si128, _mm_movemask_epi8, _mm_set1_epi8};
    let mut places = 0;
    for (at, sixteen) in bytes.as_chunks::<16>().0.iter().enumerate() {
        // SAFETY: SSE2 is part of x86-64, and the load reads the 16 bytes of the array.
        let found = unsafe {
            let vector = _mm_loadu_si128(sixteen.as_ptr().cast());
            _mm_movemask_epi8(_mm_cmpeq_epi8(vector, _mm_set1_epi8(byte as i8)))
        };
        places |= u64::from(found as u32) << (16 * at);
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_agree_with_bytes() {
        let mut state = 1_u64;
        for _ in 0..20_000 {
            let bytes: [u8; 64] = std::array::from_fn(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                // Few values, so that many bytes are the one looked for; sometimes any value.
                let byte = (state >> 56) as u8;
                if state >> 40 & 3 == 0 {
                    byte
                } else {
                    b"\x0105=9"[usize::from(byte % 5)]
                }
            });
            let bits = |test: fn(u8) -> bool| {
                let bytes = bytes.iter().enumerate();
                bytes.fold(0, |bits, (at, byte)| bits | u64::from(test(*byte)) << at)
            };
            assert_eq!(places(&bytes, 1), bits(|byte| byte == 1));
            assert_eq!(portable_places(&bytes, 1), bits(|byte| byte == 1));
            let text = &bytes[..(state >> 32) as usize % 65];
            let each = text.iter().enumerate().filter(|(_, byte)| **byte == 0xfe);
            assert!(places_of(text, 0xfe).eq(each.map(|(at, _)| at)));
            let each = bytes
                .iter()
                .chain(text)
                .enumerate()
                .filter(|(_, byte)| **byte == 1);
            assert!(places_of(&[&bytes, text].concat(), 1).eq(each.map(|(at, _)| at)));
            let word = load(&bytes, 0);
            let high_bits =
                |bits: u64| (0..8).fold(0, |all, at| all | (bits >> at & 1) << (8 * at + 7));
            assert_eq!(equal_to(word, b'='), high_bits(bits(|byte| byte == b'=')));
            assert_eq!(
                not_digits(word),
                high_bits(bits(|byte| !byte.is_ascii_digit()))
            );
        }
        assert_eq!(number(load(b"20260730", 0)), 20_260_730);
        for value in (0..100_000)
            .chain((0..100_000_000).step_by(9_973))
            .chain([99_999_999])
        {
            assert_eq!(
                digits(value).to_le_bytes(),
                format!("{value:08}").as_bytes()
            );
            assert_eq!(number(digits(value)), value);
        }
        assert_eq!(load(b"12345678", 5), load(b"678", 0));
        assert_eq!((load(b"abc", 3), load(b"abc", 9)), (0, 0));
    }
}
