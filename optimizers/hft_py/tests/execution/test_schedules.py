"""Children of many parents: what they add up to, when they are released, what each style does."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hft_py.backend import active_backend
from hft_py.errors import UnscheduledQuantityWarning
from hft_py.execution import AlmgrenChriss, ExecutionConfig, VolumeProfiles, schedule_child_orders
from hft_py.execution.baseline.rounding import UNLIMITED, apportion

from .parents import NYSE, PROFILES, TOKYO, at, random_trades, trades


def schedule(frame: Any, style: str | None = None, slices: int = 8, **more: Any) -> Any:
    """Children and what is left over, of the month's calendar unless told otherwise."""
    options = {name: more.pop(name) for name in ("backend", "threads") if name in more}
    config = ExecutionConfig(**{"calendar": NYSE, **more})
    return schedule_child_orders(
        frame, style, slices, config=config, profiles=PROFILES, leftover=True, **options
    )


@settings(max_examples=40, deadline=None)
@given(
    total=st.integers(0, 10**6),
    slices=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10**5)), min_size=1, max_size=12),
)
def test_apportionment_is_hamiltons(total: int, slices: list[tuple[int, int]]) -> None:
    weights, limits = ([float(one[0]) for one in slices], [one[1] for one in slices])
    lots, left = apportion(total, weights, limits)
    assert sum(lots) + left == total
    assert all(0 <= lot <= limit for lot, limit in zip(lots, limits, strict=True))
    assert left == max(0, total - sum(limits))
    if sum(weights) and all(weights):  # no limits: exact shares, the largest remainders up
        lots, _ = apportion(total, weights, [UNLIMITED] * len(weights))
        exact = [Fraction(total) * Fraction(w) / Fraction(sum(weights)) for w in weights]
        rest = total - sum(int(share) for share in exact)
        order = sorted(range(len(exact)), key=lambda k: (int(exact[k]) - exact[k], k))
        assert lots == [int(share) + (k in order[:rest]) for k, share in enumerate(exact)]


@pytest.mark.parametrize("randomise", [0.0, 0.5])
@pytest.mark.parametrize("most", [None, 0.02])
def test_kernel_sets_and_thread_counts_agree(most: float | None, randomise: float) -> None:
    if active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    frame = random_trades(300, 3)
    options = {"max_participation": most, "randomise": randomise, "seed": 7}
    first = schedule(frame, None, 7, backend="python", **options)
    wide = pd.concat([frame.assign(parent_id=frame["parent_id"] + f"/{i}") for i in range(15)])
    for found, expected in zip(schedule(frame, None, 7, backend="rust", **options), first,
                               strict=True):  # fmt: skip
        pd.testing.assert_frame_equal(found, expected)
    one, many = (schedule(wide, None, 7, threads=n, **options)[0] for n in (1, 3))
    pd.testing.assert_frame_equal(one, many)


def test_polars_gives_what_pandas_gives() -> None:
    frame = random_trades(40, 5)
    expected, left = schedule(frame, None, 6)
    columns = {name: frame[name].to_list() for name in frame if name not in ("start", "end")}
    for name in ("start", "end"):
        naive = frame[name].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("M8[ns]")
        columns[name] = (
            pl.Series(naive).dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York")
        )
    found, rest = schedule(pl.DataFrame(columns), None, 6)
    assert isinstance(found, pl.DataFrame) and found.columns == list(expected)
    for name in expected:
        if name in ("release_time", "expiry"):
            values = expected[name].dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("M8[ns]")
            assert (found[name].dt.convert_time_zone("UTC").to_numpy() == values).all()
        else:
            np.testing.assert_array_equal(found[name].to_numpy(), expected[name].to_numpy())
    assert rest["quantity"].to_list() == left["quantity"].to_list()


def test_twap_is_equal_slices_and_is_without_aversion_is_twap() -> None:
    children, _ = schedule(trades(quantity=1003), "twap", 4)
    assert children["quantity"].tolist() == [251, 251, 251, 250]
    assert children["release_time"].dt.strftime("%H:%M").tolist() == [
        "10:00", "10:30", "11:00", "11:30"
    ]  # fmt: skip
    calm, _ = schedule(trades(quantity=1003), "is", 4, risk_aversion=0.0)
    flat, _ = schedule(trades(quantity=1003, symbol="FLAT"), "vwap", 4)
    assert calm["quantity"].tolist() == flat["quantity"].tolist() == [251, 251, 251, 250]
    at_once, _ = schedule(trades(), "is", 4, risk_aversion=1e30)
    assert at_once["quantity"].tolist() == [1000]


def test_vwap_follows_the_profile_over_nights_and_half_days() -> None:
    # From noon of the 27th to the early close of the 29th: half a day, no day, half a day.
    frame = trades(quantity=100_000, start=at("2024-11-27 12:45"), end=at("2024-11-29 13:00"))
    children, _ = schedule(frame, "vwap", 2, include_auctions=True)
    minutes = np.linspace(0, 6.75, 6_751)  # trading hours since 12:45
    at_day = np.where(minutes < 3.25, 0.5 + minutes / 6.5, (minutes - 3.25) / 3.5)
    density = np.array([9, 4, 3, 3, 5, 8])[np.minimum((at_day * 6).astype(int), 5)] * 1.0
    half = minutes < 3.375
    share = density[half].sum() / density.sum()
    # Auctions: the close of the 27th and the open of the 29th in the first slice, the close of
    # the 29th in the second.
    total = 1.6e5 + 3.2e5 * 3.5 / 6.5
    expected = (share * total + 8e4) / (total + 14e4)
    assert abs(children["quantity"].iloc[0] / 100_000 - expected) < 2e-3
    assert children["expiry"].iloc[0] == at("2024-11-27 16:00")


def test_shortfall_is_almgren_and_chriss() -> None:
    frame = trades(quantity=100_000, end=at("2024-11-20 16:00"))
    children, _ = schedule(frame, "is", 6, risk_aversion=2e-5)
    days = 6.0 / 6.5
    eta, gamma = 0.25 * 50.0 / 1e6, 0.025 * 50.0 / 1e6
    model = AlmgrenChriss(100_000, days, 6, 0.02 * 50.0, eta, gamma)
    assert np.abs(children["quantity"] - model.trajectory(2e-5).trades).max() < 1.0


def test_pov_takes_its_share_and_says_what_is_left() -> None:
    frame = trades(2, quantity=[6_000, 100_000], symbol="FLAT", adv=3e5)
    children, left = schedule(frame, "pov", 4, participation_rate=0.1)
    each = 0.1 * 3e5 * 0.5 / 6.5
    first = children.query("parent_id == 'P0'")
    assert first["quantity"].iloc[:2].tolist() == [int(each), int(2 * each) - int(each)]
    assert left["quantity"].tolist() == [0, 100_000 - int(4 * each)]
    config = ExecutionConfig(calendar=NYSE)
    with pytest.warns(UnscheduledQuantityWarning, match=r"1 of 2 parents .* 'P1' 90770 is left"):
        schedule_child_orders(frame, "pov", 4, config=config, profiles=PROFILES)


def test_lunch_is_no_time_to_trade() -> None:
    frame = trades(
        start=at("2024-11-20 11:00", "Asia/Tokyo"), end=at("2024-11-20 13:30", "Asia/Tokyo")
    )
    children, _ = schedule(frame, "twap", 3, calendar=TOKYO)
    assert children["release_time"].dt.strftime("%H:%M").tolist() == ["11:00", "12:30", "13:00"]
    assert children["expiry"].dt.strftime("%H:%M").tolist() == ["11:30", "13:00", "13:30"]


def test_random_numbers_belong_to_the_parent() -> None:
    frame = trades(6, end=at("2024-11-20 15:00"))
    options: dict[str, Any] = {"randomise": 1.0, "seed": 3}
    children, _ = schedule(frame, "twap", 5, **options)
    alone, _ = schedule(frame.iloc[[4]], "twap", 5, **options)
    same = children.query("parent_id == 'P4'").reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, same)
    other, _ = schedule(frame, "twap", 5, randomise=1.0, seed=4)
    assert not children["quantity"].equals(other["quantity"])
    many, _ = schedule(trades(2_000, quantity=10**6), "twap", 4, **options)
    offset = (many["release_time"] - at("2024-11-20 10:00")).dt.total_seconds() % 1800 / 1800
    assert abs(offset.mean() - 0.5) < 0.02 and abs(offset.var() - 1 / 12) < 0.01
    assert 0.45 < many["quantity"].std() / 250_000 < 0.6


@pytest.mark.parametrize(("side", "limits"), [("buy", [50.05, 49.9]), ("sell", [49.95, 50.2])])
def test_collars_and_limits(side: str, limits: list[float]) -> None:
    own = [np.nan, 49.9] if side == "buy" else [np.nan, 50.2]
    frame = trades(2, side=side, limit_price=own)
    children, _ = schedule(frame, "twap", 1, price_collar=10.0, tick=0.05)
    assert children["limit_price"].round(9).tolist() == limits
    # Between two ticks, the one away from the market.
    rounded, _ = schedule(frame, "twap", 1, price_collar=10.0, tick=0.04)
    away = {"buy": [50.04, 49.88], "sell": [49.96, 50.2]}[side]
    assert rounded["limit_price"].round(9).tolist() == away
    free, _ = schedule(frame.drop(columns="limit_price"), "twap", 1)
    assert free["limit_price"].isna().all()


def test_fractional_lots_are_rounded_once() -> None:
    children, _ = schedule(trades(quantity=0.1, lot=0.001), "twap", 3)
    assert children["quantity"].tolist() == [0.034, 0.033, 0.033]


BAD: list[tuple[dict[str, Any], str, int, dict[str, Any], str]] = [
    ({"quantity": 0}, "twap", 8, {}, "quantity=0 of 'P0', expected more than 0"),
    ({"quantity": -5}, "twap", 8, {}, "quantity=-5 of 'P0'"),
    ({"quantity": 100.5}, "twap", 8, {}, "quantity=100.5 of 'P0', expected a multiple of its lot"),
    ({"quantity": 1050, "lot": 100}, "twap", 8, {}, "expected a multiple of its lot"),
    ({"quantity": 5}, "twap", 8, {}, "expected at least a lot for each of 8 slices"),
    ({}, "vwop", 8, {}, 'style=\'vwop\', expected one of "twap", "vwap", "is", "pov"'),
    ({"style": "best"}, "", 8, {}, 'style=best of \'P0\', expected "twap" or'),
    ({}, "twap", 0, {}, "slices=0, expected 1 or more"),
    ({"side": "long"}, "twap", 8, {}, 'side=long of \'P0\', expected "buy" or "sell"'),
    ({"start": at("2024-11-20 17:00"), "end": at("2024-11-20 19:00")}, "twap", 8, {}, "is closed"),
    ({"start": at("2024-11-28 10:00"), "end": at("2024-11-28 12:00")}, "twap", 8, {},
     "no session between 2024-11-28"),
    ({"end": at("2024-11-20 10:00:00.005")}, "twap", 8, {}, "shorter than its slices"),
    ({"end": at("2024-11-20 09:00")}, "twap", 8, {}, "expected a time after its start"),
    ({"symbol": "NEW"}, "vwap", 8, {}, "symbol=NEW of 'P0', expected a symbol with a volume"),
    ({"symbol": "NEW", "adv": None}, "twap", 8, {"max_participation": 0.1}, "adv"),
    ({"start": at("2024-11-20 10:00", None), "end": at("2024-11-20 12:00", None)}, "twap", 8, {},
     "without a zone"),
    ({"volatility": None}, "is", 8, {}, r"volatility"),
    ({}, "is", 1, {"permanent_impact": 50.0}, "take more slices"),
    ({"limit_price": -1.0}, "twap", 8, {}, "limit_price=-1 of 'P0'"),
    ({"start": at("1924-01-02 10:00")}, "twap", 8, {}, "expected a hundred years at most"),
]  # fmt: skip


@pytest.mark.parametrize(("columns", "style", "slices", "options", "message"), BAD)
def test_bad_input(
    columns: dict[str, Any], style: str, slices: int, options: dict[str, Any], message: str
) -> None:
    frame = trades(**columns)
    frame = frame.drop(columns=[name for name, value in columns.items() if value is None])
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        schedule(frame, style or None, slices, **options)


def test_more_bad_input() -> None:
    with pytest.raises(ValueError, match=r"\['parent_id'\]\[1\] is missing"):
        schedule(trades(2, parent_id=["P0", None]), "twap")
    with pytest.raises(ValueError, match="the column 'side' twice"):
        schedule(pd.concat([trades(), trades()[["side"]]], axis=1), "twap")
    for value in ("800", True):
        with pytest.raises(TypeError, match=r"strings or bools.*astype\(\{'quantity'"):
            schedule(trades(2).assign(quantity=pd.Series([800, value], dtype=object)), "twap")
    with pytest.raises(ValueError, match="parent_id 'P0' twice"):
        schedule(trades(2, parent_id="P0"), "twap")
    with pytest.raises(ValueError, match="no column 'side'"):
        schedule(trades().drop(columns="side"), "twap")
    with pytest.raises(TypeError, match="expected a data frame"):
        schedule([1], "twap")
    zero = VolumeProfiles.of({"U": [0.0, 0.0, 1.0]})
    config = ExecutionConfig(calendar=NYSE)
    with pytest.raises(ValueError, match="has no expected volume"):
        schedule_child_orders(trades(), "vwap", config=config, profiles=zero)
    for name, value in (("participation_rate", 0.0), ("max_participation", 1.5), ("randomise", 2),
                        ("risk_aversion", -1.0), ("vwap_method", "mode"), ("tick", 0)):  # fmt: skip
        with pytest.raises(ValueError, match=name):
            ExecutionConfig(**{name: value})
