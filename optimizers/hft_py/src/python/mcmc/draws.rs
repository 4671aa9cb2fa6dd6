//! Draws of a run, as Python reads them.

use crate::Error;
use crate::mcmc::{Outcome, Settings};
use numpy::{IntoPyArray, PyArray2, PyArray3};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PySlice};

/// Draws of `chains` chains, where a kernel writes them.
pub(super) struct Draws<'py> {
    pub(super) samples: Bound<'py, PyArray3<f64>>,
    pub(super) log_probs: Bound<'py, PyArray2<f64>>,
}

impl<'py> Draws<'py> {
    pub(super) fn new(
        py: Python<'py>,
        chains: usize,
        dimension: usize,
        settings: Settings,
    ) -> PyResult<Self> {
        // By NumPy's own function: it raises a `MemoryError` where they do not fit.
        let zeros = py.import("numpy")?.getattr("zeros")?;
        let draws = settings.draws();
        Ok(Self {
            samples: zeros.call1(((chains, draws, dimension),))?.cast_into()?,
            log_probs: zeros.call1(((chains, draws),))?.cast_into()?,
        })
    }

    /// What a kernel returns, as Python reads it.
    pub(super) fn finish(
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
