//! Schedules.

use super::super::run;
use crate::execution::children::{self, Children, Cut, Parents, Profiles};
use crate::execution::trading_time::Sessions;
use numpy::{
    IntoPyArray, PyArray1, PyReadonlyArray1, PyReadonlyArray2, PyReadwriteArray1,
    PyUntypedArrayMethods,
};
use pyo3::prelude::*;

type Integers<'py> = PyReadonlyArray1<'py, i64>;
type Floats<'py> = PyReadonlyArray1<'py, f64>;
type Column<'py, T> = PyReadwriteArray1<'py, T>;
type Out<'py> = (
    Column<'py, i64>,
    Column<'py, i64>,
    Column<'py, i64>,
    Column<'py, f64>,
    Column<'py, i32>,
    Column<'py, i32>,
);
type Made<'py> = (
    Bound<'py, PyArray1<i32>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray1<u8>>,
);

/// The children of many parents: see the Python function of that name.
#[pyfunction]
#[allow(clippy::too_many_arguments)] // those of the Python function
#[pyo3(signature = (sessions, profiles, windows, lots, style, shortfall_terms, volumes, rates,
                    streams, slices, randomise, seed, out, threads=1))]
pub(super) fn plan_children<'py>(
    py: Python<'py>,
    sessions: (
        Integers<'py>,
        Integers<'py>,
        Integers<'py>,
        Integers<'py>,
        i64,
    ),
    profiles: (PyReadonlyArray2<'py, f64>, PyReadonlyArray2<'py, f64>),
    windows: (Integers<'py>, Integers<'py>),
    lots: Integers<'py>,
    style: PyReadonlyArray1<'py, u8>,
    shortfall_terms: (Floats<'py>, f64),
    volumes: (Integers<'py>, Floats<'py>),
    rates: (f64, Floats<'py>, f64),
    streams: PyReadonlyArray1<'py, u32>,
    slices: usize,
    randomise: f64,
    seed: u64,
    mut out: Out<'py>,
    threads: usize,
) -> PyResult<Made<'py>> {
    let clock = Sessions {
        opens: sessions.0.as_slice()?,
        closes: sessions.1.as_slice()?,
        before: sessions.2.as_slice()?,
        day_starts: sessions.3.as_slice()?,
        regular: sessions.4,
    };
    let expected = Profiles {
        width: profiles.0.shape()[1],
        cumulative: profiles.0.as_slice()?,
        auctions: profiles.1.as_slice()?,
    };
    let parents = Parents {
        start: windows.0.as_slice()?,
        end: windows.1.as_slice()?,
        lots: lots.as_slice()?,
        style: style.as_slice()?,
        urgency: shortfall_terms.0.as_slice()?,
        permanent: shortfall_terms.1,
        profile: volumes.0.as_slice()?,
        scale: volumes.1.as_slice()?,
        rate: rates.0,
        most: rates.1.as_slice()?,
        carry: rates.2,
        stream: streams.as_slice()?,
    };
    let cut = Cut {
        slices,
        randomise,
        seed,
        threads,
    };
    let children = Children {
        release: out.0.as_slice_mut()?,
        expiry: out.1.as_slice_mut()?,
        lots: out.2.as_slice_mut()?,
        participation: out.3.as_slice_mut()?,
        parent: out.4.as_slice_mut()?,
        sequence: out.5.as_slice_mut()?,
    };
    let made = run(py, || {
        children::plan(&clock, &expected, &parents, cut, children)
    })?;
    Ok((
        made.counts.into_pyarray(py),
        made.left.into_pyarray(py),
        made.status.into_pyarray(py),
    ))
}
