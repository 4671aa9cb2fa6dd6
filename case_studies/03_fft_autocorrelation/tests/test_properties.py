"""What must hold whatever the input, and processes whose answer is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fft_autocorrelation import (
    Autocorrelator,
    StreamingAutocorrelation,
    autocorrelation,
    autocovariance,
    cross_correlation,
)

METHODS: list[Any] = ["auto", "direct", "blocked", "fft"]
SERIES = arrays(
    np.float64,
    st.integers(2, 300),
    elements=st.floats(-1e6, 1e6, allow_subnormal=False, width=32),
).filter(lambda x: np.ptp(x) > 1e-3 * (1 + np.abs(x).max()))


@pytest.mark.parametrize("method", METHODS)
def test_known_series(method: Any) -> None:
    impulse = np.zeros(200)
    impulse[70] = 5.0
    raw = autocorrelation(impulse, 150, demean=False, method=method)
    assert np.allclose(raw, np.eye(151)[0], atol=1e-15)
    alternating = np.tile([1.0, -1.0], 500)
    expected = (-1.0) ** np.arange(100) * (1 - np.arange(100) / 1000)
    assert np.allclose(autocorrelation(alternating, 99, method=method), expected, atol=1e-14)


@pytest.mark.parametrize("value", [0.0, 0.1, -3.7e150, 1e-300])
@pytest.mark.parametrize("method", METHODS[1:])
def test_a_constant_has_none(value: float, method: Any) -> None:
    for n in (1, 100, 70_000):
        x, lag = np.full(n, value), min(5, n - 1)
        assert np.isnan(autocorrelation(x, lag, method=method)).all()
        assert (autocovariance(x, lag, method=method) == 0).all()


def test_autoregressive_and_moving_average() -> None:
    e = np.random.default_rng(3).normal(size=400_000)
    x = np.empty_like(e)
    level = 0.0
    for t, shock in enumerate(e):
        level = 0.8 * level + shock
        x[t] = level
    assert np.allclose(autocorrelation(x, 10), 0.8 ** np.arange(11), atol=0.02)
    theta = 0.5
    moving = e[1:] + theta * e[:-1]
    expected = np.eye(11)[0] + np.eye(11)[1] * theta / (1 + theta**2)
    assert np.allclose(autocorrelation(moving, 10), expected, atol=0.01)


@given(SERIES, st.data())
def test_shift_scale_sign_and_reversal(x: Any, data: Any) -> None:
    lag = data.draw(st.integers(0, len(x) - 1))
    r = autocorrelation(x, lag)
    assert r[0] == 1.0
    assert np.abs(r).max() <= 1 + 1e-14
    assert np.allclose(autocorrelation(-2.0 * x, lag), r, atol=1e-13)
    assert np.allclose(autocorrelation(x[::-1], lag), r, atol=1e-12)
    assert np.allclose(autocorrelation(x + 4096.0, lag), r, atol=1e-6)


@settings(max_examples=30)
@given(arrays(np.float64, (3, 4, 50), elements=st.floats(-9, 9, width=16)), st.integers(0, 2))
def test_a_batch_is_the_loop(x: Any, axis: int) -> None:
    lag = x.shape[axis] - 1
    for threads in (1, 2):
        found = autocorrelation(x, lag, axis=axis, threads=threads)
        expected = np.apply_along_axis(lambda s: autocorrelation(s, lag), axis, x)
        assert np.array_equal(found, expected, equal_nan=True)


@given(SERIES, st.integers(0, 40), st.data())
def test_a_stream_is_the_batch(x: Any, max_lag: int, data: Any) -> None:
    stream = StreamingAutocorrelation(max_lag)
    cut = data.draw(st.integers(0, len(x)))
    for value in x[:cut]:
        stream.update(float(value))
    stream.update(x[cut:])
    assert stream.count == len(x)
    most = min(max_lag, len(x) - 1)
    found = stream.autocorrelation()
    assert np.allclose(found[: most + 1], autocorrelation(x, most), atol=1e-12)
    assert np.isnan(found[most + 1 :]).all()


def test_a_long_stream_that_wanders_off() -> None:
    rng = np.random.default_rng(4)
    x = 1e4 + np.concatenate([rng.normal(size=5_000), 1e6 + rng.normal(size=60_000)])
    stream = StreamingAutocorrelation(30)
    stream.update(x)
    assert np.allclose(stream.autocorrelation(), autocorrelation(x, 30), atol=1e-12)
    assert np.allclose(stream.autocovariance(), autocovariance(x, 30), rtol=1e-11)


@given(SERIES, st.data())
def test_cross_correlation(x: Any, data: Any) -> None:
    lag = data.draw(st.integers(0, len(x) - 1))
    own = cross_correlation(x, x, lag)
    assert np.allclose(own[lag:], autocorrelation(x, lag), atol=1e-12)
    assert np.allclose(own, own[::-1], atol=1e-12)
    y = np.roll(x, 1) ** 2 / (1 + np.abs(x).max())
    forward, backward = cross_correlation(x, y, lag), cross_correlation(y, x, lag)
    assert np.allclose(forward, backward[::-1], atol=1e-12, equal_nan=True)


def test_a_plan_is_the_function() -> None:
    x = np.random.default_rng(6).normal(size=1_000)
    for method in METHODS:
        plan = Autocorrelator(1_000, 100, method=method)
        out = np.empty(101)
        assert plan(x, out) is out
        assert np.array_equal(out, autocorrelation(x, 100, method=method))
        assert np.array_equal(plan(x), out)


@pytest.mark.parametrize("method", METHODS)
def test_threads_share_one_series(method: Any) -> None:
    x = np.random.default_rng(7).normal(size=200_000)
    alone = autocorrelation(x, 300, method=method)
    for threads in (2, 3, 0):
        shared = autocorrelation(x, 300, method=method, threads=threads)
        assert np.abs(shared - alone).max() < 1e-14
        assert np.array_equal(shared, autocorrelation(x, 300, method=method, threads=threads))
