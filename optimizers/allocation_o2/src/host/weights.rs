//! Whether weights are a portfolio, and what they become when prices move.

use super::{Error, Kind};
use crate::strategies::vectors::total;
use allocation_o2::Prices;
use native::for_each_isa;

/// How far the sum of weights may be from one.
const TOLERANCE: f64 = 1e-8;

/// Weights must be finite and sum to one; where the strategy allows cash, to between zero and one.
///
/// # Errors
/// They are not, in the words of the Python side.
pub fn check(kind: &Kind, weights: &[f64]) -> Result<(), Error> {
    let sum = total(weights);
    if is_portfolio(sum, kind.allow_cash) {
        return Ok(());
    }
    let name = &kind.name;
    Err(Error::Strategy(
        match weights.iter().position(|weight| !weight.is_finite()) {
            Some(asset) => format!(
                "{name} returned the weight {} for asset {asset}, expected a finite number",
                weights[asset].to_string().to_lowercase()
            ),
            None => format!(
                "{name} returned weights with the sum {}, expected {}",
                ten_digits(sum),
                if kind.allow_cash {
                    "0 to 1"
                } else {
                    "1 within 1e-08"
                }
            ),
        },
    ))
}

/// The sum is NaN or infinite where a weight is.
#[inline(always)]
fn is_portfolio(sum: f64, cash: bool) -> bool {
    (sum - 1.0).abs() <= TOLERANCE || (cash && (-TOLERANCE..=1.0 + TOLERANCE).contains(&sum))
}

for_each_isa! {
    /// Whether [`check`] finds nothing in any row of so many weights.
    pub(super) fn all_portfolios(rows: &[f64], n: usize, cash: bool) -> bool {
        rows.chunks_exact(n).all(|row| is_portfolio(total(row), cash))
    }
}

/// Weights after prices have moved from observation `before` to `now`; what they leave is cash.
///
/// # Errors
/// Short positions have lost all there was.
pub(super) fn drift(
    kind: &Kind,
    weights: &mut [f64],
    prices: &Prices<'_>,
    before: usize,
    now: usize,
) -> Result<(), Error> {
    let mut total = 1.0 - weights.iter().sum::<f64>();
    for (i, weight) in weights.iter_mut().enumerate() {
        let asset = prices.asset(i);
        *weight *= asset[now] / asset[before];
        total += *weight;
    }
    if !(total > 0.0 && total < f64::INFINITY) {
        return Err(Error::Strategy(format!(
            "{} holds weights that made {} of 1 since the date before, expected more than 0: the \
             portfolio is ruined",
            kind.name,
            ten_digits(total)
        )));
    }
    for weight in weights {
        *weight /= total;
    }
    Ok(())
}

/// As C writes `%.10g`.
fn ten_digits(value: f64) -> String {
    let scientific = format!("{value:.9e}");
    let Some((digits, power)) = scientific.split_once('e') else {
        return scientific.to_lowercase(); // nan, inf
    };
    let power: i32 = power.parse().unwrap_or_default();
    if (-4..10).contains(&power) {
        return trimmed(&format!("{value:.*}", (9 - power) as usize)).into();
    }
    format!(
        "{}e{}{:02}",
        trimmed(digits),
        if power < 0 { '-' } else { '+' },
        power.abs()
    )
}

fn trimmed(digits: &str) -> &str {
    if digits.contains('.') {
        digits.trim_end_matches('0').trim_end_matches('.')
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::ten_digits;

    #[test]
    fn numbers_are_written_as_python_writes_them() {
        for (value, text) in [
            (2.0, "2"),
            (0.9, "0.9"),
            (1.000_000_1, "1.0000001"),
            (-1e-5, "-1e-05"),
            (1.5e300, "1.5e+300"),
            (1_234_567_890.0, "1234567890"),
        ] {
            assert_eq!(ten_digits(value), text);
        }
    }
}
