"""A month end, a change of the clock, Thanksgiving and an early close, over real daily bars."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hft_py.execution import (
    ExecutionConfig,
    TradingCalendar,
    VolumeProfiles,
    analyze_execution,
    schedule_child_orders,
    simulate_execution,
)
from hft_py.execution.cost_groups import PARTS

datasets = pytest.importorskip("qpp.datasets", reason="qpp is not installed")

ZONE = "America/New_York"
FIRST, LAST = dt.date(2018, 10, 24), dt.date(2018, 11, 28)
THANKSGIVING, EARLY = dt.date(2018, 11, 22), dt.date(2018, 11, 23)


@pytest.fixture(scope="module")
def market() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sessions of the S&P 500, and two bars a day: the open, and the day up to its close."""
    try:
        frame = datasets.sp500_ohlcv()
    except datasets.DatasetError as error:
        pytest.skip(str(error))
    days = [row for row in frame.iter_rows(named=True) if FIRST <= row["date"] <= LAST]
    date = [row["date"] for row in days]
    closes = ["13:00" if day == EARLY else "16:00" for day in date]
    opened = [pd.Timestamp(f"{day} 09:30", tz=ZONE) for day in date]
    closed = [pd.Timestamp(f"{day} {at}", tz=ZONE) for day, at in zip(date, closes, strict=True)]
    bars: list[dict[str, Any]] = []
    for row, opens, shuts in zip(days, opened, closed, strict=True):
        price = {name: round(row[name], 2) for name in ("open", "high", "low", "close")}
        start = {"high": price["open"], "low": price["open"], "price": price["open"], "volume": 0}
        bars.append({"time": opens, **start})
        bars.append({"time": shuts, "high": price["high"], "low": price["low"],
                     "price": price["close"], "volume": row["volume"] // 10**6})  # fmt: skip
    return pd.DataFrame({"date": date, "open": opened, "close": closed}), pd.DataFrame(bars)


def test_schedules_and_costs_of_a_month(market: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    sessions, bars = market
    assert THANKSGIVING not in set(sessions["date"]) and len(sessions) == 25
    parents = pd.DataFrame(
        {
            "parent_id": ["T", "V", "I"], "symbol": "SPX", "side": ["buy", "sell", "buy"],
            "quantity": [10_000, 9_999, 5_001], "style": ["twap", "vwap", "is"],
            "start": sessions["open"].iloc[0], "end": sessions["close"].iloc[-1],
            "arrival_price": 2_700.0, "volatility": 0.01, "adv": 4e3,
        }
    )  # fmt: skip
    listed = TradingCalendar.from_frame(sessions, ZONE)
    named = TradingCalendar.named("NYSE", holidays=[THANKSGIVING], half_days={EARLY: "13:00"})
    profiles = VolumeProfiles.of({"SPX": [9e2, 5e2, 4e2, 4e2, 5e2, 8e2]})
    plans = [
        schedule_child_orders(parents, slices=75, profiles=profiles,
                              config=ExecutionConfig(calendar=calendar))
        for calendar in (listed, named)
    ]  # fmt: skip
    children = plans[0]
    pd.testing.assert_frame_equal(*plans)
    total = children.groupby("parent_id", sort=False)["quantity"].sum()
    assert total.tolist() == [10_000, 9_999, 5_001]
    # Every child lives within one session, and there is one in each, of each parent.
    for name, own in children.groupby("parent_id"):
        day = own["release_time"].dt.date
        session = sessions.set_index("date").loc[day]
        assert (own["release_time"].to_numpy() >= session["open"].to_numpy()).all(), name
        assert (own["expiry"].to_numpy() <= session["close"].to_numpy()).all(), name
        assert name == "I" or set(day) == set(sessions["date"])

    # A bar is a whole day, so what is planned for a day is one order for that day.
    orders = children.groupby(["parent_id", children["release_time"].dt.date], as_index=False).agg(
        {"child_id": "first", "release_time": "first", "quantity": "sum"}
    )
    session = sessions.set_index("date").loc[orders["release_time"].dt.date]
    orders["release_time"], orders["expiry"] = session["open"].array, session["close"].array
    found = simulate_execution(orders, parents, bars, half_spread=0.05, max_participation=0.05)
    costs = found.costs(market=bars.assign(symbol="SPX"))
    fills = found.fills
    assert 0 < fills["quantity"].sum() < parents["quantity"].sum()
    filled = found.parents.set_index("parent_id")["filled"]
    assert filled.to_dict() == fills.groupby("parent_id")["quantity"].sum().to_dict()
    # In fractions, to the last unit.
    sign = {"T": 1, "V": -1, "I": 1}
    cents = Fraction(0)
    for row in fills.itertuples():
        cents += sign[row.parent_id] * int(row.quantity) * Fraction(str(round(row.price, 4)))
    for row in found.parents.itertuples():
        final, rest = Fraction(str(round(row.final_price, 4))), int(row.quantity - row.filled)
        arrival = Fraction(str(round(row.arrival_price, 4)))
        cents += sign[row.parent_id] * (rest * final - int(row.quantity) * arrival)
    assert Fraction(costs.total) == cents
    assert costs.total == sum(costs.parts.values())
    # Days of two months, each a session; what was not executed belongs to the last.
    days = costs.by("day", resamples=0)
    assert set(days["day"]) <= set(sessions["date"]) and days["day"].iloc[-1] == LAST
    assert {day.month for day in days["day"]} == {10, 11}
    for part in PARTS:
        assert days[part].sum() == pytest.approx(float(costs.parts[part]))
    # The interval VWAP of an order that is not filled is that of the whole month.
    row = costs.benchmarks.set_index("parent_id").loc["T"]
    vwap = (bars["price"] * bars["volume"]).sum() / bars["volume"].sum()
    assert row["vwap"] == pytest.approx(vwap, abs=0.005)
    assert row["open"] == bars["price"].iloc[0] and row["close"] == bars["price"].iloc[1]


def test_a_window_ends_where_the_order_does(market: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Filled at the last close of October: November is not in its benchmarks."""
    sessions, bars = market
    end = sessions["close"][sessions["date"] == dt.date(2018, 10, 31)].iloc[0]
    parents = pd.DataFrame(
        {"parent_id": ["A"], "side": "sell", "quantity": [100], "arrival_price": [2_700.0],
         "start": sessions["open"].iloc[0], "end": sessions["close"].iloc[-1]}
    )  # fmt: skip
    fills = pd.DataFrame({"parent_id": ["A"], "quantity": [100], "price": [2_700.0], "time": [end]})
    found = analyze_execution(fills, parents=parents, market=bars, unit="0.01").benchmarks.iloc[0]
    inside = bars[bars["time"] <= end]
    vwap = np.average(inside["price"], weights=inside["volume"])
    assert found["vwap"] == pytest.approx(vwap, abs=0.005)
    assert found["vwap_cost"] == pytest.approx(100 * (round(vwap * 200) / 200 - 2_700.0))
