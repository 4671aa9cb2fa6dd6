//! The sequence rules of [`crate::feed`] for Python: any object may be the message.

use super::whole;
use crate::feed::{Action, Ids, Rule, Sequencer, Standing};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

/// Tells which messages of a live Binance depth feed to apply, and when to rebuild.
///
/// The rules are those by which :func:`load_binance` reads a recording: messages wait for a
/// snapshot, the first one applied overlaps it, and each next one follows the one before.
///
/// Parameters
/// ----------
/// rule
///     ``"futures"`` (``pu`` equals the last ``u``) or ``"spot"`` (``U`` is at most the last
///     ``u + 1``: a message may repeat ids, none may be missing).
///
/// A copy, or what is pickled, goes on where the original stands, with the messages it keeps.
///
/// Examples
/// --------
/// >>> from hft_orderbook import Sequencer
/// >>> feed = Sequencer("futures")
/// >>> feed.message(8, 10, "old", previous=7), feed.message(11, 15, "first", previous=10)
/// ('wait', 'wait')
/// >>> feed.snapshot(12)
/// ['first']
/// >>> feed.message(16, 20, "next", previous=15)
/// 'apply'
/// >>> feed.message(25, 30, "late", previous=24), feed.live, feed.gaps, feed.kept
/// ('gap', False, 1, 1)
/// >>> feed.snapshot(27), feed.live
/// (['late'], True)
#[pyclass(name = "Sequencer", module = "hft_orderbook._rust")]
pub(super) struct PySequencer(Sequencer<Py<PyAny>>);

/// Standing by name, its update id, gaps, and the messages kept with their ids.
type State = (String, u64, usize, Vec<(u64, u64, u64, Py<PyAny>)>);

#[pymethods]
impl PySequencer {
    #[new]
    fn new(rule: &str) -> PyResult<Self> {
        let rule = match rule {
            "futures" => Rule::Futures,
            "spot" => Rule::Spot,
            _ => {
                let message = format!("rule={rule:?}: expected 'futures' or 'spot'");
                return Err(PyValueError::new_err(message));
            }
        };
        Ok(Self(Sequencer::new(rule)))
    }

    /// What to do with the next message.
    ///
    /// Parameters
    /// ----------
    /// first, last
    ///     Update ids within it: ``U`` and ``u``.
    /// message
    ///     Any object, such as an array of events; kept where it has to wait.
    /// previous
    ///     Last update id of the message before: ``pu``, futures only.
    ///
    /// Returns
    /// -------
    /// ``"apply"``: apply it now. ``"wait"``: it is kept for the snapshot that is awaited.
    /// ``"drop"``: the book has all of it. ``"gap"``: messages are missing, the book is stale; this
    /// one is kept, ask for a snapshot.
    #[pyo3(signature = (first, last, message, previous=None))]
    fn message(
        &mut self,
        first: &Bound<'_, PyAny>,
        last: &Bound<'_, PyAny>,
        message: Py<PyAny>,
        previous: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<&'static str> {
        let (first, last) = (whole("first", first)?, whole("last", last)?);
        if first > last {
            let message = format!("first={first} lies beyond last={last}");
            return Err(PyValueError::new_err(message));
        }
        let previous = previous.map_or(Ok(0), |value| whole("previous", value))?;
        let ids = Ids {
            first,
            last,
            previous,
        };
        Ok(match self.0.message(ids, message) {
            Action::Apply(_) => "apply",
            Action::Wait => "wait",
            Action::Drop => "drop",
            Action::Resync(_) => "gap",
        })
    }

    /// The messages to apply after a snapshot with ``lastUpdateId`` ``id`` is loaded.
    ///
    /// Returns
    /// -------
    /// The messages kept that the snapshot does not hold, in order; ``None`` where the book
    /// is newer than the snapshot: leave it as it is.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     The snapshot is too old for the messages kept, or there is a gap among these: do
    ///     not load it, ask for a newer one.
    fn snapshot(&mut self, id: &Bound<'_, PyAny>) -> PyResult<Option<Vec<Py<PyAny>>>> {
        Ok(self.0.snapshot(whole("id", id)?)?)
    }

    /// Whether the book stands where the feed does.
    #[getter]
    fn live(&self) -> bool {
        self.0.is_live()
    }

    /// Gaps found so far.
    #[getter]
    fn gaps(&self) -> usize {
        self.0.gaps()
    }

    /// Messages kept for a snapshot.
    #[getter]
    fn kept(&self) -> usize {
        self.0.kept()
    }

    fn __getnewargs__(&self) -> (&'static str,) {
        match self.0.rule {
            Rule::Futures => ("futures",),
            Rule::Spot => ("spot",),
        }
    }

    fn __getstate__(&self, py: Python<'_>) -> State {
        let (standing, id) = match self.0.standing {
            Standing::Waiting => ("waiting", 0),
            Standing::Joining(id) => ("joining", id),
            Standing::Live(id) => ("live", id),
        };
        let kept = self.0.kept.iter();
        let kept = kept.map(|(i, message)| (i.first, i.last, i.previous, message.clone_ref(py)));
        (standing.to_owned(), id, self.0.gaps, kept.collect())
    }

    fn __setstate__(&mut self, state: State) -> PyResult<()> {
        let (standing, id, gaps, kept) = state;
        self.0.standing = match &*standing {
            "waiting" => Standing::Waiting,
            "joining" => Standing::Joining(id),
            "live" => Standing::Live(id),
            _ => return Err(PyValueError::new_err("state: not that of a Sequencer")),
        };
        self.0.gaps = gaps;
        let kept = kept.into_iter().map(|(first, last, previous, message)| {
            let ids = Ids {
                first,
                last,
                previous,
            };
            (ids, message)
        });
        self.0.kept = kept.collect();
        Ok(())
    }
}
