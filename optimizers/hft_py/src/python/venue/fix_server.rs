//! The venue on a FIX port: any client may log on under a name of its own.

use super::exchange::Exchange;
use crate::fix::io::{Engine, EngineSettings, FileSink, OperatorLog, Sink, clock};
use crate::python::fix::config::{LimitItems, ListenItems};
use crate::venue::gateway::Gateway;
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// An acceptor whose messages the venue answers, on its I/O thread.
#[pyclass(frozen, module = "hft_py._rust.venue")]
pub(super) struct FixServer {
    engine: Mutex<Engine>,
}

#[pymethods]
impl FixServer {
    #[new]
    fn new(
        py: Python<'_>,
        exchange: &Exchange,
        listen: ListenItems,
        limits: LimitItems,
        log_file: Option<PathBuf>,
        log_messages: bool,
        seed: u64,
    ) -> PyResult<Self> {
        let settings = EngineSettings {
            sessions: Vec::new(),
            listen: Some(listen.listen()?),
            limits: limits.limits(),
            seed,
            log_messages,
        };
        let mut sinks: Vec<Box<dyn Sink>> = Vec::new();
        if let Some(path) = log_file {
            sinks.push(Box::new(FileSink::open(&path)?));
        }
        let log = OperatorLog::new(sinks, log_messages);
        let desk = Arc::clone(&exchange.desk);
        let engine = py.detach(|| {
            Engine::start(settings, log, |handle| {
                desk.wake_by(move || handle.resume());
                Box::new(Gateway::new(desk, clock::utc))
            })
        })?;
        Ok(Self {
            engine: Mutex::new(engine),
        })
    }

    /// Where it listens.
    fn address(&self) -> Option<(String, u16)> {
        let address = self.engine().address()?;
        Some((address.ip().to_string(), address.port()))
    }

    /// Metrics in the text format of Prometheus.
    fn metrics(&self) -> String {
        self.engine().handle().metrics()
    }

    /// Log out everywhere, wait so many seconds at most for the answers, and end the I/O thread.
    fn stop(&self, py: Python<'_>, seconds: f64) {
        let patience = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        py.detach(|| self.engine().stop(patience));
    }
}

impl FixServer {
    fn engine(&self) -> std::sync::MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
