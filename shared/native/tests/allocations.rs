//! The counter works, so a count of 0 in other tests means that nothing was allocated.

use native::allocations::{Counting, count};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn the_counter_counts() {
    assert!(count(|| drop(std::hint::black_box(vec![1]))) > 0);
}
