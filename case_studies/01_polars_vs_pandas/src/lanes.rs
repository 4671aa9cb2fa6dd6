//! Eight assets side by side: the few vector operations the kernels are written in.
//!
//! Each instruction set implements [`Lanes`] once; the kernels are generic over it. All
//! operations are IEEE 754 operations on single lanes, none is fused, and sums across
//! lanes have one fixed order: every implementation gives the same bits.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

#[cfg(target_arch = "x86_64")]
pub(crate) use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) use avx512::Avx512;
pub(crate) use portable::Portable;

/// Evaluate `$work` with `$lanes` as the vectors of this instruction set, or of the best one
/// below that this process may use.
macro_rules! on_isa {
    ($isa:expr, $lanes:ident => $work:expr) => {
        match $isa.or_less() {
            #[cfg(target_arch = "x86_64")]
            native::Isa::Avx512 => {
                type $lanes = crate::lanes::Avx512;
                $work
            }
            #[cfg(target_arch = "x86_64")]
            native::Isa::Avx2 => {
                type $lanes = crate::lanes::Avx2;
                $work
            }
            _ => {
                type $lanes = crate::lanes::Portable;
                $work
            }
        }
    };
}
pub(crate) use on_isa;

/// Assets processed together.
pub(crate) const LANES: usize = 8;

/// Ask for the cache line of a value that is needed soon; on some targets, nothing.
#[inline(always)]
pub(crate) fn prefetch(value: *const f64) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing and never faults, whatever the address; SSE is
    // part of x86-64.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T1>(value.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = value;
}

/// One value for each of eight assets.
pub(crate) trait Lanes: Copy {
    /// A truth value for each lane.
    type Mask: Copy;

    /// Whether registers suffice for the kernels on sixteen assets at once.
    const PAIRED: bool;

    /// Run a kernel, compiled for this instruction set.
    fn run<K: Kernel<Self>>(kernel: K) -> K::Output;

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
    /// `self`, its sign flipped where the sign bit of `sign` is set.
    fn flip_sign_by(self, sign: Self) -> Self;
    /// `minus` where the sign bit of `self` is set, else `plus`.
    fn choose_by_sign(self, plus: Self, minus: Self) -> Self;
    /// `self > other`, false for NaN.
    fn greater(self, other: Self) -> Self::Mask;
    /// Where `mask` holds: `self > other`, false for NaN.
    fn greater_where(self, other: Self, mask: Self::Mask) -> Self::Mask;
    /// Where `mask` holds: not NaN.
    fn is_number_where(self, mask: Self::Mask) -> Self::Mask;
    /// `self` where the mask holds, else +0.
    fn keep(self, mask: Self::Mask) -> Self;
    /// -1 or +1 with the sign of `self` where the mask holds, else 0.
    #[inline(always)]
    fn signum_where(self, mask: Self::Mask) -> Self {
        Self::splat(1.0).flip_sign_by(self).keep(mask)
    }
    /// [`Lanes::signum_where`] as bytes.
    fn signum_bytes_where(self, mask: Self::Mask, to: &mut [i8; LANES]);
    /// Sums over the lanes of `a` and of `b`: with `v4[i] = v[i] + v[i + 4]`,
    /// `(v4[0] + v4[1]) + (v4[2] + v4[3])`.
    fn sums(a: Self, b: Self) -> [f64; 2];
    /// Eight rows of eight become eight columns.
    fn transpose(rows: [Self; LANES]) -> [Self; LANES];
}

/// A loop over rows, written once for every instruction set.
pub(crate) trait Kernel<L: Lanes> {
    /// What it yields.
    type Output;
    /// Do it. Must be `#[inline(always)]`, so that it is compiled with the features of `L`.
    fn call(self) -> Self::Output;
}
