//! Signals and progress of a run that holds no interpreter lock.

use crate::Stop;
use crate::watch::{Flow, Watch};
use pyo3::prelude::*;
use std::time::{Duration, Instant};

/// How long Ctrl-C may wait.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Polls signals every 50 ms and tells a `hft_py.progress.Reporter` of every so many steps.
pub(crate) struct PyWatch {
    reporter: Option<(Py<PyAny>, u64)>,
    reported: u64,
    polled: Instant,
}

impl PyWatch {
    /// `reporter`: `None`, or a callable `(done, best) -> bool` with the attribute `every`.
    pub(crate) fn new(reporter: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        let reporter = match reporter {
            Some(callable) => {
                let every: u64 = callable.getattr("every")?.extract()?;
                Some((callable.unbind(), every.max(1)))
            }
            None => None,
        };
        Ok(Self {
            reporter,
            reported: 0,
            polled: Instant::now(),
        })
    }
}

impl Watch for PyWatch {
    #[inline]
    fn tick(&mut self, done: u64, best: f64) -> Result<Flow, Stop> {
        let mut flow = Flow::Continue;
        if let Some((reporter, every)) = &self.reporter
            && done / every != self.reported / every
        {
            self.reported = done;
            let more = Python::attach(|py| reporter.call1(py, (done, best))?.extract::<bool>(py));
            if !more.map_err(raised)? {
                flow = Flow::Halt;
            }
        }
        let now = Instant::now();
        if now.duration_since(self.polled) >= POLL_INTERVAL {
            self.polled = now;
            Python::attach(|py| py.check_signals()).map_err(raised)?;
        }
        Ok(flow)
    }
}

/// What Python raised, as a reason to stop.
pub(crate) fn raised(error: PyErr) -> Stop {
    Stop::Callback(Box::new(error))
}
