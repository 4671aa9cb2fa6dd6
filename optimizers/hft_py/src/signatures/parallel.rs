//! Pieces of work on several threads, with a look at signals in between.

use crate::Stop;
use native::threads::pool;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Call `work(workspace, item)` for each item, on so many threads. Each makes a workspace of its own.
///
/// The calling thread works too, and calls `check` after each of its items.
///
/// # Errors
/// What `check` returned; items that nobody had begun are then left as they were.
pub(super) fn for_each<W, T>(
    items: impl ExactSizeIterator<Item = T> + Send,
    threads: usize,
    check: &mut dyn FnMut() -> Result<(), Stop>,
    make: impl Fn() -> W + Sync,
    work: impl Fn(&mut W, T) + Sync,
) -> Result<(), Stop> {
    let workers = threads.min(items.len());
    let items = Mutex::new(items);
    let halted = AtomicBool::new(false);
    let next = || items.lock().unwrap_or_else(PoisonError::into_inner).next();
    let run = |check: &mut dyn FnMut() -> Result<(), Stop>| {
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
