//! The two precisions a path may be walked in, behind one name.

use crate::normal::{double, single};
use crate::philox::TILE;
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
    fn fma<const SET: u8>(self, b: Self, c: Self) -> Self;
    type Word: Copy + Send + Sync + 'static;
    const NO_WORD: Self::Word;
    fn path(i: usize) -> u64;
    fn store(out: &mut [[Self::Word; TILE]; 4], j: usize, i: usize, a: u64, b: u64);
    /// Uniform of a word.
    fn uniform<const SET: u8>(word: Self::Word) -> Self;
    /// The normals of a group's words, row by row.
    fn normals<const SET: u8>(words: &[[Self::Word; TILE]; 4], rows: &mut [[Self; TILE]; 4]);
    /// Box-Muller's radius `sqrt(-2 ln u)`.
    fn radius<const SET: u8>(u: Self) -> Self;
    /// `cos(2 pi u), sin(2 pi u)`.
    fn turn<const SET: u8>(u: Self) -> (Self, Self);
    /// The exponential function.
    fn exp<const SET: u8>(x: Self) -> Self;
}

const LOW: u64 = 0xffff_ffff;

impl Real for f64 {
    const PAIRS: usize = 2;
    const ZERO: Self = 0.0;
    const ONE: Self = 1.0;
    const TOLERANCE: f64 = 1.0 / (1_u64 << 43) as f64;
    // sqrt(2 * 33 ln 2), rounded up.
    const LARGEST_NORMAL: f64 = 6.77;

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn widen(self) -> f64 {
        self
    }
    #[inline(always)]
    fn fma<const SET: u8>(self, b: Self, c: Self) -> Self {
        double::fma::<SET>(self, b, c)
    }
    type Word = u64;
    const NO_WORD: u64 = 0;
    #[inline(always)]
    fn path(i: usize) -> u64 {
        i as u64
    }
    #[inline(always)]
    fn store(out: &mut [[u64; TILE]; 4], j: usize, i: usize, a: u64, b: u64) {
        out[j][i] = a;
        out[j][i + TILE / 2] = b;
    }
    /// One word: `(x + 0.5) 2^-32`, exactly. The word becomes the low bits of a double near
    /// 2^52, which one multiply-add then scales and moves.
    #[inline(always)]
    fn uniform<const SET: u8>(word: u64) -> Self {
        const ABOVE: f64 = (1_u64 << 52) as f64;
        const SCALE: f64 = 1.0 / (1_u64 << 32) as f64;
        let x = f64::from_bits((word & LOW) | ABOVE.to_bits());
        double::fma::<SET>(x, SCALE, SCALE / 2.0 - ABOVE * SCALE)
    }
    #[inline(always)]
    fn normals<const SET: u8>(words: &[[u64; TILE]; 4], rows: &mut [[f64; TILE]; 4]) {
        crate::kernel::box_muller::<f64, SET>(words, rows);
    }
    #[inline(always)]
    fn radius<const SET: u8>(u: Self) -> Self {
        double::radius::<SET>(u)
    }
    #[inline(always)]
    fn turn<const SET: u8>(u: Self) -> (Self, Self) {
        double::turn::<SET>(u)
    }
    #[inline(always)]
    fn exp<const SET: u8>(x: Self) -> Self {
        double::exp::<SET>(x)
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
    fn fma<const SET: u8>(self, b: Self, c: Self) -> Self {
        single::fma::<SET>(self, b, c)
    }
    type Word = u32;
    const NO_WORD: u32 = 0;
    #[inline(always)]
    fn path(i: usize) -> u64 {
        (i % (TILE / 2) * 2 + i / (TILE / 2)) as u64
    }
    #[inline(always)]
    fn store(out: &mut [[u32; TILE]; 4], j: usize, i: usize, a: u64, b: u64) {
        let row = out[j].as_mut_ptr().cast::<u64>();
        unsafe { row.add(i).write_unaligned((a & LOW) | (b << 32)) };
    }
    /// One word: `(x + 0.5) 2^-32` in single precision throughout.
    #[inline(always)]
    fn uniform<const SET: u8>(word: u32) -> Self {
        const SCALE: f32 = 1.0 / (1_u64 << 32) as f32;
        single::fma::<SET>(word as f32, SCALE, SCALE / 2.0)
    }
    #[inline(always)]
    fn normals<const SET: u8>(words: &[[u32; TILE]; 4], rows: &mut [[f32; TILE]; 4]) {
        crate::kernel::box_muller::<f32, SET>(words, rows);
    }
    #[inline(always)]
    fn radius<const SET: u8>(u: Self) -> Self {
        single::radius::<SET>(u)
    }
    #[inline(always)]
    fn turn<const SET: u8>(u: Self) -> (Self, Self) {
        single::turn::<SET>(u)
    }
    #[inline(always)]
    fn exp<const SET: u8>(x: Self) -> Self {
        single::exp::<SET>(x)
    }
}
