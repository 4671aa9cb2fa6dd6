//! Values of fields: whole numbers, exact decimals, UTC times.

use super::words;
use std::cmp::Ordering;
use std::fmt;

/// Nanoseconds in a second.
const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a day.
const DAY: i64 = 86_400 * SECOND;
/// The most digits after the point: 10 to its power is still an `i64`.
const MOST_DECIMALS: u8 = 18;

/// A whole number: digits, perhaps after a minus sign; none where it is something else or too
/// large for an `i64`.
#[must_use]
pub fn parse_int(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for byte in digits {
        let digit = i64::from(digit(*byte)?);
        value = value.checked_mul(10)?.checked_sub(digit)?;
    }
    if negative {
        Some(value)
    } else {
        value.checked_neg()
    }
}

/// The digit that a byte writes.
fn digit(byte: u8) -> Option<u8> {
    let digit = byte.wrapping_sub(b'0');
    (digit <= 9).then_some(digit)
}

/// A decimal number held exactly: `mantissa` times 10 to the power of minus `scale`.
///
/// Numbers of equal value are equal, whatever their scales: 1.50 is 1.5.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    /// The digits, with the sign.
    pub mantissa: i64,
    /// How many of the digits stand after the point, 18 at most.
    pub scale: u8,
}

impl Decimal {
    /// Read digits with at most one point, perhaps after a minus sign; no exponent.
    ///
    /// None where it is something else, has more than 18 digits after the point, or is too large.
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (negative, digits) = match text {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let (mut mantissa, mut point, mut count) = (0_i64, None, 0);
        for byte in digits {
            if *byte == b'.' && point.is_none() {
                point = Some(count);
                continue;
            }
            let digit = i64::from(digit(*byte)?);
            mantissa = mantissa.checked_mul(10)?.checked_sub(digit)?;
            count += 1;
        }
        let scale = u8::try_from(count - point.unwrap_or(count)).ok()?;
        if count == 0 || scale > MOST_DECIMALS {
            return None;
        }
        let mantissa = if negative {
            mantissa
        } else {
            mantissa.checked_neg()?
        };
        Some(Self { mantissa, scale })
    }

    /// How many units of `unit` it is, for a price in ticks; none where it is no whole number of
    /// them, or `unit` is not positive.
    #[must_use]
    pub fn units_of(&self, unit: Self) -> Option<i64> {
        let scale = self.scale.max(unit.scale);
        let (value, unit) = (self.at_scale(scale)?, unit.at_scale(scale)?);
        if unit <= 0 || value % unit != 0 {
            return None;
        }
        i64::try_from(value / unit).ok()
    }

    /// `units` times `self`, the opposite of [`Self::units_of`]; none where it is too large.
    #[must_use]
    pub fn times(&self, units: i64) -> Option<Self> {
        Some(Self {
            mantissa: self.mantissa.checked_mul(units)?,
            scale: self.scale,
        })
    }

    /// The nearest float, or one next to it.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        self.mantissa as f64 / 10_f64.powi(i32::from(self.scale))
    }

    /// The mantissa at a scale that is not smaller.
    fn at_scale(&self, scale: u8) -> Option<i128> {
        let power = 10_i128.checked_pow(u32::from(scale - self.scale.min(scale)))?;
        i128::from(self.mantissa).checked_mul(power)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        match (self.at_scale(scale), other.at_scale(scale)) {
            (Some(one), Some(other)) => one.cmp(&other),
            // Only where a field was set to a scale above 18 by hand.
            _ => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let scale = usize::from(self.scale);
        let digits = format!("{digits:0>width$}", width = scale + 1);
        let (whole, decimals) = digits.split_at(digits.len() - scale);
        write!(f, "{sign}{whole}.{decimals}")
    }
}

/// Whether a text is a decimal number of any size: digits with at most one point, perhaps after a
/// minus sign.
#[must_use]
pub fn is_decimal(text: &[u8]) -> bool {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let points = digits.iter().filter(|byte| **byte == b'.').count();
    let others = digits.iter().filter(|byte| digit(**byte).is_some()).count();
    points <= 1 && others > 0 && points + others == digits.len()
}

/// A date `YYYYMMDD` of the Gregorian calendar: year, month and day.
fn calendar(text: &[u8; 8]) -> Option<(u32, u32, u32)> {
    let word = u64::from_le_bytes(*text);
    if words::not_digits(word) != 0 {
        return None;
    }
    let number = words::number(word);
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    let leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = u32::from(*LENGTHS.get(month as usize)?) + u32::from(leap);
    (1..=length).contains(&day).then_some((year, month, day))
}

/// Days of each month, from 1 on, of a year that is no leap year.
const LENGTHS: [u8; 13] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Whether a text is a date `YYYYMMDD`.
pub(crate) fn is_date(text: &[u8]) -> bool {
    text.try_into().is_ok_and(|text| calendar(text).is_some())
}

/// A date `YYYYMMDD` as days since 1970-01-01.
#[must_use]
pub fn parse_date(text: &[u8]) -> Option<i64> {
    let (year, month, day) = calendar(text.try_into().ok()?)?;
    Some(days(year.into(), month.into(), day.into()))
}

/// Days from 1970-01-01 to a date of the Gregorian calendar (years start in March, so that the
/// leap day is the last of its year).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = 365 * year_of_era + year_of_era / 4 - year_of_era / 100 + day_of_year;
    146_097 * era + day_of_era - 719_468
}

/// The year, month and day so many days after 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day = days.rem_euclid(146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = (month + 2) % 12 + 1;
    (400 * era + year + i64::from(month <= 2), month, day)
}

/// A time of day `HH:MM:SS`, perhaps with 3, 6 or 9 decimals, as nanoseconds since midnight.
///
/// Second 60, a leap second, counts as the first of the next minute.
#[must_use]
pub fn parse_time_of_day(text: &[u8]) -> Option<i64> {
    let (clock, decimals) = text.split_first_chunk::<8>()?;
    // Digits as numbers, colons as zeros; then each pair of digits as one number.
    let word = u64::from_le_bytes(*clock) ^ u64::from_le_bytes(*b"00:00:00");
    if words::above_nine(word) != 0 || word & 0x0000_ff00_00ff_0000 != 0 {
        return None;
    }
    let pairs = (10 * word + (word >> 8)).to_le_bytes();
    let [hours, minutes, seconds] = [pairs[0], pairs[3], pairs[6]].map(i64::from);
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let nanoseconds = match decimals {
        [] => 0,
        [b'.', digits @ ..] => nanoseconds(digits)?,
        _ => return None,
    };
    Some((3_600 * hours + 60 * minutes + seconds) * SECOND + nanoseconds)
}

/// Decimals of a second, 3, 6 or 9 of them, in nanoseconds.
fn nanoseconds(digits: &[u8]) -> Option<i64> {
    if !matches!(digits.len(), 3 | 6 | 9) {
        return None;
    }
    let mut value = 0;
    for byte in digits {
        value = 10 * value + i64::from(digit(*byte)?);
    }
    Some(value * 10_i64.pow(9 - digits.len() as u32))
}

/// Whether a text is a time `YYYYMMDD-HH:MM:SS`, perhaps with decimals.
pub(crate) fn is_time(text: &[u8]) -> bool {
    let Some((date, [b'-', time @ ..])) = text.split_first_chunk() else {
        return false;
    };
    calendar(date).is_some() && parse_time_of_day(time).is_some()
}

/// A time `YYYYMMDD-HH:MM:SS`, perhaps with 3, 6 or 9 decimals, as nanoseconds since 1970-01-01
/// UTC; none where it is something else, or outside the years 1678 to 2261.
#[must_use]
pub fn parse_time(text: &[u8]) -> Option<i64> {
    let (date, rest) = text.split_at_checked(8)?;
    let [b'-', time @ ..] = rest else { return None };
    parse_date(date)?
        .checked_mul(DAY)?
        .checked_add(parse_time_of_day(time)?)
}

/// A time in nanoseconds since 1970-01-01 UTC as `YYYYMMDD-HH:MM:SS.sss`, or its first 17 bytes
/// as the time without milliseconds. Earlier milliseconds, never later ones, where it is between.
#[must_use]
pub fn write_time(utc_ns: i64) -> [u8; 21] {
    let (year, month, day) = date(utc_ns.div_euclid(DAY));
    let milliseconds = (utc_ns.rem_euclid(DAY) / 1_000_000) as u32;
    let seconds = milliseconds / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    // HH0MM0SS, and then a colon for each 0 between.
    let clock = words::digits(1_000_000 * hours + 1_000 * minutes + seconds % 60);
    let clock = clock + 0x0000_0a00_000a_0000;
    let mut text = *b"00000000-00:00:00.000";
    let date = words::digits((10_000 * year + 100 * month + day) as u32);
    text[..8].copy_from_slice(&date.to_le_bytes());
    text[9..17].copy_from_slice(&clock.to_le_bytes());
    text[18..].copy_from_slice(&words::digits(milliseconds % 1_000).to_le_bytes()[5..]);
    text
}
