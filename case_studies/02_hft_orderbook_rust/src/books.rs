//! Books to compare with: the published baseline, and maps, trees and vectors at their best.

mod btree;
mod hash;
mod sorted_vec;

pub use btree::BTreeMapBook;
pub use hash::{CachedHashMapBook, HashBook, HashMapBook};
pub use sorted_vec::VecBook;
