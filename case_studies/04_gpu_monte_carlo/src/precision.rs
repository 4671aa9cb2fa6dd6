//! The two precisions a path may be walked in, behind one name.

use crate::normal::{double, single};
use crate::tile::TILE;
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
    /// Groups of steps after which running sums are folded into double precision.
    const FOLD: usize;
    /// Zero.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// The error a growth factor may have: half a unit in the last place in single precision,
    /// as much as the normals' own in double.
    const TOLERANCE: f64;
    /// No normal is larger: Box-Muller's radius at the smallest uniform.
    const LARGEST_NORMAL: f64;

    /// Rounded to this precision.
    fn of(value: f64) -> Self;
    /// As a double.
    fn widen(self) -> f64;
    /// `self * b + c`, in one rounding where the instruction set has it (`FUSED`).
    fn fma<const FUSED: bool>(self, b: Self, c: Self) -> Self;
    /// One word of the generator for each path of a tile.
    type Words: Copy + Send + Sync + 'static;
    /// Words to begin with.
    const NO_WORDS: Self::Words;
    /// The path of a lane in the generator.
    fn path_of(lane: usize) -> u64;
    /// Keep the words of lanes `lane` and `lane + TILE / 2`, whose bits above the lower 32 may
    /// be anything.
    fn store(words: &mut Self::Words, lane: usize, one: u64, other: u64);
    /// The uniform number of a path's word, `(x + 0.5) 2^-32`.
    fn uniform<const FUSED: bool>(words: &Self::Words, path: usize) -> Self;
    /// Box-Muller's radius `sqrt(-2 ln u)`.
    fn radius<const FUSED: bool>(u: Self) -> Self;
    /// `cos(2 pi u), sin(2 pi u)`.
    fn turn<const FUSED: bool>(u: Self) -> (Self, Self);
    /// The exponential function.
    fn exp<const FUSED: bool>(x: Self) -> Self;
}

/// The low half of a word.
pub(crate) const LOW: u64 = 0xffff_ffff;

/// What both precisions define alike, by the functions of their module in `normal`.
macro_rules! common {
    ($module:ident) => {
        const ZERO: Self = 0.0;
        const ONE: Self = 1.0;
        // sqrt(2 * 33 ln 2), rounded up.
        const LARGEST_NORMAL: f64 = 6.77;

        #[inline(always)]
        fn of(value: f64) -> Self {
            value as Self
        }
        #[inline(always)]
        fn widen(self) -> f64 {
            f64::from(self)
        }
        #[inline(always)]
        fn fma<const FUSED: bool>(self, b: Self, c: Self) -> Self {
            $module::fma::<FUSED>(self, b, c)
        }
        #[inline(always)]
        fn radius<const FUSED: bool>(u: Self) -> Self {
            $module::radius::<FUSED>(u)
        }
        #[inline(always)]
        fn turn<const FUSED: bool>(u: Self) -> (Self, Self) {
            $module::turn::<FUSED>(u)
        }
        #[inline(always)]
        fn exp<const FUSED: bool>(x: Self) -> Self {
            $module::exp::<FUSED>(x)
        }
    };
}

impl Real for f64 {
    const FOLD: usize = usize::MAX;
    const TOLERANCE: f64 = 1.0 / (1_u64 << 43) as f64;
    type Words = [u64; TILE];
    const NO_WORDS: Self::Words = [0; TILE];
    common!(double);

    #[inline(always)]
    fn path_of(lane: usize) -> u64 {
        lane as u64
    }
    #[inline(always)]
    fn store(words: &mut Self::Words, lane: usize, one: u64, other: u64) {
        words[lane] = one;
        words[lane + TILE / 2] = other;
    }
    /// Exact: the word becomes the low bits of a double near 2^52, which one multiply-add
    /// scales and moves.
    #[inline(always)]
    fn uniform<const FUSED: bool>(words: &Self::Words, path: usize) -> Self {
        const ABOVE: f64 = (1_u64 << 52) as f64;
        const SCALE: f64 = 1.0 / (1_u64 << 32) as f64;
        let x = f64::from_bits((words[path] & LOW) | ABOVE.to_bits());
        double::fma::<FUSED>(x, SCALE, SCALE / 2.0 - ABOVE * SCALE)
    }
}

impl Real for f32 {
    const FOLD: usize = 128;
    const TOLERANCE: f64 = f32::EPSILON as f64 / 2.0;
    type Words = [u64; TILE / 2];
    const NO_WORDS: Self::Words = [0; TILE / 2];
    common!(single);

    /// The lanes of one half are the even paths, so that two words share one element.
    #[inline(always)]
    fn path_of(lane: usize) -> u64 {
        (lane % (TILE / 2) * 2 + lane / (TILE / 2)) as u64
    }
    #[inline(always)]
    fn store(words: &mut Self::Words, lane: usize, one: u64, other: u64) {
        words[lane] = ((one & LOW) | (other << 32)).to_le();
    }
    /// Rounded twice, as single precision must: the word, and the sum.
    #[inline(always)]
    fn uniform<const FUSED: bool>(words: &Self::Words, path: usize) -> Self {
        const SCALE: f32 = 1.0 / (1_u64 << 32) as f32;
        let words: &[u32; TILE] = bytemuck::cast_ref(words);
        single::fma::<FUSED>(u32::from_le(words[path]) as f32, SCALE, SCALE / 2.0)
    }
}
