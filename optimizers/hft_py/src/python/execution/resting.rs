//! Orders that rest in a recorded book.

use crate::execution::resting::{Quotes, Resting, rest_orders as fills_of};
use crate::python::run;
use numpy::{IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

type Ints<'py> = PyReadonlyArray1<'py, i64>;

/// Fills `(n, 3)`: see the Python function of that name.
#[pyfunction]
fn rest_orders<'py>(
    py: Python<'py>,
    bid: Ints<'py>,
    bid_lots: Ints<'py>,
    ask: Ints<'py>,
    ask_lots: Ints<'py>,
    orders: PyReadonlyArray2<'py, i64>,
    traded: f64,
) -> PyResult<Bound<'py, PyArray2<i64>>> {
    let quotes = Quotes {
        bid: bid.as_slice()?,
        bid_lots: bid_lots.as_slice()?,
        ask: ask.as_slice()?,
        ask_lots: ask_lots.as_slice()?,
    };
    let rows = orders.as_slice()?.chunks_exact(6);
    let resting: Vec<Resting> = rows
        .map(|row| Resting {
            side: row[0],
            tick: row[1],
            lots: row[2],
            ahead: row[3],
            first: row[4].max(0) as usize,
            end: row[5].max(0) as usize,
        })
        .collect();
    let found = run(py, || fills_of(&quotes, &resting, traded))?;
    let rows = found.len();
    let flat: Vec<i64> = found
        .into_iter()
        .flat_map(|fill| [fill.0, fill.1, fill.2])
        .collect();
    let flat: Bound<'py, PyArray1<i64>> = flat.into_pyarray(py);
    flat.reshape([rows, 3])
}

pub(super) fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(rest_orders, m)?)
}
