//! Portfolio construction: allocators that need no solver.

pub mod linear;
pub mod minimum_variance;
pub mod moments;
#[cfg(feature = "full")]
pub mod nsga;
pub mod risk_parity;
