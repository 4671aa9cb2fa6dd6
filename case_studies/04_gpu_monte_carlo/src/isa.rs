//! Which instruction set the kernels run on: found at run time.

/// An instruction set the kernels were compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// Plain Rust for the target's baseline (SSE2 on x86-64, NEON on aarch64).
    Portable,
    /// 256-bit vectors with fused multiply-add.
    Avx2,
    /// 512-bit vectors.
    Avx512,
}

impl Isa {
    /// Every set this CPU has, the best one last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|isa| isa.is_here())
            .collect()
    }

    /// The best set this CPU has.
    #[must_use]
    pub fn best() -> Self {
        Self::Avx512.or_less()
    }

    /// This set where the CPU has it, else the best one below.
    #[must_use]
    pub(crate) fn or_less(self) -> Self {
        match self {
            Self::Avx512 if !self.is_here() => Self::Avx2.or_less(),
            Self::Avx2 if !self.is_here() => Self::Portable,
            here => here,
        }
    }

    /// Its name: `"portable"`, `"avx2"` or `"avx512"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn is_here(self) -> bool {
        use std::arch::is_x86_feature_detected as has;
        match self {
            Self::Portable => true,
            Self::Avx2 => has!("avx2") && has!("fma"),
            Self::Avx512 => {
                Self::Avx2.is_here()
                    && has!("avx512f")
                    && has!("avx512bw")
                    && has!("avx512dq")
                    && has!("avx512vl")
            }
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn is_here(self) -> bool {
        self == Self::Portable
    }
}

/// Compile a function of plain loops once per instruction set; the caller picks one.
///
/// The compiler vectorises the loops for each set; no intrinsic appears in them. `SET`
/// is 0 where a multiply-add is not one instruction: there, asking for it would be a call of
/// the C library a hundred times slower.
macro_rules! for_each_isa {
    (
        $(#[$meta:meta])*
        $vis:vis fn $name:ident<$t:ident: $bound:path, const $set:ident: u8>(
            $($arg:ident: $ty:ty),* $(,)?
        ) $body:block
    ) => {
        $(#[$meta])*
        $vis fn $name<$t: $bound>(isa: $crate::Isa, $($arg: $ty),*) {
            #[inline(always)]
            fn body<$t: $bound, const $set: u8>($($arg: $ty),*) $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn avx2<$t: $bound>($($arg: $ty),*) { body::<$t, 2>($($arg),*) }
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
                fn avx512<$t: $bound>($($arg: $ty),*) { body::<$t, 3>($($arg),*) }
                match isa.or_less() {
                    // SAFETY: `or_less` found these features on this CPU.
                    $crate::Isa::Avx512 => return unsafe { avx512($($arg),*) },
                    // SAFETY: as above.
                    $crate::Isa::Avx2 => return unsafe { avx2($($arg),*) },
                    $crate::Isa::Portable => {}
                }
            }
            let _ = isa;
            body::<$t, { cfg!(target_arch = "aarch64") as u8 }>($($arg),*);
        }
    };
}
pub(crate) use for_each_isa;
