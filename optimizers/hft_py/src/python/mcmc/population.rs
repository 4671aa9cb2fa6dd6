//! Samplers whose members move by each other.

use super::draws::Draws;
use super::{Numbers, Rows, fits, native, space_of};
use crate::mcmc::{Settings, de_mc, ensemble};
use crate::python::watch::PyWatch;
use numpy::{PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// One affine-invariant ensemble.
#[pyfunction]
#[pyo3(name = "ensemble", signature = (
    objective, start, start_values, lower, upper, codes, *, n_iterations, burn_in, thin, stretch,
    seed, threads=1, progress=None
))]
#[allow(clippy::too_many_arguments)]
pub(super) fn ensemble_<'py>(
    py: Python<'py>,
    objective: &Bound<'py, PyAny>,
    start: Rows<'py>,
    start_values: Numbers<'py>,
    lower: Numbers<'py>,
    upper: Numbers<'py>,
    codes: PyReadonlyArray1<'py, i8>,
    n_iterations: usize,
    burn_in: usize,
    thin: usize,
    stretch: f64,
    seed: u64,
    threads: usize,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let objective = native(objective)?;
    let space = space_of(&lower, &upper, &codes, &objective, &start, &start_values)?;
    let settings = Settings {
        n_iterations,
        burn_in,
        thin,
        seed,
        threads,
    };
    let mut watch = PyWatch::new(progress)?;
    let draws = Draws::new(py, start_values.len(), space.dimension(), settings)?;
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let target = objective.evaluator();
        crate::python::run(py, || {
            ensemble::sample(
                target, &space, start, values, stretch, settings, samples, log_probs, &mut watch,
            )
        })?
    };
    draws.finish(py, outcome, settings)
}

/// Differential evolution chains with an archive.
#[pyfunction]
#[pyo3(name = "de_mc", signature = (
    objective, start, start_values, lower, upper, codes, scale, archive, *, n_iterations, burn_in,
    thin, seed, threads=1, progress=None
))]
#[allow(clippy::too_many_arguments)]
pub(super) fn de_mc_<'py>(
    py: Python<'py>,
    objective: &Bound<'py, PyAny>,
    start: Rows<'py>,
    start_values: Numbers<'py>,
    lower: Numbers<'py>,
    upper: Numbers<'py>,
    codes: PyReadonlyArray1<'py, i8>,
    scale: Numbers<'py>,
    archive: Rows<'py>,
    n_iterations: usize,
    burn_in: usize,
    thin: usize,
    seed: u64,
    threads: usize,
    progress: Option<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let objective = native(objective)?;
    let space = space_of(&lower, &upper, &codes, &objective, &start, &start_values)?;
    fits("scale", scale.len(), space.dimension())?;
    fits("archive", archive.shape()[1], space.dimension())?;
    let settings = Settings {
        n_iterations,
        burn_in,
        thin,
        seed,
        threads,
    };
    let mut watch = PyWatch::new(progress)?;
    let draws = Draws::new(py, start_values.len(), space.dimension(), settings)?;
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let (scale, archive) = (scale.as_slice()?, archive.as_slice()?);
        let target = objective.evaluator();
        crate::python::run(py, || {
            de_mc::sample(
                target, &space, start, values, scale, archive, settings, samples, log_probs,
                &mut watch,
            )
        })?
    };
    draws.finish(py, outcome, settings)
}
