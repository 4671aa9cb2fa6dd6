//! Orders and events as Python's dicts and tuples.

use crate::fix::codec::Decimal;
use crate::venue::desk::Event;
use crate::venue::report::{Order, Report, Status, What};
use crate::venue::{Exchange, Side};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// A decimal number from its text.
pub(super) fn decimal(name: &str, text: &str) -> PyResult<Decimal> {
    Decimal::parse(text.as_bytes())
        .ok_or_else(|| PyValueError::new_err(format!("{name}={text:?}, expected a decimal number")))
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::PartiallyFilled => "partially_filled",
        Status::Filled => "filled",
        Status::Cancelled => "canceled",
        Status::Rejected => "rejected",
    }
}

const fn side(side: Side) -> &'static str {
    match side {
        Side::Bid => "buy",
        Side::Ask => "sell",
    }
}

/// An order; prices are in billionths, times in nanoseconds.
pub(super) fn order<'py>(
    py: Python<'py>,
    order: &Order,
    exchange: &Exchange,
) -> PyResult<Bound<'py, PyDict>> {
    let unit = order
        .book
        .map_or(1, |book| exchange.symbols()[book as usize].unit);
    let dict = PyDict::new(py);
    dict.set_item("id", order.id)?;
    dict.set_item(
        "client",
        exchange.clients()[order.client as usize].name.as_ref(),
    )?;
    dict.set_item("client_order_id", order.cl_ord_id.as_ref())?;
    dict.set_item("symbol", order.symbol.as_ref())?;
    dict.set_item("side", side(order.side))?;
    dict.set_item("kind", order.kind as u8)?;
    dict.set_item("in_force", char::from(order.in_force))?;
    dict.set_item("limit", order.tick.map(|tick| i128::from(tick) * unit))?;
    dict.set_item("quantity", order.lots)?;
    dict.set_item("filled", order.filled)?;
    dict.set_item("left", order.left())?;
    dict.set_item("value", order.value * unit)?;
    dict.set_item("status", status(order.status))?;
    dict.set_item("created", order.created)?;
    dict.set_item("updated", order.updated)?;
    dict.set_item("text", order.text)?;
    let versions = exchange.versions(order.id).iter();
    let versions: Vec<_> = versions
        .map(|v| {
            (
                &*v.cl_ord_id,
                v.tick.map(|tick| i128::from(tick) * unit),
                v.lots,
            )
        })
        .collect();
    dict.set_item("versions", versions)?;
    Ok(dict)
}

fn report<'py>(
    py: Python<'py>,
    report: &Report,
    exchange: &Exchange,
) -> PyResult<Bound<'py, PyDict>> {
    let unit = report
        .order
        .book
        .map_or(1, |book| exchange.symbols()[book as usize].unit);
    let dict = PyDict::new(py);
    let (what, trade, reference) = match &report.what {
        What::New => ("new", None, None),
        What::Trade { tick, lots, .. } => ("fill", Some((*tick, *lots)), None),
        What::Cancelled(_) => ("canceled", None, None),
        What::Replaced(_) => ("replaced", None, None),
        What::Rejected(_) => ("rejected", None, None),
        What::CancelRejected { replace: false, .. } => ("order_cancel_rejected", None, None),
        What::CancelRejected { .. } => ("order_replace_rejected", None, None),
        What::Busted {
            reference,
            tick,
            lots,
        } => ("trade_bust", Some((*tick, *lots)), Some(*reference)),
        What::Corrected {
            reference,
            tick,
            lots,
        } => ("trade_correct", Some((*tick, *lots)), Some(*reference)),
        What::State => ("state", None, None),
    };
    dict.set_item("event", what)?;
    dict.set_item("execution_id", report.exec)?;
    dict.set_item("time", report.time)?;
    dict.set_item("price", trade.map(|(tick, _)| i128::from(tick) * unit))?;
    dict.set_item("lots", trade.map(|(_, lots)| lots))?;
    dict.set_item("reference", reference)?;
    if let What::Trade { trade, .. } = report.what {
        dict.set_item("trade_id", trade)?;
    }
    dict.set_item("order", order(py, &report.order, exchange)?)?;
    Ok(dict)
}

/// An event as a dict whose `type` is `report`, `level` or `trade`.
pub(super) fn event<'py>(
    py: Python<'py>,
    event: &Event,
    exchange: &Exchange,
) -> PyResult<Bound<'py, PyDict>> {
    let symbol = |book: u32| &exchange.symbols()[book as usize];
    let dict = match event {
        Event::Report(one) => report(py, one, exchange)?,
        _ => PyDict::new(py),
    };
    match event {
        Event::Report(_) => dict.set_item("type", "report")?,
        Event::Change(change) => {
            let symbol = symbol(change.book);
            dict.set_item("type", "level")?;
            dict.set_item("symbol", symbol.name.as_ref())?;
            dict.set_item("side", side(change.side))?;
            dict.set_item("price", i128::from(change.tick) * symbol.unit)?;
            dict.set_item("lots", change.lots)?;
        }
        Event::Print(print) => {
            let symbol = symbol(print.book);
            dict.set_item("type", "trade")?;
            dict.set_item("symbol", symbol.name.as_ref())?;
            dict.set_item("trade_id", print.trade)?;
            dict.set_item("price", i128::from(print.tick) * symbol.unit)?;
            dict.set_item("lots", print.lots)?;
            dict.set_item("taker", side(print.taker))?;
            dict.set_item("time", print.time)?;
        }
    }
    Ok(dict)
}
