//! Reading a series: widening to double, scaling, centring, summing.
//!
//! Sums run over chunks of 2,048 values with 32 partial sums each, so that their rounding
//! error grows with the number of chunks, not with the number of values.

use native::for_each_isa;

/// An observation in memory; arithmetic is always in double precision.
pub trait Sample: Copy + Send + Sync + 'static {
    /// The value as a double (exact).
    fn widen(self) -> f64;
}

impl Sample for f64 {
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
}

impl Sample for f32 {
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self)
    }
}

/// How observations become the values that are multiplied: `x * scale - shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Centring {
    /// A power of two (so that scaling is exact), 1 unless squares would overflow.
    pub scale: f64,
    /// The provisional mean of the scaled series; 0 when it is not to be removed.
    pub shift: f64,
}

impl Centring {
    /// Observations as they are.
    pub const NONE: Self = Self {
        scale: 1.0,
        shift: 0.0,
    };

    /// One centred observation.
    #[inline(always)]
    pub fn apply<T: Sample>(self, x: T) -> f64 {
        x.widen() * self.scale - self.shift
    }
}

const LANES: usize = 32;
const CHUNK: usize = 2048;

for_each_isa! {
    /// The sum of the scaled series.
    pub(crate) fn sum<T: Sample>(x: &[T], scale: f64) -> f64 {
        let mut total = 0.0;
        for chunk in x.chunks(CHUNK) {
            let mut partial = [0.0; LANES];
            let (blocks, rest) = chunk.as_chunks::<LANES>();
            for block in blocks {
                for (p, &v) in partial.iter_mut().zip(block) {
                    *p += v.widen() * scale;
                }
            }
            for (p, &v) in partial.iter_mut().zip(rest) {
                *p += v.widen() * scale;
            }
            total += fold(partial);
        }
        total
    }
}

/// Sum 32 partial sums pairwise.
#[inline(always)]
fn fold(partial: [f64; LANES]) -> f64 {
    let mut p = partial;
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            p[i] += p[i + half];
        }
        half /= 2;
    }
    p[0]
}

for_each_isa! {
    /// Write centred observations; `into` and `x` have the same length.
    pub(crate) fn centre<T: Sample>(x: &[T], by: Centring, into: &mut [f64]) {
        for (to, &v) in into.iter_mut().zip(x) {
            *to = by.apply(v);
        }
    }
}

/// Above this many observations the provisional mean is that of a sample: reading a
/// series from memory twice costs more than correcting the products afterwards.
const SAMPLED_FROM: usize = 1 << 16;
const SAMPLE_CHUNKS: usize = 64;
const SAMPLE_WIDTH: usize = 64;

/// A value near the mean of the scaled series.
pub(crate) fn provisional_mean<T: Sample>(x: &[T], scale: f64) -> f64 {
    if x.len() < SAMPLED_FROM {
        return mean(x, scale);
    }
    let stride = (x.len() - SAMPLE_WIDTH) / (SAMPLE_CHUNKS - 1);
    let total: f64 = (0..SAMPLE_CHUNKS)
        .map(|i| sum(&x[i * stride..i * stride + SAMPLE_WIDTH], scale))
        .sum();
    total / (SAMPLE_CHUNKS * SAMPLE_WIDTH) as f64
}

/// The mean of the scaled series.
pub(crate) fn mean<T: Sample>(x: &[T], scale: f64) -> f64 {
    sum(x, scale) / x.len() as f64
}

/// The mean to half a unit of its last place, also of a nearly constant series: deviations from
/// a value near all of them are exact, and so is their mean.
pub(crate) fn refined_mean<T: Sample>(x: &[T], scale: f64) -> f64 {
    let mut by = Centring { scale, shift: 0.0 };
    by.shift = mean(x, scale);
    let rest: f64 = x
        .chunks(CHUNK)
        .map(|chunk| chunk.iter().map(|&v| by.apply(v)).sum::<f64>())
        .sum();
    by.shift + rest / x.len() as f64
}

/// What [`inspect`] finds.
pub(crate) enum Inspection {
    /// The first observation that is NaN or infinite.
    NotFinite(usize, f64),
    /// All observations are equal.
    Constant,
    /// A power of two that brings the largest magnitude near 1.
    Scale(f64),
}

/// Inspect every observation: only done where a result may be wrong.
pub(crate) fn inspect<T: Sample>(x: &[T]) -> Inspection {
    let first = x[0].widen();
    let (mut constant, mut largest) = (true, 0.0_f64);
    for (i, v) in x.iter().enumerate() {
        let v = v.widen();
        if !v.is_finite() {
            return Inspection::NotFinite(i, v);
        }
        constant &= v == first;
        largest = largest.max(v.abs());
    }
    if constant {
        Inspection::Constant
    } else {
        Inspection::Scale(power_of_two_below(largest))
    }
}

/// `2^-e` for a value of about `2^e`, itself kept within the normal range.
pub(crate) fn power_of_two_below(value: f64) -> f64 {
    let exponent = value.log2().floor().clamp(-1000.0, 1020.0);
    (-exponent).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_many_equal_values_keeps_its_digits() {
        let x = vec![0.1; 1_000_000];
        assert!((sum(&x, 1.0) - 100_000.0).abs() < 1e-9);
    }

    #[test]
    fn the_sampled_mean_is_near_the_mean() {
        let x: Vec<f64> = (0..200_000).map(|i| 1e6 + f64::from(i)).collect();
        let spread = 200_000.0 / 12f64.sqrt();
        assert!((provisional_mean(&x, 1.0) - mean(&x, 1.0)).abs() < 0.1 * spread);
    }

    #[test]
    fn inspection_names_the_first_value_that_is_not_finite() {
        assert!(
            matches!(inspect(&[1.0, f64::INFINITY, f64::NAN]), Inspection::NotFinite(1, v) if v > 0.0)
        );
        assert!(matches!(inspect(&[0.1f32; 5]), Inspection::Constant));
        assert!(matches!(inspect(&[3.0, -5.0]), Inspection::Scale(s) if s == 0.25));
    }
}
