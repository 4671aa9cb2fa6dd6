//! The Python module `gpu_monte_carlo._rust`: the only user of PyO3.

use crate::option::COLUMNS;
use crate::precision::Real;
use crate::{BLOCK, Error, Isa, MAX_BLOCKS, Precision, Simulation, Terms, memory, streams};
use native::python::detach;
use numpy::{Element, IntoPyArray, PyArray3, PyArrayMethods, PyReadonlyArray2};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

impl From<Error> for PyErr {
    fn from(error: Error) -> Self {
        match error {
            Error::OutOfMemory { .. } => PyMemoryError::new_err(error.to_string()),
            other => PyValueError::new_err(other.to_string()),
        }
    }
}

fn precision(name: &str) -> Result<Precision, Error> {
    match name {
        "float64" => Ok(Precision::Float64),
        "float32" => Ok(Precision::Float32),
        other => Err(Error::Precision(other.into())),
    }
}

/// What to simulate: the attributes of the Python class of the same name.
#[derive(FromPyObject)]
struct SimulationArguments {
    seed: u64,
    observations: usize,
    antithetic: bool,
    control: bool,
    greeks: bool,
    precision: String,
    threads: usize,
    lengths: Option<Vec<f64>>,
    unobserved: bool,
}

/// Sums over paths, block by block.
///
/// Parameters
/// ----------
/// options
///     ``(m, 15)`` float64, a row for each option: spot, strike (ignored where it floats), drift
///     ``a`` and deviation ``b`` of the logarithm in one step, discount factor, +1 for a call
///     or -1 for a put, flags (1 arithmetic average, 2 floating strike, 4 average includes the
///     spot, added up), volatility a year (0 exactly where ``b`` is), what earlier prices add to
///     the arithmetic average, what multiplies the arithmetic and the geometric mean, the power of
///     the latter, rate a year, unit of time of a step and years until the payment.
/// simulation
///     A ``Simulation``; 0 threads mean all cores.
/// first_block, blocks
///     Which blocks of 16,384 samples; ``first_block + blocks`` at most 2**48.
///
/// Returns
/// -------
/// numpy.ndarray
///     ``(blocks, m, 6)``: number of samples, sums of ``Y, Y^2, C, C^2, Y C``; with greeks
///     ``(blocks, m, 16)``: then of each of delta, vega, gamma, theta, rho and its square.
///
/// Raises
/// ------
/// ValueError
///     A term, a shape or a number outside its range; the message names it.
/// MemoryError
///     The result does not fit.
#[pyfunction]
fn block_sums<'py>(
    py: Python<'py>,
    options: PyReadonlyArray2<'py, f64>,
    simulation: SimulationArguments,
    first_block: u64,
    blocks: usize,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let table = options.as_array();
    let (m, columns) = table.dim();
    if columns != COLUMNS {
        return Err(Error::Shape {
            name: "options",
            found: format!("{:?}", [m, columns]),
            expected: format!("[m, {COLUMNS}]"),
        }
        .into());
    }
    let mut terms = Vec::with_capacity(m);
    for (index, row) in table.rows().into_iter().enumerate() {
        let mut values = [0.0; COLUMNS];
        for (to, from) in values.iter_mut().zip(row) {
            *to = *from;
        }
        terms.push(Terms::from_row(&values, index)?);
    }
    let lengths = simulation.lengths;
    let simulation = Simulation {
        seed: simulation.seed,
        first_block,
        blocks,
        observations: simulation.observations,
        lengths: lengths.as_deref(),
        unobserved: simulation.unobserved,
        antithetic: simulation.antithetic,
        control: simulation.control,
        greeks: simulation.greeks,
        precision: precision(&simulation.precision)?,
        threads: simulation.threads,
        isa: Isa::best(),
    };
    let sums = detach(py, || crate::block_sums(&terms, &simulation))?;
    sums.into_pyarray(py)
        .reshape([blocks, m, simulation.moments()])
}

/// The uniforms of paths ``first_path ..``, ``(paths, steps)``.
///
/// Uniforms ``2 i`` and ``2 i + 1`` of a row are the pair behind the normals of these steps.
#[pyfunction]
fn uniforms<'py>(
    py: Python<'py>,
    seed: u64,
    first_path: u64,
    paths: usize,
    steps: usize,
    precision: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let fill = (streams::uniforms::<f64> as _, streams::uniforms::<f32> as _);
    rows(py, fill, precision, (seed, first_path), [paths, steps])
}

/// The normals of paths ``first_path ..``, ``(paths, steps)``: those that the kernel uses.
#[pyfunction]
fn normals<'py>(
    py: Python<'py>,
    seed: u64,
    first_path: u64,
    paths: usize,
    steps: usize,
    precision: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let fill = (streams::normals::<f64> as _, streams::normals::<f32> as _);
    rows(py, fill, precision, (seed, first_path), [paths, steps])
}

type Fill<F> = fn(Isa, u64, u64, usize, &mut [F]);

/// A matrix filled without the interpreter lock.
fn rows<'py>(
    py: Python<'py>,
    (double, single): (Fill<f64>, Fill<f32>),
    precision: &str,
    from: (u64, u64),
    shape: [usize; 2],
) -> PyResult<Bound<'py, PyAny>> {
    match self::precision(precision)? {
        Precision::Float64 => filled(py, double, from, shape),
        Precision::Float32 => filled(py, single, from, shape),
    }
}

fn filled<'py, F: Real + Element>(
    py: Python<'py>,
    fill: Fill<F>,
    (seed, first_path): (u64, u64),
    [paths, steps]: [usize; 2],
) -> PyResult<Bound<'py, PyAny>> {
    let most = MAX_BLOCKS * BLOCK as u64;
    for (name, value, most) in [
        ("first_path", first_path, most),
        ("paths", paths as u64, most.saturating_sub(first_path)),
    ] {
        if value > most {
            let expected = "at most 2**62 paths";
            return Err(Error::Range {
                name,
                value,
                expected,
            }
            .into());
        }
    }
    let mut values = memory::filled(paths as u128 * steps as u128, F::ZERO)?;
    detach(py, || -> Result<(), Error> {
        fill(Isa::best(), seed, first_path, steps, &mut values);
        Ok(())
    })?;
    Ok(values.into_pyarray(py).reshape([paths, steps])?.into_any())
}

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    native::python::register(m)?;
    native::python::register_isa(m)?;
    m.add("BLOCK", BLOCK)?;
    m.add_function(wrap_pyfunction!(block_sums, m)?)?;
    m.add_function(wrap_pyfunction!(uniforms, m)?)?;
    m.add_function(wrap_pyfunction!(normals, m)?)
}
