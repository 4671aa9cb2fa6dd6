"""What comes in as a Series goes out as one."""

from __future__ import annotations

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


def test_frames_of_columns() -> None:
    frame = pd.DataFrame({"a": X, "b": X[::-1]})
    found = autocorrelation(frame, 5, axis=0)  # type: ignore[call-overload]
    assert found.shape == (6, 2)
    assert np.allclose(found[:, 0], autocorrelation(X, 5))


def test_the_others_take_them_too() -> None:
    series = pd.Series(X)
    assert np.array_equal(acf(series, nlags=5), acf(X, nlags=5))
    assert np.array_equal(cross_correlation(series, series, 5), cross_correlation(X, X, 5))
