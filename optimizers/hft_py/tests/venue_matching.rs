//! The matching engine against a list that is searched from its start to its end.
#![allow(missing_docs)]

use hft_orderbook::{BTreeMapBook, Book, RingBook, Side};
use hft_py::venue::batch::{CANCEL, COLUMNS, Matched, REPLACE, random_rows, run};
use hft_py::venue::matching::MAX_ORDER_LOTS;
use hft_py::venue::{Flow, FlowSettings, MatchingBook};
use proptest::prelude::*;

const FILL_OR_KILL: i64 = 3;
const POST_ONLY: i64 = 4;

#[derive(Clone, Copy)]
struct Resting {
    id: i64,
    client: i64,
    side: i64,
    tick: i64,
    lots: i64,
}

/// Orders in the order in which they came to their price; the best is found by looking at all.
#[derive(Default)]
struct Naive {
    resting: Vec<Resting>,
    fills: Vec<i64>,
}

impl Naive {
    /// The first of the best orders of the other side, within the limit.
    fn maker(&self, side: i64, limit: Option<i64>) -> Option<usize> {
        let better = |a: i64, b: i64| if side == 0 { a < b } else { a > b };
        let mut best: Option<usize> = None;
        for (at, order) in self.resting.iter().enumerate() {
            let within = limit.is_none_or(|limit| !better(limit, order.tick));
            if order.side != side
                && within
                && best.is_none_or(|b| better(order.tick, self.resting[b].tick))
            {
                best = Some(at);
            }
        }
        best
    }

    fn take(&mut self, row: usize, kind: i64, mut order: Resting) -> (i64, i64) {
        let limit = (kind != 1).then_some(order.tick);
        if kind == POST_ONLY && self.maker(order.side, limit).is_some() {
            return (9, 0);
        }
        let (before, fills) = (self.resting.clone(), self.fills.len());
        let mut filled = 0;
        let mut status = 0;
        while order.lots > 0 {
            let Some(at) = self.maker(order.side, limit) else {
                status = if matches!(kind, 0 | POST_ONLY) { 1 } else { 2 };
                break;
            };
            if self.resting[at].client == order.client {
                status = 4;
                break;
            }
            let lots = order.lots.min(self.resting[at].lots);
            let maker = self.resting[at];
            self.fills.extend([row as i64, maker.id, maker.tick, lots]);
            filled += lots;
            order.lots -= lots;
            self.resting[at].lots -= lots;
            if self.resting[at].lots == 0 {
                self.resting.remove(at);
            }
        }
        if kind == FILL_OR_KILL && status != 0 {
            self.resting = before;
            self.fills.truncate(fills);
            return (3, 0);
        }
        if status == 1 {
            self.resting.push(order);
        }
        (status, filled)
    }

    fn apply(
        &mut self,
        row: usize,
        &[action, side, client, id, tick, lots]: &[i64; COLUMNS],
    ) -> (i64, i64) {
        let known = self.resting.iter().position(|order| order.id == id);
        match (action, known) {
            (CANCEL | REPLACE, None) => (10, 0),
            (CANCEL, Some(at)) => {
                self.resting.remove(at);
                (5, 0)
            }
            _ if !(1..=MAX_ORDER_LOTS as i64).contains(&lots) => (6, 0),
            (REPLACE, Some(at)) => {
                let old = self.resting[at];
                if tick == old.tick && lots <= old.lots {
                    self.resting[at].lots = lots;
                    return (1, 0);
                }
                self.resting.remove(at);
                self.take(row, 0, Resting { tick, lots, ..old })
            }
            (_, Some(_)) => (8, 0),
            (kind, None) => {
                let order = Resting {
                    id,
                    client,
                    side,
                    tick,
                    lots,
                };
                self.take(row, kind, order)
            }
        }
    }
}

fn naive(rows: &[[i64; COLUMNS]]) -> (Naive, Matched) {
    let (mut book, mut out) = (Naive::default(), Matched::default());
    for (row, values) in rows.iter().enumerate() {
        let (status, filled) = book.apply(row, values);
        out.status.push(status);
        out.filled.push(filled);
    }
    out.fills = book.fills.clone();
    (book, out)
}

fn agrees<B: Book>(rows: &[[i64; COLUMNS]]) {
    let (model, expected) = naive(rows);
    let mut book = MatchingBook::<B>::default();
    let found = run(&mut book, rows).expect("actions and sides are known");
    assert_eq!(found, expected);
    for side in Side::BOTH {
        let mine = |order: &&Resting| order.side == side as i64;
        let total: i64 = model
            .resting
            .iter()
            .filter(mine)
            .map(|order| order.lots)
            .sum();
        let levels = book.levels().depth(side);
        assert_eq!(levels.iter().map(|l| l.lots as i64).sum::<i64>(), total);
        for level in &levels {
            let queue: Vec<_> = book.orders().queue(side, level.tick).collect();
            assert_eq!(
                queue.iter().map(|order| order.lots).sum::<u64>(),
                level.lots
            );
            let expected: Vec<_> = model
                .resting
                .iter()
                .filter(mine)
                .filter(|order| order.tick == level.tick)
                .map(|order| order.id as u64)
                .collect();
            assert_eq!(
                queue.iter().map(|order| order.id).collect::<Vec<_>>(),
                expected
            );
        }
    }
    let touch = Side::BOTH.map(|side| book.levels().best_tick(side));
    if let [Some(bid), Some(ask)] = touch {
        assert!(bid < ask, "the book is crossed or locked: {bid} {ask}");
    }
}

fn rows() -> impl Strategy<Value = Vec<[i64; COLUMNS]>> {
    let row = (0..=6i64, 0..=1i64, 0..4i64, 0..40i64, 0..12i64, 0..30i64)
        .prop_map(|(action, side, client, id, tick, lots)| [action, side, client, id, tick, lots]);
    prop::collection::vec(row, 0..300)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn rows_of_any_kind_give_what_a_search_of_all_orders_gives(rows in rows()) {
        agrees::<RingBook>(&rows);
        agrees::<BTreeMapBook>(&rows);
    }

    #[test]
    fn random_flows_give_the_same(seed in 0..1_000u64) {
        let settings = FlowSettings { depth: 60, spread: 3, clients: 5, ..FlowSettings::default() };
        agrees::<RingBook>(&random_rows(&mut Flow::new(settings, seed, 0), 2_000));
    }
}

#[test]
fn a_fill_or_kill_order_trades_wholly_or_not_at_all() {
    let rows = [
        [0, 1, 1, 1, 100, 5],
        [0, 1, 2, 2, 101, 5],
        [3, 0, 3, 3, 101, 11], // one lot more than there is
        [3, 0, 3, 4, 100, 6],  // one lot more than there is within the limit
        [3, 0, 2, 5, 101, 6],  // its own order is in the way
        [3, 0, 3, 6, 101, 10],
    ];
    let mut book = MatchingBook::<RingBook>::default();
    let found = run(&mut book, &rows).expect("sound rows");
    assert_eq!(found.status, [1, 1, 3, 3, 3, 0]);
    assert_eq!(found.fills, [5, 1, 100, 5, 5, 2, 101, 5]);
    assert!(book.orders().is_empty());
}

#[test]
fn a_lower_quantity_keeps_the_place_and_a_higher_one_loses_it() {
    for (lots, first) in [(4, 1), (6, 2)] {
        let rows = [
            [0, 1, 1, 1, 100, 5],
            [0, 1, 2, 2, 100, 5],
            [REPLACE, 1, 1, 1, 100, lots],
            [1, 0, 3, 3, 0, 1],
        ];
        let mut book = MatchingBook::<RingBook>::default();
        let found = run(&mut book, &rows).expect("sound rows");
        assert_eq!(found.fills, [3, first, 100, 1]);
    }
}

#[test]
fn unknown_actions_and_sides_are_refused_by_name() {
    for (row, expected) in [
        ([7, 0, 0, 1, 1, 1], "action=7"),
        ([-1, 0, 0, 1, 1, 1], "action=-1"),
        ([0, 2, 0, 1, 1, 1], "side=2"),
    ] {
        let error = run(&mut MatchingBook::<RingBook>::default(), &[row]).expect_err("refused");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
}
