//! Coordinates a walk moves in: a parameter, its logarithm, or a real number that rounds to it.
//!
//! The density in coordinates is the objective plus the log-Jacobian, so parameters are
//! distributed as the objective says. Bounds are kept by rejection, which leaves detailed balance
//! as it is for every kind of move; reflection does not once proposals are correlated.

use crate::Error;

/// How a parameter is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coordinate {
    /// As it is.
    #[default]
    Linear,
    /// By its logarithm.
    Log,
    /// A whole number, by a real number that rounds to it.
    Integer,
    /// A whole number, by the logarithm of one that rounds to it.
    LogInteger,
}

impl Coordinate {
    fn is_log(self) -> bool {
        matches!(self, Self::Log | Self::LogInteger)
    }

    fn is_whole(self) -> bool {
        matches!(self, Self::Integer | Self::LogInteger)
    }
}

/// The box of the parameters, and their coordinates.
#[derive(Debug, Clone)]
pub struct Space {
    lower: Vec<f64>,
    upper: Vec<f64>,
    kinds: Vec<Coordinate>,
    /// The box widened by half where numbers are whole, and the same in coordinates.
    first: Vec<f64>,
    last: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
    plain: bool,
}

impl Space {
    /// The space between two bounds, which may be infinite.
    ///
    /// # Errors
    /// Lengths that differ, or none.
    pub fn new(lower: &[f64], upper: &[f64], kinds: &[Coordinate]) -> Result<Self, Error> {
        Error::check_length("upper", upper.len(), lower.len())?;
        Error::check_length("codes", kinds.len(), lower.len())?;
        Error::check_length("lower", lower.len(), lower.len().max(1))?;
        let widened = |bounds: &[f64], by: f64| -> Vec<f64> {
            let pairs = bounds.iter().zip(kinds);
            pairs
                .map(|(b, k)| if k.is_whole() { b + by } else { *b })
                .collect()
        };
        let (first, last) = (widened(lower, -0.5), widened(upper, 0.5));
        let mut space = Self {
            lower: lower.to_vec(),
            upper: upper.to_vec(),
            kinds: kinds.to_vec(),
            low: first.clone(),
            high: last.clone(),
            first,
            last,
            plain: kinds.iter().all(|k| *k == Coordinate::Linear),
        };
        let (mut low, mut high) = (space.first.clone(), space.last.clone());
        space.to_coordinates(&mut low);
        space.to_coordinates(&mut high);
        (space.low, space.high) = (low, high);
        Ok(space)
    }

    /// Parameters.
    #[inline]
    pub fn dimension(&self) -> usize {
        self.lower.len()
    }

    /// Turn parameters (not rounded ones) into coordinates.
    pub(super) fn to_coordinates(&self, point: &mut [f64]) {
        for (value, kind) in point.iter_mut().zip(&self.kinds) {
            if kind.is_log() {
                *value = value.ln();
            }
        }
    }

    /// Parameters at coordinates.
    #[inline]
    pub(super) fn parameters(&self, coordinates: &[f64], out: &mut [f64]) {
        if self.plain {
            out.copy_from_slice(coordinates);
            return;
        }
        for (index, (value, out)) in coordinates.iter().zip(out).enumerate() {
            let kind = self.kinds[index];
            let mut found = if kind.is_log() { value.exp() } else { *value };
            if kind.is_whole() {
                found = (found + 0.5).floor();
            }
            *out = found.max(self.lower[index]).min(self.upper[index]);
        }
    }

    /// Log-density of coordinates less that of the parameters.
    #[inline]
    pub(super) fn log_jacobian(&self, coordinates: &[f64]) -> f64 {
        if self.plain {
            return 0.0;
        }
        let pairs = coordinates.iter().zip(&self.kinds);
        pairs.filter(|(_, k)| k.is_log()).map(|(x, _)| x).sum()
    }

    /// Whether coordinates are finite and between the bounds.
    #[inline]
    pub(super) fn contains(&self, coordinates: &[f64]) -> bool {
        let bounds = self.low.iter().zip(&self.high);
        coordinates
            .iter()
            .zip(bounds)
            .all(|(x, (low, high))| x.is_finite() && x >= low && x <= high)
    }

    /// The point of the (widened) box at uniform numbers, in coordinates.
    pub(super) fn at(&self, uniforms: &[f64], out: &mut [f64]) {
        for (index, (u, out)) in uniforms.iter().zip(&mut *out).enumerate() {
            *out = self.first[index] + u * (self.last[index] - self.first[index]);
        }
        self.to_coordinates(out);
    }

    /// The logarithm of the volume of the (widened) box.
    pub(super) fn log_volume(&self) -> f64 {
        let sides = self.first.iter().zip(&self.last);
        sides.map(|(first, last)| (last - first).ln()).sum()
    }
}
