//! The class `Link`: two sessions in memory on a clock that Python moves.

use super::config::SessionItems;
use super::engine::Fields;
use super::{PyDictionary, PyMessage};
use crate::fix::application::{Application, Replies};
use crate::fix::codec::Message;
use crate::fix::io::EngineError;
use crate::fix::link::{Link, Side};
use crate::fix::session::{Now, Session, SessionId};
use crate::fix::store::MemoryStore;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What happened on one side.
enum Happened {
    LoggedOn,
    LoggedOut(String),
    Message(Message),
    Rejected(Message),
}

type Kept = Arc<Mutex<Vec<(Side, Happened)>>>;

/// Keeps what happens for Python.
struct Keeper {
    side: Side,
    kept: Kept,
}

impl Keeper {
    fn keep(&self, happened: Happened) {
        lock(&self.kept).push((self.side, happened));
    }
}

impl Application for Keeper {
    fn on_logon(&mut self, _: &SessionId, _: &mut Replies) {
        self.keep(Happened::LoggedOn);
    }

    fn on_logout(&mut self, _: &SessionId, text: &str, _: &mut Replies) {
        self.keep(Happened::LoggedOut(text.to_owned()));
    }

    fn on_message(&mut self, _: &SessionId, message: &Message, _: &mut Replies) {
        self.keep(Happened::Message(message.clone()));
    }

    fn on_reject(&mut self, _: &SessionId, message: &Message, _: &mut Replies) {
        self.keep(Happened::Rejected(message.clone()));
    }
}

/// See `hft_py.fix.InMemoryLink`.
#[pyclass(frozen, name = "Link", module = "hft_py._rust.fix")]
pub struct PyLink {
    link: Mutex<Link>,
    kept: Kept,
    dictionaries: [Py<PyDictionary>; 2],
}

#[pymethods]
impl PyLink {
    /// `utc` and latencies (to the initiator, to the acceptor) in nanoseconds.
    #[new]
    fn new(
        initiator: SessionItems,
        acceptor: SessionItems,
        utc: i64,
        latency: [i64; 2],
    ) -> PyResult<Self> {
        let now = Now { utc, monotonic: 0 };
        let kept = Kept::default();
        let end = |items: &SessionItems, side| -> PyResult<_> {
            let config = items.config()?;
            let store = MemoryStore::new(utc);
            let keeper = Keeper {
                side,
                kept: Arc::clone(&kept),
            };
            let application: Box<dyn Application> = Box::new(keeper);
            Ok((
                Session::new(config.settings, config.dictionary, store),
                application,
            ))
        };
        let link = Link::new(
            end(&initiator, Side::Initiator)?,
            end(&acceptor, Side::Acceptor)?,
            now,
            latency,
        );
        Ok(Self {
            link: Mutex::new(link),
            kept,
            dictionaries: [initiator.dictionary, acceptor.dictionary],
        })
    }

    fn connect(&self) -> bool {
        lock(&self.link).connect()
    }

    fn cut(&self) {
        lock(&self.link).cut();
    }

    /// UTC and the monotonic clock, in nanoseconds.
    fn now(&self) -> (i64, i64) {
        let now = lock(&self.link).now();
        (now.utc, now.monotonic)
    }

    /// When something happens next, on the monotonic clock.
    fn next_event(&self) -> Option<i64> {
        lock(&self.link).next_event()
    }

    fn advance(&self, nanoseconds: i64) {
        lock(&self.link).advance(nanoseconds);
    }

    fn send(
        &self,
        py: Python<'_>,
        side: usize,
        msg_type: &str,
        fields: &Bound<'_, PyAny>,
    ) -> PyResult<u32> {
        let dictionary = self.dictionary(side)?.get();
        let msg_type = dictionary.msg_type_of(py, msg_type)?;
        let side = Side::BOTH[side];
        Fields::with(dictionary, fields, |body| {
            let sent = lock(&self.link).send(side, msg_type.as_bytes(), body);
            sent.map_err(|error| EngineError::from(error).into())
        })
    }

    fn log_out(&self, side: usize, text: &str) -> PyResult<()> {
        self.dictionary(side)?;
        lock(&self.link).log_out(Side::BOTH[side], text);
        Ok(())
    }

    fn is_logged_on(&self, side: usize) -> PyResult<bool> {
        self.dictionary(side)?;
        Ok(lock(&self.link).session(Side::BOTH[side]).is_logged_on())
    }

    /// What has happened since the last call: `(kind, side, value)`.
    fn take<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        for (side, happened) in std::mem::take(&mut *lock(&self.kept)) {
            let number = side as usize;
            let message = |message| PyMessage::of(py, &message, &self.dictionaries[number]);
            match happened {
                Happened::LoggedOn => list.append(("logon", number, py.None()))?,
                Happened::LoggedOut(text) => list.append(("logout", number, text))?,
                Happened::Message(found) => list.append(("message", number, message(found)))?,
                Happened::Rejected(found) => list.append(("reject", number, message(found)))?,
            }
        }
        Ok(list)
    }
}

impl PyLink {
    fn dictionary(&self, side: usize) -> PyResult<&Py<PyDictionary>> {
        let found = self.dictionaries.get(side);
        found.ok_or_else(|| PyValueError::new_err(format!("side={side}, expected 0 or 1")))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
