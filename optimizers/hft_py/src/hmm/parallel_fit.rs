//! Expectation maximisation from several starts, some at a time.

use super::em::{Fitted, Options, fit_one};
use super::error::HmmError;
use super::model::{Model, Series};
use crate::Stop;
use crate::watch::{Flow, Watch};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the caller, its own starts done, waits between two calls of the watcher.
const POLL: Duration = Duration::from_millis(20);

/// What all threads know of the run.
struct Progress {
    next: AtomicUsize,
    halted: AtomicBool,
    /// Steps done, and the best objective.
    best: Mutex<(u64, f64)>,
}

impl Progress {
    fn best(&self) -> MutexGuard<'_, (u64, f64)> {
        self.best.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Fit from each start, on at most `options.threads` threads: fewer where they cannot be had. A
/// single start over several sequences shares these out instead.
///
/// The calling thread fits as well, and is the only one that follows the run: a thread of its own
/// for that would be woken at every step of every start, and take a core from those that work.
///
/// # Errors
/// That of the first start, in their order, that has one: [`HmmError::Impossible`], what the
/// watcher raised, or a covariance matrix that is not positive definite.
pub fn fit(
    starts: &[Model],
    series: Series<'_>,
    options: &Options,
    watch: &mut dyn Watch,
) -> Result<Vec<Fitted>, HmmError> {
    let threads = options.threads.min(starts.len());
    let each = if threads > 1 { 1 } else { options.threads };
    let progress = Progress {
        next: AtomicUsize::new(0),
        halted: AtomicBool::new(false),
        best: Mutex::new((0, f64::NEG_INFINITY)),
    };
    let work = |poll: &mut dyn FnMut() -> Result<(), Stop>| {
        let mut results = Vec::new();
        loop {
            let index = progress.next.fetch_add(1, Ordering::Relaxed);
            let Some(start) = starts.get(index) else {
                return results;
            };
            let mut after = |objective| {
                let mut best = progress.best();
                *best = (best.0 + 1, best.1.max(objective));
                drop(best);
                poll()?;
                Ok(progress.halted.load(Ordering::Relaxed))
            };
            let halted = progress.halted.load(Ordering::Relaxed);
            let fitted = fit_one(start.clone(), series, options, each, &mut after, halted);
            let failed = fitted.is_err();
            results.push((index, fitted));
            if failed {
                progress.halted.store(true, Ordering::Relaxed);
                return results;
            }
        }
    };
    let mut poll = || {
        let (done, best) = *progress.best();
        let flow = watch.tick(done, best);
        if !matches!(flow, Ok(Flow::Continue)) {
            progress.halted.store(true, Ordering::Relaxed);
        }
        flow.map(|_| ())
    };
    let mut results = std::thread::scope(|scope| {
        let (sender, receiver) = channel();
        for _ in 1..threads {
            let (work, sender) = (&work, sender.clone());
            let thread = std::thread::Builder::new().spawn_scoped(scope, move || {
                // The receiver is gone only where the watcher has stopped the run.
                let _ = sender.send(work(&mut || Ok(())));
            });
            if thread.is_err() {
                break;
            }
        }
        drop(sender);
        let mut results = work(&mut poll);
        loop {
            match receiver.recv_timeout(POLL) {
                Ok(theirs) => results.extend(theirs),
                Err(RecvTimeoutError::Timeout) => poll()?,
                Err(RecvTimeoutError::Disconnected) => return Ok(results),
            }
        }
    })
    .map_err(|stop: Stop| HmmError::from(stop))?;
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, fitted)| fitted).collect()
}
