//! Plain Rust: what every CPU runs, and what LLVM turns into NEON or SSE2.

use super::{Kernel, LANES, Lanes};
use std::array::from_fn;

/// Eight values in an array.
#[derive(Clone, Copy)]
pub(crate) struct Portable([f64; LANES]);

impl Lanes for Portable {
    type Mask = [bool; LANES];

    const PAIRED: bool = false;

    fn run<K: Kernel<Self>>(kernel: K) -> K::Output {
        kernel.call()
    }
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
    fn greater_where(self, other: Self, mask: Self::Mask) -> Self::Mask {
        from_fn(|l| mask[l] & (self.0[l] > other.0[l]))
    }
    #[inline(always)]
    fn is_number_where(self, mask: Self::Mask) -> Self::Mask {
        from_fn(|l| mask[l] & !self.0[l].is_nan())
    }
    #[inline(always)]
    fn keep(self, mask: Self::Mask) -> Self {
        Self(from_fn(|l| if mask[l] { self.0[l] } else { 0.0 }))
    }
    #[inline(always)]
    fn signum_bytes_where(self, mask: Self::Mask, to: &mut [i8; LANES]) {
        *to = from_fn(|l| i8::from(mask[l]) * if self.0[l].is_sign_negative() { -1 } else { 1 });
    }
    #[inline(always)]
    fn sums(a: Self, b: Self) -> [f64; 2] {
        [a, b].map(|Self(v)| ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7])))
    }
    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        from_fn(|l| Self(from_fn(|j| rows[j].0[l])))
    }
}
