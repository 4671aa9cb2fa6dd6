//! What is priced: the terms of one option, as the caller lays them out in a row.

use crate::Error;

/// Numbers in an option's row.
pub const COLUMNS: usize = 15;

const FINITE: &str = "a finite number";
const NOT_NEGATIVE: &str = "a finite number, 0 or more";
const POSITIVE: &str = "a finite number above 0";

const ARITHMETIC: u8 = 1;
const FLOATING: u8 = 2;
const INCLUDES_SPOT: u8 = 4;

/// An Asian option under geometric Brownian motion.
///
/// In a step of length `l`, in the unit of time `u`, the spot is multiplied by
/// `exp(a l + b sqrt(l) z)`, with `a = (r - q - sigma^2 / 2) u` and `b = sigma sqrt(u)`. The
/// payoff is `phi (A - strike)` or, with a floating strike, `phi (S_T - A)`, where positive. With
/// the prices over the spot from today on, the arithmetic average is `past + weight spot` times
/// their mean, the geometric one `level spot` times that of their logarithms to the `power`.
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
    /// What earlier prices add to the arithmetic average.
    pub past: f64,
    /// What the arithmetic mean of the prices from today on is multiplied by.
    pub weight: f64,
    /// What the geometric mean of the prices from today on is multiplied by.
    pub level: f64,
    /// The power of that mean.
    pub power: f64,
    /// Rate a year: what rho is taken with respect to.
    pub rate: f64,
    /// The unit of time, in years.
    pub unit: f64,
    /// Years until the payment.
    pub maturity: f64,
}

impl Terms {
    /// The terms of a row: spot, strike, `a`, `b`, discount, `phi`, flags (1 arithmetic,
    /// 2 floating strike, 4 average includes the spot, added up), volatility, past, weight, level,
    /// power, rate, unit, maturity.
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
            past,
            weight,
            level,
            power,
            rate,
            unit,
            maturity,
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
        check("past", past, past >= 0.0, NOT_NEGATIVE)?;
        check("weight", weight, weight >= 0.0, NOT_NEGATIVE)?;
        check("level", level, level > 0.0, POSITIVE)?;
        check("power", power, power >= 0.0, NOT_NEGATIVE)?;
        check("rate", rate, true, FINITE)?;
        check("unit", unit, unit > 0.0, POSITIVE)?;
        check("maturity", maturity, maturity > 0.0, POSITIVE)?;
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
            past,
            weight,
            level,
            power,
            rate,
            unit,
            maturity,
        })
    }

    /// Whether the payoff is proportional to the spot: delta is constant in it.
    pub(crate) fn proportional(&self) -> bool {
        self.floating && self.past == 0.0 && self.level == 1.0 && self.power == 1.0
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

    const GOOD: [f64; COLUMNS] = [
        100.0, 100.0, 1e-4, 0.0126, 0.95, 1.0, 1.0, 0.2, 0.0, 1.0, 1.0, 1.0, 0.05, 0.004, 1.0,
    ];

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
            (8, -1.0, "past"),
            (9, f64::NAN, "weight"),
            (10, 0.0, "level"),
            (11, -1.0, "power"),
            (12, f64::INFINITY, "rate"),
            (13, 0.0, "unit"),
            (14, 0.0, "maturity"),
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
