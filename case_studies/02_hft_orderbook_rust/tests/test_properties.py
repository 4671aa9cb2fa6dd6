"""Properties against the Python baseline, from Python's side of the border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hft_orderbook as hft
from hft_orderbook.baseline import DictBook, plain, run

KINDS = ("ring", "btree", "vec", "hash_cached", "hash_scan")


@st.composite
def feeds(draw: st.DrawFn) -> np.ndarray:
    """Sets near and far, deletions, snapshots and clears, in messages."""
    start = draw(st.integers(-(10**6), 10**6))
    span = draw(st.sampled_from([10, 300, 9_000, 10**6]))
    event = st.tuples(
        st.sampled_from([0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 3]),
        st.integers(0, 1),
        st.integers(-span, span),
        st.sampled_from([0, 0, 1, 5, 900, 2**32 - 1, 2**32, 55_000_000_000, 2**63 - 1]),
        st.integers(0, 1),
        st.sampled_from([0, 0, 1]),
    )
    drawn = draw(st.lists(event, min_size=1, max_size=120))
    events = np.zeros(len(drawn), hft.EVENT)
    for name, column in zip(
        ("kind", "side", "tick", "lots", "flags", "seq"), zip(*drawn, strict=True), strict=True
    ):
        events[name] = column
    events["seq"] = np.cumsum(events["seq"])
    events["tick"] += start
    return events


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(events=feeds())
def test_books_agree_with_the_dict(kind: hft.book.BookKind, events: np.ndarray) -> None:
    book, dict_book = hft.OrderBook(kind=kind), DictBook()
    book.apply(events)
    run(dict_book, plain(events))
    for number, side in enumerate(("bid", "ask")):
        ticks, lots = book._book.depth(number)
        assert list(zip(ticks.tolist(), lots.tolist(), strict=True)) == dict_book.depth(number)
        assert len(book.depth(side)) == len(dict_book.depth(number))


@settings(max_examples=60, deadline=None)
@given(events=feeds(), cut=st.integers(0, 120))
def test_batches_may_be_cut_anywhere(events: np.ndarray, cut: int) -> None:
    whole, parts = hft.OrderBook(), hft.OrderBook()
    whole.apply(events)
    parts.apply(events[:cut])
    parts.apply(events[cut:])
    assert whole.depth("bid") == parts.depth("bid")
    assert whole.depth("ask") == parts.depth("ask")


@settings(max_examples=40, deadline=None)
@given(events=feeds(), bad=st.integers(0, 119))
def test_a_refused_batch_changes_nothing(events: np.ndarray, bad: int) -> None:
    book = hft.OrderBook()
    book.apply(events)
    before = book.depth("bid"), book.depth("ask"), book.last_seq
    spoiled = events.copy()
    spoiled["seq"] += events["seq"][-1]
    spoiled["side"][bad % len(events)] = 7
    spoiled["kind"][bad % len(events)] = 0
    with pytest.raises(ValueError, match="side=7"):
        book.apply(spoiled)
    assert (book.depth("bid"), book.depth("ask"), book.last_seq) == before


@settings(max_examples=40, deadline=None)
@given(events=feeds())
def test_trimmed_books_are_never_crossed(events: np.ndarray) -> None:
    book = hft.OrderBook(crossed="trim")
    book.apply(events)
    assert book.state() in ("empty", "one-sided", "normal")


@settings(max_examples=100, deadline=None)
@given(
    tick=st.integers(-(2**40), 2**40),
    size=st.sampled_from(["0.1", "0.01", "0.00000001", "0.25", "5", "0.005"]),
)
def test_prices_are_the_same_after_conversion(tick: int, size: str) -> None:
    from hft_orderbook._units import Unit

    unit = Unit("tick_size", size)
    assert unit.count("price", unit.value(tick)) == tick or abs(tick) > 2**50
