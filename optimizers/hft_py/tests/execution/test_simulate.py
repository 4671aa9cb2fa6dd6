"""Simulated fills: by hand on small books and bars, conservation, both kernel sets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.backend import kernels
from hft_py.execution import schedule_child_orders, simulate_execution

hft_orderbook = pytest.importorskip("hft_orderbook", reason="hft_orderbook is not installed")

SECOND = 1_000_000_000


def at(seconds: float) -> pd.Timestamp:
    return pd.Timestamp(round(seconds * SECOND), unit="ns", tz="UTC")


def recording(messages: list[tuple[float, dict[str, dict[int, int]]]]) -> Any:
    """Events of messages ``(seconds, {side: {tick: lots}})``."""
    rows = []
    for seconds, sides in messages:
        levels = [(s, tick, lots) for s, one in sides.items() for tick, lots in one.items()]
        for i, (side, tick, lots) in enumerate(levels):
            rows.append((round(seconds * SECOND), tick, lots, side, int(i == len(levels) - 1)))
    frame = pl.DataFrame(rows, schema=["ts", "tick", "lots", "side", "flags"], orient="row")
    return hft_orderbook.as_events(frame)


def one_child(side: str = "buy", quantity: int = 10, **more: Any) -> tuple[Any, Any]:
    parents = pd.DataFrame(
        {"parent_id": ["A"], "side": [side], "quantity": [quantity], "start": [at(1)],
         "end": [at(9)]}
    )  # fmt: skip
    child = {"parent_id": "A", "child_id": "A-1", "release_time": at(1), "expiry": at(9),
             "quantity": quantity}  # fmt: skip
    return pd.DataFrame([child | more]), parents


BOOK = recording(
    [
        (0, {"bid": {100: 8, 99: 5}, "ask": {102: 4, 103: 3, 105: 9}}),
        (3, {"bid": {100: 6}}),
        (5, {"ask": {101: 6}}),
        (7, {"bid": {100: 0}, "ask": {100: 2}}),
        (10, {"bid": {98: 1}}),
    ]
)
SIZES = {"tick_size": "0.01", "lot_size": 1}


def got(found: Any) -> list[tuple[int, float, float]]:
    frame = found.fills
    seconds = [time.value / SECOND for time in frame["time"]]
    return list(zip(frame["quantity"].astype(int), frame["price"].round(4), seconds, strict=True))


def test_taking_walks_the_book() -> None:
    children, parents = one_child()
    found = simulate_execution(children, parents, BOOK, latency=0.5, **SIZES)
    assert got(found) == [(4, 1.02, 1.5), (3, 1.03, 1.5), (3, 1.05, 1.5)]
    assert found.fills[["bid", "ask"]].iloc[0].tolist() == [1.0, 1.02]
    assert found.parents["arrival_price"].tolist() == [1.01]
    costs = found.costs()
    assert float(costs.parts["spread"]) == pytest.approx(10 * 0.01)
    assert float(costs.parts["impact"]) == pytest.approx(3 * 0.01 + 3 * 0.03)
    limited, _ = one_child(limit_price=1.035)
    found = simulate_execution(limited, parents, BOOK, **SIZES)
    assert got(found) == [(4, 1.02, 1.0), (3, 1.03, 1.0)]
    assert found.children["filled"].tolist() == found.parents["filled"].tolist() == [7]


def test_resting_waits_in_the_queue(kernel_set: str) -> None:
    children, parents = one_child()
    found = simulate_execution(
        children, parents, BOOK, patience=1.0, traded=1.0, backend=kernel_set, **SIZES
    )
    # 8 before it; at 3 s two trade, at 7 s the level's other six, and then an offer of 2 at 100.
    assert got(found) == [(2, 1.0, 7.0)]
    assert found.fills["liquidity"].tolist() == ["rested"]
    found = simulate_execution(
        children, parents, BOOK, patience=0.75, traded=1.0, backend=kernel_set, **SIZES
    )
    assert got(found) == [(2, 1.0, 7.0), (2, 1.0, 7.0), (6, 1.01, 7.0)]
    sale, _ = one_child("sell")
    # It joins 4 at 102; at 5 s 101 is better, which hides its level.
    assert got(simulate_execution(sale, parents.assign(side="sell"), BOOK, patience=1.0,
                                  backend=kernel_set, **SIZES)) == []  # fmt: skip


def test_bars(kernel_set: str) -> None:
    bars = pd.DataFrame(
        {"time": [at(s) for s in (1, 2, 3, 4)], "high": [10.1, 10.2, 10.1, 10.3],
         "low": [10.0, 10.0, 9.9, 10.1], "volume": [100, 60, 80, 50]}
    )  # fmt: skip
    children, parents = one_child(quantity=20)
    options: dict[str, Any] = {"half_spread": 0.02, "max_participation": 0.1}
    found = simulate_execution(children, parents, bars, backend=kernel_set, **options)
    assert got(found) == [(6, 10.12, 2.0), (8, 10.02, 3.0), (5, 10.22, 4.0)]
    assert found.children["filled"].tolist() == [19]
    rests = simulate_execution(children, parents, bars, patience=1.0, **options)
    assert got(rests) == [(6, 10.03, 2.0), (8, 10.03, 3.0)]
    limited, _ = one_child(quantity=20, limit_price=10.1)
    assert got(simulate_execution(limited, parents, bars, **options)) == [(8, 10.02, 3.0)]
    late = simulate_execution(children, parents, bars, latency=0.5, **options)
    assert got(late)[0] == (8, 10.02, 3.0)


def plan(count: int, style: str = "twap") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Parents at many starts in twenty seconds, of both sides."""
    starts = np.linspace(0.5, 12.0, count)
    parents = pd.DataFrame(
        {
            "parent_id": [f"{style}{i}" for i in range(count)],
            "symbol": "X",
            "side": np.where(np.arange(count) % 2, "sell", "buy"),
            "quantity": 40,
            "start": [at(s) for s in starts],
            "end": [at(s + 6) for s in starts],
            "style": style,
        }
    )
    return schedule_child_orders(parents, style, slices=4), parents


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1))
def test_quantities_are_conserved(seed: int, patience: float, traded: float) -> None:
    """Nothing is filled twice or beyond what is displayed; kernels agree; a sell mirrors a buy."""
    events = hft_orderbook.synthetic_flow(6_000, seed=seed, mid=50_000, levels=20)
    events["ts"] = np.linspace(0, 20 * SECOND, len(events)).astype(np.int64)
    events["lots"] = np.minimum(events["lots"], 30)
    children, parents = plan(12)
    options: dict[str, Any] = {"patience": patience, "traded": traded, "latency": 0.01, **SIZES}
    found = simulate_execution(children, parents, events, **options)
    other = simulate_execution(children, parents, events, backend="python", **options)
    assert found.fills.equals(other.fills)
    by_child = found.fills.groupby("child_id")["quantity"].sum()
    filled = found.children.set_index("child_id")["filled"]
    assert by_child.to_dict() == filled[filled > 0].to_dict()
    assert (found.children["filled"] <= found.children["quantity"]).all()
    costs = found.costs()
    assert costs.orders["filled"].tolist() == found.parents["filled"].tolist()
    assert costs.total == sum(costs.parts.values())
    mirrored = events.copy()
    mirrored["tick"] = 100_000 - events["tick"]
    mirrored["side"] = 1 - events["side"]
    sides = {"buy": "sell", "sell": "buy"}
    twin = simulate_execution(
        children, parents.assign(side=parents["side"].map(sides)), mirrored, **options
    )
    assert twin.costs().amounts["opportunity"].tolist() == costs.amounts["opportunity"].tolist()
    assert twin.costs().total == costs.total


def test_a_queue_moves_with_trades_and_cancels(kernel_set: str) -> None:
    """20 before an order in a level of 40 of which 20 go: a half is traded, a quarter cancelled."""
    rest_orders = kernels("execution", kernel_set).rest_orders
    bid, lots = np.full(2, 100), np.array([40, 20])
    orders = np.array([[1, 100, 5, 20, 0, 2]])
    ask, offered = np.full(2, 102), np.ones(2, dtype=np.int64)
    assert not len(rest_orders(bid, lots, ask, offered, orders, 0.5))
    # All traded: 20 go from the front, and none is left to fill the order.
    assert not len(rest_orders(bid, lots, ask, offered, orders, 1.0))
    orders[0, 3] = 17
    assert rest_orders(bid, lots, ask, offered, orders, 1.0).tolist() == [[0, 1, 3]]
    # Step by step: 20 and 9 before it are gone, then the last one, then three of its own lots.
    lots, orders[0, 3:] = np.array([80, 60, 51, 50, 47]), (30, 0, 5)
    bid, ask, offered = np.full(5, 100), np.full(5, 102), np.ones(5, dtype=np.int64)
    assert rest_orders(bid, lots, ask, offered, orders, 1.0).tolist() == [[0, 4, 3]]
    # 20 go: 10 are traded, and of the 20 left before it an eighth is cancelled; then 18 are traded.
    lots, orders[0, 3:] = np.array([80, 60, 24]), (30, 0, 3)
    assert not len(rest_orders(bid[:3], lots, ask[:3], offered[:3], orders, 0.5))
    orders[0, 3] = 29
    assert rest_orders(bid[:3], lots, ask[:3], offered[:3], orders, 0.5).tolist() == [[0, 2, 1]]


def test_bad_input() -> None:
    children, parents = one_child()
    with pytest.raises(ValueError, match="has no bid and ask: shorten it, or give origin="):
        simulate_execution(
            children, parents, BOOK, origin=datetime(2024, 6, 3, tzinfo=UTC), **SIZES
        )
    with pytest.raises(ValueError, match="tick_size is missing"):
        simulate_execution(children, parents, BOOK)
    with pytest.raises(TypeError, match="a datetime with a time zone"):
        simulate_execution(children, parents, BOOK, origin="2024-06-03", **SIZES)
    with pytest.raises(ValueError, match="expected an id of parents"):
        simulate_execution(children.assign(parent_id="B"), parents, BOOK, **SIZES)
    with pytest.raises(ValueError, match="patience=2.0"):
        simulate_execution(children, parents, BOOK, patience=2.0, **SIZES)
    with pytest.raises(ValueError, match="has no column 'low'"):
        simulate_execution(children, parents, pd.DataFrame({"time": [], "high": [], "volume": []}))


def test_bars_that_do_not_fit_are_refused() -> None:
    children, parents = one_child()
    times = pd.to_datetime(np.arange(1, 9) * SECOND)
    bars = pd.DataFrame({"time": times, "high": 10.0, "low": 9.0, "volume": 500})
    with pytest.raises(ValueError, match="have a zone and some not"):
        simulate_execution(children, parents, bars)
    zoned = bars.assign(time=times.tz_localize("UTC"))
    assert simulate_execution(children, parents, zoned).fills["quantity"].sum() > 0
    with pytest.raises(ValueError, match="high=1e.?18 .*half ticks"):
        simulate_execution(children, parents, zoned.assign(high=1e18))
    with pytest.raises(TypeError, match="market is None"):
        simulate_execution(children, parents, None)
