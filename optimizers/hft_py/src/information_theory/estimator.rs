//! Entropies of counts, in whole numbers.
//!
//! With `n` observations, of which `c` are in a cell, three estimators of an entropy have the form
//! `(total - sum of term(c)) / n` in bits: the plug-in (`term(c) = c log2 c`), Miller and Madow's
//! (less `1 / (2 ln 2)` for each cell that is not empty) and Grassberger's (`c G(c)`). James and
//! Stein's shrinkage has another term for each table.
//!
//! Terms are rounded to multiples of a power of two, about `n log2 n / 2^62`, and summed as
//! integers. So a sum does not depend on the order of its cells: mutual information is symmetric in
//! every bit, a rolling window equals its recomputation, equal tables tie in a permutation test.
//! The error, some `cells / 2^62` of the largest entropy, is below that of sums of floats. As a
//! term of the plug-in grows faster than its count, rounding included, a finer table never has the
//! larger sum: no mutual information exceeds an entropy.
//!
//! Sources: Miller, "Note on the bias of information estimates" (1955); Grassberger,
//! arXiv:physics/0307138, eq. 35 and 36; Hausser and Strimmer, JMLR 10 (2009), eq. 4 to 7.

use std::f64::consts::LN_2;

/// Terms of so many counts are made in advance for one table.
pub const SMALL: usize = 256;

/// How entropies are estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimator {
    /// Frequencies as probabilities.
    Plugin,
    /// With the first-order correction of the bias.
    MillerMadow,
    /// By digamma functions.
    Grassberger,
    /// Frequencies shrunk towards the uniform distribution.
    Shrinkage,
}

impl Estimator {
    /// By the name that Python gives it.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "plugin" => Some(Self::Plugin),
            "miller_madow" => Some(Self::MillerMadow),
            "grassberger" => Some(Self::Grassberger),
            "shrinkage" => Some(Self::Shrinkage),
            _ => None,
        }
    }

    /// The term of a count in bits: a whole number, and a rest.
    fn term(self, count: usize) -> (usize, f64) {
        let c = count as f64;
        match self {
            _ if count == 0 => (0, 0.0),
            Self::Plugin | Self::Shrinkage => logarithmic(count),
            Self::MillerMadow => {
                let (whole, rest) = logarithmic(count);
                (whole, rest - 0.5 / LN_2)
            }
            Self::Grassberger => (0, c * ((digamma_half(count / 2) + LN_2) / LN_2)),
        }
    }
}

/// `c log2 c`: with the exponent apart, the rest is smaller, and exact for powers of two.
fn logarithmic(count: usize) -> (usize, f64) {
    let exponent = count.ilog2();
    let mantissa = count as f64 / (1_u64 << exponent) as f64;
    (count * exponent as usize, count as f64 * mantissa.log2())
}

/// `psi(m + 1/2)`: a sum below 20, from there on its asymptotic series.
fn digamma_half(m: usize) -> f64 {
    const EULER: f64 = 0.577_215_664_901_532_9;
    if m < 20 {
        let sum: f64 = (1..=m).map(|k| 2.0 / (2 * k - 1) as f64).sum();
        return sum - EULER - 2.0 * LN_2;
    }
    let x = m as f64;
    let s = 1.0 / (x * x);
    x.ln() + s * (1.0 / 24.0 - s * (7.0 / 960.0 - s * (31.0 / 8064.0 - s * (127.0 / 30720.0))))
}

/// The terms of an estimator for `n` observations.
#[derive(Debug)]
pub struct Terms {
    estimator: Estimator,
    n: usize,
    power: i32,
    small: Vec<i64>,
    /// What the entropy of all `n` is subtracted from.
    pub total: i64,
    /// Bits in a unit of the sums.
    pub unit: f64,
}

impl Terms {
    /// For `n` observations, with the terms up to `known` made in advance.
    pub fn new(estimator: Estimator, n: usize, known: usize) -> Self {
        let width = |value: usize| usize::BITS - value.leading_zeros();
        let power = 62 - i32::try_from(width(n.saturating_mul(width(n) as usize))).unwrap_or(62);
        let mut terms = Self {
            estimator,
            n,
            power,
            small: Vec::new(),
            total: 0,
            unit: 1.0 / (n as f64 * 2.0_f64.powi(power)),
        };
        terms.total = terms.units(match estimator {
            Estimator::Grassberger => Estimator::Plugin.term(n),
            other => other.term(n),
        });
        terms.small = (0..=n.min(known)).map(|c| terms.rounded(c)).collect();
        terms
    }

    fn rounded(&self, count: usize) -> i64 {
        if count == self.n {
            return self.total; // a constant has no entropy
        }
        self.units(self.estimator.term(count))
    }

    fn units(&self, (whole, rest): (usize, f64)) -> i64 {
        let rest = rest * 2.0_f64.powi(self.power);
        ((whole as i64) << self.power) + rest.round_ties_even() as i64
    }

    /// The term of a count.
    #[inline]
    pub fn of(&self, count: u32) -> i64 {
        match self.small.get(count as usize) {
            Some(term) => *term,
            None => self.rounded(count as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_meets_the_sum() {
        let known: f64 = (1..=20).map(|k| 2.0 / f64::from(2 * k - 1)).sum();
        let exact = known - 0.577_215_664_901_532_9 - 2.0 * LN_2;
        assert!((digamma_half(20) - exact).abs() < 1e-14);
    }

    #[test]
    fn terms_grow_faster_than_their_counts() {
        for n in [3, 100, 50_000] {
            for estimator in [Estimator::Plugin, Estimator::MillerMadow] {
                let terms = Terms::new(estimator, n, SMALL);
                for a in 1..n.min(300) as u32 {
                    for b in 1..=(n as u32 - a).min(40) {
                        assert!(terms.of(a) + terms.of(b) < terms.of(a + b));
                    }
                }
            }
        }
    }
}
