//! The state of a venue for Python: `hft_py.venue.Venue` checks what it is given.

use super::Rows;
use super::values::{decimal, event, order};
use crate::Error;
use crate::python::run;
use crate::venue::batch::COLUMNS;
use crate::venue::desk::apply_row;
use crate::venue::report::Refused;
use crate::venue::{Desk, Flow, FlowSettings, Kind, Limits, NewOrder, Replacement, Side};
use hft_orderbook::Book;
use numpy::PyUntypedArrayMethods;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Billionths in one.
const UNIT: i128 = 1_000_000_000;

/// A random flow's place, or a recording's: the venue's numbers of the orders that rows speak of.
#[derive(Default)]
struct Sources {
    flows: HashMap<u32, Flow>,
    replayed: HashMap<i64, u64>,
    replayers: HashMap<i64, u32>,
}

/// Symbols, clients, orders and trades.
#[pyclass(frozen, module = "hft_py._rust.venue")]
pub(super) struct Exchange {
    pub(super) desk: Arc<Desk>,
    sources: Mutex<Sources>,
}

impl Exchange {
    fn book(&self, symbol: &str) -> PyResult<u32> {
        let book = self.desk.lock().exchange.symbol(symbol);
        book.ok_or_else(|| {
            PyKeyError::new_err(format!("symbol={symbol:?}: the venue has none such"))
        })
    }
}

type Answer<'py> = PyResult<(Option<Bound<'py, PyDict>>, &'static str)>;

impl Exchange {
    /// The order that an action concerned, or the reason of its refusal.
    fn answer<'py>(&self, py: Python<'py>, result: Result<u64, Refused>) -> Answer<'py> {
        match result {
            Ok(id) => Ok((self.order(py, id)?, "")),
            Err(why) => Ok((None, why.text())),
        }
    }
}

#[pymethods]
impl Exchange {
    #[new]
    fn new(symbols: Vec<(String, String)>, kept: usize, cash: i64) -> PyResult<Self> {
        let limits = Limits {
            kept,
            cash: i128::from(cash) * UNIT,
        };
        let mut exchange = crate::venue::Exchange::new(limits);
        for (name, tick_size) in &symbols {
            let tick = decimal("tick_size", tick_size)?;
            exchange.add_symbol(name, tick).ok_or_else(|| {
                PyValueError::new_err(format!(
                    "symbols: {name:?} with the tick size {tick_size}, expected each name once and a \
                     positive tick size of at most nine decimals"
                ))
            })?;
        }
        Ok(Self {
            desk: Arc::new(Desk::new(exchange)),
            sources: Mutex::default(),
        })
    }

    /// An order: its state and an empty text, or None and why it was refused.
    #[expect(clippy::too_many_arguments)]
    fn submit<'py>(
        &self,
        py: Python<'py>,
        now: i64,
        client: &str,
        client_order_id: &str,
        symbol: &str,
        buy: bool,
        kind: Option<u8>,
        in_force: u8,
        price: Option<&str>,
        quantity: &str,
    ) -> Answer<'py> {
        let price = price.map(|text| decimal("price", text)).transpose()?;
        let quantity = decimal("quantity", quantity)?;
        let result = py.detach(|| {
            self.desk.act(|exchange, out| {
                let new = NewOrder {
                    client: exchange.client(client),
                    by_fix: false,
                    cl_ord_id: client_order_id,
                    symbol,
                    side: if buy { Side::Bid } else { Side::Ask },
                    kind: kind.and_then(Kind::of),
                    in_force,
                    price,
                    quantity: Some(quantity),
                };
                exchange.submit(now, &new, out)
            })
        });
        self.answer(py, result)
    }

    /// Cancel an order by its client's name for it.
    fn cancel<'py>(
        &self,
        py: Python<'py>,
        now: i64,
        client: &str,
        original: &str,
        request: &str,
    ) -> Answer<'py> {
        let result = py.detach(|| {
            self.desk.act(|exchange, out| {
                let client = exchange.client(client);
                exchange.cancel(now, client, original, request, out)
            })
        });
        self.answer(py, result)
    }

    /// Give an order another price or quantity; None leaves either as it is.
    #[expect(clippy::too_many_arguments)]
    fn replace<'py>(
        &self,
        py: Python<'py>,
        now: i64,
        client: &str,
        original: &str,
        request: &str,
        price: Option<&str>,
        quantity: Option<&str>,
    ) -> Answer<'py> {
        let price = price.map(|text| decimal("price", text)).transpose()?;
        let quantity = quantity.map(|text| decimal("quantity", text)).transpose()?;
        let result = py.detach(|| {
            self.desk.act(|exchange, out| {
                let new = Replacement {
                    client: exchange.client(client),
                    orig: original,
                    cl_ord_id: request,
                    price,
                    quantity,
                };
                exchange.replace(now, &new, out)
            })
        });
        self.answer(py, result)
    }

    /// An order by the venue's number.
    fn order<'py>(&self, py: Python<'py>, id: u64) -> PyResult<Option<Bound<'py, PyDict>>> {
        let exchange = &self.desk.lock().exchange;
        exchange
            .order(id)
            .map(|found| order(py, found, exchange))
            .transpose()
    }

    /// An order by any name that its client gave it.
    fn named<'py>(
        &self,
        py: Python<'py>,
        client: &str,
        name: &str,
    ) -> PyResult<Option<Bound<'py, PyDict>>> {
        let exchange = &mut self.desk.lock().exchange;
        let client = exchange.client(client);
        let found = exchange.named(client, name);
        found.map(|found| order(py, found, exchange)).transpose()
    }

    /// The orders of a client, oldest first.
    fn orders<'py>(&self, py: Python<'py>, client: &str) -> PyResult<Bound<'py, PyList>> {
        let exchange = &mut self.desk.lock().exchange;
        let client = exchange.client(client);
        let found = exchange.orders_of(client);
        let dicts: PyResult<Vec<_>> = found.iter().map(|one| order(py, one, exchange)).collect();
        PyList::new(py, dicts?)
    }

    /// A client's money, in billionths.
    fn cash(&self, client: &str) -> i128 {
        let exchange = &mut self.desk.lock().exchange;
        let client = exchange.client(client);
        exchange.clients()[client as usize].cash
    }

    /// What a client holds: symbol, lots, cost and realised profit, both in billionths.
    fn positions(&self, client: &str) -> Vec<(String, i64, i128, i128)> {
        let exchange = &mut self.desk.lock().exchange;
        let client = exchange.client(client);
        let positions = exchange.clients()[client as usize].positions.iter();
        positions
            .map(|(&book, held)| {
                let name = exchange.symbols()[book as usize].name.to_string();
                (name, held.lots, held.cost, held.realised)
            })
            .collect()
    }

    /// Symbols and their tick sizes, in billionths.
    fn symbols(&self) -> Vec<(String, i128)> {
        let state = self.desk.lock();
        let symbols = state.exchange.symbols().iter();
        symbols
            .map(|symbol| (symbol.name.to_string(), symbol.unit))
            .collect()
    }

    /// The best levels: bids, asks, each a price in billionths and lots.
    #[expect(clippy::type_complexity)]
    fn depth(&self, symbol: &str, levels: usize) -> PyResult<(Vec<(i128, u64)>, Vec<(i128, u64)>)> {
        let number = self.book(symbol)?;
        let state = self.desk.lock();
        let symbol = &state.exchange.symbols()[number as usize];
        let [bids, asks] = Side::BOTH.map(|side| {
            let mut best = vec![hft_orderbook::Level { tick: 0, lots: 0 }; levels.min(1 << 16)];
            let count = symbol.book.levels().top(side, &mut best);
            let best = &best[..count];
            best.iter()
                .map(|l| (i128::from(l.tick) * symbol.unit, l.lots))
                .collect()
        });
        Ok((bids, asks))
    }

    /// The price of the last trade, in billionths.
    fn last(&self, symbol: &str) -> PyResult<Option<i128>> {
        let number = self.book(symbol)?;
        let state = self.desk.lock();
        let symbol = &state.exchange.symbols()[number as usize];
        Ok(symbol.last.map(|tick| i128::from(tick) * symbol.unit))
    }

    /// The symbol of a trade that can be cancelled or corrected.
    fn trade_symbol(&self, trade: u64) -> Option<String> {
        let exchange = &self.desk.lock().exchange;
        let book = exchange.trade_symbol(trade)?;
        Some(exchange.symbols()[book as usize].name.to_string())
    }

    /// The operator cancels a trade: an empty text, or why not.
    fn bust(&self, now: i64, trade: u64) -> &'static str {
        let answer = self
            .desk
            .act(|exchange, out| exchange.bust(now, trade, out));
        answer.err().map_or("", Refused::text)
    }

    /// The operator gives a trade another price, in ticks, and quantity.
    fn correct(&self, now: i64, trade: u64, tick: i64, lots: u64) -> &'static str {
        let answer = self
            .desk
            .act(|exchange, out| exchange.correct(now, trade, tick, lots, out));
        answer.err().map_or("", Refused::text)
    }

    /// Keep events from now on.
    fn listen(&self) {
        self.desk.listen();
    }

    /// Events since the last call, after waiting for the first, and how many were dropped.
    fn events<'py>(
        &self,
        py: Python<'py>,
        wait: f64,
        most: usize,
    ) -> PyResult<(Bound<'py, PyList>, u64)> {
        let wait = Duration::try_from_secs_f64(wait).unwrap_or_default();
        let (events, dropped) = py.detach(|| self.desk.events(wait, most));
        let exchange = &self.desk.lock().exchange;
        let dicts: PyResult<Vec<_>> = events.iter().map(|one| event(py, one, exchange)).collect();
        Ok((PyList::new(py, dicts?)?, dropped))
    }

    /// So many rows of a random flow; the first call for a symbol starts it.
    #[expect(clippy::too_many_arguments)]
    fn flow(
        &self,
        py: Python<'_>,
        now: i64,
        symbol: &str,
        rows: usize,
        seed: u64,
        mid: i64,
        depth: usize,
        spread: u32,
        clients: u32,
    ) -> PyResult<()> {
        let book = self.book(symbol)?;
        run(py, || {
            let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
            let flow = sources.flows.entry(book).or_insert_with(|| {
                let mut state = self.desk.lock();
                let numbers: Vec<u32> = (0..clients.max(1))
                    .map(|i| state.exchange.client(&format!("FLOW.{symbol}.{i}")))
                    .collect();
                let settings = FlowSettings {
                    mid,
                    depth,
                    spread,
                    first_client: numbers[0],
                    clients,
                };
                Flow::new(settings, seed, book)
            });
            self.desk.flow(now, book, flow, rows);
            Ok(())
        })
    }

    /// Rows of a recording; their numbers of orders and clients are the recording's own.
    fn replay(&self, py: Python<'_>, now: i64, symbol: &str, rows: Rows<'_>) -> PyResult<()> {
        let book = self.book(symbol)?;
        Error::check_length("orders", rows.shape()[1], COLUMNS)?;
        let (rows, _) = rows.as_slice()?.as_chunks::<COLUMNS>();
        run(py, || {
            let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
            let Sources {
                replayed,
                replayers,
                ..
            } = &mut *sources;
            for row in rows {
                let mut row = *row;
                row[2] = i64::from(*replayers.entry(row[2]).or_insert_with_key(|client| {
                    self.desk
                        .lock()
                        .exchange
                        .client(&format!("REPLAY.{client}"))
                }));
                let target = replayed.get(&row[3]).copied().unwrap_or(0);
                let answer = self
                    .desk
                    .act(|exchange, out| apply_row(exchange, now, book, &row, target, out));
                if let (Ok(id), 0..=4) = (answer, row[0]) {
                    replayed.insert(row[3], id);
                }
            }
            Ok(())
        })
    }
}
