//! Information theory: entropies of counts, and what is made of them; nearest neighbours.

pub mod binning;
pub mod estimator;
pub mod information;
pub mod ksg;
mod lanes;
mod line;
pub mod matrix;
pub mod mic;
pub mod permutation;
mod random_tables;
pub mod relevance;
pub mod rolling;
mod search;
mod shrinkage;
pub mod tables;
mod tree;
