//! Small recordings, written out: what a snapshot replaces, what a gap costs, what is refused.
#![allow(missing_docs)]

use hft_orderbook::feed::Rule;
use hft_orderbook::load::binance::{Format, Gap, Recording, read};
use hft_orderbook::load::{Strictness, lobster};
use hft_orderbook::{Book, Error, EventKind, FeedState, RingBook, Side, apply};
use proptest::prelude::*;

const FUTURES: Format = Format {
    price_decimals: 1,
    quantity_decimals: 3,
    rule: Rule::Futures,
    strictness: Strictness::Strict,
};

/// A futures message that sets one bid of a lot.
fn depth(ts: i64, ids: [u64; 3], bid: &str) -> String {
    let [first, last, previous] = ids;
    format!(
        r#"{ts} {{"data":{{"e":"depthUpdate","U":{first},"u":{last},"pu":{previous},"b":[["{bid}","0.001"]],"a":[]}}}}"#
    )
}

fn snapshot(ts: i64, id: u64, bids: &[&str]) -> String {
    let level = |bid| format!(r#"["{bid}","0.001"]"#);
    let bids = bids.iter().map(level).collect::<Vec<_>>().join(",");
    format!(r#"{ts} {{"lastUpdateId":{id},"bids":[{bids}],"asks":[]}}"#)
}

fn lines(lines: &[String]) -> Result<Recording, Error> {
    read(&lines.join("\n"), FUTURES)
}

fn good(text: &[String]) -> Recording {
    lines(text).expect("a good recording")
}

fn open_gap(line: usize, ts: i64, expected: u64, got: u64) -> Gap {
    let resumed = None;
    Gap {
        line,
        ts,
        expected,
        got,
        resumed,
    }
}

/// Ticks of the bids at the end.
fn bids(recording: &Recording) -> Vec<i64> {
    let (mut book, mut state) = (RingBook::default(), FeedState::default());
    apply(&mut book, &recording.events[..], &mut state).expect("good events");
    let levels = book.depth(Side::Bid).into_iter();
    levels.map(|level| level.tick).collect()
}

#[test]
fn messages_that_waited_carry_the_time_of_the_snapshot() {
    let recording = good(&[
        depth(1, [1, 10, 0], "9.1"),
        depth(2, [11, 20, 10], "9.2"),
        depth(9, [21, 30, 20], "9.3"),
        snapshot(5, 15, &["9.0"]),
        depth(11, [31, 40, 30], "9.4"),
    ]);
    let times: Vec<(i64, u64)> = recording.events.iter().map(|e| (e.ts, e.seq)).collect();
    assert_eq!(times, [(5, 15), (5, 20), (9, 30), (11, 40)]);
    assert_eq!((recording.messages, recording.live), (4, true));
    assert_eq!(bids(&recording), [94, 93, 92, 90]);
}

#[test]
fn a_snapshot_no_newer_than_the_book_is_left_aside() {
    let before = [
        snapshot(1, 10, &["9.0"]),
        depth(2, [9, 12, 8], "9.1"),
        depth(3, [13, 20, 12], "9.2"),
    ];
    let after = [depth(5, [21, 22, 20], "9.3"), depth(6, [23, 24, 22], "9.4")];
    for id in [10, 12, 15, 20] {
        let old = [snapshot(4, id, &["1.0"])];
        let recording = good(&[&before[..], &old, &after].concat());
        assert_eq!((recording.gaps.len(), recording.live), (0, true), "{id}");
        assert_eq!(bids(&recording), [94, 93, 92, 91, 90], "{id}");
    }
    // The very snapshot again, before any message and after one.
    let twice = [&before[..1], &before[..2], &before[..1], &before[2..]].concat();
    assert_eq!(bids(&good(&twice)), [92, 91, 90]);
    // A newer one replaces the book; the message that reaches up to it changes nothing.
    let newer = [snapshot(4, 22, &["9.3", "1.0"])];
    let recording = good(&[&before[..], &newer, &after].concat());
    assert_eq!(bids(&recording), [94, 93, 10]);
}

#[test]
fn a_snapshot_that_is_too_old_says_so_and_the_next_one_serves() {
    let text = [
        depth(1, [11, 20, 10], "9.1"),
        snapshot(2, 5, &["9.0"]),
        depth(3, [21, 30, 20], "9.2"),
        snapshot(4, 20, &["9.1"]),
    ];
    let recording = good(&text[..3]);
    assert!(recording.events.is_empty() && !recording.live);
    let gap = open_gap(2, 2, 5, 10);
    assert_eq!(recording.gaps, [gap]);
    let recording = good(&text);
    let resumed = Some(4);
    assert_eq!(recording.gaps, [Gap { resumed, ..gap }]);
    assert_eq!((bids(&recording), recording.live), (vec![92, 91], true));
}

#[test]
fn an_empty_snapshot_empties_the_book() {
    let recording = good(&[snapshot(1, 10, &["9.0"]), snapshot(2, 20, &[])]);
    let last = recording.events.last().expect("events");
    assert_eq!((last.kind, last.seq), (EventKind::Clear as u8, 20));
    assert!(last.is_last());
    assert_eq!((bids(&recording), recording.messages), (vec![], 2));
}

#[test]
fn spot_ids_may_be_as_large_as_they_get() {
    let spot = Format {
        rule: Rule::Spot,
        ..FUTURES
    };
    let max = u64::MAX;
    let text = [snapshot(1, max, &["9.0"]), depth(2, [max, max, 0], "9.1")].join("\n");
    let recording = read(&text, spot).expect("a good recording");
    assert_eq!(bids(&recording), [90]);
}

#[test]
fn a_recording_without_a_snapshot_is_refused() {
    for text in [&[][..], &[depth(1, [1, 2, 0], "9.1")]] {
        let error = lines(text).expect_err("no snapshot");
        assert_eq!(error, Error::NoSnapshot { lines: text.len() });
        assert!(error.to_string().starts_with("no snapshot among"));
    }
}

#[test]
fn errors_name_the_line_and_nothing_else() {
    let start = snapshot(1, 10, &["9.0"]);
    let fine = r#""9.05" is not a multiple of 10^-1: finer than the unit"#;
    for (bad, message) in [
        ("2 {}", "neither a stream message nor a snapshot"),
        ("4", "expected a time, a blank and a message"),
        ("x {}", "time \"x\" is not a number of nanoseconds"),
        (
            r#"2 {"lastUpdateId":1}"#,
            "a snapshot needs the lists bids and asks",
        ),
        (
            r#"2 {"data":{"e":"depthUpdate"}}"#,
            "a depth update needs the lists b and a",
        ),
        (
            r#"2 {"data":{"e":"news"}}"#,
            r#"message of unknown type "news""#,
        ),
        (&depth(2, [30, 20, 10], "9.0"), "U=30 lies beyond u=20"),
        (&depth(2, [11, 20, 10], "9.05"), fine),
    ] {
        let error = lines(&[start.clone(), bad.to_owned()]).expect_err(bad);
        assert_eq!(error.to_string(), format!("line 2: {message}"));
    }
    let row = "101,5,100,5";
    let error = lobster::read("x,1,1,5,10000,1", row, 1, Strictness::Strict).expect_err("a time");
    let message = "\"x\" is not a decimal number";
    assert_eq!(error.to_string(), format!("line 1: {message}"));
}

#[test]
fn a_byte_order_mark_and_blank_lines_do_no_harm() {
    let text = [snapshot(1, 10, &["9.0"]), " ".into(), String::new()];
    let text = format!("\u{feff}{}\r\n", text.join("\r\n"));
    assert_eq!(bids(&read(&text, FUTURES).expect("a good recording")), [90]);
    let pair = ["\u{feff}1.0,1,1,5,100,1\n\n", "\u{feff}101,5,100,5\n"];
    let read = lobster::read(pair[0], pair[1], 1, Strictness::Strict);
    assert_eq!(read.expect("a good pair").rows.len(), 1);
}

#[test]
fn lobster_rows_of_another_width_are_refused() {
    let message = ["1.0,1,1,5,100,1"; 3].join("\n");
    let rows = "103,1,100,5,104,1,99,1\n103,1,100,5\n103,1,100,5,104,1,99,1";
    let error = lobster::read(&message, rows, 1, Strictness::Strict).expect_err("narrower");
    let expected = "line 2: 4 fields: the rows before have 8";
    assert_eq!(error.to_string(), expected);
    let lenient = lobster::read(&message, rows, 1, Strictness::Lenient).expect("lenient");
    assert_eq!((lenient.skipped, lenient.rows.len()), (vec![2], 2));
}

#[test]
fn lobster_prices_beyond_a_book_are_refused() {
    let far = i64::MAX;
    for (price, ask) in [(far, 103), (100, far), (100, i64::MIN)] {
        let (message, row) = (format!("1.0,1,1,5,{price},1"), format!("{ask},1,100,5"));
        let error = lobster::read(&message, &row, 1, Strictness::Strict).expect_err("too far");
        let text = error.to_string();
        assert!(text.starts_with("line 1: tick="), "{text}");
        assert!(text.ends_with("±2^61 ticks"), "{text}");
    }
    assert!(lobster::read("", "", 0, Strictness::Strict).is_err());
}

/// Levels of the bids, tick to lots.
type Bids = std::collections::BTreeMap<i64, u64>;

/// A message of the true feed: whether it is lost, the level it sets, and how many messages
/// old the snapshot is that is recorded after it, if one is.
type Sent = (bool, i64, u64, Option<usize>);

fn sent() -> impl Strategy<Value = Sent> {
    let lost = prop_oneof![5 => Just(false), 1 => Just(true)];
    let age = prop_oneof![4 => Just(None), 1 => (0..6usize).prop_map(Some)];
    (lost, 10..30i64, 0..4u64, age)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Whatever is lost and whenever snapshots come: a book that is called live is the true
    /// one, what is not live says since when, and no event comes before its time.
    #[test]
    fn a_live_book_is_the_true_one(feed in proptest::collection::vec(sent(), 1..60)) {
        let (mut text, mut truth): (Vec<String>, Vec<Bids>) = (Vec::new(), Vec::new());
        let (mut bids, mut newest) = (Bids::new(), 0);
        for (i, &(lost, tick, lots, age)) in feed.iter().enumerate() {
            if lots == 0 {
                bids.remove(&tick);
            } else {
                bids.insert(tick, lots);
            }
            truth.push(bids.clone());
            let level = |(tick, lots): (&i64, &u64)| format!(r#"["{}.{}","0.00{lots}"]"#, tick / 10, tick % 10);
            let ts = text.len();
            let id = 3 * i as u64;
            if !lost {
                let (first, last) = (id + 1, id + 3);
                let level = level((&tick, &lots));
                text.push(format!(
                    r#"{ts} {{"data":{{"e":"depthUpdate","U":{first},"u":{last},"pu":{id},"b":[{level}],"a":[]}}}}"#
                ));
                newest = i;
            }
            if let Some(of) = age.and_then(|age| i.checked_sub(age)) {
                let levels: Vec<String> = truth[of].iter().map(level).collect();
                let (ts, id, levels) = (text.len(), 3 * of + 3, levels.join(","));
                text.push(format!(r#"{ts} {{"lastUpdateId":{id},"bids":[{levels}],"asks":[]}}"#));
                newest = newest.max(of);
            }
        }
        let recording = match lines(&text) {
            Err(Error::NoSnapshot { .. }) => return Ok(()),
            read => read.expect("a good recording"),
        };
        let (mut book, mut state) = (RingBook::default(), FeedState::default());
        apply(&mut book, &recording.events[..], &mut state).expect("good events");
        let open = recording.gaps.last().is_some_and(|gap| gap.resumed.is_none());
        prop_assert_eq!(recording.live, !open);
        if recording.live {
            let levels = book.depth(Side::Bid).into_iter();
            let levels: Bids = levels.map(|level| (level.tick, level.lots)).collect();
            prop_assert_eq!(&levels, &truth[newest]);
        }
        prop_assert!(recording.events.is_sorted_by_key(|event| event.ts));
    }
}
