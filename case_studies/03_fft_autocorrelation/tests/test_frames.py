"""A Series in, a Series out; frames are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from fft_autocorrelation import acf, autocorrelation, autocovariance, cross_correlation

pd = pytest.importorskip("pandas", reason="pandas is not installed")
pl = pytest.importorskip("polars", reason="polars is not installed")

X = np.random.default_rng(0).normal(size=500)


def test_pandas() -> None:
    days = pd.bdate_range("2020-01-01", periods=500)
    found = autocorrelation(pd.Series(X, index=days, name="AAPL"), 20)
    assert isinstance(found, pd.Series)
    assert found.name == "AAPL"
    assert found.index.name == "lag"
    assert list(found.index) == list(range(21))
    assert np.array_equal(found.to_numpy(), autocorrelation(X, 20))
    assert found.loc[5] == pytest.approx(pd.Series(X).autocorr(5), abs=0.02)


def test_polars() -> None:
    found = autocovariance(pl.Series("AAPL", X), 20)
    assert isinstance(found, pl.Series)
    assert found.name == "AAPL"
    assert np.array_equal(found.to_numpy(), autocovariance(X, 20))


def test_polars_expression() -> None:
    frame = pl.DataFrame({"AAPL": X, "MSFT": X[::-1].copy()})
    lags = frame.select(
        pl.all().map_batches(lambda s: autocorrelation(s, 10), return_dtype=pl.Float64)
    )
    assert lags.shape == (11, 2)
    assert np.array_equal(lags["AAPL"].to_numpy(), autocorrelation(X, 10))


def test_nulls_are_missing() -> None:
    series = pl.Series([1.0, None, 3.0, 2.0, 5.0])
    with pytest.raises(ValueError, match="NaN"):
        autocorrelation(series, 1)
    dropped = autocorrelation(series, 1, missing="drop")
    assert np.array_equal(dropped.to_numpy(), autocorrelation(np.array([1.0, 3.0, 2.0, 5.0]), 1))


def test_single_precision_stays() -> None:
    assert autocorrelation(pl.Series(X, dtype=pl.Float32), 3).dtype == pl.Float32
    assert autocorrelation(pd.Series(X, dtype="float32"), 3).dtype == np.float32


def test_frames_are_refused_and_the_remedies_work() -> None:
    frame = pd.DataFrame({"a": X, "b": X[::-1]})
    for function in (autocorrelation, autocovariance, acf):
        with pytest.raises(TypeError, match=r"pandas DataFrame.*x\.apply"):
            function(frame)
        with pytest.raises(TypeError, match=r"Polars frame.*map_batches"):
            function(pl.DataFrame({"a": X, "b": X}))
    with pytest.raises(TypeError, match="Polars frame"):
        autocorrelation(pl.LazyFrame({"a": X}))  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="y is a pandas DataFrame"):
        cross_correlation(X, frame, 5)
    found = frame.apply(autocorrelation, max_lag=5)
    assert found.index.name == "lag"
    assert np.array_equal(found["b"].to_numpy(), autocorrelation(X[::-1].copy(), 5))
    assert np.array_equal(autocorrelation(frame.to_numpy(), 5, axis=0), found.to_numpy())


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (pl.Series([True, None, False]), r"Polars Boolean.*x\.cast\(pl\.Float64\)"),
        (pl.Series([Decimal("1.5"), Decimal("2.5")]), r"Polars Decimal.*x\.cast"),
        (pl.Series(["a", "b"]), "Polars String"),
        (pd.Series([True, None, False], dtype="boolean"), r"pandas boolean.*x\.astype"),
        (pd.Series([Decimal("1.5"), Decimal("2.5")]), r"pandas object.*x\.astype"),
    ],
    ids=lambda v: str(v.dtype) if hasattr(v, "dtype") else "",
)
def test_columns_without_numbers(series: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"expected real numbers.*{message}"):
        autocorrelation(series, 1)


def test_the_remedies_for_columns_work() -> None:
    expected = autocorrelation(np.array([1.5, 2.5, 1.0]), 1)
    decimals = [Decimal("1.5"), Decimal("2.5"), Decimal("1.0")]
    assert np.array_equal(autocorrelation(pl.Series(decimals).cast(pl.Float64), 1), expected)
    assert np.array_equal(autocorrelation(pd.Series(decimals).astype("Float64"), 1), expected)
    truths = pd.Series([True, None, False, True], dtype="boolean").astype("Float64")
    assert len(autocorrelation(truths, 1, missing="drop")) == 2


def test_large_integers_with_gaps() -> None:
    for series in (
        pl.Series([2**60, None, 5]),
        pd.Series([2**60, None, 5], dtype="Int64"),
    ):
        with pytest.raises(ValueError, match=r"x holds 1152921504606846976.*2\*\*53"):
            autocorrelation(series, 1, missing="drop")
    for empty in (pl.Series([None, None], dtype=pl.Int64), pd.Series([None], dtype="Int64")):
        with pytest.raises(ValueError, match="nothing but NaN"):
            autocorrelation(empty, 0, missing="drop")


def test_nullable_columns() -> None:
    series = pd.Series([1.0, None, 3.0, 2.0, 5.0], dtype="Float64")
    dropped = autocorrelation(series, 1, missing="drop")
    assert np.array_equal(dropped, autocorrelation(np.array([1.0, 3.0, 2.0, 5.0]), 1))


def test_the_others_take_them_too() -> None:
    series = pd.Series(X)
    assert np.array_equal(acf(series, nlags=5), acf(X, nlags=5))
    assert np.array_equal(cross_correlation(series, series, 5), cross_correlation(X, X, 5))
