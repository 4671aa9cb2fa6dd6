//! What is refused, and that a refusal changes nothing.
#![allow(missing_docs)]

mod common;

use hft_orderbook::decimal::units;
use hft_orderbook::feed::{Action, Ids, Rule, Sequencer};
use hft_orderbook::load::{Strictness, lobster};
use hft_orderbook::orders::{OrderMessage, OrderTracker};
use hft_orderbook::replay::Band;
use hft_orderbook::{
    Book, Crossing, Error, Event, MAX_LOTS, MAX_TICK, Player, RingBook, Side, apply, flow, reads,
    replay,
};
use proptest::prelude::*;

fn opened() -> (RingBook, Player) {
    let (mut book, mut player) = (RingBook::default(), Player::default());
    let events = [
        Event::set(Side::Bid, 100, 7).stamped(0, 5),
        Event::set(Side::Ask, 102, 9).stamped(0, 5).last(),
    ];
    apply(&mut book, &events[..], &mut player).expect("good events");
    (book, player)
}

/// The inner error of a batch whose second event is bad, after checking that nothing changed.
fn refused(bad: Event) -> Error {
    let (mut book, mut player) = opened();
    let good = Event::set(Side::Bid, 101, 1).stamped(0, 6);
    let error = apply(&mut book, &[good, bad][..], &mut player).expect_err("refused");
    assert_eq!(book.depth(Side::Bid).len(), 1);
    assert_eq!(book.best_tick(Side::Bid), Some(100));
    assert_eq!(player.last_seq(), 5);
    match error {
        Error::Event { index: 1, source } => *source,
        other => panic!("{other}"),
    }
}

#[test]
fn bad_events_are_refused_by_name() {
    let good = Event::set(Side::Bid, 99, 1).stamped(0, 7);
    assert_eq!(
        refused(Event { side: 2, ..good }),
        Error::UnknownSide { value: 2 }
    );
    assert_eq!(
        refused(Event { kind: 4, ..good }),
        Error::UnknownKind { value: 4 }
    );
    assert_eq!(
        refused(Event { lots: -1, ..good }),
        Error::NegativeQuantity { lots: -1 }
    );
    let tick = MAX_TICK + 1;
    assert_eq!(
        refused(Event { tick, ..good }),
        Error::PriceOverflow { tick }
    );
    let tick = i64::MIN;
    assert_eq!(
        refused(Event { tick, ..good }),
        Error::PriceOverflow { tick }
    );
    assert_eq!(
        refused(good.stamped(0, 4)),
        Error::OutOfOrder { seq: 4, last: 6 }
    );
    let (tick, delta) = (100, -8);
    let error = refused(Event::delta(Side::Bid, tick, delta).stamped(0, 7));
    assert_eq!(
        error,
        Error::Underflow {
            tick,
            lots: 7,
            delta
        }
    );
    let delta = i64::MAX;
    let error = refused(Event::delta(Side::Bid, tick, delta).stamped(0, 7));
    assert_eq!(
        error,
        Error::QuantityOverflow {
            tick,
            lots: 7,
            delta
        }
    );
    assert_eq!(MAX_LOTS, i64::MAX as u64);
}

#[test]
fn a_clear_ignores_what_it_does_not_need() {
    let (mut book, mut player) = opened();
    let clear = Event {
        side: 9,
        tick: i64::MIN,
        lots: -1,
        ..Event::clear()
    };
    apply(&mut book, &[clear][..], &mut player).expect("a clear");
    assert!(book.is_empty());
}

#[test]
fn a_single_clear_starts_the_sequence_anew() {
    let (mut book, mut player) = opened();
    let set = Event::set(Side::Bid, 101, 1);
    assert_eq!(player.stamp(set).seq, 5);
    let clear = player.stamp(Event::clear());
    apply(&mut book, &[clear][..], &mut player).expect("a clear");
    assert_eq!(player.last_seq(), 0);
    apply(&mut book, &[set.stamped(0, 1)][..], &mut player).expect("an older number");
    assert_eq!(book.depth(Side::Bid).len(), 1);
}

#[test]
fn a_replay_names_the_event_that_it_refuses_and_leaves_the_book() {
    let (mut book, mut player) = opened();
    let bad = [
        Event::set(Side::Bid, 101, 1).stamped(0, 6),
        Event::delta(Side::Ask, 102, -10).stamped(0, 6).last(),
    ];
    let error = replay::features(&mut book, &mut player, &bad, 1, 5).expect_err("refused");
    assert!(matches!(error, Error::Event { index: 1, .. }), "{error}");
    assert_eq!(
        (book.best_tick(Side::Bid), player.last_seq()),
        (Some(100), 5)
    );
    let band = Band {
        low: 0,
        ticks: 10,
        rows: 20,
    };
    let error = replay::depth_over_time(&mut book, &bad, 1, band).expect_err("refused");
    assert!(matches!(error, Error::Event { index: 1, .. }), "{error}");
    assert_eq!(book.best_tick(Side::Bid), Some(100));
}

#[test]
fn sizes_beyond_all_use_are_refused() {
    let events = [Event::set(Side::Bid, 1, 1).last()];
    let grid = |low, ticks, rows| {
        replay::depth_over_time(
            &mut RingBook::default(),
            &events,
            1,
            Band { low, ticks, rows },
        )
    };
    for (low, ticks, rows) in [
        (i64::MIN, i64::MAX, 2),
        (MAX_TICK, 1, 2),
        (0, 1, usize::MAX),
        (0, i64::MAX, usize::MAX),
    ] {
        let error = grid(low, ticks, rows).expect_err("beyond all prices");
        assert!(matches!(error, Error::PriceOverflow { .. }), "{error}");
    }
    let error = grid(0, 1, 1 << 45).expect_err("too many cells");
    let told = "rows times samples=35184372088832: at most 268435456";
    assert_eq!(error.to_string(), told);
    assert_eq!(
        grid(-MAX_TICK, MAX_TICK, 2).expect("all prices"),
        [0.0, 1.0]
    );

    let flow = flow::Flow::default();
    for count in [flow::MAX_EVENTS + 1, 1 << 45, usize::MAX] {
        assert!(flow::try_events(&flow, count).is_err());
    }
    let far = flow::Flow {
        mid: i64::MIN,
        ..flow
    };
    assert!(flow::try_events(&far, 10).is_err());
    let deep = flow::Flow {
        levels: u32::MAX,
        ..flow
    };
    assert_eq!(
        flow::try_events(&deep, 10).map(|events| events.len()),
        Ok(10)
    );
    assert_eq!(
        flow::try_events(&flow, 9_000),
        Ok(flow::events(&flow, 9_000))
    );
    assert!(flow::try_published(1, 1 << 62, 20).is_err());
    assert!(flow::try_published(1, 0, u32::MAX).is_err());
    assert_eq!(flow::try_published(1, 9, 20), Ok(flow::published(1, 9, 20)));
}

#[test]
fn a_snapshot_may_span_batches_and_replaces_all() {
    let (mut book, mut player) = opened();
    let level = |tick| Event::snapshot(Side::Bid, tick, 1).stamped(0, 3);
    apply(&mut book, &[level(50)][..], &mut player).expect("begins");
    apply(&mut book, &[level(49).last()][..], &mut player).expect("ends");
    assert_eq!(book.depth(Side::Bid).len(), 2);
    assert_eq!(book.len(Side::Ask), 0);
    apply(&mut book, &[level(48).last()][..], &mut player).expect("another");
    assert_eq!(book.depth(Side::Bid).len(), 1);
}

#[test]
fn crossed_books_are_marked_or_trimmed() {
    for (crossing, state, asks) in [
        (Crossing::Mark, reads::State::Crossed, 3),
        (Crossing::Trim, reads::State::Normal, 1),
    ] {
        let (mut book, mut player) = (RingBook::default(), Player::new(crossing));
        let events = [
            Event::set(Side::Ask, 102, 9),
            Event::set(Side::Ask, 103, 9),
            Event::set(Side::Ask, 105, 9),
            Event::set(Side::Bid, 103, 1),
        ];
        apply(&mut book, &events[..], &mut player).expect("good events");
        assert_eq!((reads::state(&book), book.len(Side::Ask)), (state, asks));
        assert_eq!(book.best_tick(Side::Bid), Some(103));
    }
    let (mut book, _) = opened();
    book.set(Side::Bid, 102, 1);
    assert_eq!(reads::state(&book), reads::State::Locked);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    /// Trimming leaves no crossed book, whatever comes.
    #[test]
    fn a_trimmed_book_is_never_crossed(
        steps in proptest::collection::vec((0..2u8, 0..60i64, 0..3i64), 1..200)
    ) {
        let (mut book, mut player) = (RingBook::default(), Player::new(Crossing::Trim));
        for (side, tick, lots) in steps {
            let side = Side::try_from(side).expect("a side");
            apply(&mut book, &[Event::set(side, tick, lots)][..], &mut player).expect("good");
            let state = reads::state(&book);
            prop_assert!(state != reads::State::Crossed && state != reads::State::Locked);
        }
    }

    /// Decimal text read and written again is the same number.
    #[test]
    fn decimals_are_exact(value in -10i64.pow(15)..10i64.pow(15), decimals in 0..9u32) {
        let scale = 10i64.pow(decimals);
        let sign = if value < 0 { "-" } else { "" };
        let (whole, rest) = ((value / scale).abs(), (value % scale).abs());
        let text = if decimals == 0 {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{rest:0width$}00", width = decimals as usize)
        };
        prop_assert_eq!(units(&text, decimals), Ok(value));
    }

    /// Arbitrary text is read or refused, never a panic.
    #[test]
    fn no_text_panics(text in ".{0,24}", decimals in 0..30u32) {
        let _ = units(&text, decimals);
        let _ = lobster::read(&text, &text, 100, Strictness::Lenient);
    }
}

#[test]
fn decimals_that_do_not_fit() {
    for text in [
        "",
        ".",
        "-",
        "1.2.3",
        "1e5",
        "NaN",
        " 1",
        "0.25",
        "9223372036854775808",
    ] {
        assert!(units(text, 1).is_err(), "{text:?}");
    }
}

fn ids(first: u64, last: u64, previous: u64) -> Ids {
    Ids {
        first,
        last,
        previous,
    }
}

#[test]
fn futures_messages_are_placed_by_a_snapshot() {
    let mut feed = Sequencer::new(Rule::Futures);
    assert_eq!(feed.message(ids(1, 10, 0), 'a'), Action::Wait);
    assert_eq!(feed.message(ids(12, 20, 10), 'b'), Action::Wait);
    assert_eq!(feed.message(ids(23, 30, 20), 'c'), Action::Wait);
    // Too old: the first kept message would leave a hole.
    let mut late = Sequencer::new(Rule::Futures);
    let _ = late.message(ids(12, 20, 10), 'b');
    assert!(matches!(
        late.snapshot(5),
        Err(Error::StaleSnapshot {
            snapshot: 5,
            first: 12
        })
    ));
    assert!(!late.is_live());
    assert_eq!(feed.snapshot(15), Ok(Some(vec!['b', 'c'])));
    assert_eq!(feed.message(ids(31, 40, 30), 'd'), Action::Apply('d'));
    assert_eq!(feed.message(ids(31, 40, 30), 'd'), Action::Drop);
    let gap = Error::Gap {
        expected: 40,
        got: 44,
    };
    assert_eq!(feed.message(ids(45, 50, 44), 'f'), Action::Resync(gap));
    assert!(!feed.is_live());
    assert_eq!(feed.message(ids(52, 60, 50), 'g'), Action::Wait);
    assert_eq!(feed.snapshot(47), Ok(Some(vec!['f', 'g'])));
    assert_eq!((feed.gaps(), feed.kept(), feed.is_live()), (1, 0, true));
}

#[test]
fn spot_messages_must_join_end_to_end() {
    let mut feed = Sequencer::new(Rule::Spot);
    let _ = feed.message(ids(5, 10, 0), 'a');
    let _ = feed.message(ids(11, 12, 0), 'b');
    assert_eq!(feed.snapshot(10), Ok(Some(vec!['b'])));
    assert_eq!(feed.message(ids(13, 13, 0), 'c'), Action::Apply('c'));
    let gap = Error::Gap {
        expected: 13,
        got: 14,
    };
    assert_eq!(feed.message(ids(15, 16, 0), 'd'), Action::Resync(gap));
}

#[test]
fn a_gap_among_the_kept_messages_keeps_what_follows() {
    let mut feed = Sequencer::new(Rule::Futures);
    let _ = feed.message(ids(1, 10, 0), 'a');
    let _ = feed.message(ids(15, 20, 14), 'b');
    let _ = feed.message(ids(21, 30, 20), 'c');
    assert!(matches!(
        feed.snapshot(5),
        Err(Error::Gap {
            expected: 10,
            got: 14
        })
    ));
    assert_eq!(feed.kept(), 2);
    assert_eq!(feed.snapshot(17), Ok(Some(vec!['b', 'c'])));
}

#[test]
fn orders_are_tracked_or_refused() {
    let mut tracker = OrderTracker::default();
    let add = |id, lots| OrderMessage::Add {
        id,
        side: Side::Ask,
        tick: 7,
        lots,
    };
    assert_eq!(
        tracker.events(add(1, 10)),
        Ok((Event::delta(Side::Ask, 7, 10), None))
    );
    assert!(tracker.events(add(1, 10)).is_err());
    assert!(tracker.events(add(2, u64::MAX)).is_err());
    assert!(
        tracker
            .events(OrderMessage::Reduce { id: 1, lots: 11 })
            .is_err()
    );
    assert!(tracker.events(OrderMessage::Remove { id: 3 }).is_err());
    let reduced = tracker.events(OrderMessage::Reduce { id: 1, lots: 4 });
    assert_eq!(reduced, Ok((Event::delta(Side::Ask, 7, -4), None)));
    let replace = OrderMessage::Replace {
        id: 1,
        new_id: 2,
        tick: 8,
        lots: 3,
    };
    let both = (
        Event::delta(Side::Ask, 7, -6),
        Some(Event::delta(Side::Ask, 8, 3)),
    );
    assert_eq!(tracker.events(replace), Ok(both));
    assert!(!tracker.knows(1) && tracker.knows(2));
    assert!(
        tracker
            .events(OrderMessage::Reduce { id: 2, lots: 3 })
            .is_ok()
    );
    assert!(tracker.is_empty());
}

#[test]
fn lobster_lines_that_cannot_be_read() {
    let row = "101,5,100,5";
    let start = "1.0,1,1,5,10000,1";
    let rows = [row, row].join("\n");
    for (bad, told) in [
        ("1.0,1,2,5,10000", "expected 6 fields"),
        ("1.0,9,2,5,10000,1", "type 9"),
        ("1.0,1,2,5,10050,1", "no multiple of the tick"),
        ("1.0,1,2,5,10000,0", "direction 0"),
        ("1.0,1,2,-5,10000,1", "negative"),
        ("x,1,2,5,10000,1", "not a decimal number"),
    ] {
        let messages = [start, bad].join("\n");
        let rows = rows.replace("101", "10100").replace("100,5", "10000,5");
        let rows = rows.replace("1010000", "10100");
        let error = lobster::read(&messages, &rows, 100, Strictness::Strict).expect_err(bad);
        let text = error.to_string();
        assert!(
            text.starts_with("line 2: ") && text.contains(told),
            "{text}"
        );
        let lenient = lobster::read(&messages, &rows, 100, Strictness::Lenient).expect("lenient");
        assert_eq!(lenient.skipped, [2]);
    }
    assert!(lobster::read(start, &rows, 100, Strictness::Strict).is_err());
}

#[test]
fn the_checksum_is_crc_32_of_the_digits() {
    // Check value of CRC-32/ISO-HDLC (Rocksoft model): "123456789" gives CBF43926.
    let mut book = RingBook::default();
    book.set(Side::Ask, 123, 4);
    book.set(Side::Bid, 56, 78);
    book.set(Side::Bid, 9, 1);
    let of = |levels| reads::checksum(&book, levels, reads::DecimalCrc32::default());
    assert_eq!(of(1), crc32(b"12345678"));
    assert_eq!(of(2), crc32(b"1234567891"));
    assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
}

/// The same by division of polynomials, bit by bit, most significant first.
fn crc32(text: &[u8]) -> u32 {
    let bits = text
        .iter()
        .flat_map(|&byte| (0..8).map(move |i| u32::from(byte >> i & 1)));
    let mut rest = u32::MAX;
    for bit in bits {
        let carry = (rest >> 31) ^ bit;
        rest = (rest << 1) ^ (carry * 0x04C1_1DB7);
    }
    !rest.reverse_bits()
}

#[test]
fn reads_by_hand() {
    let mut book = RingBook::default();
    for (side, tick, lots) in [
        (Side::Bid, 99, 30),
        (Side::Bid, 98, 10),
        (Side::Ask, 101, 10),
        (Side::Ask, 103, 20),
    ] {
        book.set(side, tick, lots);
    }
    assert_eq!(reads::mid(&book), Some(100.0));
    assert_eq!(
        reads::microprice(&book),
        Some((99.0 * 10.0 + 101.0 * 30.0) / 40.0)
    );
    assert_eq!(reads::imbalance(&book, 1), Some(0.5));
    assert_eq!(reads::imbalance(&book, 2), Some(10.0 / 70.0));
    let sweep = reads::sweep(&book, Side::Ask, 15);
    assert_eq!(
        (sweep.filled, sweep.levels, sweep.worst),
        (15, 2, Some(103))
    );
    assert_eq!(sweep.vwap(), Some((101.0 * 10.0 + 103.0 * 5.0) / 15.0));
    assert_eq!(reads::sweep(&book, Side::Ask, 99).filled, 30);
    assert_eq!(reads::sweep(&book, Side::Ask, 0).vwap(), None);
    assert_eq!(reads::imbalance(&book, 0), None);
}
