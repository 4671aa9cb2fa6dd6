"""Dates with a time zone keep their days; those that cannot be paired say why."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from polars_vs_pandas import run_backtest

ROWS, WINDOW = 60, 12
DAYS = pd.bdate_range("2023-01-02", periods=ROWS)
EARNING = slice(WINDOW + 1, None)
RNG = np.random.default_rng(1)
SIGNAL, RETURNS = RNG.standard_normal((ROWS, 2)), 0.02 * RNG.standard_normal((ROWS, 2))


def pandas_of(values: np.ndarray, index: Any) -> pd.DataFrame:
    return pd.DataFrame(values, index, ["A", "B"])


def polars_of(values: np.ndarray, index: pd.DatetimeIndex) -> pl.DataFrame:
    dates = pl.Series("date", index.tz_convert("UTC").tz_localize(None).to_numpy())
    return pl.DataFrame(values, schema=["A", "B"]).insert_column(
        0, dates.cast(pl.Datetime("us", str(index.tz)))
    )


@pytest.mark.parametrize("made", [pandas_of, polars_of])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_dates_are_those_of_the_input(zone: str, made: Any) -> None:
    local = DAYS.tz_localize(zone)
    market = pd.Series(RETURNS[:, 0], local)
    result = run_backtest(
        made(SIGNAL, local), made(RETURNS, local), window=WINDOW, benchmark=market
    )
    assert (result.dates == DAYS.to_numpy()[EARNING]).all()
    assert result.start == DAYS.to_numpy()[WINDOW]
    assert result.periods_per_year == 252
    assert f"{DAYS[WINDOW + 1].date()} to {DAYS[-1].date()}" in repr(result)
    column = result.to_frame()["date"]
    assert column.dtype.time_zone == zone  # type: ignore[attr-defined]
    assert column.dt.date().to_list() == [day.date() for day in DAYS[EARNING]]
    elsewhere = market.tz_convert("Europe/Paris")  # the same instants
    assert result.capm(elsewhere) == result.capm(market) == result.capm(RETURNS[EARNING, 0])
    frame = pl.DataFrame({"date": column, "market": RETURNS[EARNING, 0]})
    assert result.to_frame().join(frame, on="date").height == len(column)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_zones_that_differ_are_named(zone: str) -> None:
    local = DAYS.tz_localize(zone)
    left, right = pandas_of(SIGNAL, local), pandas_of(RETURNS, local)
    result = run_backtest(left, right, window=WINDOW)
    message = f"in {zone}, benchmark without a time zone: give both the same"
    for naive in (pd.Series(RETURNS[:, 0], DAYS), pl.DataFrame({"d": DAYS, "r": RETURNS[:, 0]})):
        with pytest.raises(ValueError, match=message):
            result.capm(naive)
        with pytest.raises(ValueError, match=message):
            run_backtest(left, right, window=WINDOW, benchmark=naive)
    paris = pd.Series(RETURNS[:, 0], DAYS.tz_localize("Europe/Paris"))
    with pytest.raises(ValueError, match=rf"in {zone}, benchmark in Europe/Paris: give both"):
        result.capm(paris)
    with pytest.raises(ValueError, match=f"signal has dates in {zone}, returns without a"):
        run_backtest(left, right.tz_localize(None), window=WINDOW)
    with pytest.raises(ValueError, match=f"2023-01-03.* in signal.* in {zone}, returns in UTC"):
        run_backtest(left.iloc[1:], right[:-1].tz_localize(None).tz_localize("UTC"), window=WINDOW)
    aware = pd.Series(RETURNS[:, 0], local)
    unzoned = run_backtest(left.tz_localize(None), right.tz_localize(None), window=WINDOW)
    with pytest.raises(ValueError, match=f"without a time zone, benchmark in {zone}: give"):
        unzoned.capm(aware)


def test_hours_are_not_paired_with_other_hours() -> None:
    """All hours of a naive benchmark exist in the result; they are five hours apart."""
    hours = pd.date_range("2023-01-02", periods=ROWS, freq="h")
    local = hours.tz_localize("America/New_York")
    result = run_backtest(
        pandas_of(SIGNAL, local), pandas_of(RETURNS, local), window=WINDOW, periods_per_year=8760
    )
    longer = pd.Series(0.0, pd.date_range("2023-01-01", periods=100, freq="h"))
    with pytest.raises(ValueError, match="in America/New_York, benchmark without"):
        result.capm(longer)


def test_an_hour_that_comes_twice() -> None:
    """Clocks go back: their times repeat, the instants do not."""
    hours = pd.date_range("2023-11-04", periods=ROWS, freq="h", tz="America/New_York")
    market = pd.Series(RETURNS[:, 0], hours)
    result = run_backtest(
        pandas_of(SIGNAL, hours), pandas_of(RETURNS, hours), window=WINDOW, benchmark=market
    )
    assert len(np.unique(result.dates)) == len(result.dates) - 1
    assert result.to_frame()["date"].is_unique().all()
    assert result.to_frame()["date"].to_list() == [t.to_pydatetime() for t in hours[EARNING]]
    assert result.metrics["beta"] == result.capm(RETURNS[EARNING, 0]).beta


def test_an_offset_without_a_name() -> None:
    local = DAYS.tz_localize(dt.timezone(dt.timedelta(hours=5, minutes=30)))
    market = pd.Series(RETURNS[:, 0], local)
    result = run_backtest(
        pandas_of(SIGNAL, local), pandas_of(RETURNS, local), window=WINDOW, benchmark=market
    )
    assert result.to_frame()["date"].to_list() == DAYS[EARNING].to_pydatetime().tolist()
    assert result.capm(market).beta == result.metrics["beta"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        pytest.param([d.date() for d in DAYS], pl.Date, id="dates"),
        pytest.param(list(DAYS.to_pydatetime()), pl.Datetime, id="datetimes"),
        pytest.param(
            [
                d.to_pydatetime().replace(tzinfo=dt.timezone(dt.timedelta(hours=i % 2)))
                for i, d in enumerate(DAYS)
            ],
            pl.Datetime,
            id="datetimes of two offsets",
        ),
        pytest.param([dt.time(9 + i // 60, i % 60) for i in range(ROWS)], pl.Time, id="times"),
        pytest.param([f"day {i:02}" for i in range(ROWS)], pl.String, id="text"),
        pytest.param([Fraction(i, 3) for i in range(ROWS)], pl.Float64, id="fractions"),
        pytest.param(list(range(ROWS)), pl.Int64, id="integers"),
    ],
)
def test_python_objects_are_written_as_what_they_are(
    labels: list[Any], expected: Any, tmp_path: Any
) -> None:
    index = pd.Index(labels, dtype=object)
    result = run_backtest(pandas_of(SIGNAL, index), pandas_of(RETURNS, index), window=WINDOW)
    frame = result.to_frame()
    assert frame.schema["date"] == expected
    assert frame.sort("date", descending=True)["date"][-1] == frame["date"][0]
    assert frame.join(frame, on="date").height == frame.height
    frame.write_csv(tmp_path / "result.csv")


def test_date_objects_are_days() -> None:
    index = pd.Index([d.date() for d in DAYS])
    market = pd.Series(RETURNS[:, 0], index)
    result = run_backtest(
        pandas_of(SIGNAL, index), pandas_of(RETURNS, DAYS), window=WINDOW, benchmark=market
    )
    assert result.periods_per_year == 252
    assert result.dates[0] == index[WINDOW + 1]
    assert result.to_frame()["date"].to_list() == list(index[EARNING])
    assert result.capm(pd.Series(RETURNS[:, 0], DAYS)).beta == result.metrics["beta"]
    mixed = pd.Index([d.date() if i % 2 else d.to_pydatetime() for i, d in enumerate(DAYS)])
    with pytest.raises(ValueError, match="signal: dates of mixed types cannot be ordered"):
        run_backtest(pandas_of(SIGNAL, mixed), RETURNS, window=WINDOW)
