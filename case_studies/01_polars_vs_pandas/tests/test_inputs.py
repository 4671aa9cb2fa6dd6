"""pandas, Polars and NumPy: the same answer from each, on the right dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from polars_vs_pandas import run_backtest

ROWS, WINDOW = 60, 12
NAMES = ["AAA", "BBB", "CCC", "DDD"]
DATES = pd.bdate_range("2023-01-02", periods=ROWS)


def arrays() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return rng.standard_normal((ROWS, 4)), 0.02 * rng.standard_normal((ROWS, 4))


def pandas_of(values: np.ndarray, index: Any = DATES) -> pd.DataFrame:
    return pd.DataFrame(values, index=index, columns=NAMES)


def polars_of(values: np.ndarray, position: int = 0) -> pl.DataFrame:
    days = pl.Series("day", DATES.to_numpy()).cast(pl.Date)
    return pl.DataFrame(values, schema=NAMES).insert_column(position, days)


KINDS = {
    "NumPy": lambda v: v,
    "pandas": pandas_of,
    "Polars": polars_of,
    "Polars, date last": lambda v: polars_of(v, 4),
    "Polars without dates": lambda v: polars_of(v).drop("day"),
    "pandas, mixed blocks": lambda v: pandas_of(v).assign(BBB=lambda f: f["BBB"] * 1.0),
    "pandas nullable": lambda v: pandas_of(v).astype("Float64"),
}


@pytest.mark.parametrize(
    ("kind", "implementation"),
    [
        *((kind, "rust_fused") for kind in KINDS),
        *((kind, name) for kind in ("pandas", "Polars") for name in ("baseline", "polars_numpy")),
    ],
)
def test_every_kind_gives_the_same(kind: str, implementation: str) -> None:
    signal, returns = arrays()
    expected = run_backtest(signal, returns, window=WINDOW)
    made = KINDS[kind](signal), KINDS[kind](returns)
    found = run_backtest(*made, window=WINDOW, implementation=implementation)
    np.testing.assert_array_equal(found.positions, expected.positions)
    np.testing.assert_allclose(found.equity, expected.equity, rtol=1e-14)


def test_dates_and_names() -> None:
    signal, returns = arrays()
    for made in (pandas_of, polars_of):
        found = run_backtest(made(signal), made(returns), window=WINDOW)
        assert found.assets == tuple(NAMES)
        assert (found.dates == DATES.to_numpy()[WINDOW + 1 :]).all()
        assert found.start == DATES.to_numpy()[WINDOW]
    numbered = run_backtest(signal, returns, window=WINDOW)
    assert numbered.assets == ("asset_0", "asset_1", "asset_2", "asset_3")
    assert numbered.dates.tolist() == list(range(WINDOW + 1, ROWS))


def test_kinds_may_be_mixed() -> None:
    signal, returns = arrays()
    expected = run_backtest(pandas_of(signal), pandas_of(returns), window=WINDOW)
    for left, right in (
        (pandas_of(signal), polars_of(returns)),
        (polars_of(signal), pandas_of(returns)),
        (pandas_of(signal), returns),
        (signal, polars_of(returns)),
    ):
        found = run_backtest(left, right, window=WINDOW)
        np.testing.assert_array_equal(found.equity, expected.equity)
        assert (found.dates == expected.dates).all()
        assert found.assets == expected.assets


@pytest.mark.parametrize(
    "index",
    [
        DATES.tz_localize("America/New_York"),
        DATES.to_period("D"),
        DATES.as_unit("s"),
        pd.Index([d.date() for d in DATES]),
        pd.Index(DATES.strftime("%Y-%m-%d")),
        pd.Index(range(100, 100 + ROWS)) * 2,
        pd.RangeIndex(7, 7 + ROWS),
        pd.timedelta_range("0s", periods=ROWS, freq="D"),
    ],
    ids=["zone", "period", "seconds", "date objects", "text", "integers", "slice", "durations"],
)
def test_other_indices(index: pd.Index[Any]) -> None:
    signal, returns = arrays()
    found = run_backtest(pandas_of(signal, index), pandas_of(returns, index), window=WINDOW)
    assert found.dates.shape == (ROWS - WINDOW - 1,)
    assert found.equity[-1] == run_backtest(signal, returns, window=WINDOW).equity[-1]
    assert "to" in repr(found)
    assert found.to_frame().height == ROWS - WINDOW - 1
    found.plot()


def test_time_zones_of_polars_and_pandas_meet() -> None:
    signal, returns = arrays()
    zone = "America/New_York"
    days = pl.Series("day", DATES.to_numpy()).dt.replace_time_zone(zone)
    left = pl.DataFrame(signal, schema=NAMES).insert_column(0, days)
    found = run_backtest(left, pandas_of(returns, DATES.tz_localize(zone)), window=WINDOW)
    assert found.dates[0] == DATES[WINDOW + 1]


def test_missing_is_missing_in_every_kind() -> None:
    signal, returns = arrays()
    signal[20, 1] = returns[30, 2] = np.nan
    expected = run_backtest(signal, returns, window=WINDOW)
    null = [polars_of(a).with_columns(pl.exclude("day").fill_nan(None)) for a in (signal, returns)]
    nullable = [pandas_of(a).astype("Float64") for a in (signal, returns)]
    for pair in (null, nullable):
        found = run_backtest(*pair, window=WINDOW)
        np.testing.assert_array_equal(found.equity, expected.equity)
        np.testing.assert_array_equal(found.positions, expected.positions)


def test_arrays_are_borrowed() -> None:
    """No copy of what is float64 already: the docstring says so."""
    from polars_vs_pandas import _panel as panel

    signal, _ = arrays()
    assert np.shares_memory(panel.read("signal", signal).values, signal)
    frame = pandas_of(signal)
    assert np.shares_memory(panel.read("signal", frame).values, frame.to_numpy())


@pytest.mark.parametrize("implementation", ["baseline", "polars_numpy", "rust_fused"])
def test_masked_is_missing(implementation: str) -> None:
    """Whatever the mask covers, an infinite value too."""
    signal, returns = arrays()
    hidden = np.zeros(signal.shape, bool)
    hidden[20:22, 1] = hidden[40, 3] = True
    expected = [np.where(hidden, np.nan, a) for a in (signal, returns)]
    signal[20, 1] = np.inf
    found = run_backtest(
        np.ma.masked_array(signal, hidden),
        np.ma.masked_array(returns, hidden),
        window=WINDOW,
        implementation=implementation,
    )
    one = run_backtest(*expected, window=WINDOW, implementation=implementation)
    np.testing.assert_array_equal(found.positions, one.positions)
    np.testing.assert_array_equal(found.equity, one.equity)


def test_the_result_keeps_its_own_benchmark() -> None:
    signal, returns = arrays()
    market = returns[WINDOW + 1 :, 0].copy()
    for given in (market, pd.Series(market), pl.Series(market)):
        found = run_backtest(signal, returns, window=WINDOW, benchmark=given)
        assert not np.shares_memory(found.benchmark, np.asarray(given))
    found = run_backtest(signal, returns, window=WINDOW, benchmark=market)
    market[:] = 0.0
    assert found.metrics["beta"] == found.capm(returns[WINDOW + 1 :, 0]).beta


def test_benchmarks_find_their_days() -> None:
    signal, returns = arrays()
    market = returns.mean(axis=1)
    found = run_backtest(pandas_of(signal), pandas_of(returns), window=WINDOW)
    expected = found.capm(market[WINDOW + 1 :])
    longer = pd.Series(market, DATES).reindex(
        DATES.union(pd.bdate_range("2022-01-03", periods=5)), fill_value=0.5
    )
    table = pl.DataFrame({"d": DATES.to_numpy(), "SPX": market}).sample(fraction=1, shuffle=True)
    dates = [dt.date(2023, 1, 2), *[d.date() for d in DATES[1:]]]
    for benchmark in (
        pd.Series(market, DATES),
        longer.sample(frac=1, random_state=0),
        longer.to_frame("SPX"),
        table,
        table.with_columns(pl.col("d").cast(pl.Date)),
        pl.Series(market[WINDOW + 1 :]),
        list(market[WINDOW + 1 :]),
        pl.DataFrame({"d": dates, "SPX": market}),
    ):
        assert found.capm(benchmark) == expected
    by_row = run_backtest(signal, returns, window=WINDOW, benchmark=market)
    by_day = run_backtest(signal, returns, window=WINDOW, benchmark=market[WINDOW + 1 :])
    assert by_row.metrics["beta"] == by_day.metrics["beta"] == expected.beta
    assert by_row.metrics["alpha_t"] == expected.alpha_t
    numbered = pd.Series(market)[3:]  # labelled by the rows of the input, not by position
    by_label = run_backtest(signal, returns, window=WINDOW, benchmark=numbered)
    assert by_label.metrics["beta"] == expected.beta
