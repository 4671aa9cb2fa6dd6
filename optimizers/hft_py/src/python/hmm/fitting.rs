//! Expectation maximisation.

use super::super::watch::PyWatch;
use super::{Matrix, Vector, kind_of, sizes, table, work};
use crate::hmm::emission::Priors;
use crate::hmm::{self, Fitted, Fixed, Model, Options, Series};
use crate::{Error, memory};
use numpy::{
    IntoPyArray, PyReadonlyArray1, PyReadonlyArray2, PyReadonlyArray3, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Start, transition, theta, history, converged.
type Ended<'py> = (Vector<'py>, Matrix<'py>, Matrix<'py>, Matrix<'py>, bool);

/// Expectation maximisation from each start: see `hft_py.hmm.baseline.em.fit`.
#[pyfunction]
#[pyo3(signature = (kind, starts, transitions, thetas, x, lengths, n_iterations, tolerance,
                    reference, floor, emission_prior, transition_prior, threads=1, reporter=None,
                    fixed=(false, false, false)))]
pub(super) fn fit<'py>(
    py: Python<'py>,
    kind: &str,
    starts: PyReadonlyArray2<'py, f64>,
    transitions: PyReadonlyArray3<'py, f64>,
    thetas: PyReadonlyArray3<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
    n_iterations: usize,
    tolerance: f64,
    reference: PyReadonlyArray1<'py, f64>,
    floor: f64,
    emission_prior: f64,
    transition_prior: f64,
    threads: usize,
    reporter: Option<Bound<'py, PyAny>>,
    fixed: (bool, bool, bool),
) -> PyResult<Vec<Ended<'py>>> {
    let (kind, k, d) = (kind_of(kind)?, starts.shape()[1], x.shape()[1]);
    let lengths = sizes(&lengths)?;
    let series = Series::new(x.as_slice()?, d, &lengths)?;
    let wide = thetas.shape()[1] * thetas.shape()[2];
    if k == 0 || wide == 0 || reference.len() != d {
        return Err(PyValueError::new_err(
            "starts, thetas or reference have a wrong shape",
        ));
    }
    let rows = starts.as_slice()?.chunks_exact(k);
    let squares = transitions.as_slice()?.chunks_exact(k * k);
    let emissions = thetas.as_slice()?.chunks_exact(wide);
    let models = rows
        .zip(squares)
        .zip(emissions)
        .map(|((start, transition), theta)| Model::new(kind, start, transition, theta, d));
    let models: Vec<Model> = models.collect::<Result<_, Error>>()?;
    let options = Options {
        n_iterations,
        tolerance,
        priors: Priors {
            reference: reference.as_slice()?.to_vec(),
            floor,
            emission: emission_prior,
            transition: transition_prior,
        },
        threads: threads.max(1),
        fixed: Fixed {
            start: fixed.0,
            transition: fixed.1,
            emission: fixed.2,
        },
    };
    let at_once = options.threads.min(models.len().max(lengths.len()));
    memory::ensure_allocatable(&[memory::product(&[at_once, series.longest(), 2 * k])])?;
    let mut watch = PyWatch::new(reporter)?;
    let fitted = work(py, || hmm::fit(&models, series, &options, &mut watch))?;
    fitted.into_iter().map(|one| ended(py, one)).collect()
}

fn ended(py: Python<'_>, one: Fitted) -> PyResult<Ended<'_>> {
    let (k, p) = (one.model.states(), one.model.parameters());
    Ok((
        one.model.start.into_pyarray(py),
        table(py, one.model.transition, k)?,
        table(py, one.model.theta, p)?,
        table(py, one.history.into_iter().flatten().collect(), 2)?,
        one.converged,
    ))
}
