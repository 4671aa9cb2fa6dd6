"""Calendars: changes of the clock, lunch, half days; profiles from bars of prior days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from hft_py.execution import (
    ExecutionConfig,
    TradingCalendar,
    schedule_child_orders,
    volume_profiles,
)

from .parents import NYSE, ZONE, at, trades

HOUR = 3_600_000_000_000


def test_a_month_of_new_york() -> None:
    found = NYSE.sessions("2024-11-01", dt.date(2024, 11, 30))
    assert len(found) == 20 and all(one[0].weekday() < 5 for one in found)
    assert dt.date(2024, 11, 28) not in {one[0].date() for one in found}
    hours = {one[1].strftime("%H:%M") for one in found}
    assert hours == {"16:00", "13:00"} and found[-1][1].hour == 13
    # The clock went back on the 3rd: the open stays at 9:30 there.
    assert found[0][0].astimezone(dt.UTC).hour == 13 and found[1][0].astimezone(dt.UTC).hour == 14


def test_sessions_of_the_exchange_calendars_package() -> None:
    peer = pytest.importorskip("exchange_calendars", reason="a peer, not needed")
    schedule = peer.get_calendar("XNYS").schedule.loc["2024-11-01":"2024-11-30"]
    ours = NYSE.between(at("2024-11-01").value, at("2024-11-30").value)
    assert (schedule["open"].to_numpy("M8[ns]").view("i8") == ours.opens).all()
    assert (schedule["close"].to_numpy("M8[ns]").view("i8") == ours.closes).all()


@pytest.mark.parametrize(("date", "hours"), [("2024-03-10", 23), ("2024-11-03", 25)])
def test_days_with_a_change_of_the_clock(date: str, hours: int) -> None:
    always = TradingCalendar.always(ZONE)
    [(first, last)] = always.intervals(dt.date.fromisoformat(date))
    assert last - first == hours * HOUR
    day = at(date)
    parents = trades(start=day, end=day + pd.DateOffset(days=1))
    config = ExecutionConfig(calendar=always)
    children = schedule_child_orders(parents, "twap", hours, config=config)
    gaps = children["release_time"].diff().dropna()
    assert (gaps == pd.Timedelta(hours=1)).all()


def test_trading_time_and_back() -> None:
    tokyo = TradingCalendar.named("TSE")
    sessions = tokyo.between(*(pd.Timestamp(d).value for d in ("2024-11-18", "2024-11-25")))
    rng = np.random.default_rng(0)
    time = rng.integers(0, sessions.day_starts[-1], 1_000)
    instants = sessions.release(time)
    here = np.searchsorted(sessions.opens, instants, side="right") - 1
    assert (here >= 0).all() and (instants < sessions.closes[here]).all()
    np.testing.assert_array_equal(sessions.trading_time(instants), time)
    assert sessions.regular == 5 * HOUR + 25 * HOUR // 60 == tokyo.regular


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"zone": "America/Gotham"}, "zone='America/Gotham' is unknown"),
        ({"open": "9h"}, "open='9h', expected a time"),
        ({"open": "25:00"}, "from '00:00' to '24:00'"),
        ({"open": "17:00"}, "TradingCalendar.from_frame"),
        ({"lunch": ("08:00", "09:00")}, "lunch"),
        ({"half_days": {"2024-11-29": "17:00"}}, "half_days closes on 2024-11-29"),
        ({"holidays": ["Thanksgiving"]}, "holidays has 'Thanksgiving'"),
        ({"weekdays": [7]}, "weekdays=7"),
    ],
)
def test_bad_calendars(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TradingCalendar(**{"zone": ZONE, **arguments})


def bars(days: int, seed: int = 0) -> pd.DataFrame:
    """Half-hours of two symbols from before the open to after the close, the 29th a half day."""
    rng = np.random.default_rng(seed)
    rows = []
    for date in pd.bdate_range(end="2024-11-29", periods=days):
        if date == pd.Timestamp("2024-11-28"):
            continue
        time = pd.date_range(f"{date:%Y-%m-%d} 09:00", periods=15, freq="30min", tz=ZONE)
        for symbol in ("A", "B"):
            volume = rng.integers(1, 1_000, 15)
            rows.append(pd.DataFrame({"symbol": symbol, "time": time, "volume": volume}))
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize("method", ["median", "mean"])
def test_profiles_are_medians_or_means_by_bin(method: str) -> None:
    table = bars(12)
    found = volume_profiles(table, calendar=NYSE, bins=13, lookback_days=6, method=method)
    # An independent pivot: the last six regular days, without the half day.
    local = table["time"].dt.tz_localize(None)
    regular = table[local.dt.date < dt.date(2024, 11, 28)]
    slot = regular["time"].dt.strftime("%H:%M")
    pivot = regular.assign(slot=slot, date=regular["time"].dt.date).pivot_table(
        index=["symbol", "date"], columns="slot", values="volume"
    )
    for i, symbol in enumerate(("A", "B")):
        expected = getattr(pivot.loc[symbol].iloc[-6:], method)().to_numpy()
        np.testing.assert_allclose(found.volume[i], expected[1:14])
        assert found.opening[i] == expected[0] and found.closing[i] == expected[14]
    assert found.days.tolist() == [6, 6]
    assert volume_profiles(pl.DataFrame(
        {"symbol": table["symbol"].to_list(), "volume": table["volume"].to_numpy(),
         "time": pl.Series(table["time"].dt.tz_convert(None).to_numpy())
         .dt.replace_time_zone("UTC")}
    ), calendar=NYSE, bins=13, lookback_days=6, method=method) == found  # fmt: skip


def test_profiles_use_no_day_from_before_on() -> None:
    table = bars(12)
    cut = volume_profiles(table, calendar=NYSE, bins=13, before="2024-11-22")
    late = table["time"] >= at("2024-11-22")
    noise = table.assign(volume=np.where(late, 10**9, table["volume"]))
    for before in ("2024-11-22", at("2024-11-22 11:00"), dt.date(2024, 11, 22)):
        assert volume_profiles(noise, calendar=NYSE, bins=13, before=before) == cut


def test_bad_bars() -> None:
    table = bars(3)
    with pytest.raises(ValueError, match="volume=-1 of 'A', expected 0 or more"):
        volume_profiles(table.assign(volume=-1), calendar=NYSE)
    with pytest.raises(ValueError, match="without a zone"):
        volume_profiles(table.assign(time=table["time"].dt.tz_localize(None)), calendar=NYSE)
    with pytest.raises(ValueError, match="no regular day"):
        volume_profiles(table, calendar=NYSE, before="2024-11-01")
    with pytest.raises(ValueError, match="no volume of 'B'"):
        volume_profiles(table.assign(volume=(table["symbol"] == "A") * 1), calendar=NYSE)
