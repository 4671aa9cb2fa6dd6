//! The hot path never touches the heap: ten million updates and reads, none allocated.
#![allow(missing_docs)]

use hft_orderbook::flow::{self, Flow};
use hft_orderbook::{Book, Event, Level, RingBook, Side, reads};
use native::allocations::{Counting, count};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn play(book: &mut RingBook, events: &[Event]) {
    for event in events {
        book.set(Side::of(event.side), event.tick, event.lots as u64);
    }
}

#[test]
fn ten_million_updates_and_reads_in_the_window() {
    let flow = Flow {
        far: 0.0,
        jump: 0.0,
        drift: 0.02,
        ..Flow::default()
    };
    let events = flow::events(&flow, 100_000);
    let mut book = RingBook::default();
    play(&mut book, &events);
    let mut top = [Level { tick: 0, lots: 0 }; 10];
    let mut sum = 0.0;
    let count = count(|| {
        for _ in 0..60 {
            for message in events.chunk_by(|a, _| !a.is_last()) {
                play(&mut book, message);
                sum += reads::mid(&book).unwrap_or(0.0) + reads::microprice(&book).unwrap_or(0.0);
                sum += reads::imbalance(&book, 5).unwrap_or(0.0);
                sum += book.top(Side::Ask, &mut top) as f64;
                sum += reads::sweep(&book, Side::Bid, 1_000).vwap().unwrap_or(0.0);
            }
        }
    });
    let messages = events.iter().filter(|event| event.is_last()).count();
    let operations = 60 * (events.len() + 5 * messages);
    assert!(operations >= 10_000_000, "{operations}");
    assert_eq!(count, 0, "over {operations} updates and reads");
    assert!(sum.is_finite());
}

#[test]
fn the_cold_tier_allocates_little_and_then_nothing() {
    let flow = Flow {
        jump: 0.0,
        ..Flow::default()
    };
    let events = flow::events(&flow, 200_000);
    let mut book = RingBook::default();
    let first = count(|| play(&mut book, &events));
    let cold = book.moves().cold_updates;
    println!(
        "{first} allocations over {cold} cold updates of {} events",
        events.len()
    );
    // Only a page that appears allocates: the table's and the order's growth.
    assert!(
        first < cold / 4,
        "{first} allocations over {cold} cold updates"
    );
    let again = count(|| play(&mut book, &events));
    assert!(again <= first / 4, "{again} after {first}");
}
