"""A parent that is followed: fills, volume, amendments, cancellation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.errors import UnscheduledQuantityWarning
from hft_py.execution import ExecutionConfig, ExecutionScheduler, Schedule

from .parents import NYSE, PROFILES, at, trades


def scheduler(**options: Any) -> ExecutionScheduler:
    """Of the month's calendar."""
    return ExecutionScheduler(ExecutionConfig(calendar=NYSE, **options), profiles=PROFILES)


def balanced(schedule: Schedule) -> bool:
    """Whether filled, left over and children are the quantity."""
    whole = schedule.filled + schedule.leftover + schedule.children["quantity"].sum()
    return bool(whole == schedule.quantity)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), style=st.sampled_from(["twap", "vwap", "is", "pov"]))
@pytest.mark.filterwarnings("ignore::hft_py.errors.UnscheduledQuantityWarning")
def test_any_story_adds_up(data: st.DataObject, style: str) -> None:
    planner = scheduler(randomise=data.draw(st.sampled_from([0.0, 0.9])), seed=1)
    quantity = data.draw(st.integers(8, 50_000))
    now = planner.schedule(trades(quantity=quantity), style, 8)
    moment, filled, seen = at("2024-11-20 09:30"), 0, 0.0
    numbers = set(now.children["sequence"])
    for _ in range(data.draw(st.integers(1, 5))):
        moment += pd.Timedelta(minutes=data.draw(st.integers(0, 60)))
        assert balanced(now)
        released = now.children[now.children["release_time"] <= moment]["quantity"].sum()
        filled = min(quantity, filled + data.draw(st.integers(0, int(released) + 5)))
        seen += data.draw(st.floats(0.0, 1e5))
        quantity = max(filled, quantity + data.draw(st.integers(-500, 500)), 1)
        end = at("2024-11-20 12:00") + pd.Timedelta(minutes=data.draw(st.integers(-30, 60)))
        now = planner.replan(now, moment, filled=filled, volume=seen, quantity=quantity, end=end)
        children = now.children
        assert balanced(now) and (children["quantity"] > 0).all()
        new = set(children["sequence"]) - numbers
        assert not new or min(new) > max(numbers)
        numbers |= new
        assert (children["expiry"] > moment).all() or not len(children)
        waiting = children[children["release_time"] > moment]
        assert (waiting["expiry"] <= end).all()
    stopped = planner.cancel(now, moment, filled=filled)
    assert not len(stopped.children) and stopped.leftover == quantity - filled


@pytest.mark.parametrize("style", ["twap", "vwap", "is"])
def test_a_parent_filled_as_planned_keeps_its_plan(style: str) -> None:
    planner = scheduler(risk_aversion=1e-5)
    first = planner.schedule(trades(quantity=400_000, end=at("2024-11-20 16:00")), style, 6)
    later = planner.replan(
        first, at("2024-11-20 12:30"), filled=int(first.children["quantity"].iloc[:2].sum())
    )
    planned = first.children["quantity"].to_numpy()[2:]
    assert np.abs(later.children["quantity"].to_numpy() - planned).max() <= 1
    assert later.children["release_time"].tolist() == first.children["release_time"].tolist()[2:]
    assert later.children["child_id"].tolist() == ["P0-3", "P0-7", "P0-8", "P0-9"]


def test_a_fill_beyond_plan_reduces_what_follows() -> None:
    planner = scheduler()
    first = planner.schedule(trades(), "twap", 4)
    later = planner.replan(first, at("2024-11-20 10:10"), filled=700)
    assert later.children["quantity"].tolist() == [100, 100, 100]
    full = planner.replan(later, at("2024-11-20 10:45"), filled=1000)
    assert not len(full.children) and not full.leftover


def test_a_child_that_ends_now_is_over() -> None:
    planner = scheduler()
    first = planner.schedule(trades(), "twap", 4)
    later = planner.replan(first, at("2024-11-20 10:30"), filled=100)
    # Its 150 go to the slices that have not begun; the one that begins now is at the market.
    assert later.children["quantity"].tolist() == [250, 325, 325]
    assert later.children["child_id"].tolist() == ["P0-2", "P0-5", "P0-6"]


def test_amendments() -> None:
    planner = scheduler()
    first = planner.schedule(trades(), "twap", 4)
    moment = at("2024-11-20 10:40")  # the second of four is at the market
    more = planner.replan(first, moment, filled=250, quantity=1400, limit_price=49.5)
    assert more.children["quantity"].tolist() == [250, 450, 450]
    assert (more.children["limit_price"] == 49.5).all()
    longer = planner.replan(more, moment, end=at("2024-11-20 13:00"))
    assert longer.children["release_time"].dt.strftime("%H:%M").tolist() == [
        "10:30", "11:00", "12:00"
    ]  # fmt: skip
    # What is at the market is reduced where the parent is.
    less = planner.replan(longer, moment, quantity=400)
    assert less.children["quantity"].tolist() == [150]
    with pytest.raises(ValueError, match="filled=250 is more than the quantity 100"):
        planner.replan(less, moment, filled=250, quantity=100)


def test_pov_catches_up_within_its_bounds() -> None:
    planner = scheduler(participation_rate=0.1, max_participation=0.2)
    slow = trades(quantity=100_000, symbol="FLAT", adv=1e6, end=at("2024-11-20 14:00"))
    with pytest.warns(UnscheduledQuantityWarning):
        first = planner.schedule(slow, "pov", 8)
    expected = 1e6 * 0.5 / 6.5
    with pytest.warns(UnscheduledQuantityWarning):
        later = planner.replan(first, at("2024-11-20 11:59"), filled=0, volume=4 * expected)
    # Nothing was filled: all slices that are left trade at the limit, twice the rate.
    waiting = later.children[later.children["release_time"] > at("2024-11-20 11:59")]
    np.testing.assert_allclose(waiting["participation"][:3], 0.2, rtol=0.02)
    with pytest.warns(UnscheduledQuantityWarning):
        quiet = planner.replan(first, at("2024-11-20 11:59"), filled=30_000, volume=2 * expected)
    assert quiet.children["release_time"].iloc[1] > at("2024-11-20 12:00")  # ahead: it waits


def test_volume_that_arrives_scales_what_is_expected() -> None:
    planner = scheduler(max_participation=0.05)
    parent = trades(quantity=20_000, end=at("2024-11-20 16:00"))
    first = planner.schedule(parent, "vwap", 6)
    moment = at("2024-11-20 12:59")
    done = int(first.children["quantity"].iloc[:3].sum())
    half = [planner.replan(first, moment, filled=done, volume=v).children for v in (1e5, 1e6)]
    # The same quantity is a larger part of a smaller volume.
    assert (half[0]["participation"] > half[1]["participation"]).all()


def test_naive_and_backward_news() -> None:
    planner = scheduler()
    first = planner.schedule(trades().iloc[0], "twap", 4)
    with pytest.raises(ValueError, match="expected a time with a zone"):
        planner.replan(first, at("2024-11-20 10:40", None))
    later = planner.replan(first, at("2024-11-20 10:40"), filled=300)
    with pytest.raises(ValueError, match="less than the 300 of before"):
        planner.replan(later, at("2024-11-20 10:50"), filled=200)
    stopped = planner.cancel(later, at("2024-11-20 10:50"))
    with pytest.raises(ValueError, match="'P0' was cancelled"):
        planner.replan(stopped, at("2024-11-20 10:55"))
    with pytest.raises(ValueError, match="expected one parent"):
        planner.schedule(trades(2), "twap")
