//! Which instruction set the kernels run on: found once, at run time.

#[cfg(target_arch = "x86_64")]
use crate::lanes::{Avx2, Avx512};
use crate::lanes::{Lanes, Portable};

/// Work that is written for any instruction set.
pub(crate) trait OnIsa {
    /// What it yields.
    type Output;
    /// Do it with the vectors `L`.
    fn on<L: Lanes>(self) -> Self::Output;
}

/// An instruction set the kernels were compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// Plain Rust for the target's baseline (SSE2 on x86-64, NEON on aarch64).
    Portable,
    /// 256-bit vectors.
    Avx2,
    /// 512-bit vectors with masks (F, BW, DQ, VL).
    Avx512,
}

impl Isa {
    /// Every set this CPU has, the best one last.
    #[must_use]
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512]
            .into_iter()
            .filter(|isa| isa.detected())
            .collect()
    }

    /// The best set this CPU has.
    #[must_use]
    pub fn best() -> Self {
        static BEST: std::sync::OnceLock<Isa> = std::sync::OnceLock::new();
        *BEST.get_or_init(|| *Self::available().last().unwrap_or(&Self::Portable))
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

    /// Run `work` on it, or on plain Rust where this CPU does not have it.
    pub(crate) fn run<W: OnIsa>(self, work: W) -> W::Output {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 if self.detected() => work.on::<Avx512>(),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 if self.detected() => work.on::<Avx2>(),
            _ => work.on::<Portable>(),
        }
    }

    /// Whether this CPU has it.
    fn detected(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => std::arch::is_x86_feature_detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                std::arch::is_x86_feature_detected!("avx2")
                    && std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512vl")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }
}
