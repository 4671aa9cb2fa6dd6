//! The thread that brings the stores of [`super::Sync::Interval`] to the disk.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

/// Whether a store has written since it was last brought to the disk, and what went wrong.
#[derive(Debug, Default)]
pub(super) struct Dirty {
    written: AtomicBool,
    failed: AtomicBool,
}

impl Dirty {
    /// Note a write; an error if the disk refused an earlier one, which is then reported once.
    pub(super) fn mark(&self) -> io::Result<()> {
        if self.failed.swap(false, Ordering::Relaxed) {
            return Err(io::Error::other(
                "the disk did not take what was written before",
            ));
        }
        self.written.store(true, Ordering::Release);
        Ok(())
    }
}

/// One thread for all stores of an engine; it ends when this is dropped, after a last round.
#[derive(Debug)]
pub struct Syncer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    process: u32,
}

#[derive(Debug, Default)]
struct Shared {
    watched: Mutex<Vec<(Arc<File>, Weak<Dirty>)>>,
    stop: Mutex<bool>,
    stopped: Condvar,
}

impl Syncer {
    /// Start the thread; `interval` is the longest time a message is in the cache only.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub fn start(interval: Duration) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("hft_py fix sync".into())
            .spawn(move || for_thread.run(interval))?;
        Ok(Self {
            shared,
            thread: Some(thread),
            process: std::process::id(),
        })
    }

    /// Replace the file of a store.
    pub(super) fn watch(&self, file: &Arc<File>, dirty: &Arc<Dirty>) {
        let mut watched = self
            .shared
            .watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        watched.retain(|(_, other)| {
            other.strong_count() > 0 && !std::ptr::eq(other.as_ptr(), Arc::as_ptr(dirty))
        });
        watched.push((Arc::clone(file), Arc::downgrade(dirty)));
    }
}

impl Shared {
    fn run(&self, interval: Duration) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let last = *stop;
            self.sync();
            if last {
                return;
            }
            let waited = self.stopped.wait_timeout(stop, interval);
            stop = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn sync(&self) {
        let files: Vec<_> = {
            let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
            watched.retain(|(_, dirty)| dirty.strong_count() > 0);
            watched.clone()
        };
        for (file, dirty) in files {
            if let Some(dirty) = dirty.upgrade()
                && dirty.written.swap(false, Ordering::Acquire)
                && file.sync_data().is_err()
            {
                dirty.failed.store(true, Ordering::Relaxed);
            }
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        // A forked child has no such thread.
        let Some(thread) = self
            .thread
            .take()
            .filter(|_| self.process == std::process::id())
        else {
            return;
        };
        *self
            .shared
            .stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.stopped.notify_all();
        let _ = thread.join();
    }
}
