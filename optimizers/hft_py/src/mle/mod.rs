//! Maximum likelihood and global optimisation.
//!
//! A [`search::Search`] makes points and learns from their values; [`search::run`] is the loop.
//! Methods with a population are a [`population::Scheme`]: [`swarm`], [`genetic`], and
//! [`evolution`], where every kind of differential evolution is a [`evolution::Strategy`]. CMA-ES is
//! [`cma::Cma`], simulated annealing [`annealing::Annealing`]. The same algorithms in NumPy draw the
//! same random numbers in the same order and make the same generations.

pub mod annealing;
pub mod bounds;
pub mod classic;
pub mod cma;
pub mod constants;
pub mod eigen;
pub mod evolution;
pub mod genetic;
pub mod jde;
pub mod local;
pub mod lshade;
pub mod population;
pub mod roots;
pub mod search;
pub mod stopping;
pub mod swarm;
