//! Work on the lanes of an instruction set.

#[cfg(target_arch = "x86_64")]
use crate::lanes::{Avx2, Avx512};
use crate::lanes::{Lanes, Portable};
use native::Isa;

/// Work that is written for any instruction set.
pub(crate) trait OnIsa {
    /// What it yields.
    type Output;
    /// Do it with the vectors `L`.
    fn on<L: Lanes>(self) -> Self::Output;
}

/// Do `work` on this set, or on the best one below that this process may use.
pub(crate) fn run<W: OnIsa>(isa: Isa, work: W) -> W::Output {
    match isa.or_less() {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => work.on::<Avx512>(),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => work.on::<Avx2>(),
        _ => work.on::<Portable>(),
    }
}
