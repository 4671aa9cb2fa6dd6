//! The class `Engine`: sessions over sockets for `hft_py.fix.Initiator` and `Acceptor`.

use super::config::{LimitItems, ListenItems, SessionItems};
use super::queue::{Item, Queue, QueueApplication, QueueSink};
use super::{PyDictionary, PyMessage, encode};
use crate::fix::codec::Decimal;
use crate::fix::io::{
    Engine, EngineError, EngineSettings, FileSink, Handle, Level, OperatorLog, Sink,
};
use crate::fix::session::{SendError, State};
use pyo3::exceptions::{PyKeyError, PyOSError, PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

mod raised {
    pyo3::import_exception!(hft_py.fix.errors, NotSentError);
}

thread_local! {
    /// The fields of the last message sent by this thread, to be used again.
    static FIELDS: Cell<Fields> = Cell::default();
}

/// Fields of a message that a session will write.
#[derive(Default)]
pub struct Fields {
    bytes: Vec<u8>,
    /// Tag, and where the value ends.
    places: Vec<(u32, usize)>,
}

impl encode::Sink for Fields {
    fn field(&mut self, tag: u32, value: &[u8]) {
        self.bytes.extend_from_slice(value);
        self.places.push((tag, self.bytes.len()));
    }

    fn int(&mut self, tag: u32, value: i64) {
        use std::io::Write;
        let _ = write!(self.bytes, "{value}");
        self.places.push((tag, self.bytes.len()));
    }

    fn decimal(&mut self, tag: u32, value: Decimal) {
        use std::io::Write;
        let _ = write!(self.bytes, "{value}");
        self.places.push((tag, self.bytes.len()));
    }
}

impl Fields {
    /// Call `with` the fields of Python's values.
    pub fn with<T>(
        dictionary: &PyDictionary,
        fields: &Bound<'_, PyAny>,
        with: impl FnOnce(&[(u32, &[u8])]) -> PyResult<T>,
    ) -> PyResult<T> {
        // Taken, not borrowed: a value may call Python, which may send.
        let mut kept = FIELDS.take();
        kept.bytes.clear();
        kept.places.clear();
        let result = encode::write(dictionary, fields, &mut kept).and_then(|()| {
            let mut start = 0;
            let body: Vec<(u32, &[u8])> = kept
                .places
                .iter()
                .map(|&(tag, end)| {
                    let value = &kept.bytes[start..end];
                    start = end;
                    (tag, value)
                })
                .collect();
            with(&body)
        });
        FIELDS.set(kept);
        result
    }
}

/// See `hft_py.fix.engine`.
#[pyclass(frozen, name = "Engine", module = "hft_py._rust.fix")]
pub struct PyEngine {
    engine: Mutex<Engine>,
    handle: Handle,
    queue: Arc<Queue>,
    /// Of each session; of those made from the template, the last one.
    dictionaries: Vec<Py<PyDictionary>>,
    /// Messages that Python has been given and may still be dealing with: how many of each session,
    /// and the number of the last.
    taken: Mutex<BTreeMap<usize, (u64, u32)>>,
}

#[pymethods]
impl PyEngine {
    #[new]
    #[allow(clippy::too_many_arguments)] // one call of Python's, by name
    #[pyo3(signature = (sessions, listen, limits, *, seed, log_file, log_messages, most_waiting))]
    fn new(
        py: Python<'_>,
        sessions: Vec<SessionItems>,
        listen: Option<ListenItems>,
        limits: LimitItems,
        seed: u64,
        log_file: Option<PathBuf>,
        log_messages: bool,
        most_waiting: usize,
    ) -> PyResult<Self> {
        let mut dictionaries: Vec<_> = sessions
            .iter()
            .map(|session| session.dictionary.clone_ref(py))
            .collect();
        dictionaries.extend(listen.as_ref().and_then(|listen| listen.dictionary(py)));
        let settings = EngineSettings {
            sessions: sessions
                .iter()
                .map(SessionItems::config)
                .collect::<PyResult<_>>()?,
            listen: listen.as_ref().map(ListenItems::listen).transpose()?,
            limits: limits.limits(),
            seed,
            log_messages,
        };
        let queue = Queue::new(most_waiting);
        let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(QueueSink(Arc::clone(&queue)))];
        if let Some(path) = log_file {
            sinks.push(Box::new(FileSink::open(&path)?));
        }
        let log = OperatorLog::new(sinks, log_messages);
        let for_thread = Arc::clone(&queue);
        let engine = py.detach(move || {
            Engine::start(settings, log, |handle| {
                Box::new(QueueApplication::new(for_thread, handle))
            })
        });
        let engine = engine.map_err(raised_by)?;
        Ok(Self {
            handle: engine.handle().clone(),
            engine: Mutex::new(engine),
            queue,
            dictionaries,
            taken: Mutex::default(),
        })
    }

    /// Send a message to the session of this number; the number of the message.
    fn send(
        &self,
        py: Python<'_>,
        session: usize,
        msg_type: &str,
        fields: &Bound<'_, PyAny>,
    ) -> PyResult<u32> {
        let dictionary = self.dictionary(session)?.get();
        let msg_type = dictionary.msg_type_of(py, msg_type)?;
        Fields::with(dictionary, fields, |body| {
            let handle = &self.handle;
            py.detach(|| handle.send_to(session, msg_type.as_bytes(), body))
                .map_err(PyErr::from)
        })
    }

    /// What has happened since the last call: a list of `(kind, session, value)`. `None` once the
    /// engine has ended. Messages of the list before now count as received.
    #[pyo3(signature = (seconds=None))]
    fn wait<'py>(
        &self,
        py: Python<'py>,
        seconds: Option<f64>,
    ) -> PyResult<Option<Bound<'py, PyList>>> {
        let patience = seconds.map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
        let found = py.detach(|| {
            self.confirm();
            let (items, paused) = self.queue.take(patience)?;
            if paused {
                self.handle.resume();
            }
            Some(items)
        });
        let Some(items) = found else {
            py.detach(|| self.release());
            return Ok(None);
        };
        let list = PyList::empty(py);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for item in items {
            match item {
                Item::LoggedOn(session) => list.append(("logon", session, py.None()))?,
                Item::LoggedOut(session, text) => list.append(("logout", session, text))?,
                Item::Message(session, message) => {
                    let number = message
                        .as_view()
                        .int(34)
                        .and_then(|n| u32::try_from(n).ok());
                    let entry = taken.entry(session).or_default();
                    *entry = (entry.0 + 1, number.unwrap_or(0));
                    let message = PyMessage::of(py, &message, self.dictionary(session)?);
                    list.append(("message", session, message))?;
                }
                Item::Rejected(session, message) => {
                    let message = PyMessage::of(py, &message, self.dictionary(session)?);
                    list.append(("reject", session, message))?;
                }
                Item::Line(level, session, text) => {
                    let level = match level {
                        Level::Debug => 10,
                        Level::Info => 20,
                        Level::Warning => 30,
                        Level::Error => 40,
                    };
                    list.append(("log", level, (session, text)))?;
                }
            }
        }
        Ok(Some(list))
    }

    /// `(begin_string, sender, target)` of the session of this number.
    fn identity(&self, session: usize) -> PyResult<(String, String, String)> {
        let id = self.handle.id(session);
        let id = id.ok_or_else(|| PyKeyError::new_err(format!("no session {session}")))?;
        Ok((id.begin_string, id.sender, id.target))
    }

    /// How many sessions there are.
    fn count(&self) -> usize {
        self.handle.len()
    }

    /// Where the engine listens.
    fn address(&self) -> Option<(String, u16)> {
        let engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        engine
            .address()
            .map(|address| (address.ip().to_string(), address.port()))
    }

    /// What a session is doing.
    fn status<'py>(&self, py: Python<'py>, session: usize) -> PyResult<Bound<'py, PyDict>> {
        let status = py.detach(|| self.handle.status(session))?;
        let state = match status.state {
            State::Disconnected => "disconnected",
            State::LoggingOn => "logging on",
            State::LoggedOn => "logged on",
            State::LoggingOut => "logging out",
        };
        let found = PyDict::new(py);
        found.set_item("state", state)?;
        found.set_item("next_in", status.next_in)?;
        found.set_item("next_out", status.next_out)?;
        found.set_item("missing", status.gap)?;
        found.set_item("resending", status.resend)?;
        found.set_item("pending_bytes", status.pending)?;
        for (name, count) in [
            ("received", status.counts.received),
            ("sent", status.counts.sent),
            ("resent", status.counts.resent),
            ("garbled", status.counts.garbled),
            ("refused", status.counts.refused),
            ("rejected", status.counts.rejected),
            ("discarded", status.counts.discarded),
        ] {
            found.set_item(name, count)?;
        }
        Ok(found)
    }

    fn metrics(&self, py: Python<'_>) -> String {
        py.detach(|| self.handle.metrics())
    }

    fn log_out(&self, session: usize, text: &str) {
        self.handle.log_out(session, text);
    }

    fn log_on(&self, session: usize) {
        self.handle.log_on(session);
    }

    fn reset(&self, py: Python<'_>, session: usize) -> PyResult<()> {
        Ok(py.detach(|| self.handle.reset(session))?)
    }

    /// Log out everywhere, wait at most so many seconds, close, end the thread.
    fn stop(&self, py: Python<'_>, seconds: f64) {
        py.detach(|| {
            let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
            engine.stop(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)));
        });
    }
}

impl PyEngine {
    fn dictionary(&self, session: usize) -> PyResult<&Py<PyDictionary>> {
        let found = self.dictionaries.get(session).or(self.dictionaries.last());
        found.ok_or_else(|| PyKeyError::new_err(format!("no session {session}")))
    }

    /// All is told and dealt with: close the stores as soon as the I/O thread has ended.
    fn release(&self) {
        self.confirm();
        self.handle.release();
    }

    /// The messages given to Python are dealt with.
    fn confirm(&self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((session, (count, through))) = taken.pop_first() {
            // An error means that they may come again, which a restart takes care of.
            let _ = self.handle.confirm(session, count, through);
        }
    }
}

impl From<EngineError> for PyErr {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::UnknownSession(_) => PyKeyError::new_err(text),
            EngineError::Stopped | EngineError::Forked => PyRuntimeError::new_err(text),
            EngineError::Io(error) => raised_by(error),
            EngineError::Send(SendError::Store(_)) => PyOSError::new_err(text),
            EngineError::Send(
                SendError::Administrative(_)
                | SendError::Reserved(_)
                | SendError::Value(_)
                | SendError::TooLong { .. },
            ) => PyValueError::new_err(text),
            EngineError::Send(_) => raised::NotSentError::new_err(text),
        }
    }
}

/// A wrong setting is a `ValueError`; what the system refuses is Python's own `OSError`.
fn raised_by(error: io::Error) -> PyErr {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            PyValueError::new_err(error.to_string())
        }
        _ => error.into(),
    }
}

/// For tests: end the process at a write of a message store (`hook::exit_at`).
#[pyfunction]
pub fn exit_at_store_write(n: i64) {
    crate::fix::store::exit_at_write(n);
}
