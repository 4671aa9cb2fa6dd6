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


def test_two_series_have_the_same_labels() -> None:
    days = pd.date_range("2020-01-01", periods=500)
    x = pd.Series(X, index=days)
    # The same values, five days later: by its dates y follows x, by position it does not.
    y = pd.Series(X, index=days + pd.Timedelta(days=5))
    with pytest.raises(ValueError, match=r"row 0 is 2020-01-01 .* in x, 2020-01-06 .* in y"):
        cross_correlation(x, y, 10)
    a, b = x.align(y, join="inner")
    assert int(np.argmax(cross_correlation(a, b, 10))) - 10 == 5
    assert int(np.argmax(cross_correlation(x.to_numpy(), y.to_numpy(), 10))) - 10 == 0
    # Rows that pandas has numbered: a slice says where it comes from.
    numbered = pd.Series(X)
    with pytest.raises(ValueError, match="row 0 is 0 in x, 5 in y"):
        cross_correlation(numbered[:-5], numbered[5:], 10)
    with pytest.raises(ValueError, match="row 0 is 0 in x, 499 in y"):
        cross_correlation(numbered, numbered[::-1], 10)


@pytest.mark.parametrize(
    ("convert", "message"),
    [
        (lambda i: i.tz_localize("UTC"), r"x are datetime64.* y datetime64\[.*, UTC\]: .* zone"),
        (lambda i: i.to_period("D"), r"x are datetime64.* y period\[D\]"),
        (lambda i: i.strftime("%Y"), "x are datetime64.* y str"),
        (lambda i: range(1, 1 + len(i)), "x are datetime64.* y int64"),
        (lambda i: i.where(i != i[3]), "row 3 is 2020-01-04 .* in x, NaT in y"),
    ],
)
def test_labels_of_another_kind(convert: Any, message: str) -> None:
    days = pd.date_range("2020-01-01", periods=500)
    x, y = pd.Series(X, index=days), pd.Series(X, index=convert(days))
    with pytest.raises(ValueError, match=f"labels of x and y differ, .*{message}"):
        cross_correlation(x, y, 10)


def test_equal_labels_and_none() -> None:
    days = pd.date_range("2020-01-01", periods=500, tz="UTC")
    x = pd.Series(X, index=days)
    expected = cross_correlation(X, X[::-1], 10)
    seconds = days.as_unit("s")
    for index in (days, seconds, days.tz_convert("Asia/Tokyo"), None):
        y = pd.Series(X[::-1], index=index)
        assert np.array_equal(cross_correlation(x, y, 10), expected)
        assert np.array_equal(cross_correlation(y, x, 10), expected[::-1])
    for other in (X[::-1], pl.Series(X[::-1]), list(X[::-1])):
        assert np.array_equal(cross_correlation(x, other, 10), expected)
    gaps = days.where(days != days[3])
    with pytest.raises(ValueError, match="row 4 is 2020-01-05 .* in x, NaT in y"):
        cross_correlation(pd.Series(X, index=gaps), pd.Series(X, index=gaps.where(days != days[4])))
    same = cross_correlation(pd.Series(X, index=gaps), pd.Series(X[::-1], index=gaps), 10)
    assert np.array_equal(same, expected)
