"""What is copied or pickled goes on as the original does."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hft_orderbook as hft

WAYS: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    *(lambda x, p=p: pickle.loads(pickle.dumps(x, protocol=p)) for p in range(2, 6)),
]
ways = pytest.mark.parametrize("twin_of", WAYS)


@ways
@pytest.mark.parametrize("kind", ["ring", "btree", "vec", "hash_cached", "hash_scan"])
@pytest.mark.parametrize("options", [{}, {"crossed": "trim"}, {"max_depth": 7}])
def test_books(twin_of: Callable[[Any], Any], kind: Any, options: Any) -> None:
    events = hft.synthetic_flow(6_000, seed=3, levels=100)
    book = hft.OrderBook("0.1", "0.001", kind=kind, **options)
    book.apply(events[:3_000])
    twin = twin_of(book)
    for piece in (events[3_000:4_000], events[4_000:]):
        assert (twin.last_seq, repr(twin)) == (book.last_seq, repr(book))
        for side in ("bid", "ask"):
            assert twin.depth(side) == book.depth(side)
        assert (twin.microprice(), twin.imbalance(5)) == (book.microprice(), book.imbalance(5))
        before = book.depth("bid")
        twin.apply(piece)
        assert book.depth("bid") == before  # they share nothing
        book.apply(piece)
    assert (twin.tick_size, twin.max_depth) == (book.tick_size, book.max_depth)
    with pytest.raises(ValueError, match="after"):
        twin.apply(events[:5_000][events[:5_000]["kind"] == hft.Kind.SET])


@ways
def test_a_book_within_a_snapshot(twin_of: Callable[[Any], Any]) -> None:
    snapshot = np.zeros(4, hft.EVENT)
    snapshot["kind"], snapshot["seq"] = hft.Kind.SNAPSHOT, 9
    snapshot["tick"], snapshot["lots"] = [5, 4, 2**40, 1], [1, 2**50, 2**63 - 1, 4]
    book = hft.OrderBook()
    book.apply(snapshot[:3])
    twin = twin_of(book)
    twin.apply(snapshot[3:])
    assert len(twin) == 4 and twin.quantity_at("bid", 2**40) == float(2**63 - 1)
    empty = twin_of(hft.OrderBook())
    assert (len(empty), empty.last_seq) == (0, 0)


@ways
@pytest.mark.parametrize("rule", ["futures", "spot"])
@pytest.mark.parametrize("cut", range(9))
def test_sequencers(twin_of: Callable[[Any], Any], rule: Any, cut: int) -> None:
    steps: list[tuple[int, ...]] = [
        *((8, 10, 7), (11, 15, 10), (12,), (16, 20, 15), (25, 30, 24), (31, 40, 30), (20,), (27,)),
        (41, 50, 40),
    ]

    def outcome(feed: hft.Sequencer, step: tuple[int, ...]) -> Any:
        try:
            if len(step) == 1:
                done: Any = feed.snapshot(step[0])
            else:
                done = feed.message(step[0], step[1], {"ids": step}, previous=step[2])
        except ValueError as error:
            done = str(error)
        return done, feed.live, feed.gaps, feed.kept

    feed = hft.Sequencer(rule)
    for step in steps[:cut]:
        outcome(feed, step)
    twin = twin_of(feed)
    after = [outcome(feed, step) for step in steps[cut:]]
    assert [outcome(twin, step) for step in steps[cut:]] == after


def test_a_copy_of_a_sequencer_shares_messages_and_a_deep_copy_does_not() -> None:
    feed, message = hft.Sequencer("spot"), {"a": 1}
    feed.message(1, 2, message)
    shared, own = copy.copy(feed).snapshot(0), copy.deepcopy(feed).snapshot(0)
    assert shared is not None and shared[0] is message
    assert own == [message] and own[0] is not message


@ways
def test_order_trackers(twin_of: Callable[[Any], Any]) -> None:
    orders = hft.OrderTracker()
    assert len(twin_of(orders)) == 0
    for number in range(2**64 - 300, 2**64):
        orders.add(number, ("bid", "ask")[number % 2], number % 97 - 50, 1 + number % 5)
    twin = twin_of(orders)
    assert len(twin) == 300
    assert pickle.dumps(twin) == pickle.dumps(orders)
    for number in range(2**64 - 300, 2**64, 3):
        assert np.array_equal(twin.remove(number), orders.remove(number))
        one, other = (t.replace(number + 1, number - 500, 3, 9, seq=4) for t in (twin, orders))
        assert np.array_equal(one, other)
    assert len(twin) == len(orders)


def test_damaged_states_are_refused() -> None:
    book = hft.OrderBook()._book
    tracker, feed = hft.OrderTracker(), hft.Sequencer("spot")
    ticks, lots = np.array([2**62]), np.array([1], np.uint64)
    none = (np.array([], np.int64), np.array([], np.uint64))
    damaged: list[tuple[Any, Any]] = [
        (book, (1, None, (ticks, lots), none)),
        (tracker, [(1, 2, 5, 5)]),
        (tracker, [(1, 0, 5, 5), (1, 0, 5, 5)]),
        (feed, ("asleep", 0, 0, [])),
    ]
    for thing, state in damaged:
        with pytest.raises(ValueError, match=r"tick=|side=|order 1|state"):
            thing.__setstate__(state)


@ways
def test_recordings(twin_of: Callable[[Any], Any], tmp_path: Path) -> None:
    file = tmp_path / "feed"
    file.write_text('1 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[["10.1","2.000"]]}')
    recording = hft.load_binance(file)
    twin = twin_of(recording)
    assert np.array_equal(twin.events, recording.events)
    assert twin.tickers.equals(recording.tickers) and twin.tick_size == recording.tick_size
