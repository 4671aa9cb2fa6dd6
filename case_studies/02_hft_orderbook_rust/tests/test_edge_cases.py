"""Which arguments are refused, with which errors, and which are not."""

from __future__ import annotations

import copy
import zlib
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
    ("side", "price", "quantity", "error", "message"),
    [
        ("buy", 100, 1, ValueError, "side='buy'"),
        ("bid", float("nan"), 1, ValueError, "price=nan"),
        ("bid", 100.05, 1, ValueError, "price=100.05 is not a multiple"),
        ("bid", 0.1 + 0.2, 1, ValueError, "not a multiple"),
        ("bid", "abc", 1, ValueError, "price='abc'"),
        ("bid", "1_000", 1, ValueError, "price='1_000'"),
        ("bid", "\u0661", 1, ValueError, "is not a decimal number"),
        ("bid", b"3", 1, TypeError, "is a bytes"),
        ("bid", np.True_, 1, TypeError, "price=True"),
        ("bid", "1e10000000", 1, ValueError, "400 digits"),
        ("bid", Decimal("1e99999999"), 1, ValueError, "400 digits"),
        ("bid", 10**4000, 1, ValueError, "an integer of 13288 bits"),
        (np.array([1, 2]), 100, 1, TypeError, "expected 'bid' or 'ask'"),
        (["bid"], 100, 1, TypeError, "expected 'bid' or 'ask'"),
        ("bid", None, 1, TypeError, "price=None"),
        ("bid", 100, -1, ValueError, "quantity=-1 at price=100: a quantity must not be negative"),
        ("bid", 100, 0.0005, ValueError, "quantity=0.0005"),
        ("bid", 1e30, 1, ValueError, "overflows"),
        ("bid", 4e17, 1, ValueError, r"price=4e\+17: expected a price within ±2\^61 ticks of 0.1"),
        ("bid", 100, 1e30, ValueError, "overflows"),
    ],
)
def test_bad_levels(
    book: hft.OrderBook, side: Any, price: Any, quantity: Any, error: type, message: str
) -> None:
    before = book.depth("bid"), book.depth("ask")
    with pytest.raises(error, match=message):
        book.set(side, price, quantity)
    assert (book.depth("bid"), book.depth("ask")) == before


def test_numpy_scalars_are_numbers(book: hft.OrderBook) -> None:
    book.set("bid", np.float64(99.9), np.float64(0.5))
    assert book.quantity_at("bid", 99.9) == 0.5
    book.set("bid", np.float32(99.9), np.float32(0.1))  # in its own precision
    assert book.quantity_at("bid", 99.9) == 0.1
    assert book.top("bid", np.int64(1)) == [(100.0, 2.0)]  # type: ignore[arg-type]
    assert len(hft.synthetic_flow(np.int64(3_000), seed=np.uint8(1))) == 3_000  # type: ignore[arg-type]


def test_zero_of_any_exponent(book: hft.OrderBook) -> None:
    book.set("bid", 100, Decimal("0e-99999999"))
    assert book.depth("bid") == []


def test_adding(book: hft.OrderBook) -> None:
    book.add("bid", 100, "-0.5")
    assert book.best_bid() == (100.0, 1.5)
    with pytest.raises(ValueError, match="change=-2 at price=100: the level has 1.5 only"):
        book.add("bid", 100, -2)
    with pytest.raises(
        ValueError, match="change='9223372036854775.807' at price=100: the level would exceed"
    ):
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
    empty = hft.OrderBook()
    assert empty.mid() is empty.spread() is empty.microprice() is empty.imbalance() is None
    book.set("bid", 100.3, 1)
    assert book.state() == "locked"
    book.set("bid", 100.4, 1)
    assert book.state() == "crossed" and book.spread() == -0.1


@pytest.mark.parametrize(
    "options",
    [
        {"tick_size": "-0.1"},
        {"lot_size": float("nan")},
        {"kind": "tree"},
        {"crossed": "ignore"},
        {"tick_size": "1e-50000000"},
        {"tick_size": "1e-320"},
        {"lot_size": "1e400"},
        {"lot_size": "1e31"},
    ],
)
def test_bad_options(options: Any) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        hft.OrderBook(**options)


@pytest.mark.parametrize("levels", [-1, 1.5, True, "3", 2**64, np.True_])
def test_bad_counts(book: hft.OrderBook, levels: Any) -> None:
    for read in (book.imbalance, book.checksum, lambda count: book.top("bid", count)):
        with pytest.raises((TypeError, ValueError), match="levels="):
            read(levels)
    with pytest.raises((TypeError, ValueError), match="count="):
        book.levels("bid", levels)


def test_clear_starts_anew() -> None:
    book = hft.OrderBook()
    events = hft.synthetic_flow(5_000)
    book.apply(events)
    assert book.last_seq > 0
    book.clear()
    assert book.last_seq == 0
    book.apply(events)
    assert book.last_seq == events["seq"][-1]


def test_copies_are_independent(book: hft.OrderBook) -> None:
    before = book.depth("bid")
    for twin in (book.copy(), copy.copy(book), copy.deepcopy({"book": book})["book"]):
        assert twin.depth("bid") == before and twin.tick_size == Decimal("0.1")
        twin.set("bid", 50, 1)
        assert book.depth("bid") == before


def test_levels_are_arrays(book: hft.OrderBook) -> None:
    book.set("bid", 99.7, 1)
    prices, quantities = book.levels("bid")
    assert prices.dtype == quantities.dtype == np.float64
    assert list(zip(prices.tolist(), quantities.tolist(), strict=True)) == book.depth("bid")
    assert book.levels("bid", 1)[0].tolist() == [100.0]
    assert book.levels("ask", 0)[0].tolist() == []


def test_sweep_to_a_limit() -> None:
    book = hft.OrderBook("0.1", "0.001")
    for price, quantity in ((100.1, 1), (100.2, 2), (100.5, 4)):
        book.set("ask", price, quantity)
        book.set("bid", 200 - price, quantity)
    assert book.sweep("ask", 5, limit=100.2) == book.sweep("ask", 3)
    assert book.sweep("ask", 2, limit="100.5") == book.sweep("ask", 2)
    assert book.sweep("bid", 5, limit=99.8) == book.sweep("bid", 3)
    assert book.sweep("ask", 5, limit=100).levels == 0
    with pytest.raises(ValueError, match="limit=100.15 is not a multiple"):
        book.sweep("ask", 5, limit=100.15)


def test_checksum_is_krakens() -> None:
    # The example of Kraken's documentation (version 1 of its feed).
    book = hft.OrderBook("0.00001", "0.00000001")
    asks = range(5_005, 5_055, 5)
    bids = (5_000, 4_995, 4_990, 4_980, 4_975, 4_970, 4_965, 4_960, 4_955, 4_950)
    for side, ticks in (("ask", asks), ("bid", bids)):
        for tick in ticks:
            book.set(side, tick * Decimal("0.00001"), "0.00000500")  # type: ignore[arg-type]
    assert book.checksum(10) == 974_947_235
    text = "".join(f"{tick}500" for tick in (*asks, *bids))
    assert book.checksum(10) == zlib.crc32(text.encode())


def test_checksum_limits(book: hft.OrderBook) -> None:
    assert book.checksum() == zlib.crc32(b"1003" + b"1500" + b"1000" + b"2000")
    with pytest.raises(ValueError, match="tick_size=0.5: the checksum"):
        hft.OrderBook("0.5").checksum()
    with pytest.raises(ValueError, match="lot_size=3: the checksum"):
        hft.OrderBook(lot_size=3).checksum()
    book.set("bid", -1, 1)
    book.checksum(1)
    with pytest.raises(ValueError, match="negative prices"):
        book.checksum(2)


SNAPSHOT = '1 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[["10.1","2.000"]]}'
LATE = np.zeros(2, hft.EVENT)
LATE["seq"] = [5, 4]
ROW = {"tick": [1], "lots": [1], "side": [0]}


@pytest.mark.parametrize(
    ("events", "error", "message"),
    [
        ([1, 2], TypeError, "list"),
        (np.zeros(3), TypeError, "dtype float64"),
        (np.zeros((2, 2), hft.EVENT), ValueError, "one dimension"),
        (pl.DataFrame({"tick": [1], "lots": [1]}), ValueError, "no column 'side'"),
        (pl.DataFrame(ROW | {"tick": [1.0]}), TypeError, "column 'tick' is Float64"),
        (pl.DataFrame(ROW | {"tick": [None]}), ValueError, "1 nulls"),
        (LATE, ValueError, "event 1: seq=4 after 5"),
    ],
)
def test_bad_batches(events: Any, error: type, message: str) -> None:
    book = hft.OrderBook()
    with pytest.raises(error, match=message):
        book.apply(events)
    assert len(book) == 0


def test_batches_of_awkward_shape() -> None:
    events = hft.synthetic_flow(4_000, seed=2)

    def depths(*batches: Any) -> list[Any]:
        book = hft.OrderBook()
        for batch in batches:
            book.apply(batch)
        return [book.depth("bid"), book.depth("ask")]

    assert depths(events[::2]) == depths(events[::2].copy())
    unaligned = np.zeros(events.nbytes + 1, np.uint8)[1:].view(hft.EVENT)
    unaligned[:] = events
    chunked = pl.concat([hft.to_frame(events[:9]), hft.to_frame(events[9:])], rechunk=False)
    assert depths(events) == depths(unaligned, events[:0]) == depths(chunked)


@pytest.mark.parametrize(
    "options",
    [
        *({"count": -1}, {"count": 2**45}, {"count": 10, "far": 1.5}),
        *({"count": 10, "levels": 0}, {"count": 10, "seed": 2**64}),
        *({"messages": -1}, {"messages": 2**62}, {"messages": 1, "levels": 0}),
    ],
)
def test_bad_flow_options(options: Any) -> None:
    flow: Any = hft.synthetic_flow if "count" in options else hft.published_flow
    with pytest.raises((TypeError, ValueError), match=list(options)[-1]):
        flow(**options)


def test_bad_replay_options() -> None:
    events = hft.synthetic_flow(5_000)
    with pytest.raises(ValueError, match="every=0"):
        hft.replay(events, every=0)
    for option in ("every", "levels"):
        with pytest.raises(ValueError, match=f"{option}="):
            hft.replay(events, **{option: 2**64})
    with pytest.raises(ValueError, match="crossed="):
        hft.replay(events, crossed="ignore")  # type: ignore[arg-type]
    assert hft.replay(events, every=len(events)).is_empty()
    assert hft.replay(events[:0]).is_empty()
    unmarked = events.copy()
    unmarked["flags"] = 0
    with pytest.raises(ValueError, match="none ends a message"):
        hft.replay(unmarked)
    for low, high, rows in (
        (0, 2**45, 2**45),
        (0, 2**62, 2**62),
        (-(2**63), 2**63 - 2, 2),
        (0, 2**64, 1),
        (5, 5, 1),
        (0, 10, 0),
    ):
        with pytest.raises(ValueError, match="low=|high=|rows="):
            hft.depth_over_time(events, low=low, high=high, rows=rows)
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


def test_picture(tmp_path: Path) -> None:
    from hft_orderbook.picture import main  # the former name

    out, file = tmp_path / "depth.png", tmp_path / "feed"
    main(["--out", str(out), "--ticks", "50"])
    assert out.stat().st_size > 10_000
    file.write_text(SNAPSHOT)
    main(["--recording", str(file), "--out", str(out), "--ticks", "0"])
    assert out.stat().st_size < 100_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--ticks", "-1"], "expected 0 to"),
        (["--ticks", "9999999999"], "expected 0 to"),
        (["--recording", "absent"], "absent"),
        (["--recording", "one_sided"], "never has levels on both sides"),
        (["--recording", "empty"], "snapshot"),
        (["--recording", "feed", "--tick-size", "0.3"], "tick_size='0.3'"),
        (["--recording", "feed", "--out", "a.xyz"], "xyz"),
        (["--recording", "feed", "--out", "."], "is a directory"),
        (["--recording", "feed", "--out", "name"], "--out name: expected"),
    ],
)
def test_bad_picture_arguments(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    from hft_orderbook.plotting import main

    monkeypatch.chdir(tmp_path)
    Path("feed").write_text(SNAPSHOT)
    Path("empty").write_text("")
    Path("one_sided").write_text('1 {"lastUpdateId":10,"bids":[["9.9","1.000"]],"asks":[]}')
    with pytest.raises(SystemExit):
        main(arguments)
    printed = capsys.readouterr().err.splitlines()[-1]
    assert "error:" in printed and message in printed
