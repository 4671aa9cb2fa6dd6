//! Eight assets in two 256-bit registers.

use super::{Kernel, LANES, Lanes};
use std::arch::x86_64::*;

/// Lanes 0 to 3 and lanes 4 to 7.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256d, __m256d);

impl Avx2 {
    #[inline(always)]
    fn map(self, f: impl Fn(__m256d) -> __m256d) -> Self {
        Self(f(self.0), f(self.1))
    }
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(__m256d, __m256d) -> __m256d) -> Self {
        Self(f(self.0, other.0), f(self.1, other.1))
    }
}

// SAFETY, for every block below: `Avx2` is only used by functions that enable AVX2,
// which `Isa::available` found on this CPU. Loads and stores are unaligned and stay
// within the array they are given.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Lanes for Avx2 {
    /// All bits set, or none, in each lane.
    type Mask = Self;

    const PAIRED: bool = false;

    fn run<K: Kernel<Self>>(kernel: K) -> K::Output {
        #[target_feature(enable = "avx2")]
        fn compiled<K: Kernel<Avx2>>(kernel: K) -> K::Output {
            kernel.call()
        }
        unsafe { compiled(kernel) }
    }
    #[inline(always)]
    fn splat(value: f64) -> Self {
        let half = unsafe { _mm256_set1_pd(value) };
        Self(half, half)
    }
    #[inline(always)]
    fn load(from: &[f64; LANES]) -> Self {
        unsafe {
            let from = from.as_ptr();
            Self(_mm256_loadu_pd(from), _mm256_loadu_pd(from.add(4)))
        }
    }
    #[inline(always)]
    fn store(self, to: &mut [f64; LANES]) {
        unsafe {
            let to = to.as_mut_ptr();
            _mm256_storeu_pd(to, self.0);
            _mm256_storeu_pd(to.add(4), self.1);
        }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| unsafe { _mm256_add_pd(a, b) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| unsafe { _mm256_sub_pd(a, b) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| unsafe { _mm256_mul_pd(a, b) })
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(|a| unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), a) })
    }
    #[inline(always)]
    fn floor_at_zero(self) -> Self {
        // Of a NaN and a number, MAXPD gives its second operand.
        self.map(|a| unsafe { _mm256_max_pd(a, _mm256_setzero_pd()) })
    }
    #[inline(always)]
    fn flip_sign_by(self, sign: Self) -> Self {
        self.zip(sign, |a, s| unsafe {
            _mm256_xor_pd(a, _mm256_and_pd(s, _mm256_set1_pd(-0.0)))
        })
    }
    #[inline(always)]
    fn choose_by_sign(self, plus: Self, minus: Self) -> Self {
        unsafe {
            Self(
                _mm256_blendv_pd(plus.0, minus.0, self.0),
                _mm256_blendv_pd(plus.1, minus.1, self.1),
            )
        }
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self::Mask {
        self.zip(other, |a, b| unsafe { _mm256_cmp_pd::<_CMP_GT_OQ>(a, b) })
    }
    #[inline(always)]
    fn greater_where(self, other: Self, mask: Self::Mask) -> Self::Mask {
        self.greater(other).keep(mask)
    }
    #[inline(always)]
    fn is_number_where(self, mask: Self::Mask) -> Self::Mask {
        self.map(|a| unsafe { _mm256_cmp_pd::<_CMP_ORD_Q>(a, a) })
            .keep(mask)
    }
    #[inline(always)]
    fn keep(self, mask: Self::Mask) -> Self {
        self.zip(mask, |a, m| unsafe { _mm256_and_pd(a, m) })
    }
    #[inline(always)]
    fn signum_bytes_where(self, mask: Self::Mask, to: &mut [i8; LANES]) {
        let position = self.signum_where(mask);
        unsafe {
            let low = _mm256_cvtpd_epi32(position.0);
            let words = _mm_packs_epi32(low, _mm256_cvtpd_epi32(position.1));
            _mm_storel_epi64(to.as_mut_ptr().cast(), _mm_packs_epi16(words, words));
        }
    }
    #[inline(always)]
    fn sums(a: Self, b: Self) -> [f64; 2] {
        unsafe { pair_sums(_mm256_add_pd(a.0, a.1), _mm256_add_pd(b.0, b.1)) }
    }
    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        let [a, b, c, d, e, f, g, h] = rows;
        let [a0, a1, a2, a3] = transpose_4x4([a.0, b.0, c.0, d.0]);
        let [a4, a5, a6, a7] = transpose_4x4([a.1, b.1, c.1, d.1]);
        let [e0, e1, e2, e3] = transpose_4x4([e.0, f.0, g.0, h.0]);
        let [e4, e5, e6, e7] = transpose_4x4([e.1, f.1, g.1, h.1]);
        [
            Self(a0, e0),
            Self(a1, e1),
            Self(a2, e2),
            Self(a3, e3),
            Self(a4, e4),
            Self(a5, e5),
            Self(a6, e6),
            Self(a7, e7),
        ]
    }
}

/// Four columns of four rows.
#[inline(always)]
fn transpose_4x4([a, b, c, d]: [__m256d; 4]) -> [__m256d; 4] {
    // SAFETY: as above, only reached on a CPU with AVX2.
    unsafe {
        let (ab0, ab1) = (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let (cd0, cd1) = (_mm256_unpacklo_pd(c, d), _mm256_unpackhi_pd(c, d));
        [
            _mm256_permute2f128_pd::<0x20>(ab0, cd0),
            _mm256_permute2f128_pd::<0x20>(ab1, cd1),
            _mm256_permute2f128_pd::<0x31>(ab0, cd0),
            _mm256_permute2f128_pd::<0x31>(ab1, cd1),
        ]
    }
}

/// `(v[0] + v[1]) + (v[2] + v[3])` for `a` and for `b`.
#[inline(always)]
pub(super) fn pair_sums(a: __m256d, b: __m256d) -> [f64; 2] {
    // SAFETY: as above, only reached on a CPU with AVX2.
    unsafe {
        let pairs = _mm256_add_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        let high = _mm256_extractf128_pd::<1>(pairs);
        let total = _mm_add_pd(_mm256_castpd256_pd128(pairs), high);
        [
            _mm_cvtsd_f64(total),
            _mm_cvtsd_f64(_mm_unpackhi_pd(total, total)),
        ]
    }
}
