//! What becomes of a coordinate that left its bounds: it is changed before it is evaluated.
//!
//! So the point evaluated and the point told are one: a penalty, or a transformation behind the
//! optimiser's back, would tell it the value of one point as that of another.

use crate::Error;

/// A rule for coordinates outside their bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// Folded back at the bound, as often as needed.
    Reflect,
    /// Drawn anew.
    Resample,
    /// Half-way from the parent to the bound crossed (Zhang and Sanderson 2009).
    Midpoint,
    /// Put on the bound.
    Clip,
}

impl Boundary {
    /// The rule of that name.
    ///
    /// # Errors
    /// [`Error::Value`] for an unknown name.
    pub fn named(name: &str) -> Result<Self, Error> {
        match name {
            "reflect" => Ok(Self::Reflect),
            "resample" => Ok(Self::Resample),
            "midpoint" => Ok(Self::Midpoint),
            "clip" => Ok(Self::Clip),
            other => Err(Error::Value {
                name: "boundary",
                value: other.into(),
                expected: "reflect, resample, midpoint or clip",
            }),
        }
    }
}

/// `value` folded into `[lower, upper]`; one bound may be infinite.
#[must_use]
pub fn reflected(value: f64, lower: f64, upper: f64) -> f64 {
    if lower <= value && value <= upper {
        return value;
    }
    if !value.is_finite() {
        return if lower.is_finite() { lower } else { upper };
    }
    if upper.is_infinite() {
        return lower + (lower - value);
    }
    if lower.is_infinite() {
        return upper - (value - upper);
    }
    let width = upper - lower;
    if width == 0.0 {
        return lower;
    }
    let mut place = (value - lower) % (2.0 * width);
    if place < 0.0 {
        place += 2.0 * width;
    }
    if place > width {
        place = 2.0 * width - place;
    }
    (lower + place).max(lower).min(upper)
}

/// A coordinate of a trial, brought into its bounds.
#[must_use]
pub fn repaired(
    rule: Boundary,
    value: f64,
    (lower, upper): (f64, f64),
    parent: f64,
    uniform: f64,
) -> f64 {
    if lower <= value && value <= upper {
        return value;
    }
    match rule {
        Boundary::Reflect => reflected(value, lower, upper),
        Boundary::Resample => (lower + uniform * (upper - lower)).min(upper),
        Boundary::Midpoint => {
            let bound = if value < lower { lower } else { upper };
            (0.5 * (parent + bound)).max(lower).min(upper)
        }
        Boundary::Clip => {
            if value < lower {
                lower
            } else {
                upper
            }
        }
    }
}

/// The whole number nearest to `value` between `ceil(lower)` and `floor(upper)`.
#[must_use]
pub fn whole(value: f64, lower: f64, upper: f64) -> f64 {
    // Adding nothing makes a positive zero of a negative one.
    (value + 0.5).floor().max(lower.ceil()).min(upper.floor()) + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reflection_stays_inside_and_keeps_what_is() {
        for value in [-7.3, -1.0, 0.2, 1.0, 1.5, 4.0, 1e300, f64::INFINITY, f64::NAN] {
            let x = reflected(value, -1.0, 1.0);
            assert!((-1.0..=1.0).contains(&x), "{value} -> {x}");
        }
        assert_eq!(reflected(0.2, -1.0, 1.0), 0.2);
        assert_eq!(reflected(1.25, -1.0, 1.0), 0.75);
        assert_eq!(reflected(-1.0, 0.0, f64::INFINITY), 1.0);
    }

    #[test]
    fn whole_numbers_stay_inside() {
        assert_eq!(whole(2.6, 0.5, 2.9), 2.0);
        assert_eq!(whole(-0.4, -1.0, 1.0).to_bits(), 0.0_f64.to_bits());
    }
}
