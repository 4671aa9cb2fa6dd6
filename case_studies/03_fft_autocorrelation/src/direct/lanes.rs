//! The vector operations the direct kernel is written in, one implementation per set.

/// A register of doubles.
pub(super) trait Lanes: Copy {
    /// Doubles in a register.
    const WIDTH: usize;
    /// All lanes zero.
    fn zero() -> Self;
    /// Read `WIDTH` doubles from any address.
    ///
    /// # Safety
    /// `from` must be readable for `WIDTH` doubles.
    unsafe fn load(from: *const f64) -> Self;
    /// `self + a * b`.
    fn add_product(self, a: Self, b: Self) -> Self;
    /// The sum of the lanes.
    fn total(self) -> f64;
}

/// Four doubles in plain Rust.
#[derive(Clone, Copy)]
pub(super) struct Portable([f64; 4]);

impl Lanes for Portable {
    const WIDTH: usize = 4;
    #[inline(always)]
    fn zero() -> Self {
        Self([0.0; 4])
    }
    #[inline(always)]
    unsafe fn load(from: *const f64) -> Self {
        // SAFETY: readable by the caller's promise; `[f64; 4]` is aligned like `f64`.
        Self(unsafe { from.cast::<[f64; 4]>().read() })
    }
    #[inline(always)]
    fn add_product(mut self, a: Self, b: Self) -> Self {
        for i in 0..4 {
            self.0[i] += a.0[i] * b.0[i];
        }
        self
    }
    #[inline(always)]
    fn total(self) -> f64 {
        (self.0[0] + self.0[2]) + (self.0[1] + self.0[3])
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Lanes;
    use std::arch::x86_64::*;

    /// Four doubles in a 256-bit register.
    #[derive(Clone, Copy)]
    pub(in crate::direct) struct Avx2(__m256d);

    /// Eight doubles in a 512-bit register.
    #[derive(Clone, Copy)]
    pub(in crate::direct) struct Avx512(__m512d);

    // SAFETY of every intrinsic below: these types are used only inside functions compiled
    // for AVX2 + FMA or AVX-512F, which are called only where `Isa` found those features.
    macro_rules! lanes {
        ($name:ident: $width:literal, $zero:ident, $load:ident, $fmadd:ident, $total:expr) => {
            impl Lanes for $name {
                const WIDTH: usize = $width;
                #[inline(always)]
                fn zero() -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $zero() })
                }
                #[inline(always)]
                unsafe fn load(from: *const f64) -> Self {
                    // SAFETY: see above; readable, as the caller guarantees.
                    Self(unsafe { $load(from) })
                }
                #[inline(always)]
                fn add_product(self, a: Self, b: Self) -> Self {
                    // SAFETY: see above.
                    Self(unsafe { $fmadd(a.0, b.0, self.0) })
                }
                #[inline(always)]
                fn total(self) -> f64 {
                    // SAFETY: see above.
                    unsafe { $total(self.0) }
                }
            }
        };
    }

    lanes!(Avx2: 4, _mm256_setzero_pd, _mm256_loadu_pd, _mm256_fmadd_pd, total_of_four);
    lanes!(Avx512: 8, _mm512_setzero_pd, _mm512_loadu_pd, _mm512_fmadd_pd, _mm512_reduce_add_pd);

    #[inline(always)]
    unsafe fn total_of_four(lanes: __m256d) -> f64 {
        // SAFETY: see above.
        unsafe {
            let high = _mm256_extractf128_pd::<1>(lanes);
            let two = _mm_add_pd(_mm256_castpd256_pd128(lanes), high);
            _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)))
        }
    }
}
