//! FIX: finding, indexing and validating an execution report of 28 fields, and writing it.
//!
//! Predicted before it was written, for its 278 bytes: 20 ns to frame, 100 to index (28 fields at
//! 10 cycles), 140 to validate (28 fields at 10 cycles, beside the digits of its values). Counted
//! since with callgrind: 340, 1,500 and 2,300 instructions; 2,800 to write it.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hft_py::fix::codec::{Decimal, Encoder, Framed, Index, frame};
use hft_py::fix::dictionary::{Checks, Dictionary};
use std::hint::black_box;

/// 2026-07-30 14:30:00.123 UTC.
const TIME: i64 = 1_785_421_800_123_000_000;

fn write(encoder: &mut Encoder, seq: i64) -> &[u8] {
    let cents = |mantissa| Decimal { mantissa, scale: 2 };
    encoder.start(b"FIX.4.2", b"8");
    encoder.field(49, b"VENUE");
    encoder.field(56, b"CLIENT");
    encoder.int(34, seq);
    encoder.time(52, TIME, true);
    encoder.field(1, b"ACCOUNT-17");
    encoder.field(11, b"C-20260730-000042");
    encoder.field(37, b"V-0000004711");
    encoder.field(17, b"E-0000012345");
    encoder.field(20, b"0");
    encoder.field(150, b"1");
    encoder.field(39, b"1");
    encoder.field(55, b"AAPL");
    encoder.field(54, b"1");
    encoder.int(38, 1_000);
    encoder.field(40, b"2");
    encoder.decimal(44, cents(17_525));
    encoder.field(59, b"0");
    encoder.int(32, 100);
    encoder.decimal(31, cents(17_525));
    encoder.field(30, b"XNAS");
    encoder.int(151, 900);
    encoder.int(14, 100);
    encoder.decimal(6, cents(17_525));
    encoder.time(60, TIME, true);
    encoder.finish()
}

/// An order, its acknowledgement, its fill and a request to cancel it: no two with the same fields
/// at the same places.
fn kinds(encoder: &mut Encoder) -> [Vec<u8>; 4] {
    let fill = write(encoder, 12_346).to_vec();
    let mut other = |msg_type: &[u8], fields: &[(u32, &[u8])]| {
        encoder.start(b"FIX.4.2", msg_type);
        encoder.field(49, b"VENUE");
        encoder.field(56, b"CLIENT");
        encoder.int(34, 12_345);
        encoder.time(52, TIME, true);
        for (tag, value) in fields {
            encoder.field(*tag, value);
        }
        encoder.finish().to_vec()
    };
    let time = b"20260730-14:30:00.123";
    let order: [(u32, &[u8]); 10] = [
        (11, b"C-20260730-000042"),
        (1, b"ACCOUNT-17"),
        (21, b"1"),
        (55, b"AAPL"),
        (54, b"1"),
        (60, time),
        (38, b"1000"),
        (40, b"2"),
        (44, b"175.25"),
        (59, b"0"),
    ];
    let acknowledgement: [(u32, &[u8]); 14] = [
        (37, b"V-0000004711"),
        (11, b"C-20260730-000042"),
        (17, b"E-0000012344"),
        (20, b"0"),
        (150, b"0"),
        (39, b"0"),
        (55, b"AAPL"),
        (54, b"1"),
        (38, b"1000"),
        (44, b"175.25"),
        (151, b"1000"),
        (14, b"0"),
        (6, b"0"),
        (60, time),
    ];
    let cancel: [(u32, &[u8]); 5] = [
        (41, b"C-20260730-000042"),
        (11, b"C-20260730-000043"),
        (55, b"AAPL"),
        (54, b"1"),
        (60, time),
    ];
    [
        other(b"D", &order),
        other(b"8", &acknowledgement),
        fill,
        other(b"F", &cancel),
    ]
}

fn execution_report(c: &mut Criterion) {
    let mut encoder = Encoder::new();
    let message = write(&mut encoder, 12_345).to_vec();
    let dictionary = Dictionary::fix42();
    let checks = Checks::default();
    let mut index = Index::new();
    let mut group = c.benchmark_group("execution report");
    group.throughput(Throughput::Bytes(message.len() as u64));
    group.bench_function("frame", |b| {
        b.iter(|| frame(black_box(&message), 65_536));
    });
    group.bench_function("scan", |b| {
        b.iter(|| index.scan(black_box(&message), dictionary.data_tags()));
    });
    group.bench_function("validate", |b| {
        index
            .scan(&message, dictionary.data_tags())
            .expect("well formed");
        b.iter(|| dictionary.validate(black_box(index.view(&message)), &checks));
    });
    group.bench_function("frame, scan and validate", |b| {
        b.iter(|| {
            let Framed::Message(length) = frame(black_box(&message), 65_536) else {
                return None;
            };
            let message = &message[..length];
            index.scan(message, dictionary.data_tags()).ok()?;
            dictionary.validate(index.view(message), &checks).ok()
        });
    });
    let kinds = kinds(&mut encoder);
    group.bench_function("frame, scan and validate, four kinds in turn, each", |b| {
        let mut turn = 0;
        b.iter(|| {
            turn = (turn + 1) % kinds.len();
            let Framed::Message(length) = frame(black_box(&kinds[turn]), 65_536) else {
                return None;
            };
            let message = &kinds[turn][..length];
            index.scan(message, dictionary.data_tags()).ok()?;
            dictionary.validate(index.view(message), &checks).ok()
        });
    });
    group.bench_function("read five fields", |b| {
        index
            .scan(&message, dictionary.data_tags())
            .expect("well formed");
        b.iter(|| {
            let view = index.view(black_box(&message));
            let numbers = (view.decimal(31), view.int(32));
            (view.get(37), view.get(11), view.get(150), numbers)
        });
    });
    group.bench_function("encode", |b| {
        b.iter(|| write(&mut encoder, black_box(12_345)).len());
    });
    group.finish();
    assert!(dictionary.validate(index.view(&message), &checks).is_ok());
}

criterion_group!(benches, execution_report);
criterion_main!(benches);
