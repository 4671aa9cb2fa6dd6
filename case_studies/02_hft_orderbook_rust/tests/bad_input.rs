//! Which inputs are refused, and that a refused input changes nothing.
#![allow(missing_docs)]

use hft_orderbook::decimal::units;
use hft_orderbook::feed::{Action, Ids, Rule, Sequencer};
use hft_orderbook::flow::{self, Flow};
use hft_orderbook::load::{Strictness, lobster};
use hft_orderbook::orders::{OrderMessage, OrderTracker};
use hft_orderbook::reads::State;
use hft_orderbook::replay::Band;
use hft_orderbook::{
    Book, Crossing, Error, Event, FeedState, MAX_LOTS, MAX_TICK, RingBook, Side, apply, reads,
    replay,
};
use proptest::prelude::*;

fn opened() -> (RingBook, FeedState) {
    let (mut book, mut state) = (RingBook::default(), FeedState::default());
    let events = [
        Event::set(Side::Bid, 100, 7).stamped(0, 5),
        Event::set(Side::Ask, 102, 9).stamped(0, 5).last(),
    ];
    apply(&mut book, &events[..], &mut state).expect("good events");
    (book, state)
}

/// The inner error of a batch whose second event is bad, after checking that nothing changed.
fn refused(bad: Event) -> Error {
    let (mut book, mut state) = opened();
    let good = Event::set(Side::Bid, 101, 1).stamped(0, 6);
    let error = apply(&mut book, &[good, bad][..], &mut state).expect_err("refused");
    assert_eq!(book.depth(Side::Bid).len(), 1);
    assert_eq!(book.best_tick(Side::Bid), Some(100));
    assert_eq!(state.last_seq(), 5);
    match error {
        Error::Event { index: 1, source } => *source,
        other => panic!("{other}"),
    }
}

/// A batch of one event.
fn apply_one(book: &mut RingBook, event: Event, state: &mut FeedState) {
    apply(book, &[event][..], state).expect("a good event");
}

#[test]
fn bad_events_are_refused_by_name() {
    let good = Event::set(Side::Bid, 99, 1).stamped(0, 7);
    let [low, high] = [i64::MIN, MAX_TICK + 1];
    let delta = |lots| Event::delta(Side::Bid, 100, lots).stamped(0, 7);
    for (bad, message) in [
        (Event { side: 2, ..good }, "side=2: expected"),
        (Event { kind: 4, ..good }, "kind=4: expected"),
        (
            Event { lots: -1, ..good },
            "lots=-1: a quantity must not be negative",
        ),
        (
            Event { tick: low, ..good },
            "tick=-9223372036854775808: a price must lie",
        ),
        (
            Event { tick: high, ..good },
            "tick=2305843009213693953: a price must lie",
        ),
        (good.stamped(0, 4), "seq=4 after 6: "),
        (delta(-8), "delta=-8 at tick 100: the level has only 7 lots"),
        (
            delta(i64::MAX),
            "delta=9223372036854775807 at tick 100: added to 7 lots, it exceeds",
        ),
    ] {
        let text = refused(bad).to_string();
        assert!(text.starts_with(message), "{text}");
    }
    assert_eq!(MAX_LOTS, i64::MAX as u64);
}

#[test]
fn a_clear_ignores_what_it_does_not_need() {
    let (mut book, mut state) = opened();
    let clear = Event {
        side: 9,
        tick: i64::MIN,
        lots: -1,
        ..Event::clear()
    };
    apply_one(&mut book, clear, &mut state);
    assert!(book.is_empty());
}

#[test]
fn a_replay_names_the_event_that_it_refuses_and_leaves_the_book() {
    let (mut book, mut state) = opened();
    let bad = [
        Event::set(Side::Bid, 101, 1).stamped(0, 6),
        Event::delta(Side::Ask, 102, -10).stamped(0, 6).last(),
    ];
    let error = replay::features(&mut book, &mut state, &bad, 1, 5).expect_err("refused");
    assert!(matches!(error, Error::Event { index: 1, .. }), "{error}");
    assert_eq!(book.best_tick(Side::Bid), Some(100));
    assert_eq!(state.last_seq(), 5);
    let (low, ticks, rows) = (0, 10, 20);
    let band = Band { low, ticks, rows };
    let error = replay::depth_over_time(&mut book, &bad, 1, band).expect_err("refused");
    assert!(matches!(error, Error::Event { index: 1, .. }), "{error}");
    assert_eq!(book.best_tick(Side::Bid), Some(100));
}

#[test]
fn sizes_beyond_all_use_are_refused() {
    let events = [Event::set(Side::Bid, 1, 1).last()];
    let grid = |low, ticks, rows| {
        let band = Band { low, ticks, rows };
        replay::depth_over_time(&mut RingBook::default(), &events, 1, band)
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
    let message = "rows times samples=35184372088832: at most 268435456";
    assert_eq!(error.to_string(), message);
    assert_eq!(grid(-MAX_TICK, MAX_TICK, 2), Ok(vec![0.0, 1.0]));

    let flow = Flow::default();
    for count in [flow::MAX_EVENTS + 1, 1 << 45, usize::MAX] {
        assert!(flow::try_events(&flow, count).is_err());
    }
    let (mut far, mut deep) = (flow, flow);
    far.mid = i64::MIN;
    deep.levels = u32::MAX;
    assert!(flow::try_events(&far, 10).is_err());
    assert_eq!(flow::events(&deep, 10).len(), 10);
    let small = flow::try_events(&flow, 9_000);
    assert_eq!(small, Ok(flow::events(&flow, 9_000)));
    assert!(flow::try_published(1, 1 << 62, 20).is_err());
    assert!(flow::try_published(1, 0, u32::MAX).is_err());
    assert_eq!(flow::try_published(1, 9, 20), Ok(flow::published(1, 9, 20)));
}

#[test]
fn crossed_books_are_marked_or_trimmed() {
    for (crossing, expected, asks) in [
        (Crossing::Mark, State::Crossed, 3),
        (Crossing::Trim, State::Normal, 1),
    ] {
        let (mut book, mut state) = (RingBook::default(), FeedState::new(crossing));
        for tick in [102, 103, 105] {
            book.set(Side::Ask, tick, 9);
        }
        apply_one(&mut book, Event::set(Side::Bid, 103, 1), &mut state);
        assert_eq!((reads::state(&book), book.len(Side::Ask)), (expected, asks));
        assert_eq!(book.best_tick(Side::Bid), Some(103));
    }
    let (mut book, _) = opened();
    book.set(Side::Bid, 102, 1);
    assert_eq!(reads::state(&book), State::Locked);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

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
        "", ".", "-", "1.2.3", "1e", "e1", "1e1.0", "NaN", " 1", "0.25",
    ] {
        assert!(units(text, 1).is_err(), "{text:?}");
    }
    assert!(units("9223372036854775808", 1).is_err());
}

fn ids(first: u64, last: u64, previous: u64) -> Ids {
    Ids {
        first,
        last,
        previous,
    }
}

fn gap(expected: u64, got: u64) -> Error {
    Error::Gap { expected, got }
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
    let (snapshot, first) = (5, 12);
    assert_eq!(
        late.snapshot(5),
        Err(Error::StaleSnapshot { snapshot, first })
    );
    assert!(!late.is_live());
    assert_eq!(feed.snapshot(15), Ok(Some(vec!['b', 'c'])));
    assert_eq!(feed.message(ids(31, 40, 30), 'd'), Action::Apply('d'));
    assert_eq!(feed.message(ids(31, 40, 30), 'd'), Action::Drop);
    assert_eq!(
        feed.message(ids(45, 50, 44), 'f'),
        Action::Resync(gap(40, 44))
    );
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
    assert_eq!(
        feed.message(ids(15, 16, 0), 'd'),
        Action::Resync(gap(13, 14))
    );
}

#[test]
fn a_gap_among_the_kept_messages_keeps_what_follows() {
    let mut feed = Sequencer::new(Rule::Futures);
    let _ = feed.message(ids(1, 10, 0), 'a');
    let _ = feed.message(ids(15, 20, 14), 'b');
    let _ = feed.message(ids(21, 30, 20), 'c');
    assert_eq!(feed.snapshot(5), Err(gap(10, 14)));
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
    let reduce = |id, lots| OrderMessage::Reduce { id, lots };
    let delta = |tick, lots| Event::delta(Side::Ask, tick, lots);
    assert_eq!(tracker.events(add(1, 10)), Ok((delta(7, 10), None)));
    let missing = OrderMessage::Remove { id: 3 };
    for bad in [add(1, 10), add(2, u64::MAX), reduce(1, 11), missing] {
        assert!(tracker.events(bad).is_err(), "{bad:?}");
    }
    assert_eq!(tracker.events(reduce(1, 4)), Ok((delta(7, -4), None)));
    let (id, new_id, tick, lots) = (1, 2, 8, 3);
    let replace = OrderMessage::Replace {
        id,
        new_id,
        tick,
        lots,
    };
    assert_eq!(
        tracker.events(replace),
        Ok((delta(7, -6), Some(delta(8, 3))))
    );
    assert!(!tracker.knows(1) && tracker.knows(2));
    assert!(tracker.events(reduce(2, 3)).is_ok());
    assert!(tracker.is_empty());
}

#[test]
fn lobster_lines_that_cannot_be_read() {
    let start = "1.0,1,1,5,10000,1";
    let rows = ["10100,5,10000,5"; 2].join("\n");
    for (bad, message) in [
        ("1.0,1,2,5,10000", "expected 6 fields"),
        ("1.0,9,2,5,10000,1", "type 9"),
        ("1.0,1,2,5,10050,1", "not a multiple of the tick"),
        ("1.0,1,2,5,10000,0", "direction 0"),
        ("1.0,1,2,-5,10000,1", "negative"),
        ("x,1,2,5,10000,1", "not a decimal number"),
    ] {
        let messages = [start, bad].join("\n");
        let error = lobster::read(&messages, &rows, 100, Strictness::Strict).expect_err(bad);
        let text = error.to_string();
        assert!(text.starts_with("line 2: "), "{text}");
        assert!(text.contains(message), "{text}");
        let lenient = lobster::read(&messages, &rows, 100, Strictness::Lenient).expect("lenient");
        assert_eq!(lenient.skipped, [2]);
    }
    assert!(lobster::read(start, &rows, 100, Strictness::Strict).is_err());
}
