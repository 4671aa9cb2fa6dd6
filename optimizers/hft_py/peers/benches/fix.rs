//! An execution report of 28 fields: found in its bytes with BodyLength and CheckSum verified,
//! its fields indexed, five of them read. What each crate checks is in the name of its row.

use criterion::{Criterion, criterion_group, criterion_main};
use hft_py::fix::codec::{Encoder, Framed, Index, View, frame};
use hft_py::fix::dictionary::{Checks, Dictionary};
use std::hint::black_box;

const TAGS: [u32; 5] = [37, 11, 150, 32, 31];

const FIELDS: [(u32, &str); 24] = [
    (49, "BROKER"),
    (56, "CLIENT"),
    (34, "4711"),
    (52, "20260302-14:30:00.123"),
    (37, "ORD-20260302-000123"),
    (17, "EXE-998877"),
    (11, "CL-000000123"),
    (20, "0"),
    (150, "1"),
    (39, "1"),
    (1, "ACC-1"),
    (55, "AAPL"),
    (54, "1"),
    (38, "1000"),
    (40, "2"),
    (44, "175.25"),
    (59, "0"),
    (32, "300"),
    (31, "175.24"),
    (151, "700"),
    (14, "300"),
    (6, "175.24"),
    (60, "20260302-14:30:00.100"),
    (58, "partial fill"),
];

fn lengths(view: View<'_>) -> usize {
    let values = TAGS.map(|tag| view.get(tag).unwrap_or_default());
    black_box(values).iter().map(|value| value.len()).sum()
}

fn decode(c: &mut Criterion) {
    let mut encoder = Encoder::new();
    encoder.start(b"FIX.4.2", b"8");
    for (tag, value) in FIELDS {
        encoder.field(tag, value.as_bytes());
    }
    let message = encoder.finish().to_vec();
    let read: usize = FIELDS
        .iter()
        .filter(|f| TAGS.contains(&f.0))
        .map(|f| f.1.len())
        .sum();

    let dictionary = Dictionary::fix42();
    let mut group = c.benchmark_group("read an execution report");
    for (name, validated) in [
        ("hft_py", false),
        ("hft_py, validated by its dictionary", true),
    ] {
        let mut index = Index::new();
        let mut ours = |bytes: &[u8]| {
            let Framed::Message(length) = frame(bytes, 65_536) else {
                return 0;
            };
            let bytes = &bytes[..length];
            if index.scan(bytes, dictionary.data_tags()).is_err() {
                return 0;
            }
            let view = index.view(bytes);
            if validated && dictionary.validate(view, &Checks::default()).is_err() {
                return 0;
            }
            lengths(view)
        };
        assert_eq!(ours(&message), read);
        group.bench_function(name, |b| b.iter(|| ours(black_box(&message))));
    }

    let mut index = ironfix_tagvalue::FieldIndex::with_capacity(64);
    let mut ironfix = |bytes: &[u8]| {
        let found = ironfix_tagvalue::Decoder::new(bytes).decode_into(&mut index);
        let Ok(found) = found else { return 0 };
        let values = TAGS.map(|tag| found.get_field_str(tag).unwrap_or_default());
        black_box(values)
            .iter()
            .map(|value| value.len())
            .sum::<usize>()
    };
    assert_eq!(ironfix(&message), read);
    group.bench_function("ironfix-tagvalue", |b| {
        b.iter(|| ironfix(black_box(&message)))
    });

    let mut decoder = fix_codec_rs::decoder::Decoder::with_capacity(64);
    let mut fix_codec = |bytes: &[u8]| {
        let Ok(found) = decoder.decode(bytes) else {
            return 0;
        };
        if found.validate_body_length().is_err() || found.validate_checksum().is_err() {
            return 0;
        }
        let values = TAGS.map(|tag| found.find(tag).map_or(&b""[..], |field| field.value));
        black_box(values)
            .iter()
            .map(|value| value.len())
            .sum::<usize>()
    };
    assert_eq!(fix_codec(&message), read);
    group.bench_function("fix-codec-rs", |b| {
        b.iter(|| fix_codec(black_box(&message)))
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
