//! Orders a second of the matching engine alone, and of the venue around it, on a flow that looks like a market's: half of the
//! rows add an order, four tenths cancel or replace one, the rest cross the spread.
#![allow(missing_docs)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use hft_orderbook::{BTreeMapBook, Book, RingBook};
use hft_py::fix::codec::Decimal;
use hft_py::venue::batch::{COLUMNS, random_rows, run};
use hft_py::venue::{Desk, Exchange, Flow, FlowSettings, Limits, MatchingBook};
use std::hint::black_box;

const ROWS: usize = 1_000_000;

fn matching<B: Book>(c: &mut Criterion, rows: &[[i64; COLUMNS]]) {
    let mut group = c.benchmark_group("venue/matching");
    group.throughput(Throughput::Elements(rows.len() as u64));
    group.sample_size(10);
    group.bench_function(B::NAME, |b| {
        b.iter_batched_ref(
            MatchingBook::<B>::default,
            |book| run(book, black_box(rows)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// The whole venue without sockets: names, checks, accounts, reports, and the flow's own draws.
fn venue(c: &mut Criterion) {
    const ORDERS: usize = 100_000;
    let cent = Decimal {
        mantissa: 1,
        scale: 2,
    };
    let settings = FlowSettings::default();
    let mut group = c.benchmark_group("venue/with accounts and reports");
    group.throughput(Throughput::Elements(ORDERS as u64));
    group.sample_size(10);
    group.bench_function("flow", |b| {
        b.iter_batched_ref(
            || {
                let mut exchange = Exchange::new(Limits::default());
                exchange.add_symbol("AAPL", cent);
                for client in 0..settings.clients {
                    exchange.client(&client.to_string());
                }
                (Desk::new(exchange), Flow::new(settings, 1, 0))
            },
            |(desk, flow)| desk.flow(0, 0, flow, black_box(ORDERS)),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn benches(c: &mut Criterion) {
    venue(c);
    let rows = random_rows(&mut Flow::new(FlowSettings::default(), 1, 0), ROWS);
    matching::<RingBook>(c, &rows);
    matching::<BTreeMapBook>(c, &rows);
}

criterion_group!(all, benches);
criterion_main!(all);
