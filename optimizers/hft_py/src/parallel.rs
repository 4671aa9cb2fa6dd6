//! Pieces of work on several threads, followed by the thread that called.

use crate::Error;
use crate::watch::{Flow, Watch};
use native::threads::pool;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Call `work(workspace, item)` for each item, on so many threads. Each makes a workspace of its own.
///
/// The calling thread works too, and calls `check` after each of its items.
///
/// # Errors
/// What `check` returned; items that nobody had begun are then left as they were.
pub fn for_each<W, T, E>(
    items: impl ExactSizeIterator<Item = T> + Send,
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), E>,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, T) + Sync,
) -> Result<(), E> {
    let workers = threads.min(items.len());
    let items = Mutex::new(items);
    let halted = AtomicBool::new(false);
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = |check: &mut dyn FnMut() -> Result<(), E>| {
        let mut workspace = make();
        while !halted.load(Ordering::Relaxed)
            && let Some(item) = next()
        {
            work(&mut workspace, item);
            check().inspect_err(|_| halted.store(true, Ordering::Relaxed))?;
        }
        Ok(())
    };
    match (workers > 1).then(|| pool(workers - 1)).flatten() {
        None => run(check),
        Some(pool) => pool.in_place_scope(|scope| {
            for _ in 1..workers {
                scope.spawn(|_| {
                    let _ = run(&mut || Ok(()));
                });
            }
            run(check)
        }),
    }
}

/// Fill `results`, each by `work(workspace, index, result)`, on up to `threads` threads.
///
/// As [`for_each`]; the watcher ticks after each result of the calling thread, and may end the run.
///
/// # Errors
/// What the watcher raised; results are then unfinished.
pub fn fill<W, T: Send>(
    results: &mut [T],
    threads: usize,
    watch: &mut dyn Watch,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, usize, &mut T) + Sync,
) -> Result<(), Error> {
    let mut done = 0;
    // Ended without an error is `Err(None)`.
    let mut check = || {
        done += 1;
        match watch.tick(done, 0.0) {
            Ok(Flow::Continue) => Ok(()),
            Ok(Flow::Halt) => Err(None),
            Err(stop) => Err(Some(stop)),
        }
    };
    let items = results.iter_mut().enumerate();
    match for_each(
        items,
        threads,
        &mut check,
        make,
        |workspace, (index, result)| {
            work(workspace, index, result);
        },
    ) {
        Err(Some(stop)) => Err(stop.into()),
        Ok(()) | Err(None) => Ok(()),
    }
}
