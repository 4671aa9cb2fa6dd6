//! Eight assets side by side: the few vector operations the kernels are written in.
//!
//! Each instruction set implements [`Lanes`] once; the kernels are generic over it. All
//! operations are IEEE 754 operations on single lanes, none is fused, and sums across
//! lanes have one fixed order: every implementation gives the same bits.

mod portable;

pub(crate) use portable::Portable;

/// Assets processed together.
pub(crate) const LANES: usize = 8;

/// One value for each of eight assets.
pub(crate) trait Lanes: Copy {
    /// A truth value for each lane.
    type Mask: Copy;

    /// The same value in every lane.
    fn splat(value: f64) -> Self;
    /// Read eight values.
    fn load(from: &[f64; LANES]) -> Self;
    /// Write eight values.
    fn store(self, to: &mut [f64; LANES]);
    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self - other`.
    fn sub(self, other: Self) -> Self;
    /// `self * other`.
    fn mul(self, other: Self) -> Self;
    /// `|self|`.
    fn abs(self) -> Self;
    /// `max(self, 0)`, and 0 for NaN.
    fn floor_at_zero(self) -> Self;
    /// `self`, its sign flipped where `sign` is negative.
    fn flip_sign_by(self, sign: Self) -> Self;
    /// `minus` where the sign bit of `self` is set, else `plus`.
    fn choose_by_sign(self, plus: Self, minus: Self) -> Self;
    /// `self > other`, false for NaN.
    fn greater(self, other: Self) -> Self::Mask;
    /// Not NaN.
    fn is_number(self) -> Self::Mask;
    /// True where both are.
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask;
    /// `self` where the mask holds, else +0.
    fn keep(self, mask: Self::Mask) -> Self;
    /// Sums of `a` and of `b` over the lanes, each as
    /// `((0+4) + (2+6)) + ((1+5) + (3+7))`.
    fn sums(a: Self, b: Self) -> (f64, f64);
    /// The lanes' values, each one of -1, 0, +1, as bytes.
    fn to_bytes(self) -> [i8; LANES];
    /// Eight rows of eight become eight columns.
    fn transpose(rows: [Self; LANES]) -> [Self; LANES];
}
