//! The Python module `hft_py._rust.signatures`: the functions of `hft_py.signatures.baseline`.

// Signatures are Python's.
#![allow(clippy::too_many_arguments)]

use super::run;
use super::watch::PyWatch;
use crate::signatures::{self, Pairs, Paths, Refinement, Shape, Windows};
use crate::watch::Watch;
use crate::{Error, Stop};
use numpy::ndarray::Dimension;
use numpy::{
    PyArray, PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray2, PyReadonlyArray3,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

type Check<'a> = &'a mut dyn FnMut() -> Result<(), Stop>;
type Array<'py, D> = PyResult<Bound<'py, PyArray<f64, D>>>;

/// A new array of that shape, filled without the interpreter lock, Ctrl-C heard in between.
///
/// It is NumPy's own `empty`: it raises a `MemoryError` where the array does not fit, and asks for
/// large pages where it is large.
fn filled<'py, D: Dimension>(
    py: Python<'py>,
    shape: &[usize],
    kernel: impl FnOnce(&mut [f64], Check<'_>) -> Result<(), Error> + Send,
) -> Array<'py, D> {
    let shape = PyTuple::new(py, shape)?;
    let array = py.import("numpy")?.getattr("empty")?.call1((shape,))?;
    let array: Bound<'py, PyArray<f64, D>> = array.cast_into()?;
    let mut watch = PyWatch::new(None)?;
    {
        let mut out = array.readwrite();
        let out = out.as_slice_mut()?;
        run(py, || kernel(out, &mut || watch.tick(0, 0.0).map(|_| ())))?;
    }
    Ok(array)
}

fn dimensions(paths: &PyReadonlyArray3<'_, f64>) -> [usize; 3] {
    let shape = paths.shape();
    [shape[0], shape[1], shape[2]]
}

/// Signatures of paths `(batch, points, channels)`: `(batch, length)`.
#[pyfunction]
#[pyo3(signature = (paths, depth, threads=1))]
fn signature<'py>(
    py: Python<'py>,
    paths: PyReadonlyArray3<'py, f64>,
    depth: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let [batch, points, channels] = dimensions(&paths);
    let (shape, values) = (Shape::new(channels, depth)?, paths.as_slice()?);
    filled(py, &[batch, shape.length()], |out, check| {
        signatures::signature(&shape, values, points, out, threads, check)
    })
}

/// Signatures up to every `every`-th segment: `(batch, (points - 1) // every, length)`.
#[pyfunction]
#[pyo3(signature = (paths, depth, every=1, threads=1))]
fn running<'py>(
    py: Python<'py>,
    paths: PyReadonlyArray3<'py, f64>,
    depth: usize,
    every: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let [batch, points, channels] = dimensions(&paths);
    let (shape, values) = (Shape::new(channels, depth)?, paths.as_slice()?);
    let rows = (points.max(1) - 1) / every.max(1);
    filled(py, &[batch, rows, shape.length()], |out, check| {
        signatures::running(&shape, values, points, every, out, threads, check)
    })
}

/// Signatures of windows of `segments` segments, `step` apart: `(batch, windows, length)`.
#[pyfunction]
#[pyo3(signature = (paths, depth, segments, step=1, threads=1))]
fn rolling<'py>(
    py: Python<'py>,
    paths: PyReadonlyArray3<'py, f64>,
    depth: usize,
    segments: usize,
    step: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyArray3<f64>>> {
    let [batch, points, channels] = dimensions(&paths);
    let (shape, values) = (Shape::new(channels, depth)?, paths.as_slice()?);
    let step = step.max(1);
    let windows = Windows { segments, step };
    let rows = [batch, windows.count(points), shape.length()];
    filled(py, &rows, |out, check| {
        signatures::rolling(&shape, values, points, windows, out, threads, check)
    })
}

/// Products of signatures `(batch, length)`, row by row.
#[pyfunction]
#[pyo3(signature = (first, second, channels, depth, threads=1))]
fn combine<'py>(
    py: Python<'py>,
    first: PyReadonlyArray2<'py, f64>,
    second: PyReadonlyArray2<'py, f64>,
    channels: usize,
    depth: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let shape = Shape::new(channels, depth)?;
    Error::check_length("a signature", first.shape()[1], shape.length())?;
    let (one, two) = (first.as_slice()?, second.as_slice()?);
    filled(py, first.shape(), |out, check| {
        signatures::combine(&shape, one, two, out, threads, check)
    })
}

/// Signatures `(batch, length)` of paths that go on by segments `(batch, channels)`, or (`before`)
/// that come after them.
#[pyfunction]
#[pyo3(signature = (rows, segments, depth, before=false, threads=1))]
fn join<'py>(
    py: Python<'py>,
    rows: PyReadonlyArray2<'py, f64>,
    segments: PyReadonlyArray2<'py, f64>,
    depth: usize,
    before: bool,
    threads: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let shape = Shape::new(segments.shape()[1], depth)?;
    Error::check_length("a signature", rows.shape()[1], shape.length())?;
    let (values, segments) = (rows.as_slice()?, segments.as_slice()?);
    filled(py, rows.shape(), |out, check| {
        out.copy_from_slice(values);
        signatures::join(&shape, out, segments, before, threads, check)
    })
}

/// Logarithms of signatures `(batch, length)`, row by row.
#[pyfunction]
#[pyo3(signature = (rows, channels, depth, threads=1))]
fn logarithm<'py>(
    py: Python<'py>,
    rows: PyReadonlyArray2<'py, f64>,
    channels: usize,
    depth: usize,
    threads: usize,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let shape = Shape::new(channels, depth)?;
    Error::check_length("a signature", rows.shape()[1], shape.length())?;
    let values = rows.as_slice()?;
    filled(py, rows.shape(), |out, check| {
        out.copy_from_slice(values);
        signatures::logarithm(&shape, out, threads, check)
    })
}

/// Signature kernels of paths `(batch, points, channels)`; `pairs`: `"each"` of `x` with the one of
/// `y` at its place, `"every"` of `x` with every of `y`, row by row, or `"upper"`, these without
/// what is left of the diagonal.
#[pyfunction]
#[pyo3(signature = (x, y, orders, pairs, threads=1))]
fn kernel<'py>(
    py: Python<'py>,
    x: PyReadonlyArray3<'py, f64>,
    y: PyReadonlyArray3<'py, f64>,
    orders: (u32, u32),
    pairs: &str,
    threads: usize,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let ([many, first, channels], [others, second, more]) = (dimensions(&x), dimensions(&y));
    Error::check_length("y's channels", more, channels)?;
    let pairs = match pairs {
        "each" => Pairs::Each,
        "every" => Pairs::Every,
        "upper" => Pairs::Upper,
        other => return Err(Error::value("pairs", other, "each, every or upper").into()),
    };
    let both = [(x.as_slice()?, first), (y.as_slice()?, second)];
    let [x, y] = both.map(|(values, points)| Paths { values, points });
    let orders = Refinement(orders.0, orders.1);
    filled(py, &[pairs.count(many, others)], |out, check| {
        signatures::kernel((x, y), channels, orders, pairs, out, threads, check)
    })
}

pub(super) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(signature, module)?)?;
    module.add_function(wrap_pyfunction!(running, module)?)?;
    module.add_function(wrap_pyfunction!(rolling, module)?)?;
    module.add_function(wrap_pyfunction!(combine, module)?)?;
    module.add_function(wrap_pyfunction!(join, module)?)?;
    module.add_function(wrap_pyfunction!(logarithm, module)?)?;
    module.add_function(wrap_pyfunction!(kernel, module)?)
}
