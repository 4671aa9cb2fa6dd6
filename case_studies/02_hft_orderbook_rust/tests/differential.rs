//! Every book against the reference: the whole depth after every event.

mod common;

use common::{Naive, assert_same};
use hft_orderbook::{
    BTreeMapBook, Book, CachedHashMapBook, HashMapBook, MAX_LOTS, MAX_TICK, RingBook, Side, VecBook,
};
use proptest::prelude::*;

/// A step of a test, in terms of where the touch is.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// Set a level at a distance behind (positive) or ahead of the touch of its side.
    Set(Side, i64, u64),
    /// Set a level at an absolute price.
    At(Side, i64, u64),
    /// Delete the best level.
    DeleteBest(Side),
    /// Delete the n-th level, counted round.
    Delete(Side, usize),
    /// Change the n-th level.
    Change(Side, usize, u64),
    Clear,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Bid), Just(Side::Ask)]
}

/// Zero, small, at the borders of 31 and 32 bits, and as large as can be.
fn lots() -> impl Strategy<Value = u64> {
    let border = u64::from(u32::MAX);
    prop_oneof![
        2 => Just(0),
        8 => 1..1_000u64,
        1 => border - 2..border + 3,
        1 => (border >> 1) - 3..(border >> 1) + 3,
        1 => Just(55_000_000_000),
        1 => Just(MAX_LOTS),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (side(), -4..40i64, lots()).prop_map(|(s, d, q)| Step::Set(s, d, q)),
        4 => (side(), -900..5_000i64, lots()).prop_map(|(s, d, q)| Step::Set(s, d, q)),
        2 => (side(), -200_000..200_000i64, lots()).prop_map(|(s, d, q)| Step::Set(s, d, q)),
        1 => (side(), -MAX_TICK..=MAX_TICK, lots()).prop_map(|(s, t, q)| Step::At(s, t, q)),
        6 => side().prop_map(Step::DeleteBest),
        3 => (side(), 0..64usize).prop_map(|(s, n)| Step::Delete(s, n)),
        3 => (side(), 0..64usize, lots()).prop_map(|(s, n, q)| Step::Change(s, n, q)),
        1 => Just(Step::Clear),
    ]
}

/// The update that a step means for the reference as it stands; `None` clears.
fn resolve(step: Step, naive: &Naive, start: i64) -> Option<(Side, i64, u64)> {
    let nth = |side, n: usize| {
        let depth = naive.depth(side);
        let level = depth.get(n % depth.len().max(1));
        level.map_or(start, |level| level.tick)
    };
    Some(match step {
        Step::Set(side, distance, lots) => {
            let away = [-distance, distance][side as usize];
            let tick = nth(side, 0).saturating_add(away);
            (side, tick.clamp(-MAX_TICK, MAX_TICK), lots)
        }
        Step::At(side, tick, lots) => (side, tick, lots),
        Step::DeleteBest(side) => (side, nth(side, 0), 0),
        Step::Delete(side, n) => (side, nth(side, n), 0),
        Step::Change(side, n, lots) => (side, nth(side, n), lots),
        Step::Clear => return None,
    })
}

/// One line for each book: it joins the suite.
macro_rules! suite {
    ($($name:ident: $book:ty),* $(,)?) => {$(
        mod $name {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

                #[test]
                fn whole_depth_after_every_event(
                    start in -10_000..10_000i64,
                    steps in proptest::collection::vec(step(), 1..160),
                ) {
                    let (mut book, mut naive) = (<$book>::default(), Naive::default());
                    for step in steps {
                        let tick = match resolve(step, &naive, start) {
                            Some((side, tick, lots)) => {
                                book.set(side, tick, lots);
                                naive.set(side, tick, lots);
                                tick
                            }
                            None => {
                                book.clear();
                                naive.clear();
                                start
                            }
                        };
                        assert_same(&book, &naive, tick);
                    }
                }

                #[test]
                fn a_mirrored_feed_gives_the_mirrored_book(
                    start in -10_000..10_000i64,
                    steps in proptest::collection::vec(step(), 1..200),
                ) {
                    let (mut book, mut twin) = (<$book>::default(), <$book>::default());
                    let mut naive = Naive::default();
                    for step in steps {
                        if let Some((side, tick, lots)) = resolve(step, &naive, start) {
                            book.set(side, tick, lots);
                            twin.set(side.opposite(), -tick, lots);
                            naive.set(side, tick, lots);
                        }
                    }
                    for side in Side::BOTH {
                        let mut mirrored = twin.depth(side.opposite());
                        mirrored.iter_mut().for_each(|level| level.tick = -level.tick);
                        prop_assert_eq!(book.depth(side), mirrored);
                    }
                }
            }

            #[test]
            fn a_touch_that_walks_through_every_alignment() {
                walk::<$book>();
            }

            #[test]
            fn prices_at_the_ends_of_the_range() {
                ends::<$book>();
            }
        }
    )*};
}

suite! {
    hash_scan: HashMapBook,
    hash_cached: CachedHashMapBook,
    btree: BTreeMapBook,
    sorted_vec: VecBook,
    ring: RingBook,
}

/// Walk the touch of each side up and down over more than two windows, tick by tick, with
/// levels that rest on either side of the window's borders.
fn walk<B: Book>() {
    for side in Side::BOTH {
        let (mut book, mut naive) = (B::default(), Naive::default());
        let resting = [
            -9_000, -4_097, -4_096, -4_095, -3_200, -64, -63, 0, 63, 64, 4_096,
        ];
        let path = (0..4_300).chain((-4_300..4_300).rev());
        let visits = path.flat_map(|tick| [(tick, 7), (tick - 70, 3), (tick - 70, 0), (tick, 0)]);
        let start = resting.map(|tick: i64| (tick, 1 + tick.unsigned_abs()));
        for (i, (tick, lots)) in start.into_iter().chain(visits).enumerate() {
            book.set(side, tick, lots);
            naive.set(side, tick, lots);
            assert_eq!(book.best(side), naive.depth(side).first().copied());
            if i % 97 == 0 {
                assert_same(&book, &naive, tick);
            }
        }
        assert_same(&book, &naive, 0);
    }
}

fn ends<B: Book>() {
    let (mut book, mut naive) = (B::default(), Naive::default());
    for side in Side::BOTH {
        for tick in [MAX_TICK, -MAX_TICK, 0, MAX_TICK - 1, 1 - MAX_TICK, -1, 1] {
            book.set(side, tick, MAX_LOTS);
            naive.set(side, tick, MAX_LOTS);
            assert_same(&book, &naive, tick);
        }
    }
    for side in Side::BOTH {
        while let Some(level) = book.best(side) {
            book.set(side, level.tick, 0);
            naive.set(side, level.tick, 0);
            assert_same(&book, &naive, level.tick);
        }
    }
}
