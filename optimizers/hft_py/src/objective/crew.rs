//! Threads that wait for work between the batches of a run.
//!
//! Starting a thread costs some twenty microseconds and more where cores are shared; a batch may
//! take a hundred. A crew keeps its threads: they look out for the next batch for a moment, then
//! sleep. Nobody is waited for: the caller works too, and a thread that comes when all is handed
//! out goes back to sleep. So a crew without threads (none could be started, or the process was
//! forked) is slow and never wrong.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

/// How long a thread looks out before it sleeps: longer than a generation's bookkeeping.
const LOOKOUT: Duration = Duration::from_micros(100);
/// Attempts to take a lock that threads hold for some nanoseconds only.
const ATTEMPTS: usize = 200;

/// What is to be done, by everybody at once. The pointer is good while `Post::task` holds it or
/// `Post::busy` counts somebody: [`Crew::run`] does not return before.
#[derive(Clone, Copy)]
struct Task(*const (dyn Fn() + Sync));

// SAFETY: the function is `Sync`, and alive as long as any thread has the pointer (see `Task`).
unsafe impl Send for Task {}

#[derive(Default)]
struct Post {
    task: Option<Task>,
    /// Threads that may still join the task, and those that work on it.
    seats: usize,
    busy: usize,
    threads: usize,
    closed: bool,
    panic: Option<Box<dyn Any + Send>>,
}

#[derive(Default)]
struct Shared {
    post: Mutex<Post>,
    bell: Condvar,
    done: Condvar,
    /// Tasks so far, and threads at work: what is looked at without a lock.
    number: AtomicU64,
    working: AtomicUsize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Post> {
        self.post.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock unless it is held for long: in a forked process its holder may be no more.
    fn try_lock(&self) -> Option<MutexGuard<'_, Post>> {
        for _ in 0..ATTEMPTS {
            match self.post.try_lock() {
                Ok(post) => return Some(post),
                Err(TryLockError::Poisoned(post)) => return Some(post.into_inner()),
                Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
            }
        }
        None
    }

    /// What a thread of the crew does.
    fn serve(&self) {
        let mut known = 0;
        loop {
            let since = Instant::now();
            while self.number.load(Ordering::Acquire) == known && since.elapsed() < LOOKOUT {
                // Not a spin: where cores are few, who is waited for may need this one.
                std::thread::yield_now();
            }
            let mut post = self.lock();
            while !post.closed && (post.task.is_none() || post.seats == 0) {
                post = self.bell.wait(post).unwrap_or_else(PoisonError::into_inner);
            }
            if post.closed {
                return;
            }
            known = self.number.load(Ordering::Relaxed);
            let Some(task) = post.task else { continue };
            post.seats -= 1;
            post.busy += 1;
            self.working.store(post.busy, Ordering::Relaxed);
            drop(post);
            // SAFETY: `busy` counts this thread, so whoever posted the task waits.
            let outcome = catch_unwind(AssertUnwindSafe(|| unsafe { (*task.0)() }));
            let mut post = self.lock();
            post.busy -= 1;
            self.working.store(post.busy, Ordering::Release);
            if let Err(payload) = outcome {
                post.panic = Some(payload);
            }
            if post.busy == 0 {
                self.done.notify_all();
            }
        }
    }
}

/// The threads; they end when it is dropped.
pub(super) struct Crew {
    shared: Arc<Shared>,
    /// Threads do not survive a fork.
    process: u32,
}

impl Default for Crew {
    fn default() -> Self {
        Self {
            shared: Arc::default(),
            process: std::process::id(),
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        // In a forked process there are no threads, and the lock may be held for ever.
        if std::process::id() == self.process {
            self.shared.lock().closed = true;
            self.shared.bell.notify_all();
        }
    }
}

/// Ends a task, whether its caller returns or panics.
struct Ending<'a>(&'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut post = self.0.lock();
        post.task = None;
        if post.busy == 0 {
            return;
        }
        drop(post);
        let since = Instant::now();
        while self.0.working.load(Ordering::Acquire) > 0 && since.elapsed() < LOOKOUT {
            std::hint::spin_loop();
        }
        let mut post = self.0.lock();
        while post.busy > 0 {
            let waited = self.0.done.wait(post);
            post = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Crew {
    /// Call `work` here and, at the same time, by up to `helpers` threads; all have returned from
    /// it when this does. It must share its work out itself, so that any number may call it.
    ///
    /// Where somebody else's task is under way it is called here only.
    ///
    /// # Panics
    /// With what `work` panicked with, on whichever thread.
    pub(super) fn run(&self, work: &(dyn Fn() + Sync), helpers: usize) {
        if helpers == 0 || std::process::id() != self.process {
            return work();
        }
        let Some(mut post) = self.shared.try_lock() else {
            return work();
        };
        if post.task.is_some() || post.busy > 0 {
            drop(post);
            return work();
        }
        while post.threads < helpers {
            let shared = Arc::clone(&self.shared);
            let started = std::thread::Builder::new().spawn(move || shared.serve());
            if started.is_err() {
                break;
            }
            post.threads += 1;
        }
        // SAFETY: only the lifetime changes; `Ending` waits for everybody who has the pointer.
        let task = unsafe {
            std::mem::transmute::<*const (dyn Fn() + Sync + '_), *const (dyn Fn() + Sync)>(work)
        };
        post.task = Some(Task(task));
        post.seats = helpers;
        post.panic = None;
        self.shared.number.fetch_add(1, Ordering::Release);
        drop(post);
        self.shared.bell.notify_all();
        let ending = Ending(&self.shared);
        work();
        drop(ending);
        let panic = self.shared.lock().panic.take();
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_works_and_nobody_is_late() {
        let crew = Crew::default();
        for round in 0..2_000_usize {
            let (left, done) = (AtomicUsize::new(64), AtomicUsize::new(0));
            let take = || {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |k| k.checked_sub(1))
                    .is_ok()
                {
                    done.fetch_add(1, Ordering::Relaxed);
                }
            };
            crew.run(&take, round % 4);
            assert_eq!(done.into_inner(), 64);
        }
    }

    #[test]
    fn helpers_come() {
        let crew = Crew::default();
        let names = Mutex::new(std::collections::HashSet::new());
        let count = || names.lock().expect("names").len();
        // Each waits for the others: on a busy machine they come late.
        let since = Instant::now();
        let meet = || {
            names
                .lock()
                .expect("names")
                .insert(std::thread::current().id());
            while count() < 3 && since.elapsed() < Duration::from_secs(20) {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        crew.run(&meet, 2);
        assert_eq!(count(), 3);
    }

    #[test]
    fn a_task_within_a_task_and_from_two_threads() {
        let crew = Crew::default();
        let count = AtomicUsize::new(0);
        let one = || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        crew.run(&|| crew.run(&one, 1), 1);
                    }
                });
            }
        });
        assert!(count.into_inner() >= 400);
    }

    #[test]
    fn threads_end_with_the_crew() {
        let crew = Crew::default();
        let left = Arc::downgrade(&crew.shared);
        crew.run(&|| std::thread::sleep(Duration::from_millis(5)), 3);
        assert!(left.strong_count() > 1);
        drop(crew);
        let since = Instant::now();
        while left.strong_count() > 0 && since.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(left.strong_count(), 0);
    }

    #[test]
    fn a_panic_here_or_there_comes_back_and_the_crew_goes_on() {
        let crew = Crew::default();
        let caller = std::thread::current().id();
        for here in [true, false] {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                crew.run(
                    &|| {
                        std::thread::sleep(Duration::from_millis(20));
                        assert!(
                            (std::thread::current().id() == caller) != here,
                            "on purpose"
                        );
                    },
                    1,
                );
            }));
            assert!(outcome.is_err());
        }
        let count = AtomicUsize::new(0);
        crew.run(
            &|| {
                count.fetch_add(1, Ordering::Relaxed);
            },
            1,
        );
        assert!(count.into_inner() >= 1);
    }
}
