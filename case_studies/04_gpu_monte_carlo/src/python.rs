//! The Python module `gpu_monte_carlo._rust`: the only place that knows PyO3.

use crate::option::COLUMNS;
use crate::precision::Real;
use crate::{
    BLOCK, Error, Isa, MOST_BLOCKS, Precision, Simulation, Terms, error, philox4x32, streams,
};
use numpy::{
    Element, IntoPyArray, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
};
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

fn shape(name: &'static str, found: &[usize], expected: String) -> Error {
    Error::Shape {
        name,
        found: format!("{found:?}"),
        expected,
    }
}

/// `"release"` or `"debug"`: a benchmark refuses the latter.
#[pyfunction]
fn build_profile() -> &'static str {
    if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    }
}

/// The instruction set the kernel runs on here: ``"portable"``, ``"avx2"`` or ``"avx512"``.
#[pyfunction]
fn simd() -> &'static str {
    Isa::best().name()
}

/// Sums over paths, block by block.
///
/// Parameters
/// ----------
/// options
///     ``(m, 8)`` float64, a row for each option: spot, strike (ignored where it floats), drift
///     ``a`` and deviation ``b`` of the logarithm in one step, discount factor, +1 for a call
///     or -1 for a put, flags (1 arithmetic average, 2 floating strike, 4 average includes the
///     spot, added up), volatility a year (0 exactly where ``b`` is).
/// seed
///     The generator's key, from 0 to 2**64 - 1.
/// first_block, blocks
///     Which blocks of 16,384 samples; ``first_block + blocks`` at most 2**48.
/// observations
///     Steps of a path, from 1 to 2**24, the same for all options.
/// antithetic
///     A sample is the mean over a path and its mirror image.
/// control
///     Sum up the payoff on the geometric average, too (else those sums are 0).
/// greeks
///     Sum up pathwise delta and vega, and gamma, too.
/// precision
///     ``"float64"`` or ``"float32"``: of paths; sums over paths are of doubles.
/// threads
///     0 for all cores.
///
/// Returns
/// -------
/// numpy.ndarray
///     ``(blocks, m, 6)``: number of samples, sums of ``Y, Y^2, C, C^2, Y C``; with greeks
///     ``(blocks, m, 12)``: then of ``D, D^2, V, V^2, G, G^2``. Neither threads nor the
///     split of a range over calls change a bit.
///
/// Raises
/// ------
/// ValueError
///     A term, a shape or a number outside its range; the message names it.
/// MemoryError
///     The result does not fit.
#[pyfunction]
#[allow(clippy::too_many_arguments)]
fn block_sums<'py>(
    py: Python<'py>,
    options: PyReadonlyArray2<'py, f64>,
    seed: u64,
    first_block: u64,
    blocks: usize,
    observations: usize,
    antithetic: bool,
    control: bool,
    greeks: bool,
    precision: &str,
    threads: usize,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let table = options.as_array();
    let (m, columns) = table.dim();
    if columns != COLUMNS {
        return Err(shape("options", &[m, columns], format!("[m, {COLUMNS}]")).into());
    }
    let mut terms = Vec::with_capacity(m);
    for (index, row) in table.rows().into_iter().enumerate() {
        let mut values = [0.0; COLUMNS];
        for (to, from) in values.iter_mut().zip(row) {
            *to = *from;
        }
        terms.push(Terms::from_row(&values, index)?);
    }
    let simulation = Simulation {
        seed,
        first_block,
        blocks,
        observations,
        antithetic,
        control,
        greeks,
        precision: self::precision(precision)?,
        threads,
        isa: Isa::best(),
    };
    let sums = py.detach(|| crate::block_sums(&terms, &simulation))?;
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
    Ok(match self::precision(precision)? {
        Precision::Float64 => rows(py, first_path, paths, steps, |out: &mut [f64]| {
            streams::uniforms(Isa::best(), seed, first_path, steps, out);
        })?
        .into_any(),
        Precision::Float32 => rows(py, first_path, paths, steps, |out: &mut [f32]| {
            streams::uniforms(Isa::best(), seed, first_path, steps, out);
        })?
        .into_any(),
    })
}

/// The normals of paths ``first_path ..``, ``(paths, steps)``: what the kernel walks on.
#[pyfunction]
fn normals<'py>(
    py: Python<'py>,
    seed: u64,
    first_path: u64,
    paths: usize,
    steps: usize,
    precision: &str,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(match self::precision(precision)? {
        Precision::Float64 => rows(py, first_path, paths, steps, |out: &mut [f64]| {
            streams::normals(Isa::best(), seed, first_path, steps, out);
        })?
        .into_any(),
        Precision::Float32 => rows(py, first_path, paths, steps, |out: &mut [f32]| {
            streams::normals(Isa::best(), seed, first_path, steps, out);
        })?
        .into_any(),
    })
}

/// A matrix filled without Python's lock.
fn rows<'py, F: Real + Element>(
    py: Python<'py>,
    first_path: u64,
    paths: usize,
    steps: usize,
    fill: impl FnOnce(&mut [F]) + Send,
) -> PyResult<Bound<'py, PyArray2<F>>> {
    let most = MOST_BLOCKS * BLOCK as u64;
    let out_of_range = |name, value| Error::Range {
        name,
        value,
        expected: "at most 2**62 paths",
    };
    if first_path > most {
        return Err(out_of_range("first_path", first_path).into());
    }
    if paths as u64 > most - first_path {
        return Err(out_of_range("paths", paths as u64).into());
    }
    let mut values = error::filled(paths as u128 * steps as u128, F::ZERO)?;
    py.detach(|| fill(&mut values));
    values.into_pyarray(py).reshape([paths, steps])
}

/// The words of Philox4x32: ``(n, 4)`` counters and a key of two, all uint32.
#[pyfunction]
fn philox<'py>(
    py: Python<'py>,
    counters: PyReadonlyArray2<'py, u32>,
    key: PyReadonlyArray1<'py, u32>,
    rounds: usize,
) -> PyResult<Bound<'py, PyArray2<u32>>> {
    let table = counters.as_array();
    let (n, columns) = table.dim();
    if columns != 4 {
        return Err(shape("counters", &[n, columns], "[n, 4]".into()).into());
    }
    let key = key.as_array();
    if key.len() != 2 {
        return Err(shape("key", &[key.len()], "[2]".into()).into());
    }
    let key = [key[0], key[1]];
    let mut words = Vec::with_capacity(4 * n);
    for row in table.rows() {
        words.extend(philox4x32(rounds, [row[0], row[1], row[2], row[3]], key));
    }
    words.into_pyarray(py).reshape([n, 4])
}

#[pymodule]
fn _rust(m: &Bound<'_, PyModule>) -> PyResult<()> {
    native::Isa::cap().map_err(|unknown| PyValueError::new_err(unknown.to_string()))?;
    m.add("BLOCK", BLOCK)?;
    m.add_function(wrap_pyfunction!(build_profile, m)?)?;
    m.add_function(wrap_pyfunction!(simd, m)?)?;
    m.add_function(wrap_pyfunction!(block_sums, m)?)?;
    m.add_function(wrap_pyfunction!(uniforms, m)?)?;
    m.add_function(wrap_pyfunction!(normals, m)?)?;
    m.add_function(wrap_pyfunction!(philox, m)?)
}
