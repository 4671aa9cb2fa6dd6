//! Truncated signatures of paths: `O(n d^N)` for `n` segments, `d` channels and depth `N`.
//!
//! A signature lies level by level, without the leading 1: `d` numbers of level 1, `d^2` of level
//! 2, and so on; within a level words are in lexicographic order. Eight signatures side by side
//! are a slice of [`Lanes`]: eight pieces of one path, or eight paths.
//!
//! What is computed for one path does not depend on what is computed beside it, nor on the number
//! of threads: a path is cut by its own length alone. Every operation on lanes is the same on AVX2
//! and AVX-512; a processor without a fused multiply-add rounds more often.
//!
//! Sources: Chen, Ann. of Math. 65 (1957); Kidger and Lyons, "Signatory", ICLR 2021 (fused
//! multiplication by the exponential of a segment, by Horner's rule); Reizenstein and Graham, ACM
//! TOMS 46 (2020); Salvi, Cass, Foster, Lyons and Yang, SIAM J. Math. Data Sci. 3 (2021).

mod advance;
mod kernel;
mod logarithm;
mod paths;
mod product;
mod rolling;
mod running;
mod shape;
mod step;
mod transpose;

pub use kernel::{Pairs, Paths, Refinement, kernel};
pub use logarithm::logarithm;
pub use paths::signature;
pub use product::combine;
pub use rolling::{Windows, rolling};
pub use running::{join, running};
pub use shape::Shape;

use crate::lanes::{LANES, Lanes};
