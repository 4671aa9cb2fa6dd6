"""A second snapshot replaces the first, by whatever way it comes."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import hft_orderbook as hft
from hft_orderbook import _rust
from hft_orderbook.baseline import DictBook, plain, run
from hft_orderbook.book import BookKind
from hft_orderbook.events import as_bytes

KINDS: tuple[BookKind, ...] = ("ring", "btree", "vec", "hash_cached", "hash_scan")


def snapshot(seq: int, bid: int, *, last: bool = False) -> hft.events.Events:
    """Two bids and an ask above them, under one number."""
    events = np.zeros(3, hft.EVENT)
    events["kind"], events["seq"] = hft.Kind.SNAPSHOT, seq
    events["tick"], events["side"] = [bid, bid - 5, bid + 2], [0, 0, 1]
    events["lots"] = [5, 6, 7]
    events["flags"][-1] = hft.LAST if last else 0
    return events


FIRST, SECOND = snapshot(10, 100), snapshot(20, 110)
EXPECTED = [(110.0, 5.0), (105.0, 6.0)], [(112.0, 7.0)]


def depths(book: hft.OrderBook) -> tuple[Any, Any]:
    return book.depth("bid"), book.depth("ask")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("crossed", ["mark", "trim"])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("convert", [lambda e: e, hft.to_frame])
def test_another_number_begins_anew(
    kind: BookKind, crossed: Any, whole: bool, convert: Any
) -> None:
    book = hft.OrderBook(kind=kind, crossed=crossed)
    batches = [np.concatenate([FIRST, SECOND])] if whole else [FIRST, SECOND]
    for batch in batches:
        book.apply(convert(batch))
    assert depths(book) == EXPECTED
    assert (book.state(), book.last_seq) == ("normal", 20)


def test_a_lower_number_begins_anew_too() -> None:
    """As after a restart of the exchange's numbers."""
    book = hft.OrderBook()
    for batch in (snapshot(20, 100), snapshot(3, 110)):
        book.apply(batch)
    assert (depths(book), book.last_seq) == (EXPECTED, 3)


def test_frames_in_units() -> None:
    book = hft.OrderBook("0.1")
    for seq, bid in ((1, 9.9), (2, 10.0)):
        columns = {"price": [bid, bid + 0.5], "quantity": [1, 2], "side": ["bid", "ask"]}
        book.apply(pl.DataFrame(columns | {"kind": [3, 3], "seq": [seq, seq]}))
    assert depths(book) == ([(10.0, 1.0)], [(10.5, 2.0)])


@pytest.mark.parametrize("cut", range(7))
def test_a_snapshot_of_one_number_may_come_in_parts(cut: int) -> None:
    events = np.concatenate([FIRST, SECOND])
    book = hft.OrderBook()
    book.apply(events[:cut])
    book.apply(events[cut:])
    assert depths(book) == EXPECTED


def test_every_other_way_in() -> None:
    events = np.concatenate([FIRST, snapshot(20, 110, last=True)])
    top = hft.replay(events)
    assert top.select("bid", "ask").rows() == [(110.0, 112.0)]
    grid = hft.depth_over_time(events, low=90, high=120, rows=30)
    assert np.flatnonzero(grid[0]).tolist() == [15, 20, 22]
    dict_book = DictBook()
    assert run(dict_book, plain(events)) == ([110], [112])
    assert dict_book.depth(0) == [(110, 5), (105, 6)]
    for kind in KINDS:
        book = _rust.Book(kind, False)
        bids, asks = book.run_trace(as_bytes(events), 1)
        assert (bids.tolist(), asks.tolist(), book.len(0)) == ([110], [112], 2)
        book.run_updates(as_bytes(events))
        assert (book.len(0), book.len(1)) == (2, 1)


def test_an_ended_message_begins_anew_under_the_same_number() -> None:
    book = hft.OrderBook()
    for bid in (100, 110):
        book.apply(snapshot(10, bid, last=True))
    assert depths(book) == EXPECTED
