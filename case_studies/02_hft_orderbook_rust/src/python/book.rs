//! The class behind `hft_orderbook.OrderBook`: integers in, integers out.

use super::any_book::{AnyBook, with_book};
use super::events::{Levels, PyColumns, PyLevels, columns, records};
use super::{in_use, refusal};
use crate::apply::FeedState;
use crate::reads::{self, Sweep};
use crate::replay::{self, Band};
use crate::{Book, Crossing, Event, Level, MAX_LOTS, Side, run};
use native::python::detach;
use numpy::{IntoPyArray, PyArray1, PyReadonlyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::num::NonZeroUsize;
use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Frozen, with a lock of its own: a call while another thread is in `apply`, which runs
/// without the GIL, fails instead of waiting.
#[pyclass(name = "Book", module = "hft_orderbook._rust", frozen)]
pub(super) struct PyBook(RwLock<Inner>);

#[derive(Clone)]
struct Inner {
    book: AnyBook,
    state: FeedState,
}

impl PyBook {
    fn read(&self) -> PyResult<RwLockReadGuard<'_, Inner>> {
        self.0.try_read().map_err(in_use)
    }

    fn write(&self) -> PyResult<RwLockWriteGuard<'_, Inner>> {
        self.0.try_write().map_err(in_use)
    }
}

type Ticks<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<i64>>);

/// Sequence number, that of a snapshot that goes on, bids, asks.
type State<'py> = (u64, Option<u64>, Levels<'py>, Levels<'py>);

#[pymethods]
impl PyBook {
    #[new]
    #[pyo3(signature = (kind, trim, max_depth=None))]
    fn new(kind: &str, trim: bool, max_depth: Option<NonZeroUsize>) -> PyResult<Self> {
        let book = AnyBook::named(kind).ok_or_else(|| {
            let names = AnyBook::NAMES.join(", ");
            PyValueError::new_err(format!("kind={kind:?}: expected one of {names}"))
        })?;
        let crossing = if trim { Crossing::Trim } else { Crossing::Mark };
        let state = FeedState::new(crossing).with_max_depth(max_depth);
        Ok(Self(RwLock::new(Inner { book, state })))
    }

    fn copy(&self) -> PyResult<Self> {
        Ok(Self(RwLock::new(self.read()?.clone())))
    }

    fn __getnewargs__(&self) -> PyResult<(&'static str, bool, Option<NonZeroUsize>)> {
        let inner = self.read()?;
        let trim = inner.state.crossing == Crossing::Trim;
        Ok((inner.book.name(), trim, inner.state.max_depth))
    }

    fn __getstate__<'py>(&self, py: Python<'py>) -> PyResult<State<'py>> {
        let inner = self.read()?;
        let [bids, asks] = Side::BOTH.map(|side| {
            let levels = with_book!(&inner.book, book => book.depth(side));
            columns(py, levels)
        });
        Ok((inner.state.last, inner.state.snapshot, bids, asks))
    }

    fn __setstate__(&self, state: &Bound<'_, PyAny>) -> PyResult<()> {
        let (last, snapshot, bids, asks): (u64, Option<u64>, PyLevels<'_>, PyLevels<'_>) =
            state.extract()?;
        let Inner { book, state } = &mut *self.write()?;
        with_book!(book, book => {
            book.clear();
            bids.restore(Side::Bid, book)?;
            asks.restore(Side::Ask, book)
        })?;
        (state.last, state.snapshot) = (last, snapshot);
        Ok(())
    }

    #[getter]
    fn kind(&self) -> PyResult<&'static str> {
        Ok(self.read()?.book.name())
    }

    #[getter]
    fn last_seq(&self) -> PyResult<u64> {
        Ok(self.read()?.state.last_seq())
    }

    /// One event; checked as a batch is.
    fn event(&self, py: Python<'_>, kind: u8, side: u8, tick: i64, lots: i64) -> PyResult<()> {
        let Inner { book, state } = &mut *self.write()?;
        let event = state.stamp(Event {
            kind,
            side,
            tick,
            lots,
            ..Event::default()
        });
        match with_book!(book, book => crate::apply(book, &[event][..], state)) {
            Ok(()) => Ok(()),
            Err(error) => Err(refusal(py, error)?),
        }
    }

    fn apply(&self, py: Python<'_>, bytes: PyReadonlyArray1<'_, u8>) -> PyResult<()> {
        let events = records(bytes.as_slice()?)?;
        let Inner { book, state } = &mut *self.write()?;
        detach(
            py,
            || with_book!(book, book => crate::apply(book, events, state)),
        )?;
        Ok(())
    }

    fn apply_columns(&self, py: Python<'_>, columns: PyColumns<'_>) -> PyResult<()> {
        let columns = columns.columns()?;
        let Inner { book, state } = &mut *self.write()?;
        detach(
            py,
            || with_book!(book, book => crate::apply(book, &columns, state)),
        )?;
        Ok(())
    }

    fn best(&self, side: u8) -> PyResult<Option<(i64, u64)>> {
        let side = Side::try_from(side)?;
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => book.best(side)).map(|level| (level.tick, level.lots)))
    }

    fn lots(&self, side: u8, tick: i64) -> PyResult<u64> {
        let side = Side::try_from(side)?;
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => book.lots(side, tick)))
    }

    fn len(&self, side: u8) -> PyResult<usize> {
        let side = Side::try_from(side)?;
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => book.len(side)))
    }

    /// The best `count` levels, or all.
    #[pyo3(signature = (side, count=None))]
    fn depth<'py>(&self, py: Python<'py>, side: u8, count: Option<usize>) -> PyResult<Levels<'py>> {
        let side = Side::try_from(side)?;
        let inner = self.read()?;
        let levels = with_book!(&inner.book, book => {
            let wanted = count.unwrap_or(usize::MAX).min(book.len(side));
            let mut levels = vec![Level { tick: 0, lots: 0 }; wanted];
            book.top(side, &mut levels);
            levels
        });
        Ok(columns(py, levels))
    }

    fn twice_mid(&self) -> PyResult<Option<i64>> {
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => book.twice_mid()))
    }

    fn spread(&self) -> PyResult<Option<i64>> {
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => book.spread()))
    }

    fn microprice(&self) -> PyResult<Option<f64>> {
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => reads::microprice(book)))
    }

    fn imbalance(&self, levels: usize) -> PyResult<Option<f64>> {
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => reads::imbalance(book, levels)))
    }

    fn state(&self) -> PyResult<&'static str> {
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => reads::state(book)).name())
    }

    /// Filled lots, average price, worst price and number of levels.
    fn sweep(&self, side: u8, lots: u64) -> PyResult<(u64, Option<f64>, Option<i64>, usize)> {
        let side = Side::try_from(side)?;
        let inner = self.read()?;
        let sweep: Sweep =
            with_book!(&inner.book, book => reads::sweep(book, side, lots.min(MAX_LOTS)));
        let (average, worst) = (sweep.vwap(), sweep.worst);
        Ok((sweep.filled as u64, average, worst, sweep.levels))
    }

    fn checksum(&self, levels: usize) -> PyResult<u32> {
        let inner = self.read()?;
        Ok(with_book!(&inner.book, book => reads::checksum(book, levels)))
    }

    /// Moves of the window, pages copied and updates of the cold tier; `None` for other books.
    fn moves(&self) -> PyResult<Option<(u64, u64, u64)>> {
        let moves = match &self.read()?.book {
            AnyBook::Ring(book) => Some(book.moves()),
            _ => None,
        };
        Ok(moves.map(|moves| (moves.reanchors, moves.pages, moves.cold_updates)))
    }

    /// Apply events that were checked.
    fn run_updates(&self, py: Python<'_>, bytes: PyReadonlyArray1<'_, u8>) -> PyResult<()> {
        let events = records(bytes.as_slice()?)?;
        let Inner { book, .. } = &mut *self.write()?;
        detach(py, || with_book!(book, book => run::update(book, events)))?;
        Ok(())
    }

    /// Apply events that were checked, `passes` times over, reading both best prices at the end
    /// of each message.
    fn run_trace<'py>(
        &self,
        py: Python<'py>,
        bytes: PyReadonlyArray1<'_, u8>,
        passes: usize,
    ) -> PyResult<Ticks<'py>> {
        let events = records(bytes.as_slice()?)?;
        let Inner { book, .. } = &mut *self.write()?;
        let trace = detach(
            py,
            || with_book!(book, book => run::update_and_read(book, events, passes)),
        )?;
        Ok((trace.bid.into_pyarray(py), trace.ask.into_pyarray(py)))
    }

    fn read_best(&self, py: Python<'_>, times: usize) -> PyResult<i64> {
        let inner = &*self.read()?;
        detach(py, || {
            Ok::<_, crate::Error>(with_book!(&inner.book, book => run::read_best(book, times)))
        })
    }

    fn read_mid(&self, py: Python<'_>, times: usize) -> PyResult<i64> {
        let inner = &*self.read()?;
        detach(py, || {
            Ok::<_, crate::Error>(with_book!(&inner.book, book => run::read_mid(book, times)))
        })
    }

    fn features<'py>(
        &self,
        py: Python<'py>,
        bytes: PyReadonlyArray1<'_, u8>,
        every: usize,
        levels: usize,
    ) -> PyResult<Bound<'py, PyDict>> {
        let events = records(bytes.as_slice()?)?;
        let Inner { book, state } = &mut *self.write()?;
        let out = detach(
            py,
            || with_book!(book, book => replay::features(book, state, events, every, levels)),
        )?;
        let dict = PyDict::new(py);
        dict.set_item("ts", out.ts.into_pyarray(py))?;
        dict.set_item("seq", out.seq.into_pyarray(py))?;
        dict.set_item("bid", out.bid.into_pyarray(py))?;
        dict.set_item("bid_lots", out.bid_lots.into_pyarray(py))?;
        dict.set_item("ask", out.ask.into_pyarray(py))?;
        dict.set_item("ask_lots", out.ask_lots.into_pyarray(py))?;
        dict.set_item("microprice", out.microprice.into_pyarray(py))?;
        dict.set_item("imbalance", out.imbalance.into_pyarray(py))?;
        Ok(dict)
    }

    fn depth_over_time<'py>(
        &self,
        py: Python<'py>,
        bytes: PyReadonlyArray1<'_, u8>,
        every: usize,
        low: i64,
        ticks: i64,
        rows: usize,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let events = records(bytes.as_slice()?)?;
        let band = Band { low, ticks, rows };
        let Inner { book, .. } = &mut *self.write()?;
        let grid = detach(
            py,
            || with_book!(book, book => replay::depth_over_time(book, events, every, band)),
        )?;
        Ok(grid.into_pyarray(py))
    }
}
