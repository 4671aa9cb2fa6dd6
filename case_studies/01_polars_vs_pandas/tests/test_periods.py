"""Annual figures of bars that are not daily: how many rows a year has."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import metrics, run_backtest, sweep
from polars_vs_pandas._periods import per_year

ROWS, WINDOW, RATE = 140, 12, 0.006
MONTHS = pd.date_range("2000-01-31", periods=ROWS, freq="ME")


def always_long(index: Any = MONTHS) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A signal far above its own deviation, and the same return in every row."""
    signal = 10 + 0.001 * (np.arange(len(index)) % 3)
    return (
        pd.DataFrame({"A": signal}, index),
        pd.DataFrame({"A": np.full(len(index), RATE)}, index),
    )


def moving(index: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(3)
    shape = len(index), 3
    return (
        pd.DataFrame(rng.standard_normal(shape), index),
        pd.DataFrame(0.01 * rng.standard_normal(shape), index),
    )


@pytest.mark.parametrize("name", kernels.KERNELS)
def test_twelve_months_compound_to_a_year(name: str) -> None:
    found = run_backtest(*always_long(), window=WINDOW, cost=0.0, implementation=name)
    assert found.periods_per_year == found.metrics["periods_per_year"] == 12
    assert found.metrics["cagr"] == pytest.approx((1 + RATE) ** 12 - 1, rel=1e-12)
    assert "at 12 periods a year" in repr(found)


def test_every_annual_figure_scales() -> None:
    signal, returns = moving(MONTHS)
    monthly = run_backtest(signal, returns, window=WINDOW, benchmark=returns[0])
    given = run_backtest(signal, returns, window=WINDOW, benchmark=returns[0], periods_per_year=252)
    left, right = monthly.metrics, given.metrics
    for name in ("volatility", "sharpe", "sortino"):
        assert left[name] == pytest.approx(right[name] * math.sqrt(12 / 252), rel=1e-12), name
    assert 1 + left["cagr"] == pytest.approx((1 + right["cagr"]) ** (12 / 252), rel=1e-12)
    assert left["alpha"] == pytest.approx(right["alpha"] * 12 / 252, rel=1e-12)
    same = {"beta", "alpha_t", "beta_t", "r_squared", "total_return", "hit_rate"}
    assert all(left[name] == right[name] for name in same)
    assert monthly.capm(returns[0]).alpha == left["alpha"]
    assert monthly.capm(returns[0], periods_per_year=252).alpha == right["alpha"]


def test_a_sweep_scales_like_its_backtests() -> None:
    signal, returns = moving(MONTHS)
    for given, expected in ((None, 12.0), (365.25, 365.25)):
        found = sweep(signal, returns, windows=[12, 24], periods_per_year=given)
        assert found["periods_per_year"].to_list() == [expected] * 2
        one = run_backtest(signal, returns, window=24, periods_per_year=given)
        for name in ("cagr", "volatility", "sharpe", "sortino"):
            assert found[name][1] == one.metrics[name]


def without(index: pd.DatetimeIndex, share: float) -> pd.DatetimeIndex:
    return index[np.random.default_rng(0).random(len(index)) >= share]


def sessions(days: pd.DatetimeIndex, start: str, bars: int, freq: str) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(
        [t for d in days for t in pd.date_range(f"{d.date()} {start}", periods=bars, freq=freq)]
    )


WORKDAYS = pd.bdate_range("2019-01-01", "2022-12-31")
ALL_DAYS = pd.date_range("2019-01-01", "2022-12-31")
SUNDAY_TO_THURSDAY = ALL_DAYS[~ALL_DAYS.day_of_week.isin([4, 5])]
HOURS = pd.date_range("2022-01-02", "2022-03-31", freq="h", tz="America/New_York")
WEEK_HOUR = HOURS.day_of_week * 24 + HOURS.hour  # Sunday 18:00 to Friday 17:00
OPEN = (HOURS.hour != 17) & ((WEEK_HOUR < 4 * 24 + 17) | (WEEK_HOUR >= 6 * 24 + 18))
FUTURES = HOURS[OPEN].tz_convert("UTC").tz_localize(None)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        pytest.param(WORKDAYS, 252, id="business days"),
        pytest.param(without(WORKDAYS, 0.08), 252, id="many holidays"),
        pytest.param(SUNDAY_TO_THURSDAY, 252, id="Sunday to Thursday"),
        pytest.param(WORKDAYS[:4], 252, id="four days"),
        pytest.param(WORKDAYS[[0, 1, 7, 8, 9]], 252, id="a week of holidays among five days"),
        pytest.param(ALL_DAYS, 365, id="every day"),
        pytest.param(ALL_DAYS[4:13], 365, id="nine days with a weekend"),
        pytest.param(without(ALL_DAYS, 0.08), 365, id="every day but a few"),
        pytest.param(pd.date_range("2020-01-03", periods=30, freq="W-FRI"), 52, id="weeks"),
        pytest.param(pd.date_range("2020-01-03", periods=30, freq="2W-FRI"), 26, id="fortnights"),
        pytest.param(pd.date_range("2020-01-15", periods=30, freq="SME"), 24, id="half months"),
        pytest.param(pd.date_range("2022-12-31", periods=4, freq="BME"), 12, id="four months"),
        pytest.param(pd.date_range("2020-01-01", periods=30, freq="QS"), 4, id="quarters"),
        pytest.param(pd.date_range("2020-06-30", periods=9, freq="6ME"), 2, id="half years"),
        pytest.param(pd.date_range("1990-12-31", periods=9, freq="YE"), 1, id="years"),
        pytest.param(sessions(WORKDAYS[:40], "09:30", 78, "5min"), 252 * 78, id="5 minutes"),
        pytest.param(pd.date_range("2022-01-01", periods=90 * 6, freq="4h"), 365 * 6, id="4 hours"),
        pytest.param(FUTURES, 252 * 23, id="futures by the hour, in UTC"),
    ],
)
def test_conventions(dates: pd.DatetimeIndex, expected: float) -> None:
    assert per_year(dates.to_numpy()) == expected


def test_rows_are_counted_where_no_convention_fits() -> None:
    scarce = without(WORKDAYS, 0.5)
    elapsed = (scarce[-1] - scarce[0]).days / 365.25
    assert per_year(scarce.to_numpy()) == pytest.approx((len(scarce) - 1) / elapsed)
    assert per_year(ALL_DAYS[::28].to_numpy()) == pytest.approx(365.25 / 28)
    bars = without(sessions(WORKDAYS[:200], "09:30", 78, "5min"), 0.4)
    assert per_year(bars.to_numpy()) == pytest.approx(252 * 0.6 * 78, rel=0.02)


def test_bars_of_one_day_tell_nothing() -> None:
    signal, returns = moving(pd.date_range("2022-03-01 09:30", periods=60, freq="min"))
    found = run_backtest(signal, returns, window=WINDOW)
    assert math.isnan(found.periods_per_year)
    assert math.isnan(found.metrics["sharpe"])
    assert np.isfinite(found.metrics["total_return"])
    assert "give periods_per_year" in repr(found)
    told = run_backtest(signal, returns, window=WINDOW, periods_per_year=252 * 390)
    assert told.metrics["volatility"] == metrics.volatility(told.returns, 252 * 390)


def test_kinds_of_dates() -> None:
    signal, returns = (frame.to_numpy() for frame in moving(MONTHS))
    polars = pl.DataFrame(signal).insert_column(0, pl.Series("d", MONTHS.to_numpy()).cast(pl.Date))
    expected = {"periods": 12, "numbers": 252, "text": 252, "none": 252, "polars": 12}
    made = {
        "periods": pd.DataFrame(signal, MONTHS.to_period("M")),
        "numbers": pd.DataFrame(signal),
        "text": pd.DataFrame(signal, MONTHS.strftime("%Y-%m-%d")),
        "none": signal,
        "polars": polars,
    }
    for kind, table in made.items():
        found = run_backtest(table, returns, window=WINDOW)
        assert found.periods_per_year == expected[kind], kind


@pytest.mark.parametrize("value", [0, -12, math.nan, math.inf, "12", True])
def test_periods_per_year_that_cannot_be(value: Any) -> None:
    signal, returns = moving(MONTHS)
    found = run_backtest(signal, returns, window=WINDOW)
    for call in (
        lambda: run_backtest(signal, returns, window=WINDOW, periods_per_year=value),
        lambda: sweep(signal, returns, windows=WINDOW, periods_per_year=value),
        lambda: found.capm(found.returns, periods_per_year=value),
    ):
        with pytest.raises((TypeError, ValueError), match="periods_per_year="):
            call()
