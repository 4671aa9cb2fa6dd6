//! Samplers whose members walk by themselves.

use super::draws::Draws;
use super::{Numbers, Rows, fits, native, space_of};
use crate::mcmc::{Adaptation, Settings, adaptive_metropolis, tempering};
use crate::python::watch::PyWatch;
use numpy::{IntoPyArray, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Independent adaptive random walks.
#[pyfunction]
#[pyo3(name = "adaptive_metropolis", signature = (
    objective, start, start_values, lower, upper, codes, scale, *, n_iterations, burn_in, thin,
    target_acceptance, adaptation, seed, threads=1, progress=None
))]
#[allow(clippy::too_many_arguments)]
pub(super) fn adaptive_metropolis_<'py>(
    py: Python<'py>,
    objective: &Bound<'py, PyAny>,
    start: Rows<'py>,
    start_values: Numbers<'py>,
    lower: Numbers<'py>,
    upper: Numbers<'py>,
    codes: PyReadonlyArray1<'py, i8>,
    scale: Numbers<'py>,
    n_iterations: usize,
    burn_in: usize,
    thin: usize,
    target_acceptance: f64,
    adaptation: &str,
    seed: u64,
    threads: usize,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let objective = native(objective)?;
    let space = space_of(&lower, &upper, &codes, &objective, &start, &start_values)?;
    fits("scale", scale.len(), space.dimension())?;
    let settings = Settings {
        n_iterations,
        burn_in,
        thin,
        seed,
        threads,
    };
    let adaptation = match adaptation {
        "ram" => Adaptation::Ram,
        "haario" => Adaptation::Haario,
        other => {
            let told = format!("adaptation={other:?}, expected \"ram\" or \"haario\"");
            return Err(PyValueError::new_err(told));
        }
    };
    let options = adaptive_metropolis::Options {
        scale: scale.as_slice()?,
        target_acceptance,
        adaptation,
    };
    let mut watch = PyWatch::new(progress)?;
    let draws = Draws::new(py, start_values.len(), space.dimension(), settings)?;
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let target = objective.evaluator();
        crate::python::run(py, || {
            adaptive_metropolis::sample(
                target, &space, start, values, options, settings, samples, log_probs, &mut watch,
            )
        })?
    };
    draws.finish(py, outcome, settings)
}

/// Ladders of replicas with swaps.
#[pyfunction]
#[pyo3(name = "parallel_tempering", signature = (
    objective, start, start_values, lower, upper, codes, scale, *, levels, n_iterations, burn_in,
    thin, target_acceptance, seed, threads=1, progress=None
))]
#[allow(clippy::too_many_arguments)]
pub(super) fn parallel_tempering_<'py>(
    py: Python<'py>,
    objective: &Bound<'py, PyAny>,
    start: Rows<'py>,
    start_values: Numbers<'py>,
    lower: Numbers<'py>,
    upper: Numbers<'py>,
    codes: PyReadonlyArray1<'py, i8>,
    scale: Numbers<'py>,
    levels: usize,
    n_iterations: usize,
    burn_in: usize,
    thin: usize,
    target_acceptance: f64,
    seed: u64,
    threads: usize,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let objective = native(objective)?;
    let space = space_of(&lower, &upper, &codes, &objective, &start, &start_values)?;
    fits("scale", scale.len(), space.dimension())?;
    let settings = Settings {
        n_iterations,
        burn_in,
        thin,
        seed,
        threads,
    };
    let options = tempering::Options {
        scale: scale.as_slice()?,
        target_acceptance,
        levels,
    };
    let mut watch = PyWatch::new(progress)?;
    let systems = start_values.len() / levels.max(1);
    let draws = Draws::new(py, systems, space.dimension(), settings)?;
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let target = objective.evaluator();
        crate::python::run(py, || {
            tempering::sample(
                target, &space, start, values, options, settings, samples, log_probs, &mut watch,
            )
        })?
    };
    let result = draws.finish(py, outcome.run, settings)?;
    let grid = |numbers: Vec<f64>, width: usize| numbers.into_pyarray(py).reshape([systems, width]);
    result.set_item(
        "inverse_temperatures",
        grid(outcome.inverse_temperatures, levels)?,
    )?;
    result.set_item("swap_rejection", grid(outcome.swap_rejection, levels - 1)?)?;
    result.set_item("round_trips", outcome.round_trips.into_pyarray(py))?;
    result.set_item("log_evidence", outcome.log_evidence.into_pyarray(py))?;
    Ok(result)
}
