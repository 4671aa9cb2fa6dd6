//! Decimal text to integer units, exactly: no float ever holds a price.

use crate::Error;

/// Read a decimal number as a count of `10^-decimals`.
///
/// Digits beyond the unit must be zeros. An optional sign, at least one digit, at most one
/// point, an optional exponent; no blanks.
///
/// # Errors
/// [`Error::NotDecimal`], [`Error::Decimal`] where it is finer than the unit,
/// [`Error::DecimalOverflow`].
///
/// ```
/// use hft_orderbook::decimal::units;
/// assert_eq!(units("61800.20", 1), Ok(618_002));
/// assert_eq!(units("1e-8", 8), Ok(1));
/// assert!(units("61800.25", 1).is_err());
/// ```
pub fn units(text: &str, decimals: u32) -> Result<i64, Error> {
    let parsed = match text.split_once(['e', 'E']) {
        None => parse(text.as_bytes(), decimals),
        Some((mantissa, exponent)) => written_out(mantissa, exponent)
            .and_then(|written_out| parse(written_out.as_bytes(), decimals)),
    };
    parsed.map_err(|misfit| {
        let text = text.to_owned();
        match misfit {
            Misfit::NotDecimal => Error::NotDecimal { text },
            Misfit::TooLarge => Error::DecimalOverflow { text, decimals },
            Misfit::TooFine => Error::Decimal {
                text,
                decimals,
                reason: "finer than the unit",
            },
        }
    })
}

/// Why a text is no count of units.
enum Misfit {
    NotDecimal,
    TooLarge,
    TooFine,
}

/// A number with an exponent as one without.
fn written_out(mantissa: &str, exponent: &str) -> Result<String, Misfit> {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let (sign, number) = match mantissa.strip_prefix(['+', '-']) {
        Some(number) => mantissa.split_at(mantissa.len() - number.len()),
        None => ("", mantissa),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = [whole, fraction].concat();
    if digits.is_empty()
        || unsigned.is_empty()
        || !(digits.bytes().chain(unsigned.bytes())).all(is_digit)
    {
        return Err(Misfit::NotDecimal);
    }
    if digits.bytes().all(|digit| digit == b'0') {
        return Ok("0".to_owned());
    }
    // No price of 64 bits has more zeros than that.
    let negative = exponent.starts_with('-');
    let shift = match unsigned.parse::<usize>() {
        Ok(shift) if shift <= 400 => shift,
        _ if negative => return Err(Misfit::TooFine),
        _ => return Err(Misfit::TooLarge),
    };
    let zeros = "0".repeat(shift);
    let padded = if negative {
        [&zeros, &*digits].concat()
    } else {
        [&*digits, &zeros].concat()
    };
    // Zeros before the digits push the point as far to the right as the exponent to the left.
    let point = if negative {
        whole.len()
    } else {
        whole.len() + shift
    };
    Ok([sign, &padded[..point], ".", &padded[point..]].concat())
}

fn parse(text: &[u8], decimals: u32) -> Result<i64, Misfit> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let mut value: i64 = 0;
    let mut after_point: Option<u32> = None;
    let mut seen = false;
    for &byte in digits {
        match byte {
            b'.' if after_point.is_none() => after_point = Some(0),
            b'0'..=b'9' => {
                seen = true;
                let digit = i64::from(byte - b'0');
                match &mut after_point {
                    Some(places) if *places == decimals => {
                        if digit != 0 {
                            return Err(Misfit::TooFine);
                        }
                        continue;
                    }
                    Some(places) => *places += 1,
                    None => {}
                }
                value = value
                    .checked_mul(10)
                    .and_then(|v| v.checked_add(digit))
                    .ok_or(Misfit::TooLarge)?;
            }
            _ => return Err(Misfit::NotDecimal),
        }
    }
    if !seen {
        return Err(Misfit::NotDecimal);
    }
    let missing = decimals - after_point.unwrap_or(0);
    let scale = 10i64.checked_pow(missing).ok_or(Misfit::TooLarge)?;
    let value = value.checked_mul(scale).ok_or(Misfit::TooLarge)?;
    Ok(if negative { -value } else { value })
}
