//! What the Rust crates of the portfolio share.
//!
//! [`Isa`] is the instruction set that kernels run on, chosen once at run time;
//! [`for_each_isa!`] compiles a function of plain loops for each of them. Crates that have
//! kernels in intrinsics choose by [`Isa`] alone. `fft` plans Fourier transforms.

#[cfg(feature = "fft")]
pub mod fft;
mod isa;
mod macros;

pub use isa::{Isa, UnknownIsa, VARIABLE};
