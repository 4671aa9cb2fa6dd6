//! The two precisions a path may be walked in, behind one name.

use crate::normal::{double, single};
use std::ops::{Add, AddAssign, Mul, Sub};

/// A floating-point number the kernel is compiled for.
pub(crate) trait Real:
    Copy
    + Send
    + Sync
    + Add<Output = Self>
    + AddAssign
    + Mul<Output = Self>
    + Sub<Output = Self>
    + 'static
{
    /// Box-Muller pairs one call of Philox gives.
    const PAIRS: usize;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The relative error a growth factor may have: half a unit in the last place.
    const TOLERANCE: f64;
    /// No normal is larger: Box-Muller's radius at the smallest uniform.
    const LARGEST_NORMAL: f64;

    /// Rounded to this precision.
    fn of(value: f64) -> Self;
    /// As a double.
    fn widen(self) -> f64;
    /// `self * b + c`, in one rounding where `FUSED`.
    fn fma<const FUSED: bool>(self, b: Self, c: Self) -> Self;
    /// Uniform `j < 2 PAIRS` of four words; bits above the lower 32 are ignored.
    fn uniform(words: [u64; 4], j: usize) -> Self;
    /// Box-Muller's radius `sqrt(-2 ln u)`.
    fn radius<const FUSED: bool>(u: Self) -> Self;
    /// `cos(2 pi u), sin(2 pi u)`.
    fn turn<const FUSED: bool>(u: Self) -> (Self, Self);
    /// The exponential function.
    fn exp<const FUSED: bool>(x: Self) -> Self;
}

const LOW: u64 = 0xffff_ffff;

impl Real for f64 {
    const PAIRS: usize = 1;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TOLERANCE: f64 = f64::EPSILON / 2.0;
    // sqrt(2 * 54 ln 2), rounded up.
    const LARGEST_NORMAL: f64 = 8.66;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
    #[inline(always)]
    fn fma<const FUSED: bool>(self, b: Self, c: Self) -> Self {
        double::fma::<FUSED>(self, b, c)
    }
    /// 53 bits of two words: `(x + 0.5) 2^-53`; scaling first is exact, so the bits are equal.
    #[inline(always)]
    fn uniform(words: [u64; 4], j: usize) -> Self {
        let x = ((words[2 * j] << 32) | (words[2 * j + 1] & LOW)) >> 11;
        const SCALE: f64 = 1.0 / (1_u64 << 53) as f64;
        x as f64 * SCALE + SCALE / 2.0
    }
    #[inline(always)]
    fn radius<const FUSED: bool>(u: Self) -> Self {
        double::radius::<FUSED>(u)
    }
    #[inline(always)]
    fn turn<const FUSED: bool>(u: Self) -> (Self, Self) {
        double::turn::<FUSED>(u)
    }
    #[inline(always)]
    fn exp<const FUSED: bool>(x: Self) -> Self {
        double::exp::<FUSED>(x)
    }
}

impl Real for f32 {
    const PAIRS: usize = 2;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TOLERANCE: f64 = f32::EPSILON as f64 / 2.0;
    // sqrt(2 * 33 ln 2), rounded up.
    const LARGEST_NORMAL: f64 = 6.77;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value as f32
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        f64::from(self)
    }
    #[inline(always)]
    fn fma<const FUSED: bool>(self, b: Self, c: Self) -> Self {
        single::fma::<FUSED>(self, b, c)
    }
    /// One word: `(x + 0.5) 2^-32` in single precision throughout.
    #[inline(always)]
    fn uniform(words: [u64; 4], j: usize) -> Self {
        const SCALE: f32 = 1.0 / (1_u64 << 32) as f32;
        words[j] as u32 as f32 * SCALE + SCALE / 2.0
    }
    #[inline(always)]
    fn radius<const FUSED: bool>(u: Self) -> Self {
        single::radius::<FUSED>(u)
    }
    #[inline(always)]
    fn turn<const FUSED: bool>(u: Self) -> (Self, Self) {
        single::turn::<FUSED>(u)
    }
    #[inline(always)]
    fn exp<const FUSED: bool>(x: Self) -> Self {
        single::exp::<FUSED>(x)
    }
}
