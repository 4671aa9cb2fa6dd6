//! One event, one read, one move of the window: what takes nanoseconds.
//!
//! `update/…`: nanoseconds per event, throughput declared, events streamed from memory.
//! `read/…`: one read of a book at rest. `reanchor/…`: a price far above the window set and
//! deleted, which moves every page out and in again.
#![allow(missing_docs)]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hft_orderbook::flow::{self, Flow};
use hft_orderbook::{
    BTreeMapBook, Book, CachedHashMapBook, Event, HashMapBook, RingBook, Side, VecBook, run,
};
use std::hint::black_box;
use std::time::Duration;

const PUBLISHED_LEVELS: u32 = 20;

/// The flow without far levels or jumps: every event lies in the hot window.
fn in_window(levels: u32) -> Flow {
    Flow {
        levels,
        far: 0.0,
        jump: 0.0,
        ..Flow::default()
    }
}

fn play<B: Book>(book: &mut B, events: &[Event]) {
    for event in events {
        book.set(Side::of(event.side), event.tick, event.lots as u64);
    }
}

fn opened<B: Book>(events: &[Event]) -> B {
    let mut book = B::default();
    play(&mut book, events);
    book
}

fn update<B: Book>(c: &mut Criterion, workload: &str, events: &[Event]) {
    let mut group = c.benchmark_group("update");
    group.throughput(Throughput::Elements(events.len() as u64));
    let book = opened::<B>(events);
    group.bench_function(BenchmarkId::new(B::NAME, workload), |b| {
        b.iter_batched_ref(
            || book.clone(),
            |book| play(book, black_box(events)),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn reads<B: Book>(c: &mut Criterion, events: &[Event]) {
    const TIMES: usize = 1_000;
    let book = opened::<B>(events);
    let mut group = c.benchmark_group("read");
    group.throughput(Throughput::Elements(TIMES as u64));
    group.bench_function(BenchmarkId::new(B::NAME, "best"), |b| {
        b.iter(|| run::read_best(&book, TIMES));
    });
    group.bench_function(BenchmarkId::new(B::NAME, "mid"), |b| {
        b.iter(|| run::read_mid(&book, TIMES));
    });
    group.finish();
}

fn reanchor(c: &mut Criterion) {
    let mut group = c.benchmark_group("reanchor");
    for levels in [20, 1_000, 4_000] {
        let mut book = opened::<RingBook>(&flow::events(&in_window(levels), 50_000));
        let far = book.best_tick(Side::Bid).unwrap_or(0) + 100_000;
        group.bench_function(BenchmarkId::new("there and back", levels), |b| {
            b.iter(|| {
                book.set(Side::Bid, black_box(far), 1);
                book.set(Side::Bid, black_box(far), 0);
            });
        });
    }
    group.finish();
}

fn all(c: &mut Criterion) {
    let published = flow::published(1, 100, PUBLISHED_LEVELS);
    let opening = flow::published(1, 0, PUBLISHED_LEVELS);
    let hot = flow::events(&in_window(1_000), 100_000);
    let realistic = flow::events(&Flow::default(), 100_000);
    macro_rules! each {
        ($($book:ty),*) => {$(
            update::<$book>(c, "published", &published);
            update::<$book>(c, "hot window", &hot);
            update::<$book>(c, "realistic", &realistic);
            reads::<$book>(c, &opening);
        )*};
    }
    each!(
        HashMapBook,
        CachedHashMapBook,
        BTreeMapBook,
        VecBook,
        RingBook
    );
    for levels in [5, 20, 100, 500, 1_000, 2_000, 4_000] {
        let events = flow::events(&in_window(levels), 100_000);
        update::<RingBook>(c, &format!("{levels} levels"), &events);
    }
    reanchor(c);
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = all
}
criterion_main!(benches);
