//! The FIX codec against slow readers and writers, in any pieces, and against broken messages.
#![cfg(feature = "fix")]

mod fix_common;

use fix_common::{is_whole, message, read, write};
use hft_py::fix::codec::{
    DataTags, Decimal, Encoder, Framed, Garble, Group, Index, Message, frame, is_decimal,
    parse_date, parse_int, parse_time, parse_time_of_day, write_time,
};
use proptest::collection::vec;
use proptest::prelude::*;

const DATA: [(u32, u32); 2] = [(95, 96), (20_354, 20_355)];
const LIMIT: usize = 4_096;

/// Bytes that mean something to the codec more often than chance would have it.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![4 => prop::sample::select(&b"\x01=8910-.35:"[..]), 1 => any::<u8>()]
}

fn tag() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 1..1_000_u32, 1 => 1..999_999_999_u32, 1 => Just(96_u32)]
}

/// Fields without data in them; data fields come with their lengths.
fn fields() -> impl Strategy<Value = Vec<(u32, Vec<u8>)>> {
    let value = vec(any::<u8>().prop_filter("no SOH", |byte| *byte != 1), 0..20);
    let plain = (tag(), value).prop_map(|field| vec![field]);
    let data = (prop::sample::select(&DATA[..]), vec(byte(), 0..40)).prop_map(|(tags, data)| {
        vec![
            (tags.0, data.len().to_string().into_bytes()),
            (tags.1, data),
        ]
    });
    vec(prop_oneof![6 => plain, 1 => data], 0..30).prop_map(|parts| parts.concat())
}

fn whole() -> impl Strategy<Value = Vec<u8>> {
    fields().prop_map(|fields| {
        let start: [(u32, &[u8]); 1] = [(35, b"D")];
        let rest = fields.iter().map(|(tag, value)| (*tag, &value[..]));
        write(&start.into_iter().chain(rest).collect::<Vec<_>>())
    })
}

/// A message, or one with some bytes changed, left out or put in, perhaps with a right CheckSum.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<prop::sample::Index>(), byte(), 0..3_u8);
    (whole(), vec(change, 0..4)).prop_map(|(mut bytes, changes)| {
        for (at, byte, kind) in changes {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
        bytes
    })
}

/// What a receiver takes out of a stream that comes in pieces.
fn receive<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, Vec<u8>) {
    let (mut messages, mut buffer) = (Vec::new(), Vec::new());
    for piece in pieces {
        buffer.extend_from_slice(piece);
        loop {
            let length = match frame(&buffer, LIMIT) {
                Framed::Incomplete => break,
                Framed::Garbled { skip, .. } => skip,
                Framed::Message(length) => {
                    messages.push(buffer[..length].to_vec());
                    length
                }
            };
            assert!(length > 0, "no progress");
            buffer.drain(..length);
        }
    }
    (messages, buffer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_written_is_read(fields in fields()) {
        let mut encoder = Encoder::new();
        encoder.start(b"FIX.4.2", b"D");
        for (tag, value) in &fields {
            encoder.field(*tag, value);
        }
        let bytes = encoder.finish().to_vec();
        let start: [(u32, &[u8]); 1] = [(35, b"D")];
        let rest = fields.iter().map(|(tag, value)| (*tag, &value[..]));
        let expected: Vec<_> = start.into_iter().chain(rest).collect();
        prop_assert_eq!(&bytes, &write(&expected));
        prop_assert_eq!(frame(&bytes, LIMIT), Framed::Message(bytes.len()));
        let message = Message::parse(&bytes, &DataTags::new(&DATA)).expect("well formed");
        let view = message.as_view();
        let read: Vec<_> = view.fields().iter().map(|field| (field.tag, view.value(*field))).collect();
        prop_assert_eq!(&read[2..read.len() - 1], &expected[..]);
    }

    #[test]
    fn an_index_finds_what_a_slow_reader_finds(messages in vec(broken(), 1..6)) {
        // One index for all, so that it also remembers the tags of the messages before.
        let (mut index, data) = (Index::new(), DataTags::new(&DATA));
        for bytes in &messages {
            let found = index.scan(bytes, &data).is_ok();
            let view = index.view(bytes);
            let fields: Vec<_> = view.fields().iter().map(|field| (field.tag, view.value(*field))).collect();
            prop_assert_eq!(found.then_some(fields), read(bytes, &DATA));
        }
    }

    #[test]
    fn pieces_change_nothing(parts in vec(broken(), 1..5), cuts in vec(any::<prop::sample::Index>(), 0..9)) {
        let stream = parts.concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let whole = receive([&stream[..]].into_iter());
        prop_assert_eq!(&receive(cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]])), &whole);
        prop_assert_eq!(&receive(stream.chunks(1)), &whole);
        for message in &whole.0 {
            prop_assert!(is_whole(message));
        }
        if parts.iter().all(|part| is_whole(part)) {
            prop_assert_eq!(&whole.0, &parts);
        }
    }

    #[test]
    fn noise_between_messages_is_skipped(parts in vec((vec(any::<u8>(), 0..30), whole()), 1..4)) {
        let clean = |byte: &u8| *byte != b'8';
        let parts: Vec<(Vec<u8>, Vec<u8>)> = parts
            .into_iter()
            .map(|(noise, message)| (noise.into_iter().filter(clean).collect(), message))
            .collect();
        let stream: Vec<u8> = parts.iter().flat_map(|(noise, whole)| [&noise[..], whole].concat()).collect();
        let (messages, rest) = receive([&stream[..]].into_iter());
        prop_assert!(rest.is_empty());
        prop_assert!(messages.iter().eq(parts.iter().map(|part| &part.1)));
    }

    #[test]
    fn numbers_are_read_as_they_are_written(value in any::<i64>(), scale in 0..19_u8) {
        prop_assert_eq!(parse_int(value.to_string().as_bytes()), Some(value));
        let mut encoder = Encoder::new();
        for (mantissa, scale) in [(value, scale), (value % 100_000_000, scale % 8), (value % 100, scale)] {
            let decimal = Decimal { mantissa, scale };
            let text = decimal.to_string();
            prop_assert!(is_decimal(text.as_bytes()), "{}", text);
            prop_assert_eq!(Decimal::parse(text.as_bytes()), Some(decimal));
            prop_assert!((text.parse::<f64>().unwrap() - decimal.to_f64()).abs() <= 1e-15 * decimal.to_f64().abs());
            encoder.start(b"FIX.4.2", b"D");
            encoder.decimal(44, decimal);
            encoder.int(38, mantissa);
            let expected = format!("35=D|44={text}|38={mantissa}");
            prop_assert_eq!(encoder.finish(), &message(&expected)[..]);
        }
    }

    #[test]
    fn values_are_read_like_the_standard_library_reads_them(text in vec(byte(), 0..12)) {
        prop_assert_eq!(parse_int(&text), fix_common::int(&text));
        let as_float = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<f64>().ok());
        let plain = text.iter().all(|byte| b"0123456789.-".contains(byte));
        prop_assert_eq!(is_decimal(&text), plain && as_float.is_some());
        if let Some(decimal) = Decimal::parse(&text) {
            prop_assert_eq!(Some(decimal.to_f64()), as_float);
        }
    }

    #[test]
    fn times_are_read_as_they_are_written(utc_ns in any::<i64>()) {
        let text = write_time(utc_ns);
        let milliseconds = utc_ns.div_euclid(1_000_000);
        if let Some(read) = parse_time(&text) {
            prop_assert_eq!(read, milliseconds * 1_000_000);
        } else {
            // Only the first milliseconds an i64 holds round down to none it holds.
            prop_assert!(milliseconds.checked_mul(1_000_000).is_none());
        }
        let days = parse_date(&text[..8]).unwrap();
        prop_assert_eq!(days, utc_ns.div_euclid(86_400_000_000_000));
    }
}

#[test]
fn every_date_follows_the_one_before() {
    let first = parse_date(b"16000101").unwrap();
    let mut expected = first;
    for year in 1_600..2_400 {
        for month in 1..=12 {
            for day in 1..=31 {
                if let Some(days) = parse_date(format!("{year:04}{month:02}{day:02}").as_bytes()) {
                    assert_eq!(days, expected);
                    expected += 1;
                }
            }
        }
    }
    assert_eq!(parse_date(b"19700101"), Some(0));
    assert_eq!(expected - first, 2 * 146_097);
    assert!(parse_date(b"00000101").is_some() && parse_date(b"99991231").is_some());
}

#[test]
fn times_have_their_format() {
    let second = 1_785_421_800_000_000_000;
    for (text, expected) in [
        ("20260730-14:30:00", Some(second)),
        ("20260730-14:30:00.123", Some(second + 123_000_000)),
        ("20260730-14:30:00.123456", Some(second + 123_456_000)),
        ("20260730-14:30:00.123456789", Some(second + 123_456_789)),
        ("20260730-14:29:60", Some(second)), // a leap second
        ("20260730-14:30:00.", None),
        ("20260730-14:30:00.12", None),
        ("20260730-14:30:00.1x3", None),
        ("20260730 14:30:00", None),
        ("20260730-14:30", None),
        ("20260730-14.30.00", None),
        ("20260730-24:00:00", None),
        ("20260730-14:60:00", None),
        ("20260730-14:30:61", None),
        ("20260229-14:30:00", None),
        ("20260700-14:30:00", None),
        ("20261330-14:30:00", None),
        ("26000101-00:00:00", None), // past what an i64 of nanoseconds holds
        ("", None),
    ] {
        assert_eq!(parse_time(text.as_bytes()), expected, "{text}");
    }
    assert_eq!(parse_time_of_day(b"00:00:01.5"), None);
    assert_eq!(&write_time(-1), b"19691231-23:59:59.999");
}

#[test]
fn numbers_have_their_format() {
    for text in [
        "",
        "-",
        "+1",
        "1.0",
        " 1",
        "1 ",
        "1e3",
        "9223372036854775808",
        "--1",
    ] {
        assert_eq!(parse_int(text.as_bytes()), None, "{text}");
    }
    assert_eq!(parse_int(b"-9223372036854775808"), Some(i64::MIN));
    assert_eq!(parse_int(b"00023"), Some(23));
    for text in [
        "", "-", ".", "-.", "1..2", "1.2.3", "1e3", "+1", "1,2", "0x1", "NaN",
    ] {
        assert!(!is_decimal(text.as_bytes()), "{text}");
        assert_eq!(Decimal::parse(text.as_bytes()), None, "{text}");
    }
    let decimal = |text: &str| Decimal::parse(text.as_bytes()).unwrap();
    assert_eq!(decimal("1.50"), decimal("1.5"));
    assert_eq!(decimal(".5"), decimal("00.50"));
    assert!(decimal("-0.01") < decimal("0") && decimal("9223372036854775807") > decimal("0.1"));
    assert_eq!(decimal("175.25").units_of(decimal("0.05")), Some(3_505));
    assert_eq!(decimal("175.25").units_of(decimal("0.1")), None);
    assert_eq!(decimal("1").units_of(decimal("0")), None);
    assert_eq!(decimal("0.05").times(3_505).unwrap(), decimal("175.25"));
    assert_eq!(decimal("-0.05").to_string(), "-0.05");
}

#[test]
fn garbled_messages_are_named() {
    let good = message("35=0|34=7");
    let garbled = |bytes: &[u8]| match frame(bytes, LIMIT) {
        Framed::Garbled { skip, why } => Some((skip, why)),
        _ => None,
    };
    let text = |text: &str| text.replace('|', "\x01").into_bytes();
    assert_eq!(garbled(b"abc"), Some((3, Garble::Noise)));
    assert_eq!(garbled(b"abc8"), Some((3, Garble::Noise)));
    assert_eq!(
        garbled(&text("8=FIX.4.2|35=0|9=5|")),
        Some((2, Garble::FirstFields))
    );
    assert_eq!(garbled(&text("8=|9=5|")), Some((2, Garble::FirstFields)));
    assert_eq!(
        garbled(&[b"8=", &[b'F'; 33][..]].concat()),
        Some((2, Garble::FirstFields))
    );
    assert_eq!(
        garbled(&text("8=FIX.4.2|9=x|")),
        Some((2, Garble::BodyLength))
    );
    assert_eq!(
        garbled(&text("8=FIX.4.2|9=|")),
        Some((2, Garble::BodyLength))
    );
    assert_eq!(
        garbled(&text("8=FIX.4.2|9=9999|")),
        Some((2, Garble::TooLong))
    );
    let mut wrong_sum = good.clone();
    let digit = wrong_sum.len() - 2;
    wrong_sum[digit] ^= 1;
    assert_eq!(garbled(&wrong_sum), Some((good.len(), Garble::CheckSum)));
    assert_eq!(frame(&good[..good.len() - 1], LIMIT), Framed::Incomplete);
    let limit = good.len() - 1;
    assert!(matches!(
        frame(&good, limit),
        Framed::Garbled {
            why: Garble::TooLong,
            ..
        }
    ));
    let mut index = Index::new();
    let mut scan = |body: &str| index.scan(&message(body), &DataTags::new(&DATA));
    assert_eq!(scan("35=0|34=7"), Ok(()));
    assert_eq!(scan("34=7|35=0"), Err(Garble::FirstFields));
    let mut no_number = message("35=0|34=7");
    no_number[20] = b'x';
    assert_eq!(
        index.scan(&no_number, &DataTags::new(&DATA)),
        Err(Garble::Tag)
    );
    assert!(index.view(&no_number).fields().is_empty());
}

#[test]
fn a_wrong_body_length_takes_what_it_claims() {
    let (good, next) = (message("35=0|34=7|112=AB"), message("35=0|34=8"));
    let last = message("35=0|34=9");
    let digits = b"8=FIX.4.2\x019=".len();
    for (change, received) in [(-3, vec![&next, &last]), (3, vec![&last]), (8, vec![&last])] {
        let mut bad = good.clone();
        let length =
            (i32::from(bad[digits] - b'0') * 10 + i32::from(bad[digits + 1] - b'0')) + change;
        bad[digits..digits + 2].copy_from_slice(format!("{length:02}").as_bytes());
        let stream = [&bad[..], &next, &last].concat();
        for size in [1, 7, stream.len()] {
            let (messages, rest) = receive(stream.chunks(size));
            assert!(
                messages.iter().eq(received.iter().copied()),
                "{change} {messages:?}"
            );
            assert!(rest.is_empty());
        }
    }
}

#[test]
fn groups_are_read_entry_by_entry() {
    let bytes = message("35=V|262=R|267=2|269=0|269=1|146=2|55=A|48=1|55=B|107=x|58=t");
    let parsed = Message::parse(&bytes, &DataTags::new(&[])).unwrap();
    let view = parsed.as_view();
    let types = Group::new(267, 269, &[]);
    let values: Vec<_> = view
        .group(&types)
        .map(|entry| entry.text(269).unwrap())
        .collect();
    assert_eq!(values, ["0", "1"]);
    let symbols = Group::new(146, 55, &[48, 107]);
    let entries: Vec<_> = view.group(&symbols).collect();
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (entries[0].get(48), entries[0].get(107)),
        (Some(&b"1"[..]), None)
    );
    assert_eq!(
        (entries[1].get(48), entries[1].get(107)),
        (None, Some(&b"x"[..]))
    );
    assert_eq!(entries[1].get(58), None);
    assert_eq!(view.group(&Group::new(73, 11, &[])).count(), 0);
}

#[test]
fn getters_read_typed_values() {
    let bytes = message("35=8|34=12|43=Y|44=175.25|52=20260730-14:30:00.123|58=a=b|1=");
    let parsed = Message::parse(&bytes, &DataTags::new(&DATA)).unwrap();
    let view = parsed.as_view();
    assert_eq!((view.msg_type(), view.int(34)), (&b"8"[..], Some(12)));
    assert!(view.flag(43) && !view.flag(97));
    assert_eq!(view.decimal(44).unwrap().to_string(), "175.25");
    assert_eq!(view.time(52), Some(1_785_421_800_123_000_000));
    assert_eq!(
        (view.text(58), view.get(1), view.get(2)),
        (Some("a=b"), Some(&b""[..]), None)
    );
    assert_eq!(
        (view.int(58), view.decimal(58), view.time(34)),
        (None, None, None)
    );
}
