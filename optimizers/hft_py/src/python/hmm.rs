//! The Python module `hft_py._rust.hmm`: the functions of `hft_py.hmm.baseline`, compiled.

// Signatures are Python's.
#![allow(clippy::too_many_arguments)]

use super::run;
use super::watch::PyWatch;
use crate::hmm::emission::Priors;
use crate::hmm::{
    Failure, Fitted, Kind, Model, Options, Series, em, filter, log_space, sampler, smoother,
    viterbi,
};
use crate::{Error, hmm};
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyReadonlyArray3, PyUntypedArrayMethods,
};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

type Vector<'py> = Bound<'py, PyArray1<f64>>;
type Matrix<'py> = Bound<'py, PyArray2<f64>>;
type Cube<'py> = Bound<'py, PyArray3<f64>>;
type Path<'py> = Bound<'py, PyArray1<i64>>;
/// Start, transition, theta, history, converged.
type Ended<'py> = (Vector<'py>, Matrix<'py>, Matrix<'py>, Matrix<'py>, bool);

fn refused(failure: Failure) -> PyErr {
    match failure {
        Failure::Other(error) => error.into(),
        impossible => PyValueError::new_err(impossible.to_string()),
    }
}

/// Run a kernel without the interpreter lock.
fn work<T: Send>(
    py: Python<'_>,
    kernel: impl FnOnce() -> Result<T, Failure> + Send,
) -> PyResult<T> {
    run(py, || Ok(kernel()))?.map_err(refused)
}

fn kind_of(name: &str) -> PyResult<Kind> {
    Kind::named(name).ok_or_else(|| PyValueError::new_err(format!("kind={name:?} is unknown")))
}

/// A model and a series, checked and borrowed.
struct Input<'py> {
    model: Model,
    x: PyReadonlyArray2<'py, f64>,
    lengths: Vec<usize>,
}

impl<'py> Input<'py> {
    fn new(
        kind: &str,
        start: &PyReadonlyArray1<'py, f64>,
        transition: &PyReadonlyArray2<'py, f64>,
        theta: &PyReadonlyArray2<'py, f64>,
        x: PyReadonlyArray2<'py, f64>,
        lengths: &PyReadonlyArray1<'py, i64>,
    ) -> PyResult<Self> {
        let kind = kind_of(kind)?;
        let dimension = x.shape()[1];
        let model = Model::new(
            kind,
            start.as_slice()?,
            transition.as_slice()?,
            theta.as_slice()?,
            dimension,
        )?;
        Ok(Self {
            lengths: sizes(lengths)?,
            model,
            x,
        })
    }

    fn series(&self) -> PyResult<Series<'_>> {
        Ok(Series::new(
            self.x.as_slice()?,
            self.model.dimension,
            &self.lengths,
        )?)
    }

    fn states(&self) -> usize {
        self.model.states()
    }
}

fn sizes(lengths: &PyReadonlyArray1<'_, i64>) -> PyResult<Vec<usize>> {
    let sizes = lengths.as_slice()?.iter().map(|n| {
        usize::try_from(*n)
            .map_err(|_| PyValueError::new_err(format!("lengths has {n}, expected 1 or more")))
    });
    sizes.collect()
}

fn table<'py>(py: Python<'py>, cells: Vec<f64>, columns: usize) -> PyResult<Matrix<'py>> {
    let rows = cells.len() / columns;
    cells.into_pyarray(py).reshape([rows, columns])
}

/// `log p(x_t | state)`, `(T, K)`; zero where `x_t` is missing.
#[pyfunction]
fn log_densities<'py>(
    py: Python<'py>,
    kind: &str,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
) -> PyResult<Matrix<'py>> {
    let k = theta.shape()[0];
    let even = vec![1.0 / k as f64; k * k];
    let model = Model::new(
        kind_of(kind)?,
        &even[..k],
        &even,
        theta.as_slice()?,
        x.shape()[1],
    )?;
    let x = x.as_slice()?;
    let found = work(py, || {
        let emission = hmm::emission::Emission::new(&model)?;
        let mut scratch = hmm::emission::Scratch::new(k, model.dimension);
        Ok(log_space::log_densities(&emission, x, &mut scratch))
    })?;
    table(py, found, k)
}

/// `p(z_t | x_1..x_t)`, `(T, K)`, and `log p(x_t | x_1..x_(t-1))`, `(T,)`.
#[pyfunction]
fn forward<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<(Matrix<'py>, Vector<'py>)> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    let (alpha, scale) = work(py, || {
        let mut alpha = vec![0.0; series.rows() * model.states()];
        let mut scale = vec![0.0; series.rows()];
        hmm::forward::forward(model, series, &mut alpha, &mut scale)?;
        Ok((alpha, scale))
    })?;
    Ok((table(py, alpha, input.states())?, scale.into_pyarray(py)))
}

/// `p(future | z_t) / p(future | x_1..x_t)`, `(T, K)`.
#[pyfunction]
fn backward<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Matrix<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    let beta = work(py, || {
        let mut beta = vec![0.0; series.rows() * model.states()];
        smoother::backward(model, series, &mut beta)?;
        Ok(beta)
    })?;
    table(py, beta, input.states())
}

/// `p(z_t | x_1..x_t)`, `(T, K)`.
#[pyfunction]
fn filtered<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Matrix<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    let alpha = work(py, || {
        let mut alpha = vec![0.0; series.rows() * model.states()];
        filter::filtered(model, series, &mut alpha)?;
        Ok(alpha)
    })?;
    table(py, alpha, input.states())
}

/// `log p(z_T | x_1..x_T)` at the end of the last sequence, `(K,)`.
#[pyfunction]
fn last<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Vector<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    Ok(work(py, || filter::last(model, series))?.into_pyarray(py))
}

/// `log p(x)` of all sequences.
#[pyfunction]
fn score<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<f64> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    work(py, || filter::score(model, series))
}

/// `p(z_t | x)`, the expected number of each transition, and `log p(x)`.
#[pyfunction]
fn smoothed<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<(Matrix<'py>, Matrix<'py>, f64)> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    let (gamma, (transitions, log_likelihood)) = work(py, || {
        let mut gamma = vec![0.0; series.rows() * model.states()];
        let rest = smoother::smoothed(model, series, &mut gamma)?;
        Ok((gamma, rest))
    })?;
    let k = input.states();
    Ok((
        table(py, gamma, k)?,
        table(py, transitions, k)?,
        log_likelihood,
    ))
}

/// `p(z_t, z_(t+1) | x)`, `(T - 1, K, K)`; zero between two sequences.
#[pyfunction]
fn pairwise<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<Cube<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    let (k, steps) = (input.states(), series.rows() - 1);
    let pairs = work(py, || {
        let mut pairs = vec![0.0; steps * model.states() * model.states()];
        smoother::pairwise(model, series, &mut pairs)?;
        Ok(pairs)
    })?;
    pairs.into_pyarray(py).reshape([steps, k, k])
}

/// `p(z_t | x_1..x_(t+lag))`, `(T, K)`.
#[pyfunction]
fn fixed_lag<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
    lag: usize,
) -> PyResult<Matrix<'py>> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    let gamma = work(py, || {
        let mut gamma = vec![0.0; series.rows() * model.states()];
        smoother::fixed_lag(model, series, lag, &mut gamma)?;
        Ok(gamma)
    })?;
    table(py, gamma, input.states())
}

/// `argmax p(z | x)`, `(T,)`, and `log max p(z, x)`.
#[pyfunction(name = "viterbi")]
fn py_viterbi<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    x: PyReadonlyArray2<'py, f64>,
    lengths: PyReadonlyArray1<'py, i64>,
) -> PyResult<(Path<'py>, f64)> {
    let input = Input::new(kind, &start, &transition, &theta, x, &lengths)?;
    let (series, model) = (input.series()?, &input.model);
    let (path, log_probability) = work(py, || {
        let mut path = vec![0; series.rows()];
        let log_probability = viterbi::viterbi(model, series, &mut path)?;
        Ok((path, log_probability))
    })?;
    Ok((path.into_pyarray(py), log_probability))
}

/// One step of the filter: logarithms of the probabilities, and `log p(x_t | past)`.
#[pyfunction]
fn step<'py>(
    py: Python<'py>,
    kind: &str,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    theta: PyReadonlyArray2<'py, f64>,
    previous: Option<PyReadonlyArray1<'py, f64>>,
    x: PyReadonlyArray1<'py, f64>,
) -> PyResult<(Vector<'py>, f64)> {
    let x = x.as_slice()?;
    let (start, transition) = (start.as_slice()?, transition.as_slice()?);
    let model = Model::new(
        kind_of(kind)?,
        start,
        transition,
        theta.as_slice()?,
        x.len(),
    )?;
    let previous = previous.as_ref().map(|p| p.as_slice()).transpose()?;
    if previous.is_some_and(|p| p.len() != model.states()) {
        return Err(PyValueError::new_err(
            "previous has another length than start",
        ));
    }
    // Too short a work to let go of the interpreter lock.
    let (found, scale) = hmm::forward::step(&model, previous, x).map_err(refused)?;
    Ok((found.into_pyarray(py), scale))
}

/// A path of the chain by inversion, one uniform number a step.
#[pyfunction]
fn simulate<'py>(
    py: Python<'py>,
    start: PyReadonlyArray1<'py, f64>,
    transition: PyReadonlyArray2<'py, f64>,
    uniforms: PyReadonlyArray1<'py, f64>,
) -> PyResult<Path<'py>> {
    let (start, transition) = (start.as_slice()?, transition.as_slice()?);
    let uniforms = uniforms.as_slice()?;
    let path = work(py, || Ok(sampler::simulate(start, transition, uniforms)))?;
    Ok(path.into_pyarray(py))
}

/// Expectation maximisation from each start: see `hft_py.hmm.baseline.em.fit`.
#[pyfunction]
#[pyo3(signature = (kind, starts, transitions, thetas, x, lengths, n_iterations, tolerance,
                    reference, floor, emission_prior, transition_prior, threads=1, reporter=None))]
fn fit<'py>(
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
    };
    let mut watch = PyWatch::new(reporter)?;
    let fitted = work(py, || em::fit(models, series, &options, &mut watch))?;
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

/// Add the functions of this module.
pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(log_densities, module)?)?;
    module.add_function(wrap_pyfunction!(forward, module)?)?;
    module.add_function(wrap_pyfunction!(backward, module)?)?;
    module.add_function(wrap_pyfunction!(filtered, module)?)?;
    module.add_function(wrap_pyfunction!(last, module)?)?;
    module.add_function(wrap_pyfunction!(score, module)?)?;
    module.add_function(wrap_pyfunction!(smoothed, module)?)?;
    module.add_function(wrap_pyfunction!(pairwise, module)?)?;
    module.add_function(wrap_pyfunction!(fixed_lag, module)?)?;
    module.add_function(wrap_pyfunction!(py_viterbi, module)?)?;
    module.add_function(wrap_pyfunction!(step, module)?)?;
    module.add_function(wrap_pyfunction!(simulate, module)?)?;
    module.add_function(wrap_pyfunction!(fit, module)?)
}
