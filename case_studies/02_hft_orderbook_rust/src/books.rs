//! Books to compare with: the published baseline and the honest alternatives.

mod btree;
mod hash_cached;
mod hash_scan;
mod sorted_vec;

pub use btree::BTreeMapBook;
pub use hash_cached::CachedHashMapBook;
pub use hash_scan::HashMapBook;
pub use sorted_vec::VecBook;
