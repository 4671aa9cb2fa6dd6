//! Bound handling: a coordinate outside its bounds is changed before it is evaluated.
//!
//! So the optimiser learns from the point that was evaluated: with a penalty, or a transformation
//! hidden from it, it would attribute the value of one point to another.

use crate::Error;

/// A rule for coordinates outside their bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boundary {
    /// Folded back at the bound, as often as needed.
    Reflect,
    /// The same with a rounded crease, for CMA-ES.
    Fold,
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
            "fold" => Ok(Self::Fold),
            "resample" => Ok(Self::Resample),
            "midpoint" => Ok(Self::Midpoint),
            "clip" => Ok(Self::Clip),
            other => Err(Error::value(
                "boundary",
                other,
                "reflect, fold, resample, midpoint or clip",
            )),
        }
    }
}

/// `value` folded into `[lower, upper]`; one bound may be infinite.
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

/// Of the range: where the crease of [`folded`] begins.
pub const MARGIN: f64 = 0.05;

/// The point in `[lower, upper]` of a coordinate of the search: a parabola near a bound, so an
/// optimum on it looks like any other.
pub fn folded(u: f64, (lower, upper): (f64, f64), margin: f64) -> f64 {
    let u = reflected(u, lower - margin, upper + margin);
    let square = |distance: f64| distance * distance / (4.0 * margin);
    let x = if u < lower + margin {
        lower + square(u - (lower - margin))
    } else if u > upper - margin {
        upper - square(u - (upper + margin))
    } else {
        u
    };
    x.max(lower).min(upper)
}

/// The coordinate of a point, nearest to the box: the inverse of [`folded`].
pub fn unfolded(x: f64, (lower, upper): (f64, f64), margin: f64) -> f64 {
    if x < lower + margin {
        lower - margin + 2.0 * (margin * (x - lower).max(0.0)).sqrt()
    } else if x > upper - margin {
        upper + margin - 2.0 * (margin * (upper - x).max(0.0)).sqrt()
    } else {
        x
    }
}

/// A coordinate of a trial, brought into its bounds.
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
        Boundary::Reflect | Boundary::Fold => reflected(value, lower, upper),
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
pub fn whole(value: f64, lower: f64, upper: f64) -> f64 {
    // Adding nothing makes a positive zero of a negative one.
    (value + 0.5).floor().max(lower.ceil()).min(upper.floor()) + 0.0
}
