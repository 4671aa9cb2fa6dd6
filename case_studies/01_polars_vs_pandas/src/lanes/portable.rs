//! Plain Rust: what every CPU runs, and what LLVM turns into NEON or SSE2.

use super::{LANES, Lanes};
use std::array::from_fn;

/// Eight values in an array.
#[derive(Clone, Copy)]
pub(crate) struct Portable([f64; LANES]);

impl Lanes for Portable {
    type Mask = [bool; LANES];

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self([value; LANES])
    }
    #[inline(always)]
    fn load(from: &[f64; LANES]) -> Self {
        Self(*from)
    }
    #[inline(always)]
    fn store(self, to: &mut [f64; LANES]) {
        *to = self.0;
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(from_fn(|l| self.0[l] + other.0[l]))
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(from_fn(|l| self.0[l] - other.0[l]))
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(from_fn(|l| self.0[l] * other.0[l]))
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(from_fn(|l| self.0[l].abs()))
    }
    #[inline(always)]
    fn floor_at_zero(self) -> Self {
        Self(from_fn(|l| if self.0[l] > 0.0 { self.0[l] } else { 0.0 }))
    }
    #[inline(always)]
    fn flip_sign_by(self, sign: Self) -> Self {
        const SIGN: u64 = 1 << 63;
        Self(from_fn(|l| {
            f64::from_bits(self.0[l].to_bits() ^ (sign.0[l].to_bits() & SIGN))
        }))
    }
    #[inline(always)]
    fn choose_by_sign(self, plus: Self, minus: Self) -> Self {
        Self(from_fn(|l| {
            if self.0[l].is_sign_negative() {
                minus.0[l]
            } else {
                plus.0[l]
            }
        }))
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self::Mask {
        from_fn(|l| self.0[l] > other.0[l])
    }
    #[inline(always)]
    fn is_number(self) -> Self::Mask {
        from_fn(|l| !self.0[l].is_nan())
    }
    #[inline(always)]
    fn both(a: Self::Mask, b: Self::Mask) -> Self::Mask {
        from_fn(|l| a[l] & b[l])
    }
    #[inline(always)]
    fn keep(self, mask: Self::Mask) -> Self {
        Self(from_fn(|l| if mask[l] { self.0[l] } else { 0.0 }))
    }
    #[inline(always)]
    fn sums(a: Self, b: Self) -> (f64, f64) {
        let sum =
            |v: [f64; LANES]| ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
        (sum(a.0), sum(b.0))
    }
    #[inline(always)]
    fn to_bytes(self) -> [i8; LANES] {
        from_fn(|l| self.0[l] as i8)
    }
    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        from_fn(|l| Self(from_fn(|j| rows[j].0[l])))
    }
}
