//! Following a run: progress, requests to stop, signals.

use crate::Stop;

/// Whether a run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// Stop here and return what there is.
    Halt,
}

/// Follows a run from the thread that called the kernel.
///
/// Kernels call [`tick`](Self::tick) on the calling thread, once a generation or every few
/// microseconds of work: a tick costs a reading of the clock.
pub trait Watch {
    /// `done` steps are done (of a total the watcher knows), the best value so far is `best`.
    ///
    /// # Errors
    /// What the watcher raised, a signal for instance: the run ends with it.
    fn tick(&mut self, done: u64, best: f64) -> Result<Flow, Stop>;
}

/// No watcher: the run goes on to its end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn tick(&mut self, _done: u64, _best: f64) -> Result<Flow, Stop> {
        Ok(Flow::Continue)
    }
}
