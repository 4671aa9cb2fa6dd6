//! Arbitrary bytes as a FIX stream: framed, indexed, validated and read without a panic, and
//! indexed as a slow reader indexes them.
#![no_main]

#[path = "../../tests/fix_common/mod.rs"]
mod fix_common;

use hft_py::fix::codec::{DataTags, Framed, Index, View, frame};
use hft_py::fix::dictionary::{Checks, Dictionary};
use libfuzzer_sys::fuzz_target;
use std::sync::{Arc, LazyLock};

static DICTIONARY: LazyLock<Arc<Dictionary>> = LazyLock::new(Dictionary::fix42);

static DATA: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
    let fields = DICTIONARY.fields().iter();
    fields
        .filter_map(|field| Some((field.length?, field.tag)))
        .collect()
});

/// Every way to read a value, every group, and validation without some of its checks.
fn read(view: View<'_>) {
    for field in view.fields() {
        let _ = (
            view.int(field.tag),
            view.decimal(field.tag),
            view.time(field.tag),
        );
        if let Some(group) = DICTIONARY.group(view.msg_type(), field.tag) {
            let entries: usize = view.group(group).map(|entry| entry.fields().len()).sum();
            assert!(entries < view.fields().len());
        }
    }
    let bits = view.bytes().len();
    let checks = Checks {
        fields_order: bits & 1 == 0,
        values: bits & 2 == 0,
        user_defined: bits & 4 == 0,
        required: bits & 8 == 0,
    };
    let refused = DICTIONARY.validate(view, &checks).is_err();
    let strict = DICTIONARY.validate(view, &Checks::default()).is_err();
    assert!(strict || !refused, "what passes all checks passes fewer");
}

/// Index bytes as the slow reader does.
fn scan(index: &mut Index, bytes: &[u8], data: &DataTags) {
    let found = index.scan(bytes, data).is_ok();
    let view = index.view(bytes);
    let fields = view.fields().iter();
    let fields: Vec<_> = fields
        .map(|field| (field.tag, view.value(*field)))
        .collect();
    assert_eq!(found.then_some(fields), fix_common::read(bytes, &DATA));
    read(view);
}

fuzz_target!(|input: &[u8]| {
    // `|` for SOH, so that inputs can be read; BodyLength and CheckSum put right, for most inputs
    // would end there.
    let bytes: Vec<u8> = input
        .iter()
        .map(|byte| if *byte == b'|' { 1 } else { *byte })
        .collect();
    let data = DICTIONARY.data_tags();
    let mut index = Index::new();
    scan(&mut index, &bytes, data);
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let length = match frame(rest, 512) {
            Framed::Incomplete => break,
            Framed::Garbled { skip, .. } => skip,
            Framed::Message(length) => {
                assert!(fix_common::is_whole(&rest[..length]));
                scan(&mut index, &rest[..length], data);
                length
            }
        };
        rest = &rest[length..];
    }
    let mut whole = format!("8=FIX.4.2\x019={}\x01", bytes.len()).into_bytes();
    whole.extend_from_slice(&bytes);
    let sum: u32 = whole.iter().map(|byte| u32::from(*byte)).sum();
    whole.extend_from_slice(format!("10={:03}\x01", sum % 256).as_bytes());
    scan(&mut index, &whole, data);
    scan(&mut index, &whole, data);
});
