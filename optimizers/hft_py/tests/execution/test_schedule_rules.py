"""Random parents against the rules of every schedule, with hours read off the local clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.execution import ExecutionConfig, TradingCalendar, schedule_child_orders

from .parents import NYSE, PROFILES, TOKYO, ZONE, random_trades

COLLAR = 20.0  # basis points of the arrival price, 50


@dataclass(frozen=True)
class Venue:
    """A calendar, and what a clock on its wall says about it."""

    calendar: TradingCalendar
    zone: str
    first: str  # the month after it is traded
    hours: tuple[str, str]
    lunch: tuple[str, str] = ("24:00", "24:00")
    closed: tuple[str, ...] = ()
    early: tuple[str, str] = ("", "")


VENUES = {
    "holiday, early close": Venue(
        NYSE, ZONE, "2024-11-01", ("09:30", "16:00"),
        closed=("2024-11-28",), early=("2024-11-29", "13:00"),
    ),
    "lunch": Venue(
        TOKYO, "Asia/Tokyo", "2024-11-01", ("09:00", "15:25"), lunch=("11:30", "12:30")
    ),
    "clock forward": Venue(
        TradingCalendar.named("LSE"), "Europe/London", "2024-03-15", ("08:00", "16:30")
    ),
    "clock back": Venue(
        TradingCalendar.named("LSE"), "Europe/London", "2024-10-11", ("08:00", "16:30")
    ),
}  # fmt: skip


def outside(venue: Venue, children: pd.DataFrame) -> pd.DataFrame:
    """The children that live outside the hours of a venue, by its local clock."""
    release = children["release_time"].dt.tz_convert(venue.zone).dt
    expiry = children["expiry"].dt.tz_convert(venue.zone).dt
    day, from_, to = (release.strftime("%Y-%m-%d"), release.strftime("%H:%M:%S.%f"),
                      expiry.strftime("%H:%M:%S.%f"))  # fmt: skip
    opens, closes = (one + ":00.000000" for one in venue.hours)
    end = np.where(day == venue.early[0], venue.early[1] + ":00.000000", closes)
    pause, resumed = (one + ":00.000000" for one in venue.lunch)
    wrong = (release.day_of_week > 4) | day.isin(venue.closed)
    wrong |= (expiry.strftime("%Y-%m-%d") != day) | (from_ < opens) | (to > end) | (from_ >= to)
    wrong |= (from_ < resumed) & (to > pause)
    return children[wrong]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    slices=st.integers(1, 20),
    lot=st.sampled_from([1, 10, 100]),
    venue=st.sampled_from(sorted(VENUES)),
    config=st.fixed_dictionaries(
        {
            "max_participation": st.sampled_from([None, 0.01, 0.2]),
            "include_auctions": st.booleans(),
            "randomise": st.sampled_from([0.0, 0.7]),
            "price_collar": st.sampled_from([None, COLLAR]),
        }
    ),
)
def test_random_parents(
    seed: int, slices: int, lot: int, venue: str, config: dict[str, Any]
) -> None:
    there = VENUES[venue]
    frame = random_trades(6, seed, there.first, there.zone)
    limit = np.where(np.arange(6) % 2, np.nan, 50.0 + np.arange(6) / 20)
    frame = frame.assign(quantity=frame["quantity"] // 10 * lot, lot=lot, limit_price=limit)
    settings_ = ExecutionConfig(calendar=there.calendar, seed=1, **config)

    def schedule(trades: pd.DataFrame) -> Any:
        return schedule_child_orders(
            trades, None, slices, config=settings_, profiles=PROFILES, leftover=True
        )

    children, left = schedule(frame)
    # Sums, lots, numbers.
    whole = children.groupby("parent_id")["quantity"].sum().reindex(frame["parent_id"])
    assert (whole.fillna(0).to_numpy() + left["quantity"] == frame["quantity"]).all()
    assert (children["quantity"] > 0).all() and (children["quantity"] % lot == 0).all()
    same = (children["parent_id"] == children["parent_id"].shift()).to_numpy()
    assert (children["sequence"].diff()[same] == 1).all()
    assert (children["sequence"][~same] == 1).all()
    ids = children["parent_id"] + "-" + children["sequence"].astype(str)
    assert (children["child_id"] == ids).all()
    # Order, windows, hours.
    assert not len(outside(there, children))
    joined = children.merge(frame, on="parent_id", suffixes=("", "_own"))
    assert (joined["release_time"] >= joined["start"]).all()
    assert (joined["expiry"] <= joined["end"]).all()
    assert (children["release_time"] >= children["expiry"].shift())[same].all()
    # Limits.
    most = config["max_participation"]
    limited = children["participation"] if most else joined.query("style == 'pov'")["participation"]
    assert (limited <= (most or 0.15) * (1 + 1e-9)).all()
    buy, price = (joined["side"] == "buy"), joined["limit_price"]
    sign = np.where(buy, 1.0, -1.0)
    collar = 50.0 * (1.0 + sign * COLLAR * 1e-4)
    own = joined["limit_price_own"]
    for bound in (own, collar if config["price_collar"] else own):
        assert not (sign * (price - bound) > 1e-9).any()
    assert (price.isna() == (own.isna() & (config["price_collar"] is None))).all()
    # A sale is the mirror image of a purchase, its prices mirrored at the arrival price.
    turned = frame.assign(side=np.where(frame["side"] == "buy", "sell", "buy"),
                          limit_price=100.0 - frame["limit_price"])  # fmt: skip
    mirrored, rest = schedule(turned)
    np.testing.assert_allclose(mirrored.pop("limit_price"), 100.0 - children.pop("limit_price"))
    pd.testing.assert_frame_equal(mirrored, children)
    pd.testing.assert_frame_equal(rest, left)


@pytest.mark.parametrize("venue", sorted(VENUES))
def test_vwap_of_a_flat_profile_is_twap(venue: str) -> None:
    there = VENUES[venue]
    frame = random_trades(40, 11, there.first, there.zone).assign(symbol="FLAT", lot=1)
    made = [
        schedule_child_orders(
            frame, style, 9, config=ExecutionConfig(calendar=there.calendar), profiles=PROFILES
        )
        for style in ("twap", "vwap")
    ]
    times = ["parent_id", "release_time", "expiry"]
    pd.testing.assert_frame_equal(made[0][times], made[1][times])
    assert (made[0]["quantity"] - made[1]["quantity"]).abs().max() <= 1  # shares that are level


def test_a_child_outside_the_hours_is_found() -> None:
    there = VENUES["lunch"]
    made = schedule_child_orders(
        random_trades(3, 0, there.first, there.zone), "twap", 4,
        config=ExecutionConfig(calendar=there.calendar),
    )  # fmt: skip
    assert not len(outside(there, made))
    for hours in (3, 12):
        moved = made.assign(**{name: made[name] + pd.Timedelta(hours=hours)
                               for name in ("release_time", "expiry")})  # fmt: skip
        assert len(outside(there, moved))


@pytest.mark.parametrize("venue", sorted(VENUES))
def test_a_plan_does_not_depend_on_the_zone_of_its_times(venue: str) -> None:
    there = VENUES[venue]
    frame = random_trades(20, 3, there.first, there.zone)
    config = ExecutionConfig(calendar=there.calendar)
    options: dict[str, Any] = {"config": config, "profiles": PROFILES, "leftover": True}
    expected, _ = schedule_child_orders(frame, None, 7, **options)
    moved = {name: frame[name].dt.tz_convert("Australia/Lord_Howe") for name in ("start", "end")}
    found, _ = schedule_child_orders(frame.assign(**moved), None, 7, **options)
    for name in ("release_time", "expiry"):
        assert str(found[name].dt.tz) == "Australia/Lord_Howe"
        found[name] = found[name].dt.tz_convert(there.zone)
    pd.testing.assert_frame_equal(found, expected)
