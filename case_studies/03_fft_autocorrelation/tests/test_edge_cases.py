"""Bad input: an error that names the argument, or the right answer, as documented."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fft_autocorrelation as fa
from fft_autocorrelation import autocorrelation, autocovariance, cross_correlation

X = np.random.default_rng(0).normal(size=64)
NAN = X.copy()
NAN[[3, 40]] = np.nan
INF = X.copy()
INF[7] = np.inf


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((np.array([]),), ValueError, "x is empty"),
        (([],), ValueError, "x is empty"),
        ((np.empty((3, 0)),), ValueError, "x is empty"),
        ((X, -1), ValueError, "max_lag=-1, expected 0 or more"),
        ((X, 64), ValueError, "max_lag=64, expected at most 63"),
        ((X, 10**30), ValueError, "expected at most 63"),
        ((X, 2.0), TypeError, "max_lag=2.0, expected an integer"),
        ((INF, 5), ValueError, r"x\[7\] is inf"),
        ((-INF[::-1], 5), ValueError, "expected finite numbers"),
        ((X + 1j,), TypeError, "x is complex"),
        ((X.astype(object),), TypeError, "dtype object, expected real numbers"),
        ((np.array(["a", "b"]),), TypeError, "expected real numbers"),
        ((X.astype(np.longdouble),), TypeError, "convert it yourself"),
        ((3.0,), TypeError, "single number"),
        ((None,), TypeError, "expected real numbers"),
        ((np.array(["2020-01-01"], "datetime64[D]"),), TypeError, "datetime64"),
        ((np.ma.masked_invalid(NAN), 5), TypeError, r"masked array.*x\.filled\(numpy\.nan\)"),
        ((np.ma.masked_array([1, 2, 3]), 1), TypeError, "masked array"),
        ((np.array([2**53 + 1, 0, 1]), 1), ValueError, r"x holds 9007199254740993.*2\*\*53"),
        ((np.array([0, -(2**63), 1]), 1), ValueError, r"x holds -9223372036854775808"),
        ((np.array([0, 2**64 - 1], np.uint64), 1), ValueError, "x holds 18446744073709551615"),
        ((NAN, 5), ValueError, r"x\[3\] is NaN.*missing='drop'"),
        ((np.stack([X, NAN]), 5), ValueError, r"x\[1, 3\] is NaN.*one series at a time"),
        ((np.stack([X, INF]), 5), ValueError, r"x\[1, 7\] is inf.*never accepted"),
    ],
)
def test_refused(arguments: tuple[Any, ...], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        autocorrelation(*arguments)
    with pytest.raises(error, match=message):
        autocovariance(*arguments)


@pytest.mark.parametrize(
    ("keywords", "error", "message"),
    [
        ({"method": "fast"}, ValueError, 'method="fast"'),
        ({"missing": "ignore"}, ValueError, "missing='ignore'"),
        ({"axis": 1}, ValueError, "axis=1"),
        ({"threads": -1}, ValueError, "threads=-1"),
        ({"mathod": "fft"}, TypeError, "mathod"),
    ],
)
def test_refused_options(keywords: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        autocorrelation(X, 5, **keywords)


@pytest.mark.parametrize(
    "x",
    [
        X[::2],
        X[::-1],
        X.astype(">f8"),
        np.asfortranarray(np.tile(X, (2, 1)))[1],
        np.frombuffer(b"\0" + X.tobytes(), np.uint8)[1:].view(np.float64),
        list(X),
        X.astype(np.float16),
        (X * 100).astype(np.int16),
        X > 0,
    ],
    ids=["strided", "reversed", "big-endian", "row", "unaligned", "list", "half", "int", "bool"],
)
def test_every_layout(x: Any) -> None:
    plain = np.array(x, dtype=np.float64)
    assert np.allclose(autocorrelation(x, 9), autocorrelation(plain, 9), atol=1e-14)


def test_read_only_and_untouched() -> None:
    x = X.copy()
    x.flags.writeable = False
    before = x.tobytes()
    for method in ("direct", "blocked", "fft"):
        autocorrelation(x, 9, method=method)  # type: ignore[call-overload]
    assert x.tobytes() == before


def test_integer_lags_of_every_kind() -> None:
    for lag in (5, np.int64(5), np.uint8(5)):
        assert np.array_equal(autocorrelation(X, lag), autocorrelation(X, 5))  # type: ignore[call-overload]
    assert autocorrelation(X).shape == (64,)


def test_squares_that_overflow() -> None:
    huge = X * 1e200
    assert np.allclose(autocorrelation(huge, 9), autocorrelation(X, 9), atol=1e-14)
    with pytest.raises(OverflowError, match="scale the series down"):
        autocovariance(huge, 9)
    near = X * 1e153
    assert np.allclose(autocovariance(near, 3), autocovariance(X, 3) * 1e153 * 1e153, rtol=1e-12)
    extreme = np.array([1.7e308, -1.7e308, 1.7e308, 1.6e308])
    assert np.allclose(autocorrelation(extreme, 2), autocorrelation(extreme / 1e308, 2), atol=1e-14)


def test_integers_up_to_two_to_the_53() -> None:
    x = np.array([2**53, -(2**53), 5])
    assert np.array_equal(autocorrelation(x, 1), autocorrelation(x.astype(float), 1))


def test_single_precision_that_overflows() -> None:
    huge = (X * 1e30).astype(np.float32)
    assert np.isfinite(autocorrelation(huge, 5)).all()
    for call in (
        lambda: autocovariance(huge, 5),
        lambda: autocovariance(np.append(huge, np.float32("nan")), 5, missing="conservative"),
        lambda: cross_correlation(huge, huge, 5, normalise=False),
    ):
        with pytest.raises(OverflowError, match="largest float32: pass float64"):
            call()
    assert np.isfinite(autocovariance(huge.astype(np.float64), 5)).all()


def test_squares_that_vanish() -> None:
    tiny = X * 1e-200
    assert np.allclose(autocorrelation(tiny, 9), autocorrelation(X, 9), atol=1e-14)
    assert (autocovariance(tiny, 9) == 0).all()
    subnormal = np.array([0.0, 5e-324, 0.0, 0.0])
    assert np.allclose(autocorrelation(subnormal, 3), autocorrelation(np.eye(4)[1], 3), atol=1e-14)


def test_nan_after_another_series_leaves_no_trace() -> None:
    for method in ("direct", "blocked", "fft"):
        expected = autocorrelation(X, 9, method=method)  # type: ignore[call-overload]
        with pytest.raises(ValueError, match="NaN"):
            autocorrelation(NAN, 9, method=method)  # type: ignore[call-overload]
        assert np.array_equal(autocorrelation(X, 9, method=method), expected)  # type: ignore[call-overload]


def test_batches_of_no_series() -> None:
    assert autocorrelation(np.empty((0, 5)), 2).shape == (0, 3)


def test_cross_correlation_refuses() -> None:
    for arguments, error, message in [
        ((X, X[:-1]), ValueError, "y has 63 observations, expected 64"),
        ((X, np.stack([X, X])), ValueError, "y has shape"),
        ((X, NAN), ValueError, r"y\[3\] is NaN"),
        ((X, X, 64), ValueError, "at most 63"),
        ((X, X, -1), ValueError, "0 or more"),
        (([], []), ValueError, "empty"),
        ((X, X * 1j), TypeError, "y is complex"),
        ((X, np.ma.masked_array(X)), TypeError, "y is a masked array"),
        ((np.full(3, 2**60), X[:3]), ValueError, "x holds 1152921504606846976"),
    ]:
        with pytest.raises(error, match=message):
            cross_correlation(*arguments)  # type: ignore[arg-type]
    assert np.isnan(cross_correlation(X, np.ones(64), 3)).all()
    assert (cross_correlation(X, np.ones(64), 3, normalise=False) == 0).all()


def test_plans_refuse() -> None:
    plan = fa.Autocorrelator(64, 3)
    with pytest.raises(ValueError, match="x has length 63"):
        plan(X[:-1])
    with pytest.raises(ValueError, match="out has length 3"):
        plan(X, np.empty(3))
    frozen = np.empty(4)
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match="out cannot be written"):
        plan(X, frozen)


def test_streams_are_unchanged_by_what_they_refuse() -> None:
    stream = fa.StreamingAutocorrelation(2)
    assert np.isnan(stream.autocorrelation()).all()
    stream.update([1.0, 2.0, 4.0])
    expected = stream.autocorrelation()
    for bad in (np.nan, [5.0, np.inf], np.array([1.0, np.nan])):
        with pytest.raises(ValueError, match="expected finite numbers"):
            stream.update(bad)
    assert stream.count == 3
    assert np.array_equal(stream.autocorrelation(), expected)


def test_advice_only_where_it_helps() -> None:
    for call in (
        lambda: cross_correlation(NAN, X, 3),
        lambda: fa.Autocorrelator(64, 3)(NAN),
        lambda: fa.StreamingAutocorrelation(3).update(NAN),
        lambda: autocorrelation(INF, 3),
        lambda: autocorrelation(np.stack([INF, X]), 3, missing="drop"),
    ):
        with pytest.raises(ValueError, match=r"is (NaN|inf)") as caught:
            call()
        assert "missing=" not in str(caught.value)


def test_threads_of_python_do_not_disturb_each_other() -> None:
    from concurrent.futures import ThreadPoolExecutor

    series = [np.random.default_rng(i).normal(size=3_000 + i % 3) for i in range(40)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda x: autocorrelation(x, 200), series))
    for x, r in zip(series, found, strict=True):
        assert np.array_equal(r, autocorrelation(x, 200))
