//! Which instruction set the kernels run on: found once, at run time.

use std::sync::OnceLock;

/// The environment variable that caps the choice: `portable`, `avx2` or `avx512`.
///
/// For tests and comparisons: a newer CPU then takes the code of an older one. It is read
/// once a process. Unset or empty, there is no cap; libraries that choose by themselves, such
/// as rustfft, do not know it.
pub const VARIABLE: &str = "QPP_ISA";

/// An instruction set the kernels were compiled for, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isa {
    /// Plain Rust for the target's baseline (SSE2 on x86-64, NEON on aarch64).
    Portable,
    /// 256-bit vectors with fused multiply-add (AVX2, FMA).
    Avx2,
    /// 512-bit vectors with masks (AVX-512 F, BW, DQ and VL, beside all of [`Isa::Avx2`]).
    Avx512,
}

/// The variable [`VARIABLE`] names no instruction set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{VARIABLE}={0:?}, expected \"portable\", \"avx2\" or \"avx512\"")]
pub struct UnknownIsa(pub String);

impl Isa {
    /// Every set there is, the best one last.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// Every set this process may use, the best one last: the CPU has it, and the cap allows it.
    ///
    /// # Panics
    /// As [`Isa::best`].
    #[must_use]
    pub fn available() -> Vec<Self> {
        let best = Self::best();
        Self::ALL.into_iter().filter(|isa| *isa <= best).collect()
    }

    /// The best set the CPU has, though never one above the cap.
    ///
    /// # Panics
    /// Where the environment variable [`VARIABLE`] names no set. Who must not panic asks
    /// [`Isa::cap`] first: the answer holds for the whole process.
    #[inline]
    #[must_use]
    pub fn best() -> Self {
        static BEST: OnceLock<Isa> = OnceLock::new();
        *BEST.get_or_init(Self::choose)
    }

    /// This set where the process may use it, else the best one below.
    ///
    /// # Panics
    /// As [`Isa::best`].
    #[inline]
    #[must_use]
    pub fn or_less(self) -> Self {
        self.min(Self::best())
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

    /// The set that the environment variable [`VARIABLE`] names, if any; read once.
    ///
    /// # Errors
    /// [`UnknownIsa`], where it names something else.
    pub fn cap() -> Result<Option<Self>, UnknownIsa> {
        static CAP: OnceLock<Result<Option<Isa>, UnknownIsa>> = OnceLock::new();
        CAP.get_or_init(|| match std::env::var_os(VARIABLE) {
            None => Ok(None),
            Some(value) if value.is_empty() => Ok(None),
            Some(value) => Self::ALL
                .into_iter()
                .find(|isa| value == isa.name())
                .map(Some)
                .ok_or_else(|| UnknownIsa(value.to_string_lossy().into_owned())),
        })
        .clone()
    }

    #[cold]
    fn choose() -> Self {
        match Self::cap() {
            Ok(cap) => Self::detected().min(cap.unwrap_or(Self::Avx512)),
            Err(unknown) => panic!("{unknown}"),
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn detected() -> Self {
        use std::arch::is_x86_feature_detected as has;
        if !(has!("avx2") && has!("fma")) {
            Self::Portable
        } else if has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl") {
            Self::Avx512
        } else {
            Self::Avx2
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn detected() -> Self {
        Self::Portable
    }
}
