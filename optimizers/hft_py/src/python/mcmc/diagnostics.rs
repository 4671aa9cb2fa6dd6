//! Diagnostics of draws.

use crate::Error;
use crate::mcmc::diagnostics::{Diagnosis, Ratio, Series, Size, Transforms};
use crate::memory::{self, product};
use crate::python::watch::raised;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray3, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::atomic::{AtomicBool, Ordering};

/// A measure of each parameter; NaN where it has none.
fn each<'py, T: Copy + Send + Sync>(
    py: Python<'py>,
    samples: &PyReadonlyArray3<'py, f64>,
    threads: usize,
    nothing: T,
    measure: impl Fn(&Series<'_>, &Transforms) -> T + Sync,
) -> PyResult<Vec<T>> {
    let (chains, parameters) = (samples.shape()[0], samples.shape()[2]);
    let values = samples.as_slice()?;
    let part = parameters.div_ceil(threads.max(1)).max(1);
    let halt = AtomicBool::new(false);
    // Signals are looked for on the calling thread, between its parameters.
    let some = |first: usize, found: &mut [T]| -> Result<(), Error> {
        let transforms = Transforms::default();
        for (parameter, found) in (first..).zip(found) {
            if halt.load(Ordering::Relaxed) {
                break;
            }
            if first == 0 && parameter > 0 {
                let heard = Python::attach(|py| py.check_signals());
                heard.map_err(|error| {
                    halt.store(true, Ordering::Relaxed);
                    raised(error)
                })?;
            }
            if let Some(series) = Series::new(values, chains, parameters, parameter) {
                *found = measure(&series, &transforms);
            }
        }
        Ok(())
    };
    // Of each draw: a value twice, a score, and where its run is.
    let numbers = product(&[4, values.len() / parameters.max(1), threads.max(1)]);
    crate::python::run(py, || {
        memory::ensure_allocatable(&[numbers])?;
        let mut found = vec![nothing; parameters];
        let (mine, others) = found.split_at_mut(part.min(parameters));
        std::thread::scope(|scope| {
            for (index, theirs) in others.chunks_mut(part).enumerate() {
                let some = &some;
                scope.spawn(move || some((index + 1) * part, theirs));
            }
            some(0, mine)
        })?;
        Ok(found)
    })
}

/// The measure that `kind` names among `kinds`, of each parameter.
fn named<'py, K: Copy + Sync>(
    py: Python<'py>,
    samples: &PyReadonlyArray3<'py, f64>,
    kind: &str,
    kinds: &[(&str, K)],
    measure: impl Fn(&Series<'_>, &Transforms, K) -> f64 + Sync,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let found = kinds.iter().find(|(name, _)| *name == kind);
    let unknown = || PyValueError::new_err(format!("kind={kind:?} is unknown"));
    let chosen = found.ok_or_else(unknown)?.1;
    let measure =
        |series: &Series<'_>, transforms: &Transforms| measure(series, transforms, chosen);
    Ok(each(py, samples, 1, f64::NAN, measure)?.into_pyarray(py))
}

/// `"bulk"`, `"tail"` or `"mean"`.
#[pyfunction]
pub(super) fn effective_sample_size<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    kind: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let kinds = [
        ("bulk", Size::Bulk),
        ("tail", Size::Tail),
        ("mean", Size::Mean),
    ];
    named(py, &samples, kind, &kinds, |series, transforms, size| {
        series.effective_size(size, transforms)
    })
}

/// `"rank"`, `"split"` or `"basic"`.
#[pyfunction]
pub(super) fn r_hat<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    kind: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let kinds = [
        ("rank", Ratio::Rank),
        ("split", Ratio::Split),
        ("basic", Ratio::Basic),
    ];
    named(py, &samples, kind, &kinds, |series, _, ratio| {
        series.r_hat(ratio)
    })
}

/// `"geyer"` or `"sokal"`.
#[pyfunction]
pub(super) fn autocorrelation_time<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    kind: &str,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let kinds = [("geyer", false), ("sokal", true)];
    named(
        py,
        &samples,
        kind,
        &kinds,
        |series, transforms, by_window| series.autocorrelation_time(by_window, transforms),
    )
}

/// All of a run's at once, parameters shared out over threads.
#[pyfunction]
#[pyo3(signature = (samples, threads=1))]
pub(super) fn diagnose<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray3<'py, f64>,
    threads: usize,
) -> PyResult<Bound<'py, PyDict>> {
    let nothing = Diagnosis {
        r_hat: f64::NAN,
        ess_bulk: f64::NAN,
        ess_tail: f64::NAN,
        mcse: f64::NAN,
        autocorr_time: f64::NAN,
    };
    let found = each(py, &samples, threads, nothing, |series, transforms| {
        series.diagnose(transforms)
    })?;
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
