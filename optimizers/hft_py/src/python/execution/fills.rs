//! Sums over fills and their bootstrap.

// Signatures are Python's.
#![allow(clippy::too_many_arguments)]

use crate::execution::fills::{Fills, fill_sums as sums_of};
use crate::execution::resampling::resampled_ratios as ratios_of;
use crate::python::run;
use numpy::{IntoPyArray, PyArray2, PyArrayMethods, PyReadonlyArray1};
use pyo3::prelude::*;

type Floats<'py> = PyReadonlyArray1<'py, f64>;
type Ints<'py> = PyReadonlyArray1<'py, i64>;

/// An optional array as an optional slice.
fn slice<'a, T: numpy::Element>(
    values: &'a Option<PyReadonlyArray1<'_, T>>,
) -> PyResult<Option<&'a [T]>> {
    Ok(values
        .as_ref()
        .map(PyReadonlyArray1::as_slice)
        .transpose()?)
}

/// Quantities and amounts of each order: see the Python function of that name.
#[pyfunction]
#[pyo3(signature = (codes, orders, quantity, price, bid, ask, fee, time, scales, threads=1))]
fn fill_sums<'py>(
    py: Python<'py>,
    codes: PyReadonlyArray1<'py, i32>,
    orders: usize,
    quantity: Floats<'py>,
    price: Floats<'py>,
    bid: Option<Floats<'py>>,
    ask: Option<Floats<'py>>,
    fee: Option<Floats<'py>>,
    time: Option<Ints<'py>>,
    scales: (f64, f64, f64),
    threads: usize,
) -> PyResult<(Bound<'py, PyArray2<i64>>, i64, u8, i64)> {
    let fills = Fills {
        codes: codes.as_slice()?,
        quantity: quantity.as_slice()?,
        price: price.as_slice()?,
        quotes: slice(&bid)?.zip(slice(&ask)?),
        fee: slice(&fee)?,
        time: slice(&time)?,
        scales: scales.into(),
    };
    let found = run(py, || sums_of(&fills, orders, threads))?;
    let (reason, row) = match found.wrong {
        Some((reason, row)) => (reason as u8, row as i64),
        None => (0, -1),
    };
    let flat: Vec<i64> = found.sums.iter().flat_map(|sums| sums.0).collect();
    let table = flat.into_pyarray(py).reshape([orders, 8])?;
    Ok((table, found.price_bits, reason, row))
}

/// Ratios of sums over rows drawn with replacement: see the Python function of that name.
#[pyfunction]
fn resampled_ratios<'py>(
    py: Python<'py>,
    above: Floats<'py>,
    under: Floats<'py>,
    offsets: Ints<'py>,
    resamples: u32,
    seed: u64,
) -> PyResult<Bound<'py, PyArray2<f64>>> {
    let (above, under) = (above.as_slice()?, under.as_slice()?);
    let offsets = offsets.as_slice()?;
    let found = run(py, || ratios_of(above, under, offsets, resamples, seed))?;
    let groups = offsets.len().saturating_sub(1);
    found.into_pyarray(py).reshape([groups, resamples as usize])
}

pub(super) fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(fill_sums, m)?)?;
    m.add_function(wrap_pyfunction!(resampled_ratios, m)?)
}
