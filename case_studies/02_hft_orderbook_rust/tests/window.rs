//! When the window of the ring moves, and what a move costs at most.
#![allow(missing_docs)]

use hft_orderbook::flow::{self, Flow};
use hft_orderbook::{Book, RingBook, Side};
use std::ops::Range;

/// Ticks by which a touch may improve or retreat after a move without another one: 12 pages
/// free above it, and 19 between it and the depth that the window keeps below.
const AHEAD: i64 = 12 * 64;
const BEHIND: i64 = 19 * 64;

/// Every place within a page, far from where an empty window happens to lie.
const STARTS: Range<i64> = 1_000_000..1_000_064;

/// A book of one side whose window has just been placed by a best level at `start`, with
/// levels behind it to retreat to.
fn placed(side: Side, start: i64) -> RingBook {
    let mut book = RingBook::default();
    book.set(side, start, 1);
    for distance in (0..=2_000).step_by(16) {
        book.set(side, behind(side, start, distance), 1);
    }
    book
}

/// The tick at a distance behind another; ahead of it if negative.
fn behind(side: Side, tick: i64, distance: i64) -> i64 {
    match side {
        Side::Bid => tick - distance,
        Side::Ask => tick + distance,
    }
}

#[test]
fn a_touch_that_swings_by_hundreds_of_ticks_moves_nothing() {
    for side in Side::BOTH {
        for start in STARTS {
            let mut book = placed(side, start);
            let moves = book.moves();
            assert_eq!(moves.reanchors, 1);
            for _ in 0..3 {
                // Ahead and back, then behind and back.
                book.set(side, behind(side, start, -AHEAD), 1);
                book.set(side, behind(side, start, -AHEAD), 0);
                for distance in (0..BEHIND).step_by(16) {
                    book.set(side, behind(side, start, distance), 0);
                }
                assert!(book.best_tick(side).is_some());
                for distance in (0..BEHIND).step_by(16) {
                    book.set(side, behind(side, start, distance), 1);
                }
            }
            assert_eq!(book.moves(), moves, "{side:?} from {start}");
        }
    }
}

#[test]
fn a_touch_that_leaves_these_bounds_moves_the_window_once() {
    for side in Side::BOTH {
        for start in STARTS {
            let mut book = placed(side, start);
            book.set(side, behind(side, start, -AHEAD - 64), 1);
            assert_eq!(book.moves().reanchors, 2, "{side:?} from {start}");
            let mut book = placed(side, start);
            for distance in (0..BEHIND + 80).step_by(16) {
                book.set(side, behind(side, start, distance), 0);
            }
            assert_eq!(book.moves().reanchors, 2, "{side:?} from {start}");
        }
    }
}

/// However full the book and however far the price: 64 pages out, 64 back.
#[test]
fn a_far_price_set_and_deleted_moves_at_most_64_pages_each_way() {
    for levels in [20, 1_000, 4_000, 20_000] {
        let flow = Flow {
            levels,
            jump: 0.0,
            ..Flow::default()
        };
        let mut book = RingBook::default();
        for event in flow::events(&flow, 3 * levels as usize + 10_000) {
            book.set(Side::of(event.side), event.tick, event.lots as u64);
        }
        for side in Side::BOTH {
            let touch = book.best_tick(side).expect("levels");
            for distance in [1_000, 4_096, 100_000, 1 << 40] {
                let expected = book.depth(side);
                let far = behind(side, touch, -distance);
                let before = book.moves();
                book.set(side, far, 1);
                let there = book.moves();
                book.set(side, far, 0);
                let back = book.moves();
                for (from, to) in [(before, there), (there, back)] {
                    assert!(to.pages - from.pages <= 64, "{from:?} to {to:?}");
                    assert!(to.reanchors - from.reanchors <= 1, "{from:?} to {to:?}");
                }
                assert!(book.depth(side) == expected, "{side:?} {levels} {distance}");
            }
        }
    }
}
