//! Real recordings against the truth that comes with them.
//!
//! The files are not part of the repository, and where they are absent these tests pass
//! without having compared anything. Which were skipped is seen with
//! `cargo test -p hft_orderbook --test recordings -- --nocapture`.
#![allow(missing_docs)]

use flate2::read::GzDecoder;
use hft_orderbook::feed::Rule;
use hft_orderbook::load::{Strictness, binance, lobster};
use hft_orderbook::{
    BTreeMapBook, Book, CachedHashMapBook, Event, Level, Player, RingBook, Side, VecBook, apply,
};
use std::io::Read;
use std::path::PathBuf;

const LOBSTER: [&str; 2] = [
    "lobster_aapl_2012-06-21_message_10.csv",
    "lobster_aapl_2012-06-21_orderbook_10.csv",
];

/// A file of the shared data, or `None` with a line that says it is absent.
fn data(name: &str) -> Option<Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let found = std::fs::read(root.join(name));
    if found.is_err() {
        eprintln!("skipped: {name} is not in ../shared/data");
    }
    found.ok()
}

fn binance_text() -> Option<String> {
    let raw = data("binance_usdm_btcusdt_20240808.gz")?;
    let mut text = String::new();
    let read = GzDecoder::new(&raw[..]).read_to_string(&mut text);
    read.expect("the recording is a gzip file of UTF-8 text");
    Some(text)
}

const FUTURES: binance::Format = binance::Format {
    price_decimals: 1,
    quantity_decimals: 3,
    rule: Rule::Futures,
    strictness: Strictness::Strict,
};

#[test]
fn binance_best_prices_equal_the_exchange_s_own() {
    let Some(text) = binance_text() else { return };
    let recording = binance::read(&text, FUTURES).expect("a readable recording");
    assert!(recording.gaps.is_empty() && recording.live);
    // No look-ahead: an event carries the time at which it could be known.
    assert!(recording.events.is_sorted_by_key(|event| event.ts));
    assert_eq!(
        (recording.messages, recording.tickers.len()),
        (6_548, 66_089)
    );
    compare_with_tickers::<RingBook>(&recording);
    compare_with_tickers::<BTreeMapBook>(&recording);
}

/// After each message, the best levels equal those of the last ticker up to its update id:
/// the exchange sends one whenever they change.
fn compare_with_tickers<B: Book>(recording: &binance::Recording) {
    let (mut book, mut player) = (B::default(), Player::default());
    let mut tickers = recording.tickers.clone();
    tickers.sort_by_key(|ticker| ticker.seq);
    let start = recording.events[0].seq;
    let (mut compared, mut same_id) = (0, 0);
    for event in &recording.events {
        player.play(&mut book, event).expect("no deltas here");
        if !event.is_last() {
            continue;
        }
        let upto = tickers.partition_point(|ticker| ticker.seq <= event.seq);
        let Some(ticker) = upto.checked_sub(1).map(|at| tickers[at]) else {
            continue;
        };
        if ticker.seq < start {
            continue;
        }
        let best = |side| book.best(side).map(|l| (l.tick, l.lots as i64));
        assert_eq!(
            best(Side::Bid),
            Some((ticker.bid, ticker.bid_lots)),
            "{}",
            event.seq
        );
        assert_eq!(
            best(Side::Ask),
            Some((ticker.ask, ticker.ask_lots)),
            "{}",
            event.seq
        );
        compared += 1;
        same_id += usize::from(ticker.seq == event.seq);
    }
    assert_eq!((compared, same_id), (6_546, 629));
}

#[test]
fn binance_all_books_have_the_same_depth() {
    let Some(text) = binance_text() else { return };
    let recording = binance::read(&text, FUTURES).expect("a readable recording");
    let events = &recording.events;
    let expected = depths::<BTreeMapBook>(events);
    assert!(expected == depths::<RingBook>(events));
    assert!(expected == depths::<VecBook>(events));
    assert!(expected == depths::<CachedHashMapBook>(events));
}

/// Full depth of both sides after every 500th message.
fn depths<B: Book>(events: &[Event]) -> Vec<Vec<Level>> {
    let (mut book, mut player, mut messages) = (B::default(), Player::default(), 0);
    let mut out = Vec::new();
    for event in events {
        player.play(&mut book, event).expect("no deltas here");
        messages += usize::from(event.is_last());
        if event.is_last() && messages % 500 == 0 {
            out.extend(Side::BOTH.map(|side| book.depth(side)));
        }
    }
    out
}

#[test]
fn a_lost_message_is_a_gap_and_a_new_snapshot_heals_it() {
    let Some(text) = binance_text() else { return };
    let lines: Vec<&str> = text.lines().take(4_000).collect();
    let is_depth = |&at: &usize| lines[at].contains("depthUpdate");
    let depth: Vec<usize> = (0..lines.len()).filter(is_depth).collect();
    let (lost, state, late) = (depth[30], depth[35], depth[38]);
    let whole = binance::read(&lines.join("\n"), FUTURES).expect("a readable recording");
    assert!(whole.live && whole.gaps.is_empty());

    let mut holed = lines.clone();
    holed.remove(lost);
    let gapped = binance::read(&holed.join("\n"), FUTURES).expect("a readable recording");
    let [gap] = gapped.gaps[..] else {
        panic!("{:?}", gapped.gaps)
    };
    assert_eq!((gap.resumed, gapped.live), (None, false));
    assert!(gapped.events.len() < whole.events.len());
    assert_eq!(gapped.events[..], whole.events[..gapped.events.len()]);

    // A snapshot of the book after message 35 that arrives after message 38.
    let start = binance::read(&lines[..=state].join("\n"), FUTURES).expect("a beginning");
    let (ts, _) = lines[late].split_once(' ').expect("a time");
    let snapshot = snapshot_line(ts, &start.events);
    holed.insert(late, &snapshot);
    let healed = binance::read(&holed.join("\n"), FUTURES).expect("a readable recording");
    let resumed = ts.parse().ok();
    assert_eq!(healed.gaps, [binance::Gap { resumed, ..gap }]);
    assert!(healed.live);
    assert!(at_end(&healed.events) == at_end(&whole.events));
    assert_eq!(healed.events.last(), whole.events.last());
    assert!(healed.events.is_sorted_by_key(|event| event.ts));
}

fn at_end(events: &[Event]) -> Levels {
    let (mut book, mut player) = (RingBook::default(), Player::default());
    apply(&mut book, events, &mut player).expect("good events");
    Side::BOTH.map(|side| book.depth(side))
}

type Levels = [Vec<Level>; 2];

/// The book at the end of events as the line that records the exchange's answer.
fn snapshot_line(ts: &str, events: &[Event]) -> String {
    let [bids, asks] = at_end(events).map(|levels| {
        let levels = levels.iter().map(|Level { tick, lots }| {
            let (price, quantity) = (tick / 10, lots / 1_000);
            format!(
                r#"["{price}.{}","{quantity}.{:03}"]"#,
                tick % 10,
                lots % 1_000
            )
        });
        levels.collect::<Vec<_>>().join(",")
    });
    let id = events.last().map_or(0, |event| event.seq);
    format!(r#"{ts} {{"lastUpdateId":{id},"bids":[{bids}],"asks":[{asks}]}}"#)
}

#[test]
fn a_garbled_line_is_named_or_skipped() {
    let Some(text) = binance_text() else { return };
    let mut lines: Vec<String> = text.lines().take(300).map(str::to_owned).collect();
    let cut = lines[200].len() / 2;
    lines[200].truncate(cut);
    let text = lines.join("\n");
    let error = binance::read(&text, FUTURES).expect_err("a truncated line");
    assert!(error.to_string().starts_with("line 201: "), "{error}");
    let lenient = binance::Format {
        strictness: Strictness::Lenient,
        ..FUTURES
    };
    let read = binance::read(&text, lenient).expect("lenient");
    assert_eq!(read.skipped, [201]);
}

#[test]
fn lobster_rows_equal_the_true_levels() {
    let [Some(messages), Some(orderbook)] = LOBSTER.map(data) else {
        return;
    };
    let [messages, orderbook] =
        [messages, orderbook].map(|b| String::from_utf8_lossy(&b).into_owned());
    let recording =
        lobster::read(&messages, &orderbook, 100, Strictness::Strict).expect("readable");
    let compared = compare_with_rows::<RingBook>(&recording);
    assert_eq!(compared, compare_with_rows::<BTreeMapBook>(&recording));
    // Every row, and all but the few levels that came into sight without a message.
    let total: usize = recording.rows.iter().map(Vec::len).sum();
    assert_eq!(compared, total - recording.revealed_in_rows());
    assert!(
        recording.revealed < total / 20,
        "{} revealed",
        recording.revealed
    );
}

trait Revealed {
    fn revealed_in_rows(&self) -> usize;
}

impl Revealed for lobster::Recording {
    /// Levels of rows that lie beyond what the messages determine.
    fn revealed_in_rows(&self) -> usize {
        let beyond = |(row, known): (&Vec<[i64; 2]>, &[i64; 2])| {
            let sided = row.iter().enumerate();
            let far = sided.filter(|&(i, &[tick, _])| match i % 2 {
                0 => tick > known[1],
                _ => tick < known[0],
            });
            far.count()
        };
        self.rows.iter().zip(&self.known).map(beyond).sum()
    }
}

/// Number of levels compared: those of each row within the range that its message and the
/// row before determine, with only the message applied.
fn compare_with_rows<B: Book>(recording: &lobster::Recording) -> usize {
    let (mut book, mut player) = (B::default(), Player::default());
    let mut events = recording.events.iter().peekable();
    let mut compared = 0;
    for (index, (row, known)) in recording.rows.iter().zip(&recording.known).enumerate() {
        let told = |event: &&Event| event.seq == index as u64 && event.kind != 0;
        while let Some(event) = events.next_if(told) {
            player.play(&mut book, event).expect("deltas that fit");
        }
        for side in Side::BOTH {
            let within = |tick| side.key(tick) >= side.key(known[side as usize]);
            let truth = row.iter().skip(1 - side as usize).step_by(2);
            let truth = truth.map(|&[tick, lots]| (tick, lots as u64));
            let truth: Vec<(i64, u64)> = truth.take_while(|&(tick, _)| within(tick)).collect();
            let levels = book.depth(side).into_iter().map(|l| (l.tick, l.lots));
            let mine: Vec<(i64, u64)> = levels.take(truth.len()).collect();
            assert_eq!(mine, truth, "row {} {side:?}", index + 1);
            compared += truth.len();
        }
        while let Some(event) = events.next_if(|event| event.seq == index as u64) {
            player.play(&mut book, event).expect("a set");
        }
    }
    compared
}
