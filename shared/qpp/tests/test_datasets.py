"""The real prices: shape, dates, order, types."""

from collections.abc import Callable

import polars as pl
import pytest

from qpp import datasets

ALL: list[tuple[Callable[[], pl.DataFrame], int, int, str, str]] = [
    (datasets.sp500_prices, 8313, 21, "1990-01-02", "2022-12-28"),
    (datasets.sp500_index, 8313, 2, "1990-01-02", "2022-12-28"),
    (datasets.factor_etfs, 2264, 6, "2014-01-02", "2022-12-28"),
    (datasets.sp500_ohlcv, 5031, 7, "1999-01-04", "2018-12-31"),
    (datasets.nasdaq_ohlcv, 5031, 7, "1999-01-04", "2018-12-31"),
    (datasets.fama_french, 1109, 5, "1926-07-01", "2018-11-01"),
]


@pytest.mark.parametrize(("load", "rows", "columns", "first", "last"), ALL)
def test_tidy(
    load: Callable[[], pl.DataFrame], rows: int, columns: int, first: str, last: str
) -> None:
    frame = load()
    assert frame.shape == (rows, columns)
    assert frame.columns[0] == "date"
    assert (str(frame["date"][0]), str(frame["date"][-1])) == (first, last)
    assert frame["date"].is_sorted()
    assert frame["date"].n_unique() == rows
    assert all(d == pl.Float64 for d in frame.dtypes[1:])
    assert sum(frame.null_count().row(0)) == 0


def test_bars_are_bars() -> None:
    bars = datasets.sp500_ohlcv()
    assert (bars["low"] <= bars["close"]).all()
    assert (bars["close"] <= bars["high"]).all()
    assert (bars["volume"] > 0).all()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(datasets.DatasetError, match="package 'skfolio' carries this data set"):
        datasets.sp500_prices()
