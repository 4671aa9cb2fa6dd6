//! Maximum likelihood and global optimisation: differential evolution and CMA-ES.
//!
//! A [`search::Search`] makes points and learns from their values; [`search::run`] goes round.
//! Every kind of differential evolution is a [`evolution::Strategy`] in a population; CMA-ES is
//! [`cma::Cma`]. The same algorithms in NumPy draw the same random numbers in the same order and
//! make the same generations.

pub mod bounds;
pub mod classic;
pub mod cma;
pub mod constants;
pub mod eigen;
pub mod evolution;
pub mod jde;
pub mod lshade;
pub mod roots;
pub mod search;
pub mod stopping;
