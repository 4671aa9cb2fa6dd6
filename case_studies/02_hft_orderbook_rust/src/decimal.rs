//! Decimal text to integer units, exactly: no float ever holds a price.

use crate::Error;

/// Read a decimal number as a count of `10^-decimals`.
///
/// Digits beyond the unit must be zeros. An optional sign, at least one digit, at most one
/// point; no exponent, no blanks.
///
/// # Errors
/// [`Error::Decimal`] with the reason.
///
/// ```
/// use hft_orderbook::decimal::units;
/// assert_eq!(units("61800.20", 1), Ok(618_002));
/// assert!(units("61800.25", 1).is_err());
/// ```
pub fn units(text: &str, decimals: u32) -> Result<i64, Error> {
    parse(text.as_bytes(), decimals).map_err(|reason| Error::Decimal {
        text: text.to_owned(),
        decimals,
        reason,
    })
}

fn parse(text: &[u8], decimals: u32) -> Result<i64, &'static str> {
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
                            return Err("finer than the unit");
                        }
                        continue;
                    }
                    Some(places) => *places += 1,
                    None => {}
                }
                value = value
                    .checked_mul(10)
                    .and_then(|v| v.checked_add(digit))
                    .ok_or("too large")?;
            }
            _ => return Err("not a decimal number"),
        }
    }
    if !seen {
        return Err("not a decimal number");
    }
    let missing = decimals - after_point.unwrap_or(0);
    let scale = 10i64.checked_pow(missing).ok_or("too large")?;
    let value = value.checked_mul(scale).ok_or("too large")?;
    Ok(if negative { -value } else { value })
}
