//! What makes a run of CMA-ES: its settings, by name.

use super::Optimiser;
use crate::memory::{self, product};
use crate::mle::bounds::Boundary;
use crate::mle::cma::{self, Cma};
use crate::mle::constants::Constants as CmaConstants;
use crate::mle::search::Budget;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;

/// A run of CMA-ES: named as the class of the Python kernels is.
#[pyfunction(name = "CMAES")]
#[pyo3(signature = (*, mean, sigma, lower, upper, offset, scale, population_size, active, separable,
    boundary, seed, stream, max_iterations, max_evaluations, target, tolerance, parameter_tolerance))]
#[allow(clippy::too_many_arguments)] // the settings of a run, by name
pub(super) fn cmaes(
    mean: Vec<f64>,
    sigma: f64,
    lower: Vec<f64>,
    upper: Vec<f64>,
    offset: Vec<f64>,
    scale: Vec<f64>,
    population_size: usize,
    active: bool,
    separable: bool,
    boundary: &str,
    seed: u64,
    stream: u32,
    max_iterations: u64,
    max_evaluations: u64,
    target: f64,
    tolerance: f64,
    parameter_tolerance: f64,
) -> PyResult<Optimiser> {
    let n = mean.len();
    let matrices = if separable { 0 } else { 6 };
    memory::ensure_allocatable(&[
        product(&[n, n, matrices]),
        product(&[population_size, n, 6]),
    ])?;
    let setting = cma::Setting {
        mean,
        sigma,
        lower,
        upper,
        offset,
        scale,
        population_size,
        active,
        separable,
        boundary: Boundary::named(boundary)?,
        tolerance,
        parameter_tolerance,
    };
    let budget = Budget {
        max_iterations,
        max_evaluations,
        target,
    };
    let inner = Cma::new(setting, budget, (seed, stream));
    Ok(Optimiser {
        inner: Box::new(inner),
    })
}

/// What a run of CMA-ES is governed by.
#[pyclass(frozen, get_all, module = "hft_py._rust.mle")]
pub(super) struct Constants {
    mu: usize,
    mu_eff: f64,
    c_sigma: f64,
    d_sigma: f64,
    c_c: f64,
    c_1: f64,
    c_mu: f64,
    chi: f64,
    weights: Py<PyArray1<f64>>,
}

/// The tutorial's constants for a dimension and a population size.
#[pyfunction]
#[pyo3(signature = (dimension, population_size, active=true, separable=false, edition=2016))]
pub(super) fn cma_constants(
    py: Python<'_>,
    dimension: usize,
    population_size: usize,
    active: bool,
    separable: bool,
    edition: u32,
) -> Constants {
    let offset = if edition >= 2023 { 0.25 } else { 0.0 };
    let found = CmaConstants::new(dimension, population_size, active, separable, offset);
    Constants {
        mu: found.mu,
        mu_eff: found.mu_eff,
        c_sigma: found.c_sigma,
        d_sigma: found.d_sigma,
        c_c: found.c_c,
        c_1: found.c_1,
        c_mu: found.c_mu,
        chi: found.chi,
        weights: found.weights.into_pyarray(py).unbind(),
    }
}
