//! The order tracker for Python: order messages in, events of levels out.

use super::events::to_records;
use super::whole;
use crate::orders::{OrderMessage, OrderTracker, Resting};
use crate::{Event, Side};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

type Records<'py> = PyResult<Bound<'py, PyAny>>;

/// Turns order-level messages, such as ITCH's, into events of levels.
///
/// Feeds name each order when it comes and later say only its number; this remembers side,
/// price and what is left. Each method returns the message's events, of dtype ``EVENT``, for
/// :meth:`OrderBook.apply`; ``ts`` and ``seq`` are stamped on them. Prices are in ticks and
/// quantities in lots. An order that is unknown, known twice or asked for more than it has
/// is a ``ValueError``, and nothing has changed then. ``len()`` and ``in`` tell of the orders
/// that rest. It can be copied and pickled.
///
/// Examples
/// --------
/// >>> from hft_orderbook import OrderBook, OrderTracker
/// >>> book, orders = OrderBook(), OrderTracker()
/// >>> book.apply(orders.add(7, "bid", 100, 500))
/// >>> book.apply(orders.add(8, "bid", 100, 200))
/// >>> book.apply(orders.reduce(7, 100))
/// >>> book.apply(orders.replace(8, 9, 99, 300))
/// >>> book.depth("bid"), len(orders), 8 in orders
/// ([(100.0, 400.0), (99.0, 300.0)], 2, False)
/// >>> book.apply(orders.remove(9))
/// >>> book.best_bid()
/// (100.0, 400.0)
#[pyclass(name = "OrderTracker", module = "hft_orderbook._rust")]
#[derive(Default)]
pub(super) struct PyOrderTracker(OrderTracker);

impl PyOrderTracker {
    /// One event or two; the last ends the message.
    fn events<'py>(
        &mut self,
        py: Python<'py>,
        message: OrderMessage,
        (ts, seq): (i64, u64),
    ) -> Records<'py> {
        let (first, second) = self.0.events(message)?;
        let stamp = |event: Event| event.stamped(ts, seq);
        let events = match second {
            None => vec![stamp(first).last()],
            Some(second) => vec![stamp(first), stamp(second).last()],
        };
        to_records(py, events)
    }
}

#[pymethods]
impl PyOrderTracker {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __contains__(&self, id: &Bound<'_, PyAny>) -> bool {
        id.extract().is_ok_and(|id| self.0.knows(id))
    }

    /// A new order rests; ``side`` is ``"bid"`` or ``"ask"``.
    #[pyo3(signature = (id, side, tick, lots, *, ts=0, seq=0))]
    fn add<'py>(
        &mut self,
        id: &Bound<'py, PyAny>,
        side: &str,
        tick: &Bound<'py, PyAny>,
        lots: &Bound<'py, PyAny>,
        ts: i64,
        seq: u64,
    ) -> Records<'py> {
        let side = match side {
            "bid" => Side::Bid,
            "ask" => Side::Ask,
            _ => {
                let message = format!("side={side:?}: expected 'bid' or 'ask'");
                return Err(PyValueError::new_err(message));
            }
        };
        let message = OrderMessage::Add {
            id: whole("id", id)?,
            side,
            tick: whole("tick", tick)?,
            lots: whole("lots", lots)?,
        };
        self.events(id.py(), message, (ts, seq))
    }

    /// Part of an order, or all, is executed or cancelled: it loses ``lots``.
    #[pyo3(signature = (id, lots, *, ts=0, seq=0))]
    fn reduce<'py>(
        &mut self,
        id: &Bound<'py, PyAny>,
        lots: &Bound<'py, PyAny>,
        ts: i64,
        seq: u64,
    ) -> Records<'py> {
        let message = OrderMessage::Reduce {
            id: whole("id", id)?,
            lots: whole("lots", lots)?,
        };
        self.events(id.py(), message, (ts, seq))
    }

    /// An order is taken out.
    #[pyo3(signature = (id, *, ts=0, seq=0))]
    fn remove<'py>(&mut self, id: &Bound<'py, PyAny>, ts: i64, seq: u64) -> Records<'py> {
        let message = OrderMessage::Remove {
            id: whole("id", id)?,
        };
        self.events(id.py(), message, (ts, seq))
    }

    /// An order is taken out and another put in on the same side: two events.
    #[pyo3(signature = (id, new_id, tick, lots, *, ts=0, seq=0))]
    fn replace<'py>(
        &mut self,
        id: &Bound<'py, PyAny>,
        new_id: &Bound<'py, PyAny>,
        tick: &Bound<'py, PyAny>,
        lots: &Bound<'py, PyAny>,
        ts: i64,
        seq: u64,
    ) -> Records<'py> {
        let message = OrderMessage::Replace {
            id: whole("id", id)?,
            new_id: whole("new_id", new_id)?,
            tick: whole("tick", tick)?,
            lots: whole("lots", lots)?,
        };
        self.events(id.py(), message, (ts, seq))
    }

    /// Number, side, price and quantity of each order, in the order of their numbers.
    fn __getstate__(&self) -> Vec<(u64, u8, i64, u64)> {
        let orders = self.0.resting.iter();
        let mut orders: Vec<_> = orders
            .map(|(&id, order)| (id, order.side as u8, order.tick, order.lots))
            .collect();
        orders.sort_unstable();
        orders
    }

    fn __setstate__(&mut self, state: Vec<(u64, u8, i64, u64)>) -> PyResult<()> {
        let mut tracker = OrderTracker::default();
        for (id, side, tick, lots) in state {
            let side = Side::try_from(side)?;
            tracker.add(id, Resting { side, tick, lots })?;
        }
        self.0 = tracker;
        Ok(())
    }

    fn __getnewargs__<'py>(&self, py: Python<'py>) -> Bound<'py, PyTuple> {
        PyTuple::empty(py)
    }
}
