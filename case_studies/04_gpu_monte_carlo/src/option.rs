//! What is priced: the terms of one option, as the caller lays them out in a row.

use crate::Error;

/// Numbers in an option's row.
pub const COLUMNS: usize = 8;

const FINITE: &str = "a finite number";
const NOT_NEGATIVE: &str = "a finite number, 0 or more";
const POSITIVE: &str = "a finite number above 0";

const ARITHMETIC: u8 = 1;
const FLOATING: u8 = 2;
const INCLUDES_SPOT: u8 = 4;

/// An Asian option under geometric Brownian motion, observed at `observations` equal steps.
///
/// The spot moves by `S_k = S_{k-1} exp(a + b z_k)`, with `a = (r - q - sigma^2 / 2) dt` and
/// `b = sigma sqrt(dt)`. The payoff is `phi (A - strike)` or, with a floating strike,
/// `phi (S_n - A)`, where positive; `A` is the average of `S_1 .. S_n`, or of `S_0 .. S_n`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// `S_0`.
    pub spot: f64,
    /// The strike; without meaning where it floats.
    pub strike: f64,
    /// Drift of the logarithm in one step.
    pub drift: f64,
    /// Standard deviation of the logarithm in one step.
    pub deviation: f64,
    /// What one unit at maturity is worth now.
    pub discount: f64,
    /// +1 for a call, -1 for a put.
    pub phi: f64,
    /// The average is arithmetic, else geometric.
    pub arithmetic: bool,
    /// The strike is the average.
    pub floating: bool,
    /// The average begins with `S_0`.
    pub includes_spot: bool,
    /// Volatility a year: what vega is taken with respect to.
    pub volatility: f64,
}

impl Terms {
    /// The terms of a row: spot, strike, `a`, `b`, discount, `phi`, flags (1 arithmetic,
    /// 2 floating strike, 4 average includes the spot, added up), volatility.
    ///
    /// # Errors
    /// [`Error::Term`] with `index`, for a number that is not finite or outside its range.
    pub fn from_row(row: &[f64; COLUMNS], index: usize) -> Result<Self, Error> {
        let [
            spot,
            strike,
            drift,
            deviation,
            discount,
            phi,
            flags,
            volatility,
        ] = *row;
        let check = |name, value: f64, allowed: bool, expected| {
            if allowed && value.is_finite() {
                return Ok(());
            }
            Err(Error::Term {
                index,
                name,
                value,
                expected,
            })
        };
        check("spot", spot, spot > 0.0, POSITIVE)?;
        check("a", drift, true, FINITE)?;
        check("b", deviation, deviation >= 0.0, NOT_NEGATIVE)?;
        check("discount", discount, discount > 0.0, POSITIVE)?;
        let sign = phi.abs() == 1.0;
        check("phi", phi, sign, "+1 for a call or -1 for a put")?;
        let whole = flags.fract() == 0.0 && (0.0..8.0).contains(&flags);
        check("flags", flags, whole, "a whole number from 0 to 7")?;
        check("sigma", volatility, volatility >= 0.0, NOT_NEGATIVE)?;
        let both = (volatility > 0.0) == (deviation > 0.0);
        check(
            "sigma",
            volatility,
            both,
            "above 0 where b is, and 0 where b is",
        )?;
        let flags = flags as u8;
        let floating = flags & FLOATING != 0;
        if !floating {
            check("strike", strike, true, FINITE)?;
        }
        Ok(Self {
            spot,
            strike: if floating { 0.0 } else { strike },
            drift,
            deviation,
            discount,
            phi,
            arithmetic: flags & ARITHMETIC != 0,
            floating,
            includes_spot: flags & INCLUDES_SPOT != 0,
            volatility,
        })
    }

    /// The root of a step's length in years; zero without volatility, where vega is zero.
    pub(crate) fn root_step(&self) -> f64 {
        if self.volatility > 0.0 {
            self.deviation / self.volatility
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: [f64; COLUMNS] = [100.0, 100.0, 1e-4, 0.0126, 0.95, 1.0, 1.0, 0.2];

    #[test]
    fn a_row_is_read() {
        let terms = Terms::from_row(&GOOD, 0).unwrap();
        assert!(terms.arithmetic && !terms.floating && !terms.includes_spot);
        assert_eq!(terms.root_step(), 0.0126 / 0.2);
        let mut row = GOOD;
        (row[1], row[6]) = (f64::NAN, 6.0);
        let terms = Terms::from_row(&row, 0).unwrap();
        assert!(!terms.arithmetic && terms.floating && terms.includes_spot);
    }

    #[test]
    fn a_bad_term_is_named() {
        let bad = [
            (0, 0.0, "spot"),
            (0, f64::NAN, "spot"),
            (1, f64::INFINITY, "strike"),
            (2, f64::NAN, "a"),
            (3, -0.1, "b"),
            (4, 0.0, "discount"),
            (5, 0.5, "phi"),
            (6, 8.0, "flags"),
            (6, 0.5, "flags"),
            (6, f64::NAN, "flags"),
            (7, -1.0, "sigma"),
            (7, 0.0, "sigma"),
        ];
        for (column, value, name) in bad {
            let mut row = GOOD;
            row[column] = value;
            let error = Terms::from_row(&row, 3).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("options[3] has {name}=")),
                "{error}"
            );
        }
    }
}
