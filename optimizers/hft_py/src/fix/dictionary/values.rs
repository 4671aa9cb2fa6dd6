//! Whether a value is of its field's type, and one of the enumerated ones.

use super::FieldType;
use super::fields::Fields;
use super::levels::Rule;
use crate::fix::codec::words::not_digits;
use crate::fix::codec::{Field, is_date, is_decimal, is_time, parse_int, parse_time_of_day};

/// SessionRejectReason (373) of a field without a value.
const EMPTY: u8 = 4;
/// SessionRejectReason of a value beside the enumerated ones.
const OUT_OF_RANGE: u8 = 5;
/// SessionRejectReason of a value of another type.
const WRONG_FORMAT: u8 = 6;

/// Check the value of a field; the number of the reason why it is wrong.
#[inline(always)]
pub(super) fn check(fields: &Fields, rule: Rule, bytes: &[u8], field: Field) -> Result<(), u8> {
    if rule.is_text() && field.end > field.start
        || rule.is_one_of_characters() && is_character(fields, bytes, field)
        || rule.is_number() && is_short(bytes, field, rule.may_have_point())
    {
        return Ok(());
    }
    check_value(fields, bytes, field)
}

/// [`check`] for what takes more than a few operations; a call of its own, which leaves the
/// registers to the loop around it.
#[inline(never)]
fn check_value(fields: &Fields, bytes: &[u8], field: Field) -> Result<(), u8> {
    let slot = fields.slot(field.tag);
    let entry = fields.at(slot);
    let kind = entry.kind;
    let value = bytes
        .get(field.start as usize..field.end as usize)
        .unwrap_or_default();
    if value.is_empty() {
        return Err(EMPTY);
    }
    let is_well_formed = match kind {
        FieldType::Decimal => is_decimal(value),
        FieldType::Int => parse_int(value).is_some(),
        FieldType::Count => parse_int(value).is_some_and(|count| count >= 0),
        FieldType::Time => is_time(value),
        FieldType::Text | FieldType::Multiple | FieldType::Data => true,
        FieldType::Char => value.len() == 1,
        FieldType::Boolean => matches!(value, b"Y" | b"N"),
        FieldType::DayOfMonth => parse_int(value).is_some_and(|day| (1..=31).contains(&day)),
        FieldType::TimeOfDay => parse_time_of_day(value).is_some(),
        FieldType::Date => is_date(value),
        FieldType::Month => is_month(value),
    };
    if !is_well_formed {
        return Err(WRONG_FORMAT);
    }
    if entry.values.is_empty() || is_enumerated(fields, slot, kind, value) {
        return Ok(());
    }
    Err(OUT_OF_RANGE)
}

/// Whether a value is one of the enumerated characters of its field.
#[inline]
fn is_character(fields: &Fields, bytes: &[u8], field: Field) -> bool {
    let byte = bytes.get(field.start as usize);
    field.end.wrapping_sub(field.start) == 1
        && byte.is_some_and(|byte| fields.enumerates_byte(fields.slot(field.tag), *byte))
}

fn is_enumerated(fields: &Fields, slot: usize, kind: FieldType, value: &[u8]) -> bool {
    if kind == FieldType::Multiple && value.len() > 1 {
        let mut each = value.split(|byte| *byte == b' ');
        return each.all(|one| fields.enumerates(slot, one));
    }
    fields.enumerates(slot, value)
}

/// Whether a value is one to eight digits, one of them perhaps a point; what is not may still be a
/// number.
#[inline(never)]
fn is_short(bytes: &[u8], field: Field, may_have_point: bool) -> bool {
    let length = field.end.wrapping_sub(field.start);
    let Some(eight) = bytes
        .get(field.start as usize..)
        .and_then(<[u8]>::first_chunk)
    else {
        return false;
    };
    if !(1..=8).contains(&length) {
        return false;
    }
    // The high bit of each byte of the value that is no digit.
    let word = u64::from_le_bytes(*eight);
    let others = not_digits(word) & (!0 >> (64 - 8 * length));
    if others == 0 {
        return true;
    }
    let byte = word >> (others.trailing_zeros() & !7);
    may_have_point && length > 1 && others & (others - 1) == 0 && byte as u8 == b'.'
}

/// `YYYYMM`.
fn is_month(text: &[u8]) -> bool {
    text.len() == 6 && is_date(&[text, b"01"].concat())
}
