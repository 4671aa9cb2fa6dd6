//! The Python module `hft_py._rust.venue`: arguments were checked in Python.

mod exchange;
mod fix_server;
mod values;

use crate::Error;
use crate::venue::batch::{self, COLUMNS};
use crate::venue::{Flow, FlowSettings, MatchingBook, Side};
use hft_orderbook::{Book, RingBook};
use numpy::{
    IntoPyArray, PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods,
};
use pyo3::prelude::*;

type Rows<'py> = PyReadonlyArray2<'py, i64>;
type Column<'py> = Bound<'py, PyArray1<i64>>;
type Table<'py> = Bound<'py, PyArray2<i64>>;

fn table(py: Python<'_>, numbers: Vec<i64>, columns: usize) -> PyResult<Table<'_>> {
    let rows = numbers.len() / columns;
    numbers.into_pyarray(py).reshape([rows, columns])
}

/// Apply rows to an empty book: status, lots traded, trades, and both sides at the end.
#[pyfunction]
fn match_orders<'py>(
    py: Python<'py>,
    orders: PyReadonlyArray2<'py, i64>,
) -> PyResult<(Column<'py>, Column<'py>, Table<'py>, Table<'py>, Table<'py>)> {
    Error::check_length("orders", orders.shape()[1], COLUMNS)?;
    let (rows, _) = orders.as_slice()?.as_chunks::<COLUMNS>();
    let (matched, [bids, asks]) = crate::python::run(py, || {
        let mut book = MatchingBook::<RingBook>::default();
        let matched = batch::run(&mut book, rows)?;
        let depth = |side| {
            let levels = book.levels().depth(side);
            levels
                .iter()
                .flat_map(|l| [l.tick, l.lots as i64])
                .collect()
        };
        Ok((matched, Side::BOTH.map(depth)))
    })?;
    Ok((
        matched.status.into_pyarray(py),
        matched.filled.into_pyarray(py),
        table(py, matched.fills, 4)?,
        table(py, bids, 2)?,
        table(py, asks, 2)?,
    ))
}

/// Rows of a random flow.
#[pyfunction]
fn random_orders(
    py: Python<'_>,
    count: usize,
    seed: u64,
    mid: i64,
    depth: usize,
    spread: u32,
    clients: u32,
) -> PyResult<Table<'_>> {
    let settings = FlowSettings {
        mid,
        depth,
        spread,
        first_client: 0,
        clients,
    };
    let rows = crate::python::run(py, || {
        Ok(batch::random_rows(&mut Flow::new(settings, seed, 0), count))
    })?;
    table(py, rows.into_iter().flatten().collect(), COLUMNS)
}

pub(super) fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_class::<exchange::Exchange>()?;
    m.add_class::<fix_server::FixServer>()?;
    m.add_function(wrap_pyfunction!(match_orders, m)?)?;
    m.add_function(wrap_pyfunction!(random_orders, m)?)
}
