//! Loaders and generators for Python.

use super::events::to_words;
use crate::feed::Rule;
use crate::flow::{self, Flow};
use crate::load::binance::Gap;
use crate::load::{Strictness, binance, lobster};
use native::python::detach;
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;

fn strictness(strict: bool) -> Strictness {
    if strict {
        Strictness::Strict
    } else {
        Strictness::Lenient
    }
}

/// One column a field; where the events never resume, that one has `None`.
fn gap_columns<'py>(py: Python<'py>, gaps: &[Gap]) -> PyResult<Bound<'py, PyDict>> {
    let signed = |value: fn(&Gap) -> i64| -> Vec<i64> { gaps.iter().map(value).collect() };
    let unsigned = |value: fn(&Gap) -> u64| -> Vec<u64> { gaps.iter().map(value).collect() };
    let resumed: Vec<Option<i64>> = gaps.iter().map(|gap| gap.resumed).collect();
    let out = PyDict::new(py);
    out.set_item("line", signed(|gap| gap.line as i64).into_pyarray(py))?;
    out.set_item("ts", signed(|gap| gap.ts).into_pyarray(py))?;
    out.set_item("expected", unsigned(|gap| gap.expected).into_pyarray(py))?;
    out.set_item("got", unsigned(|gap| gap.got).into_pyarray(py))?;
    out.set_item("resumed_ts", resumed)?;
    Ok(out)
}

#[pyfunction]
pub(super) fn load_binance<'py>(
    py: Python<'py>,
    text: &str,
    price_decimals: u32,
    quantity_decimals: u32,
    spot: bool,
    strict: bool,
    symbol: Option<&str>,
) -> PyResult<Bound<'py, PyDict>> {
    let format = binance::Format {
        price_decimals,
        quantity_decimals,
        rule: if spot { Rule::Spot } else { Rule::Futures },
        strictness: strictness(strict),
    };
    let recording = detach(py, || binance::read_symbol(text, format, symbol))?;
    let column = |value: fn(&binance::Ticker) -> i64| {
        let values: Vec<i64> = recording.tickers.iter().map(value).collect();
        values.into_pyarray(py)
    };
    let out = PyDict::new(py);
    out.set_item("ts", column(|t| t.ts))?;
    let seqs: Vec<u64> = recording.tickers.iter().map(|t| t.seq).collect();
    out.set_item("seq", seqs.into_pyarray(py))?;
    out.set_item("bid", column(|t| t.bid))?;
    out.set_item("bid_lots", column(|t| t.bid_lots))?;
    out.set_item("ask", column(|t| t.ask))?;
    out.set_item("ask_lots", column(|t| t.ask_lots))?;
    out.set_item("messages", recording.messages)?;
    out.set_item("trades", recording.trades)?;
    out.set_item("gaps", gap_columns(py, &recording.gaps)?)?;
    out.set_item("live", recording.live)?;
    out.set_item("skipped", recording.skipped)?;
    out.set_item("symbol", recording.symbol)?;
    out.set_item("events", to_words(py, recording.events))?;
    Ok(out)
}

#[pyfunction]
pub(super) fn load_lobster<'py>(
    py: Python<'py>,
    messages: &str,
    orderbook: &str,
    tick: i64,
    strict: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let read = || lobster::read(messages, orderbook, tick, strictness(strict));
    let recording = detach(py, read)?;
    let width = recording.rows.first().map_or(0, Vec::len);
    let rows: Vec<i64> = recording.rows.iter().flatten().flatten().copied().collect();
    let out = PyDict::new(py);
    out.set_item("rows", rows.into_pyarray(py))?;
    out.set_item("width", width)?;
    let known: Vec<i64> = recording.known.iter().flatten().copied().collect();
    out.set_item("known", known.into_pyarray(py))?;
    out.set_item("revealed", recording.revealed)?;
    out.set_item("hidden", recording.hidden)?;
    out.set_item("skipped", recording.skipped)?;
    out.set_item("events", to_words(py, recording.events))?;
    Ok(out)
}

#[pyfunction]
#[allow(clippy::too_many_arguments)]
pub(super) fn flow_events<'py>(
    py: Python<'py>,
    count: usize,
    seed: u64,
    mid: i64,
    levels: u32,
    far: f64,
    drift: f64,
    jump: f64,
) -> PyResult<Bound<'py, PyArray1<u64>>> {
    let flow = Flow {
        seed,
        mid,
        levels,
        far,
        drift,
        jump,
    };
    let events = detach(py, || flow::try_events(&flow, count))?;
    Ok(to_words(py, events))
}

#[pyfunction]
pub(super) fn published_events(
    py: Python<'_>,
    seed: u64,
    messages: usize,
    levels: u32,
) -> PyResult<Bound<'_, PyArray1<u64>>> {
    let events = detach(py, || flow::try_published(seed, messages, levels))?;
    Ok(to_words(py, events))
}
