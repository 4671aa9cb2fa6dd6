//! The number of threads, at most the usable cores, and pools of them (feature `pool`).
//!
//! A child process made by a fork has none of its parent's threads, and waits for ever for work
//! given to them. So a pool belongs to a process: see [`pool`]. Threads that are started and
//! joined within a call need nothing.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The smaller of `wanted` and the usable cores; 0 means all of them.
#[must_use]
pub fn usable(wanted: usize) -> usize {
    if wanted == 1 {
        return 1;
    }
    // No lock, which a fork could leave locked in the child.
    static CORES: AtomicUsize = AtomicUsize::new(0);
    let mut cores = CORES.load(Ordering::Relaxed);
    if cores == 0 {
        cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        CORES.store(cores, Ordering::Relaxed);
    }
    if wanted == 0 {
        cores
    } else {
        wanted.min(cores)
    }
}

/// A pool of so many threads, made once for each number in each process, and kept.
///
/// `None` where no thread can be started, and where the list is locked: for a moment by another
/// thread, or in a child by a thread that it does not have. The caller then works alone.
#[cfg(feature = "pool")]
#[must_use]
pub fn pool(threads: usize) -> Option<&'static rayon::ThreadPool> {
    use std::sync::{Mutex, TryLockError};
    static POOLS: Mutex<Vec<(u32, usize, &'static rayon::ThreadPool)>> = Mutex::new(Vec::new());
    let mut pools = match POOLS.try_lock() {
        Ok(pools) => pools,
        Err(TryLockError::Poisoned(pools)) => pools.into_inner(),
        Err(TryLockError::WouldBlock) => return None,
    };
    let key = (std::process::id(), threads);
    if let Some((.., pool)) = pools.iter().find(|(process, n, _)| (*process, *n) == key) {
        return Some(pool);
    }
    let builder = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = builder.build().ok()?;
    // Never dropped: to end the threads of the parent process, a child would wait for ever.
    let pool = Box::leak(Box::new(pool));
    pools.push((key.0, threads, pool));
    Some(pool)
}

#[cfg(test)]
mod tests {
    use super::usable;

    #[test]
    fn no_more_threads_than_cores() {
        assert_eq!(usable(1), 1);
        assert!(usable(0) >= 1);
        assert_eq!(usable(usize::MAX), usable(0));
    }
}
