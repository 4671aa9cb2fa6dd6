//! Many independent results on several threads, the run followed by the caller.

use crate::Error;
use crate::watch::{Flow, Watch};
use native::threads::pool;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Fill `results`, each by `work(memory, index, result)`, on up to `threads` threads.
///
/// Every thread makes its `memory` once. The caller works too, and ticks after each result.
///
/// # Errors
/// What the watcher raised; results are then unfinished.
pub fn fill<T: Send, M>(
    results: &mut [T],
    threads: usize,
    watch: &mut dyn Watch,
    memory: impl Fn() -> M + Sync,
    work: impl Fn(&mut M, usize, &mut T) + Sync,
) -> Result<(), Error> {
    let workers = threads.min(results.len());
    let next = Mutex::new(results.iter_mut().enumerate());
    let halted = AtomicBool::new(false);
    let run = |go_on: &mut dyn FnMut(usize) -> bool| {
        let mut memory = memory();
        while !halted.load(Ordering::Relaxed) {
            let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, result)) = taken else { break };
            work(&mut memory, index, result);
            if !go_on(index) {
                halted.store(true, Ordering::Relaxed);
            }
        }
    };
    let mut outcome = Ok(Flow::Continue);
    let mut follow = |index: usize| {
        outcome = watch.tick(index as u64, 0.0);
        matches!(outcome, Ok(Flow::Continue))
    };
    match (workers > 1).then(|| pool(workers - 1)).flatten() {
        Some(pool) => pool.in_place_scope(|scope| {
            for _ in 1..workers {
                scope.spawn(|_| run(&mut |_| true));
            }
            run(&mut follow);
        }),
        None => run(&mut follow),
    }
    outcome?;
    Ok(())
}
