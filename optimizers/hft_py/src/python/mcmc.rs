//! The Python module `hft_py._rust.mcmc`: arguments were checked in Python.

use super::objective::Objective;
use super::watch::PyWatch;
use crate::Error;
use crate::mcmc::diagnostics::{Diagnosis, Ratio, Series, Size};
use crate::mcmc::{
    Adaptation, Coordinate, Outcome, Settings, Space, adaptive_metropolis, de_mc, ensemble,
    tempering,
};
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyReadonlyArray3, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice};

/// A point a row.
type Rows<'py> = PyReadonlyArray2<'py, f64>;
type Numbers<'py> = PyReadonlyArray1<'py, f64>;

/// The space, after a check of every length a kernel relies on.
fn space_of(
    lower: &Numbers<'_>,
    upper: &Numbers<'_>,
    codes: &PyReadonlyArray1<'_, i8>,
    objective: &Objective,
    start: &Rows<'_>,
    values: &Numbers<'_>,
) -> PyResult<Space> {
    let kinds: Vec<Coordinate> = codes
        .as_slice()?
        .iter()
        .map(|code| match code {
            1 => Coordinate::Log,
            2 => Coordinate::Integer,
            3 => Coordinate::LogInteger,
            _ => Coordinate::Linear,
        })
        .collect();
    let space = Space::new(lower.as_slice()?, upper.as_slice()?, &kinds)?;
    let dimension = space.dimension();
    fits("objective", objective.evaluator().dimension(), dimension)?;
    fits("start", start.shape()[1], dimension)?;
    fits("start_values", values.len(), start.shape()[0])?;
    Ok(space)
}

fn fits(name: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Length {
        name,
        found,
        expected,
    })
}

/// The objective of a resolved handle (`hft_py.objectives`).
fn native<'py>(handle: &Bound<'py, PyAny>) -> PyResult<PyRef<'py, Objective>> {
    Ok(handle.getattr("native")?.extract()?)
}

/// Draws of `chains` chains, where a kernel writes them.
struct Draws<'py> {
    samples: Bound<'py, PyArray3<f64>>,
    log_probs: Bound<'py, PyArray2<f64>>,
}

impl<'py> Draws<'py> {
    fn new(py: Python<'py>, chains: usize, dimension: usize, settings: Settings) -> Self {
        let draws = settings.draws();
        Self {
            samples: PyArray3::zeros(py, [chains, draws, dimension], false),
            log_probs: PyArray2::zeros(py, [chains, draws], false),
        }
    }

    /// What a kernel returns, as Python reads it.
    fn finish(
        self,
        py: Python<'py>,
        outcome: Outcome,
        settings: Settings,
    ) -> PyResult<Bound<'py, PyDict>> {
        let result = PyDict::new(py);
        let (samples, log_probs) = (self.samples.into_any(), self.log_probs.into_any());
        if outcome.draws < settings.draws() {
            // Stopped early: only what was drawn, in arrays of their own.
            let draws =
                isize::try_from(outcome.draws).map_err(|e| Error::Internal(e.to_string()))?;
            let all = PySlice::full(py);
            let kept = (all, PySlice::new(py, 0, draws, 1));
            for (name, array) in [("samples", &samples), ("log_probs", &log_probs)] {
                result.set_item(name, array.get_item(&kept)?.call_method0("copy")?)?;
            }
        } else {
            result.set_item("samples", samples)?;
            result.set_item("log_probs", log_probs)?;
        }
        result.set_item("acceptance", outcome.acceptance.into_pyarray(py))?;
        result.set_item("best_params", outcome.best_params.into_pyarray(py))?;
        result.set_item("best_log_prob", outcome.best_log_prob)?;
        result.set_item("n_evaluations", outcome.n_evaluations)?;
        result.set_item("n_invalid", outcome.n_invalid)?;
        result.set_item("n_iterations", outcome.n_iterations)?;
        result.set_item("stopped", outcome.n_iterations < settings.n_iterations)?;
        Ok(result)
    }
}

/// Independent adaptive random walks.
#[pyfunction]
#[pyo3(name = "adaptive_metropolis", signature = (
    objective, start, start_values, lower, upper, codes, scale, *, n_iterations, burn_in, thin,
    target_acceptance, adaptation, seed, threads=1, progress=None
))]
#[allow(clippy::too_many_arguments)]
fn adaptive_metropolis_<'py>(
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
    let draws = Draws::new(py, start_values.len(), space.dimension(), settings);
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let target = objective.evaluator();
        super::run(py, || {
            adaptive_metropolis::sample(
                target, &space, start, values, options, settings, samples, log_probs, &mut watch,
            )
        })?
    };
    draws.finish(py, outcome, settings)
}

/// One affine-invariant ensemble.
#[pyfunction]
#[pyo3(name = "ensemble", signature = (
    objective, start, start_values, lower, upper, codes, *, n_iterations, burn_in, thin, stretch,
    seed, threads=1, progress=None
))]
#[allow(clippy::too_many_arguments)]
fn ensemble_<'py>(
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
    let draws = Draws::new(py, start_values.len(), space.dimension(), settings);
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let target = objective.evaluator();
        super::run(py, || {
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
fn de_mc_<'py>(
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
    let draws = Draws::new(py, start_values.len(), space.dimension(), settings);
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let (scale, archive) = (scale.as_slice()?, archive.as_slice()?);
        let target = objective.evaluator();
        super::run(py, || {
            de_mc::sample(
                target, &space, start, values, scale, archive, settings, samples, log_probs,
                &mut watch,
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
fn parallel_tempering_<'py>(
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
    let draws = Draws::new(py, systems, space.dimension(), settings);
    let outcome = {
        let (mut samples, mut log_probs) = (draws.samples.readwrite(), draws.log_probs.readwrite());
        let (samples, log_probs) = (samples.as_slice_mut()?, log_probs.as_slice_mut()?);
        let (start, values) = (start.as_slice()?, start_values.as_slice()?);
        let target = objective.evaluator();
        super::run(py, || {
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

/// A measure of each parameter; NaN where it has none.
fn each<'py, T: Copy + Send + Sync>(
    py: Python<'py>,
    samples: &PyReadonlyArray3<'py, f64>,
    nothing: T,
    measure: impl Fn(&Series) -> T + Sync,
) -> PyResult<Vec<T>> {
    let (chains, parameters) = (samples.shape()[0], samples.shape()[2]);
    let values = samples.as_slice()?;
    super::run(py, || {
        let of = |p| Series::new(values, chains, parameters, p);
        Ok((0..parameters)
            .map(|p| of(p).map_or(nothing, |series| measure(&series)))
            .collect())
    })
}

fn unknown(kind: &str) -> PyErr {
    PyValueError::new_err(format!("kind={kind:?} is unknown"))
}

/// `"bulk"`, `"tail"` or `"mean"`.
#[pyfunction]
fn effective_sample_size<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    kind: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let which = match kind {
        "bulk" => Size::Bulk,
        "tail" => Size::Tail,
        "mean" => Size::Mean,
        other => return Err(unknown(other)),
    };
    let found = each(py, &samples, f64::NAN, |series| {
        series.effective_size(which)
    })?;
    Ok(found.into_pyarray(py))
}

/// `"rank"`, `"split"` or `"basic"`.
#[pyfunction]
fn r_hat<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    kind: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let which = match kind {
        "rank" => Ratio::Rank,
        "split" => Ratio::Split,
        "basic" => Ratio::Basic,
        other => return Err(unknown(other)),
    };
    let found = each(py, &samples, f64::NAN, |series| series.r_hat(which))?;
    Ok(found.into_pyarray(py))
}

/// `"geyer"` or `"sokal"`.
#[pyfunction]
fn autocorrelation_time<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    kind: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let by_window = match kind {
        "geyer" => false,
        "sokal" => true,
        other => return Err(unknown(other)),
    };
    let found = each(py, &samples, f64::NAN, |series| {
        series.autocorrelation_time(by_window)
    })?;
    Ok(found.into_pyarray(py))
}

/// All of a run's at once.
#[pyfunction]
#[pyo3(signature = (samples, threads=1))]
fn diagnose<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    threads: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let _ = threads; // some milliseconds: not worth any
    let nothing = Diagnosis {
        r_hat: f64::NAN,
        ess_bulk: f64::NAN,
        ess_tail: f64::NAN,
        mcse: f64::NAN,
        autocorr_time: f64::NAN,
    };
    let found = each(py, &samples, nothing, |series| series.diagnose())?;
    let result = PyDict::new(py);
    type Field = fn(&Diagnosis) -> f64;
    let columns: [(&str, Field); 5] = [
        ("r_hat", |d| d.r_hat),
        ("ess_bulk", |d| d.ess_bulk),
        ("ess_tail", |d| d.ess_tail),
        ("mcse", |d| d.mcse),
        ("autocorr_time", |d| d.autocorr_time),
    ];
    for (name, column) in columns {
        let values: Vec<f64> = found.iter().map(column).collect();
        result.set_item(name, values.into_pyarray(py))?;
    }
    Ok(result)
}

/// Add the functions of this module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let functions = [
        wrap_pyfunction!(adaptive_metropolis_, module)?,
        wrap_pyfunction!(ensemble_, module)?,
        wrap_pyfunction!(de_mc_, module)?,
        wrap_pyfunction!(parallel_tempering_, module)?,
        wrap_pyfunction!(effective_sample_size, module)?,
        wrap_pyfunction!(r_hat, module)?,
        wrap_pyfunction!(autocorrelation_time, module)?,
        wrap_pyfunction!(diagnose, module)?,
    ];
    for function in functions {
        module.add_function(function)?;
    }
    Ok(())
}
