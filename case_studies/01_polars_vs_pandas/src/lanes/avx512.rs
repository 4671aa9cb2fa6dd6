//! Eight assets in one 512-bit register; comparisons go to mask registers.

use super::{Kernel, LANES, Lanes};
use std::arch::x86_64::*;

/// Eight values in a register.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512d);

// SAFETY, for every block below: `Avx512` is only used by functions that enable AVX-512
// F, BW, DQ and VL, which `Isa::available` found on this CPU. Loads and stores are
// unaligned and stay within the array they are given.
#[allow(clippy::undocumented_unsafe_blocks)]
impl Lanes for Avx512 {
    type Mask = __mmask8;

    const PAIRED: bool = true;

    fn run<K: Kernel<Self>>(kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
        fn compiled<K: Kernel<Avx512>>(kernel: K) -> K::Output {
            kernel.call()
        }
        unsafe { compiled(kernel) }
    }
    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self(unsafe { _mm512_set1_pd(value) })
    }
    #[inline(always)]
    fn load(from: &[f64; LANES]) -> Self {
        Self(unsafe { _mm512_loadu_pd(from.as_ptr()) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f64; LANES]) {
        unsafe { _mm512_storeu_pd(to.as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(unsafe { _mm512_add_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(unsafe { _mm512_sub_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(unsafe { _mm512_mul_pd(self.0, other.0) })
    }
    #[inline(always)]
    fn abs(self) -> Self {
        Self(unsafe { _mm512_abs_pd(self.0) })
    }
    #[inline(always)]
    fn floor_at_zero(self) -> Self {
        // Of a NaN and a number, MAXPD gives its second operand.
        Self(unsafe { _mm512_max_pd(self.0, _mm512_setzero_pd()) })
    }
    #[inline(always)]
    fn flip_sign_by(self, sign: Self) -> Self {
        unsafe {
            let bit = _mm512_and_pd(sign.0, _mm512_set1_pd(-0.0));
            Self(_mm512_xor_pd(self.0, bit))
        }
    }
    #[inline(always)]
    fn choose_by_sign(self, plus: Self, minus: Self) -> Self {
        unsafe {
            let negative = _mm512_movepi64_mask(_mm512_castpd_si512(self.0));
            Self(_mm512_mask_blend_pd(negative, plus.0, minus.0))
        }
    }
    #[inline(always)]
    fn greater(self, other: Self) -> Self::Mask {
        unsafe { _mm512_cmp_pd_mask::<_CMP_GT_OQ>(self.0, other.0) }
    }
    #[inline(always)]
    fn greater_where(self, other: Self, mask: Self::Mask) -> Self::Mask {
        unsafe { _mm512_mask_cmp_pd_mask::<_CMP_GT_OQ>(mask, self.0, other.0) }
    }
    #[inline(always)]
    fn is_number_where(self, mask: Self::Mask) -> Self::Mask {
        unsafe { _mm512_mask_cmp_pd_mask::<_CMP_ORD_Q>(mask, self.0, self.0) }
    }
    #[inline(always)]
    fn keep(self, mask: Self::Mask) -> Self {
        Self(unsafe { _mm512_maskz_mov_pd(mask, self.0) })
    }
    #[inline(always)]
    fn signum_where(self, mask: Self::Mask) -> Self {
        unsafe {
            let one = _mm512_castpd_si512(_mm512_set1_pd(1.0));
            let sign = _mm512_castpd_si512(_mm512_set1_pd(-0.0));
            let x = _mm512_castpd_si512(self.0);
            // one | (x & sign)
            let signed = _mm512_maskz_ternarylogic_epi64::<0xF8>(mask, one, x, sign);
            Self(_mm512_castsi512_pd(signed))
        }
    }
    #[inline(always)]
    fn signum_bytes_where(self, mask: Self::Mask, to: &mut [i8; LANES]) {
        unsafe {
            let negative = _mm512_movepi64_mask(_mm512_castpd_si512(self.0));
            let bytes = _mm_maskz_set1_epi8(mask.into(), 1);
            let bytes = _mm_mask_set1_epi8(bytes, (mask & negative).into(), -1);
            _mm_storel_epi64(to.as_mut_ptr().cast(), bytes);
        }
    }
    #[inline(always)]
    fn sums(a: Self, b: Self) -> [f64; 2] {
        unsafe {
            let a4 = _mm256_add_pd(
                _mm512_castpd512_pd256(a.0),
                _mm512_extractf64x4_pd::<1>(a.0),
            );
            let b4 = _mm256_add_pd(
                _mm512_castpd512_pd256(b.0),
                _mm512_extractf64x4_pd::<1>(b.0),
            );
            super::avx2::pair_sums(a4, b4)
        }
    }
    #[inline(always)]
    fn transpose(rows: [Self; LANES]) -> [Self; LANES] {
        // Written out, not in closures: those would be compiled without AVX-512.
        unsafe {
            let [a, b, c, d, e, f, g, h] = rows.map(|row| row.0);
            let (ab0, ab1) = (_mm512_unpacklo_pd(a, b), _mm512_unpackhi_pd(a, b));
            let (cd0, cd1) = (_mm512_unpacklo_pd(c, d), _mm512_unpackhi_pd(c, d));
            let (ef0, ef1) = (_mm512_unpacklo_pd(e, f), _mm512_unpackhi_pd(e, f));
            let (gh0, gh1) = (_mm512_unpacklo_pd(g, h), _mm512_unpackhi_pd(g, h));
            // Quarters 0 and 2, then 1 and 3, of a pair of registers.
            const EVEN: i32 = 0b10_00_10_00;
            const ODD: i32 = 0b11_01_11_01;
            let abcd04 = _mm512_shuffle_f64x2::<EVEN>(ab0, cd0);
            let abcd26 = _mm512_shuffle_f64x2::<ODD>(ab0, cd0);
            let abcd15 = _mm512_shuffle_f64x2::<EVEN>(ab1, cd1);
            let abcd37 = _mm512_shuffle_f64x2::<ODD>(ab1, cd1);
            let efgh04 = _mm512_shuffle_f64x2::<EVEN>(ef0, gh0);
            let efgh26 = _mm512_shuffle_f64x2::<ODD>(ef0, gh0);
            let efgh15 = _mm512_shuffle_f64x2::<EVEN>(ef1, gh1);
            let efgh37 = _mm512_shuffle_f64x2::<ODD>(ef1, gh1);
            [
                Self(_mm512_shuffle_f64x2::<EVEN>(abcd04, efgh04)),
                Self(_mm512_shuffle_f64x2::<EVEN>(abcd15, efgh15)),
                Self(_mm512_shuffle_f64x2::<EVEN>(abcd26, efgh26)),
                Self(_mm512_shuffle_f64x2::<EVEN>(abcd37, efgh37)),
                Self(_mm512_shuffle_f64x2::<ODD>(abcd04, efgh04)),
                Self(_mm512_shuffle_f64x2::<ODD>(abcd15, efgh15)),
                Self(_mm512_shuffle_f64x2::<ODD>(abcd26, efgh26)),
                Self(_mm512_shuffle_f64x2::<ODD>(abcd37, efgh37)),
            ]
        }
    }
}
