"""Feeds of limited depth: the book has the levels that the exchange shows, and its checksum."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import polars as pl
import pytest

import hft_orderbook as hft

DEPTH = 10
SIZES = ("0.1", "0.00000001")


class Exchange:
    """All levels, of which each message tells how the best ten of a side have changed.

    As Kraken's feed: what falls out of the ten is not deleted, what comes back is told again.
    """

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.sides: list[dict[int, int]] = [
            {tick: 1 + tick % 7 for tick in range(first, first + 40)} for first in (360, 401)
        ]
        self.shown: list[dict[int, int]] = [{}, {}]

    def best(self, side: int) -> dict[int, int]:
        ticks = sorted(self.sides[side], reverse=side == 0)[:DEPTH]
        return {tick: self.sides[side][tick] for tick in ticks}

    def message(self) -> pl.DataFrame:
        """Some orders, then what a subscriber is sent, in any order."""
        for _ in range(int(self.random.integers(0, 6))):
            side = int(self.random.integers(2))
            distance = int(self.random.geometric(0.15))
            tick = 401 - distance if side == 0 else 400 + distance
            lots = int(self.random.integers(0, 5_000_000_000))
            if self.random.random() < 0.5:
                self.sides[side].pop(tick, None)
            elif lots:
                self.sides[side][tick] = lots
        rows = []
        for side in (0, 1):
            before, now = self.shown[side], self.best(side)
            # A level that left the ten is deleted only where it is gone from the whole side.
            gone = [tick for tick in before if tick not in self.sides[side]]
            rows += [(tick, 0, side) for tick in gone]
            rows += [(t, lots, side) for t, lots in now.items() if before.get(t) != lots]
            self.shown[side] = now
        self.random.shuffle(rows)
        columns: Any = list(zip(*rows, strict=True)) or [(), (), ()]
        frame = pl.DataFrame(dict(zip(("tick", "lots", "side"), columns, strict=True)))
        return frame.cast({"tick": pl.Int64, "lots": pl.Int64, "side": pl.UInt8})

    def checksum(self) -> int:
        """Over the digits of price and quantity without point and leading zeros, asks first."""
        levels = [*self.best(1).items(), *self.best(0).items()]
        return zlib.crc32("".join(f"{tick}{lots}" for tick, lots in levels).encode())


@pytest.mark.parametrize("kind", ["ring", "btree", "vec", "hash_cached", "hash_scan"])
@pytest.mark.parametrize("records", [False, True])
def test_checksums_fit_after_every_message(kind: Any, records: bool) -> None:
    exchange = Exchange(seed=1)
    book = hft.OrderBook(*SIZES, kind=kind, max_depth=DEPTH)
    for _ in range(300):
        message = exchange.message()
        book.apply(hft.as_events(message) if records else message)
        assert book.checksum() == exchange.checksum()
        assert len(book) == sum(len(exchange.best(side)) for side in (0, 1))


def test_without_the_limit_they_do_not() -> None:
    exchange, book = Exchange(seed=1), hft.OrderBook(*SIZES)
    fits = []
    for _ in range(300):
        book.apply(exchange.message())
        fits.append(book.checksum() == exchange.checksum())
    assert fits[0] and not all(fits)


def test_a_batch_of_messages_is_cut_at_each_end() -> None:
    exchange = Exchange(seed=2)
    messages = [hft.as_events(exchange.message()) for _ in range(200)]
    messages = [message for message in messages if len(message)]
    for message in messages:
        message["flags"][-1] = hft.LAST
    events = np.concatenate(messages)
    whole = hft.OrderBook(max_depth=DEPTH)
    whole.apply(events)
    assert whole.checksum() == exchange.checksum()
    shown = hft.replay(events, levels=50, max_depth=DEPTH)
    book = hft.OrderBook(max_depth=DEPTH)
    for message, imbalance in zip(messages, shown["imbalance"], strict=True):
        book.apply(message)
        assert book.imbalance(50) == imbalance
    assert shown["imbalance"].to_list() != hft.replay(events, levels=50)["imbalance"].to_list()


def test_a_level_may_be_pushed_out_and_come_back_within_a_message() -> None:
    book = hft.OrderBook(max_depth=2)
    book.apply(pl.DataFrame({"price": [9, 8], "quantity": [1, 2], "side": ["bid"] * 2}))
    book.apply(pl.DataFrame({"price": [10, 9], "quantity": [3, 0], "side": ["bid"] * 2}))
    assert book.depth("bid") == [(10.0, 3.0), (8.0, 2.0)]
    book.set("bid", 9, 5)  # a message of its own
    assert book.depth("bid") == [(10.0, 3.0), (9.0, 5.0)]
    twin = book.copy()
    twin.set("bid", 11, 1)
    assert (twin.max_depth, len(twin), len(book)) == (2, 2, 2)


def test_a_refused_batch_leaves_the_book() -> None:
    book = hft.OrderBook(max_depth=1)
    book.set("ask", 10, 3)
    events = np.zeros(2, hft.EVENT)
    events["tick"], events["lots"], events["side"] = [9, 10], [1, -3], 1
    events["kind"], events["flags"] = hft.Kind.DELTA, hft.LAST
    with pytest.raises(ValueError, match="event 1: delta=-3 at tick 10: the level has only 0 lots"):
        book.apply(events)
    assert book.depth("ask") == [(10.0, 3.0)]


@pytest.mark.parametrize("bad", [0, -1, 1.5, True, "10"])
def test_bad_limits(bad: Any) -> None:
    for use in (hft.OrderBook, lambda **options: hft.replay(hft.synthetic_flow(9), **options)):
        with pytest.raises((TypeError, ValueError), match="max_depth="):
            use(max_depth=bad)
