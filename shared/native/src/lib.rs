//! What the Rust crates of the portfolio share.
//!
//! [`Isa`] is the instruction set that kernels run on, chosen once at run time;
//! [`for_each_isa!`] compiles a function of plain loops for each of them. Crates that have
//! kernels in intrinsics choose by [`Isa`] alone. [`allocations`] counts what tests must not
//! allocate; [`threads`] says how many to use, and keeps pools of them that outlast a fork (`pool`);
//! `fft` plans Fourier transforms; `python` is for the extension modules.

pub mod allocations;

#[cfg(feature = "fft")]
pub mod fft;
mod isa;
mod macros;
#[cfg(feature = "python")]
pub mod python;
pub mod threads;

pub use isa::{Isa, UnknownIsa, VARIABLE};
