//! Counts heap allocations, for tests that a function makes none.
//!
//! ```ignore
//! #[global_allocator]
//! static ALLOCATOR: native::allocations::Counting = native::allocations::Counting;
//!
//! assert_eq!(native::allocations::count(|| book.update(level)), 0);
//! ```

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which also counts the allocations of each thread.
pub struct Counting;

fn increment() {
    // Absent while the thread ends, when nothing is measured.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: every call is passed to the system's allocator unchanged; the counter is a
// constant-initialised thread local, which neither allocates nor has a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        increment();
        // SAFETY: the caller's guarantees are those of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's guarantees are those of this function.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        increment();
        // SAFETY: the caller's guarantees are those of this function.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// How often `work` allocates or reallocates on this thread, where [`Counting`] is the allocator.
pub fn count(work: impl FnOnce()) -> u64 {
    let before = COUNT.get();
    work();
    COUNT.get() - before
}
