//! The distribution of single updates over the recorded stream: p50, p99, p99.9, maximum.
//!
//! The clock is read once between two updates, so every nanosecond of the replay, including
//! moves of the window and stalls of the machine, belongs to exactly one sample: there is no
//! coordinated omission. Each sample holds one reading of the
//! clock; the same loop without a book gives that floor. Where the recording is absent, a
//! synthetic flow takes its place and the table says so.
#![allow(missing_docs)]

use flate2::read::GzDecoder;
use hdrhistogram::Histogram;
use hft_orderbook::feed::Rule;
use hft_orderbook::flow::{self, Flow};
use hft_orderbook::load::{Strictness, binance};
use hft_orderbook::{BTreeMapBook, Book, CachedHashMapBook, Event, RingBook, Side, VecBook};
use std::hint::black_box;
use std::io::Read;
use std::time::Instant;

const REPLAYS: usize = 20;
/// Longest sample in nanoseconds: a minute.
const LONGEST: u64 = 60_000_000_000;
const RECORDING: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/data/binance_usdm_btcusdt_20240808.gz"
);

fn recording() -> Option<Vec<Event>> {
    let file = std::fs::File::open(RECORDING).ok()?;
    let mut text = String::new();
    GzDecoder::new(file).read_to_string(&mut text).ok()?;
    let format = binance::Format {
        price_decimals: 1,
        quantity_decimals: 3,
        rule: Rule::Futures,
        strictness: Strictness::Strict,
    };
    Some(binance::read(&text, format).ok()?.events)
}

/// Apply every event to a fresh state, `REPLAYS` times, a clock reading after each.
fn measure<S>(
    events: &[Event],
    fresh: impl Fn() -> S,
    mut step: impl FnMut(&mut S, &Event),
) -> Histogram<u64> {
    let bounds = Histogram::new_with_bounds(1, LONGEST, 3);
    let mut histogram = bounds.expect("bounds and three digits are allowed");
    let mut stamps = Vec::with_capacity(events.len() + 1);
    for _ in 0..REPLAYS {
        let mut state = fresh();
        stamps.clear();
        stamps.push(Instant::now());
        for event in events {
            step(&mut state, event);
            stamps.push(Instant::now());
        }
        for pair in stamps.windows(2) {
            let taken = (pair[1] - pair[0]).as_nanos() as u64;
            histogram.record(taken.min(LONGEST)).expect("within bounds");
        }
    }
    histogram
}

fn row(name: &str, histogram: &Histogram<u64>) {
    let at = |quantile| histogram.value_at_quantile(quantile);
    println!(
        "{name:16} {:>8} {:>8} {:>8} {:>8} {:>10}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(0.999),
        histogram.max()
    );
}

fn book<B: Book>(events: &[Event]) {
    let histogram = measure(events, B::default, |book: &mut B, event| {
        book.set(Side::of(event.side), event.tick, event.lots as u64);
        black_box(book);
    });
    row(B::NAME, &histogram);
}

fn main() {
    // `cargo test --benches` asks for a run that proves it works, not for figures.
    let short = std::env::args().any(|argument| argument == "--test");
    let (source, mut events) = match recording() {
        Some(events) => ("recorded Binance stream", events),
        None => (
            "synthetic flow (no recording here)",
            flow::events(&Flow::default(), 400_000),
        ),
    };
    if short {
        events.truncate(1_000);
    }
    println!(
        "{source}: {} updates, {REPLAYS} replays; nanoseconds",
        events.len()
    );
    println!(
        "{:16} {:>8} {:>8} {:>8} {:>8} {:>10}",
        "", "p50", "p90", "p99", "p99.9", "max"
    );
    row(
        "timer alone",
        &measure(&events, || (), |(), event| _ = black_box(event)),
    );
    book::<RingBook>(&events);
    book::<BTreeMapBook>(&events);
    book::<VecBook>(&events);
    book::<CachedHashMapBook>(&events);
    let mut ring = RingBook::default();
    for event in &events {
        ring.set(Side::of(event.side), event.tick, event.lots as u64);
    }
    let moves = ring.moves();
    println!(
        "ring: {} moves of the window with {} pages, {} cold updates",
        moves.reanchors, moves.pages, moves.cold_updates
    );
}
