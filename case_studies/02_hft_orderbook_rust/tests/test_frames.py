"""Batches as frames: units, names of sides, what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hft_orderbook as hft
from hft_orderbook._units import Unit

SIZES = ("0.1", "0.05", "0.025", "0.0001", "0.001", "0.01", "0.5", "0.00000001", "3", "2.5")
SETS = {"price": [100.1, 100.3], "quantity": [2.0, 0.5], "side": ["bid", "ask"]}


def book_of(events: Any) -> list[Any]:
    book = hft.OrderBook("0.1", "0.5")
    book.apply(events)
    return [book.depth("bid"), book.depth("ask")]


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame(SETS),
        pl.DataFrame(SETS | {"side": [0, 1]}),
        pl.DataFrame(SETS).with_columns(pl.col("side").cast(pl.Categorical)),
        pl.DataFrame(SETS).with_columns(pl.col("price", "quantity").cast(pl.String)),
        pl.DataFrame(SETS).with_columns(pl.col("price", "quantity").cast(pl.Decimal(20, 4))),
        pl.DataFrame(SETS).with_columns(pl.col("price", "quantity").cast(pl.Float32)),
        pl.DataFrame({"tick": [1001, 1003], "quantity": ["2", "0.5"], "side": ["bid", "ask"]}),
        pl.DataFrame({"price": [100.1, 100.3], "lots": [4, 1], "side": ["bid", "ask"]}),
    ],
)
def test_prices_and_quantities(frame: pl.DataFrame) -> None:
    expected = [[(100.1, 2.0)], [(100.3, 0.5)]]
    assert book_of(hft.as_events(frame, tick_size="0.1", lot_size="0.5")) == expected
    assert book_of(frame) == expected


@pytest.mark.parametrize(
    ("frame", "error", "message"),
    [
        (
            SETS | {"price": [100.1, 100.35]},
            ValueError,
            "row 1: price=.*100.35.* is not a multiple",
        ),
        (SETS | {"price": [100.1, float("nan")]}, ValueError, "row 1: price=.*nan"),
        (SETS | {"price": [100.1, None]}, ValueError, "'price' has 1 nulls"),
        (SETS | {"price": ["100.1", "x"]}, ValueError, "row 1: price='x' is not a decimal"),
        (SETS | {"price": [1e30, 100.1]}, ValueError, "row 0: price=.*overflows"),
        (SETS | {"price": [True, False]}, TypeError, "row 0: price=True"),
        (SETS | {"quantity": [2, 0.3]}, ValueError, "row 1: quantity=.*0.3.* is not a multiple"),
        (SETS | {"tick": [1, 2]}, ValueError, "both 'price' and 'tick'"),
        (SETS | {"side": ["bid", "buy"]}, ValueError, "'side' has 'buy'"),
        (SETS | {"side": [0.0, 1.0]}, TypeError, "'side' is Float64"),
        (SETS | {"side": [0, 300]}, ValueError, "'side' has 300, which is no UInt8"),
        (SETS | {"side": [0, -1]}, ValueError, "'side' has -1"),
        (SETS | {"kind": [0, 300]}, ValueError, "'kind' has 300"),
        (SETS | {"sequence": [1, 2]}, ValueError, "'sequence', which is not a field"),
    ],
)
def test_bad_frames(frame: dict[str, Any], error: type, message: str) -> None:
    data = pl.DataFrame(frame, strict=False)
    with pytest.raises(error, match=message):
        hft.as_events(data, tick_size="0.1", lot_size="0.5")
    with pytest.raises(error, match=message):
        hft.OrderBook("0.1", "0.5").apply(data)


def test_wrong_containers() -> None:
    with pytest.raises(ValueError, match="'price' needs tick_size="):
        hft.as_events(pl.DataFrame(SETS))
    with pytest.raises(TypeError, match="frame is a ndarray: expected a Polars DataFrame"):
        hft.as_events(np.zeros(1, hft.EVENT))  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match=r"events is a DataFrame: expected a NumPy array of .*EVENT$"
    ):
        hft.to_frame(pl.DataFrame(SETS))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="events is a list: expected .* or a Polars DataFrame"):
        hft.replay([1])  # type: ignore[arg-type]
    masked: Any = np.ma.zeros(2, hft.EVENT)
    with pytest.raises(TypeError, match="masked"):
        hft.OrderBook().apply(masked)
    with pytest.raises(ValueError, match="'sequence'"):
        hft.OrderBook().apply(
            pl.DataFrame(
                {"tick": [1], "lots": [1], "side": [0], "sequence": [1]},
                schema_overrides={"side": pl.UInt8},
            )
        )


def test_replay_and_depth_take_frames() -> None:
    events = hft.synthetic_flow(6_000, seed=4, levels=50)
    frame = hft.to_frame(events)
    assert hft.replay(frame, every=7).equals(hft.replay(events, every=7))
    band: dict[str, int] = {"low": 617_000, "high": 619_000, "rows": 10}
    grids = [hft.depth_over_time(given, **band) for given in (frame, events)]
    assert np.array_equal(*grids)
    shown = hft.replay(pl.DataFrame(SETS | {"flags": [0, 1]}), tick_size="0.1", lot_size="0.5")
    assert shown.select("bid", "bid_quantity", "ask", "spread").row(0) == (100.1, 2.0, 100.3, 0.2)


@pytest.mark.parametrize("size", SIZES)
def test_columns_round_as_single_values_do(size: str) -> None:
    unit = Unit("tick_size", size)
    ticks = np.arange(-10, 5_001)
    values = unit.values(ticks)
    assert values.tolist() == [unit.value(tick) for tick in ticks.tolist()]
    assert values.tolist() == [float(tick * Decimal(size)) for tick in ticks.tolist()]
    assert np.array_equal(unit.counts("price", values), ticks)


@given(
    ticks=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5),
    size=st.sampled_from([*SIZES, "1e-30", "123456789.123456789", "1e30"]),
)
def test_columns_of_any_size_round_as_single_values_do(ticks: list[int], size: str) -> None:
    unit = Unit("tick_size", size)
    values = unit.values(np.array(ticks, np.int64))
    assert values.tolist() == [unit.value(tick) for tick in ticks]


@given(price=st.floats(-1e9, 1e9) | st.integers(-(10**9), 10**9).map(lambda n: n / 1000))
def test_columns_refuse_what_single_values_refuse(price: float) -> None:
    unit = Unit("tick_size", "0.001")
    try:
        expected = unit.count("price", price)
    except ValueError:
        with pytest.raises(ValueError, match="row 0: price="):
            unit.counts("price", np.array([price]))
    else:
        assert unit.counts("price", np.array([price])).tolist() == [expected]


@pytest.mark.parametrize("size", ["0.1", "0.05", "0.025", "0.0001", "0.001", "0.01"])
def test_replay_shows_what_the_book_shows(size: str) -> None:
    rng = np.random.default_rng(5)
    events = np.zeros(4_000, hft.EVENT)
    events["side"] = np.arange(4_000) % 2
    events["tick"] = rng.integers(1, 2_500, 4_000) + 2_500 * (np.arange(4_000) % 2)
    events["lots"] = rng.integers(0, 3_000, 4_000)
    events["flags"] = hft.LAST
    frame = hft.replay(events, tick_size=size, lot_size=size)
    book = hft.OrderBook(size, size)
    for row, event in zip(frame.iter_rows(named=True), events.reshape(-1, 1), strict=True):
        book.apply(event)
        bid, ask = book.best_bid() or (None, None), book.best_ask() or (None, None)
        assert (row["bid"], row["bid_quantity"], row["ask"], row["ask_quantity"]) == (*bid, *ask)
        assert (row["mid"], row["spread"]) == (book.mid(), book.spread())
        assert row["microprice"] == book.microprice()
        assert row["imbalance"] == book.imbalance(5)
