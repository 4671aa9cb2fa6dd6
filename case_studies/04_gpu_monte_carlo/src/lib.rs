//! Asian options by Monte Carlo: the fused kernel of the GPU on a CPU.
//!
//! A path is not stored: counter-based random numbers
//! ([`philox4x32`]), Box-Muller, one growth factor a step, a running average and at the
//! end a payoff, of which a [block](BLOCK) keeps its sums. Memory does not depend on the
//! number of paths, and a path's numbers depend on nothing but the seed and its index, so
//! neither threads nor a split over machines change a bit of any sum.

mod accumulate;
mod blocks;
mod dates;
mod error;
mod kernel;
mod memory;
mod normal;
mod option;
mod payoff;
mod philox;
mod plan;
mod precision;
#[cfg(feature = "python")]
mod python;
mod step;
mod streams;
mod tile;

pub use accumulate::{MOMENTS, MOMENTS_WITH_GREEKS};
pub use blocks::{BLOCK, MAX_BLOCKS, Precision, Simulation, block_sums};
pub use error::Error;
pub use native::Isa;
pub use normal::{double, single};
pub use option::{COLUMNS, Terms};
pub use philox::philox4x32;
pub use streams::{normals, uniforms};
