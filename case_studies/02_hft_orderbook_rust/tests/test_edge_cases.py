"""What is refused at the door, by name, and what is not."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import hft_orderbook as hft


@pytest.fixture
def book() -> hft.OrderBook:
    made = hft.OrderBook(tick_size="0.1", lot_size="0.001")
    made.set("bid", 100.0, 2)
    made.set("ask", "100.3", Decimal("1.5"))
    return made


@pytest.mark.parametrize(
    ("side", "price", "quantity", "error", "told"),
    [
        ("buy", 100, 1, ValueError, "side='buy'"),
        ("bid", float("nan"), 1, ValueError, "price=nan"),
        ("bid", float("inf"), 1, ValueError, "price=inf"),
        ("bid", 100.05, 1, ValueError, "price=100.05 is no multiple"),
        ("bid", 0.1 + 0.2, 1, ValueError, "no multiple"),
        ("bid", "abc", 1, ValueError, "price='abc'"),
        ("bid", None, 1, TypeError, "price=None"),
        ("bid", 100, -1, ValueError, "negative"),
        ("bid", 100, 0.0005, ValueError, "quantity=0.0005"),
        ("bid", 1e30, 1, ValueError, "overflows"),
        ("bid", 4e17, 1, ValueError, "within"),
        ("bid", 100, 1e30, ValueError, "overflows"),
    ],
)
def test_bad_levels(
    book: hft.OrderBook, side: Any, price: Any, quantity: Any, error: type, told: str
) -> None:
    before = book.depth("bid"), book.depth("ask")
    with pytest.raises(error, match=told):
        book.set(side, price, quantity)
    assert (book.depth("bid"), book.depth("ask")) == before


def test_numpy_scalars_are_numbers(book: hft.OrderBook) -> None:
    book.set("bid", np.float64(99.9), np.float64(0.5))
    assert book.quantity_at("bid", 99.9) == 0.5


def test_adding(book: hft.OrderBook) -> None:
    book.add("bid", 100, "-0.5")
    assert book.best_bid() == (100.0, 1.5)
    with pytest.raises(ValueError, match="the level has 1500 lots only"):
        book.add("bid", 100, -2)
    with pytest.raises(ValueError, match="exceed"):
        book.add("bid", 100, "9223372036854775.807")
    assert book.best_bid() == (100.0, 1.5)


def test_reads(book: hft.OrderBook) -> None:
    assert book.mid() == 100.15
    assert book.spread() == 0.3
    assert book.imbalance() == pytest.approx(0.5 / 3.5, abs=1e-15)
    assert book.microprice() == pytest.approx(100 + 0.3 * 2 / 3.5, abs=1e-12)
    sweep = book.sweep("ask", 2)
    assert (sweep.filled, sweep.average_price, sweep.levels) == (1.5, 100.3, 1)
    assert repr(book) == "<OrderBook ring: 1 bids, 1 asks, normal>"
    twin = book.copy()
    twin.clear()
    assert len(twin) == 0 and len(book) == 2
    assert twin.mid() is twin.spread() is twin.microprice() is twin.imbalance() is None
    assert twin.best_bid() is None and twin.state() == "empty"
    book.set("bid", 100.3, 1)
    assert book.state() == "locked"
    book.set("bid", 100.4, 1)
    assert book.state() == "crossed" and book.spread() == -0.1


@pytest.mark.parametrize(
    "options",
    [
        {"tick_size": 0},
        {"tick_size": "-0.1"},
        {"lot_size": float("nan")},
        {"kind": "tree"},
        {"crossed": "ignore"},
    ],
)
def test_bad_options(options: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        hft.OrderBook(**options)


@pytest.mark.parametrize("levels", [-1, 1.5, True, "3"])
def test_bad_counts(book: hft.OrderBook, levels: Any) -> None:
    with pytest.raises(ValueError, match="levels="):
        book.top("bid", levels)


def test_bad_batches() -> None:
    book = hft.OrderBook()
    with pytest.raises(TypeError, match="list"):
        book.apply([1, 2])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="dtype float64"):
        book.apply(np.zeros(3))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one dimension"):
        book.apply(np.zeros((2, 2), hft.EVENT))
    with pytest.raises(ValueError, match="no column 'side'"):
        book.apply(pl.DataFrame({"tick": [1], "lots": [1]}))
    with pytest.raises(TypeError, match="column 'tick' is Float64"):
        book.apply(pl.DataFrame({"tick": [1.0], "lots": [1], "side": [0]}))
    nulls = pl.DataFrame({"tick": [None, 1], "lots": [1, 1], "side": [0, 0]})
    with pytest.raises(ValueError, match="1 nulls"):
        book.apply(nulls)
    late = np.zeros(2, hft.EVENT)
    late["seq"] = [5, 4]
    with pytest.raises(ValueError, match="event 1: seq=4 after 5"):
        book.apply(late)
    assert len(book) == 0


def test_batches_of_awkward_shape() -> None:
    events = hft.synthetic_flow(4_000, seed=2)
    expected = hft.OrderBook()
    expected.apply(events[::2].copy())
    strided = hft.OrderBook()
    strided.apply(events[::2])
    assert strided.depth("bid") == expected.depth("bid")
    memory = np.zeros(events.nbytes + 1, np.uint8)
    unaligned = memory[1:].view(hft.EVENT)
    unaligned[:] = events
    book, whole = hft.OrderBook(), hft.OrderBook()
    book.apply(unaligned)
    whole.apply(events)
    assert book.depth("ask") == whole.depth("ask")
    book.apply(events[:0])
    chunked = pl.concat([hft.to_frame(events[:9]), hft.to_frame(events[9:])], rechunk=False)
    from_chunks = hft.OrderBook()
    from_chunks.apply(chunked)
    assert from_chunks.depth("bid") == whole.depth("bid")


LINES = (
    '1 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[["10.1","2.000"]]}',
    '2 {"data":{"e":"depthUpdate","U":8,"u":12,"pu":7,"b":[["9.8","1.000"]],"a":[]}}',
    '3 {"data":{"e":"depthUpdate","U":13,"u":15,"pu":12,"b":[],"a":[["10.1","0.000"]]}}',
)


@pytest.mark.parametrize("packed", [False, True])
def test_binance_lines(tmp_path: Path, packed: bool) -> None:
    file = tmp_path / "feed"
    text = "\n".join(LINES).encode()
    file.write_bytes(gzip.compress(text) if packed else text)
    recording = hft.load_binance(file)
    assert recording.messages == 3 and recording.gaps == []
    book = hft.OrderBook("0.1", "0.001")
    book.apply(recording.events)
    assert book.depth("bid") == [(9.9, 1.0), (9.8, 1.0)] and book.depth("ask") == []


@pytest.mark.parametrize(
    "bad",
    [
        "x {}",
        "4",
        '4 {"data":{"e":"depthUpdate"}}',
        '4 {"data":{"e":"unheard of"}}',
        '4 {"data":{"e":"depthUpdate","U":16,"u":17,"pu":15,"b":[["9.85","1"]],"a":[]}}',
        '4 {"data":{"e":"depthUpdate","U":16,"u":17,"pu":15,"b":[["9.8","-1"]],"a":[]}}',
        '4 {"data":{"e":"depthUpdate","U":16,"u":17,"b":[],"a":[]}}',
        LINES[2][:40],
        "\x00\xff",
    ],
)
def test_bad_binance_lines(tmp_path: Path, bad: str) -> None:
    file = tmp_path / "feed"
    file.write_text("\n".join([*LINES, bad, LINES[2].replace("13", "16")]), encoding="latin-1")
    with pytest.raises(ValueError, match="^line 4: "):
        hft.load_binance(file)
    recording = hft.load_binance(file, on_error="skip")
    assert recording.skipped == [4]


def test_bad_loader_options(tmp_path: Path) -> None:
    file = tmp_path / "feed"
    file.write_text(LINES[0])
    for options in (
        {"tick_size": "0.25"},
        {"tick_size": 10},
        {"market": "options"},
        {"on_error": "ignore"},
    ):
        with pytest.raises(ValueError, match=next(iter(options))):
            hft.load_binance(file, **options)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="tick=0"):
        hft.load_lobster(file, file, tick=0)
    with pytest.raises(FileNotFoundError):
        hft.load_binance(tmp_path / "absent")


def test_bad_flow_and_replay_options() -> None:
    for options in ({"count": -1}, {"count": 10, "far": 1.5}, {"count": 10, "levels": 0}):
        with pytest.raises(ValueError, match=list(options)[-1]):
            hft.synthetic_flow(**options)  # type: ignore[arg-type]
    events = hft.synthetic_flow(5_000)
    with pytest.raises(ValueError, match="every=0"):
        hft.replay(events, every=0)
    with pytest.raises(ValueError, match="rows must divide"):
        hft.depth_over_time(events, low=0, high=10, rows=3)


def test_depth_over_time_counts_every_lot_in_the_band() -> None:
    events = hft.synthetic_flow(6_000, seed=4, levels=50, far=0, jump=0)
    low, high = int(events["tick"].min()), int(events["tick"].max()) + 1
    grid = hft.depth_over_time(events, low=low, high=high, rows=1)
    book = hft.OrderBook()
    book.apply(events)
    total = sum(lots for side in ("bid", "ask") for _, lots in book.depth(side))
    assert grid[-1, 0] == total


def test_replay_of_nothing() -> None:
    assert hft.replay(np.zeros(0, hft.EVENT)).height == 0


def test_picture(tmp_path: Path) -> None:
    from hft_orderbook.picture import main

    out = tmp_path / "depth.png"
    main(["--out", str(out), "--ticks", "50"])
    assert out.stat().st_size > 10_000
