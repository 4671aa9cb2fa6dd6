//! Several starts at a time.
//!
//! The calling thread fits as well, and is the only one that follows the run: a thread of its own
//! for that would be woken at every step of every start, and take a core from those that work.

use super::em::{Fitted, Options, run};
use super::failure::Failure;
use super::model::{Model, Series};
use crate::watch::{Flow, Watch};
use crate::{Error, Stop};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long the caller, its own starts done, sleeps between two looks at its signals.
const NAP: Duration = Duration::from_millis(20);

type Part = Vec<(usize, Result<Fitted, Failure>)>;

/// What all threads know of the run.
struct Board<'a> {
    starts: &'a [Model],
    series: Series<'a>,
    options: &'a Options,
    next: AtomicUsize,
    stop: AtomicBool,
    /// Steps done, and the best objective.
    score: Mutex<(u64, f64)>,
    helpers: AtomicUsize,
}

impl Board<'_> {
    fn score(&self) -> (u64, f64) {
        *self.score.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, objective: f64) {
        let mut score = self.score.lock().unwrap_or_else(PoisonError::into_inner);
        *score = (score.0 + 1, score.1.max(objective));
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Fit starts until there are no more; `look` after each step.
    fn work(&self, look: &mut dyn FnMut() -> Result<(), Stop>) -> Part {
        let mut mine = Vec::new();
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(start) = self.starts.get(index) else {
                return mine;
            };
            let mut after = |objective| {
                self.add(objective);
                look()?;
                Ok(self.stopped())
            };
            let halted = self.stopped();
            let fitted = run(
                start.clone(),
                self.series,
                self.options,
                1,
                &mut after,
                halted,
            );
            if fitted.is_err() {
                self.stop.store(true, Ordering::Relaxed);
            }
            mine.push((index, fitted));
        }
    }
}

/// Says that a helper has ended, even by a panic, and wakes the caller.
struct Leaving<'a>(&'a AtomicUsize, std::thread::Thread);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Release);
        self.1.unpark();
    }
}

/// Fit from each start, on at most `threads` threads: fewer where they cannot be had.
///
/// # Errors
/// That of the first start, in their order, that has one.
pub(super) fn fit(
    starts: &[Model],
    series: Series<'_>,
    options: &Options,
    watch: &mut dyn Watch,
    threads: usize,
) -> Result<Vec<Fitted>, Failure> {
    let board = Board {
        starts,
        series,
        options,
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        score: Mutex::new((0, f64::NEG_INFINITY)),
        helpers: AtomicUsize::new(0),
    };
    let mut look = || {
        let (done, best) = board.score();
        let flow = watch.tick(done, best);
        if !matches!(flow, Ok(Flow::Continue)) {
            board.stop.store(true, Ordering::Relaxed);
        }
        flow.map(|_| ())
    };
    std::thread::scope(|scope| {
        let mut handles = Vec::new();
        for _ in 1..threads {
            board.helpers.fetch_add(1, Ordering::Relaxed);
            let leaving = Leaving(&board.helpers, std::thread::current());
            let board = &board;
            let started = std::thread::Builder::new().spawn_scoped(scope, move || {
                let _leaving = leaving;
                board.work(&mut || Ok(()))
            });
            match started {
                Ok(handle) => handles.push(handle),
                Err(_) => break,
            }
        }
        let mut all = board.work(&mut look);
        while board.helpers.load(Ordering::Acquire) > 0 {
            look()?;
            std::thread::park_timeout(NAP);
        }
        for handle in handles {
            let part = handle.join();
            all.extend(part.map_err(|_| Error::Internal("a thread panicked".into()))?);
        }
        all.sort_by_key(|(index, _)| *index);
        all.into_iter().map(|(_, fitted)| fitted).collect()
    })
}
