"""Against exact references: integers in rational arithmetic, and ``fsum`` of exact products."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fft_autocorrelation import Autocorrelator, autocorrelation

METHODS = ["direct", "blocked", "fft"]
BOUND = 1e-14
Exact = Callable[[Any, Any], Any]


def lags(x: Any, max_lag: int, method: str) -> Any:
    return Autocorrelator(len(x), max_lag, method=method)(x)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [10, 1_000, 30_000, 1_000_000])
def test_integers(n: int, method: str, exact: Exact) -> None:
    rng = np.random.default_rng(n)
    m = rng.integers(-1000, 1001, n).cumsum() if n < 10_000 else rng.integers(-1000, 1001, n)
    most = 60 if method == "direct" else n - 1 if method == "fft" else n // 20
    found = lags(m.astype(float), min(n - 1, most), method)
    looked_at = np.unique(np.geomspace(1, len(found), 40).astype(int) - 1)
    assert np.abs(found[looked_at] - exact(m, looked_at)).max() <= BOUND


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [50, 200_000])
@pytest.mark.parametrize(
    ("offset", "scale"),
    [
        (0.0, 2.0**-40),
        (1e8, 1.0),
        (-1e8, 2.0**-10),
        (0.0, 2.0**-660),
        (0.0, 2.0**660),
    ],
    ids=["1e-12", "offset 1e8", "offset -1e8", "1e-199", "1e199"],
)
def test_offsets_and_scales(n: int, offset: float, scale: float, method: str, exact: Exact) -> None:
    m = np.random.default_rng(n).integers(-500, 501, n)
    x = offset + scale * m
    assert np.array_equal((x - offset) / scale, m), "the series must be exact"
    looked_at = np.arange(0, 40)
    found = lags(x, 40, method)[looked_at]
    assert np.abs(found - exact(m, looked_at)).max() <= BOUND


@pytest.mark.parametrize("method", METHODS)
def test_outliers(method: str, exact: Exact) -> None:
    m = np.random.default_rng(0).integers(-500, 501, 100_000)
    m[[17, 5_000, 99_999]] = 3_000_000, -2_000_000, 1_000_000
    looked_at = np.concatenate([np.arange(50), [4_983, 4_984]])
    found = lags(m.astype(float), 5_000, method)[looked_at]
    assert np.abs(found - exact(m, looked_at)).max() <= BOUND


@pytest.mark.parametrize("method", METHODS)
def test_spikes_that_a_sampled_mean_misses(method: str, exact: Exact) -> None:
    m = np.zeros(70_000, dtype=np.int64)
    m[::1111] = 90_000  # the provisional mean sees many of them or none
    m[-1] = 1
    looked_at = np.array([0, 1, 2, 1110, 1111, 2000])
    found = lags(m.astype(float), 2_000, method)[looked_at]
    assert np.abs(found - exact(m, looked_at)).max() <= BOUND


@pytest.mark.parametrize("method", METHODS)
def test_fsum(method: str) -> None:
    x = np.random.default_rng(5).standard_t(3, 400)
    mean = sum(map(Fraction, x)) / len(x)
    centred = [Fraction(v) - mean for v in x]
    zero = sum(c * c for c in centred)
    found = lags(x, 30, method)
    for k in range(31):
        products = (a * b for a, b in zip(centred, centred[k:], strict=False))
        assert abs(found[k] - float(sum(products) / zero)) <= BOUND
    raw = Autocorrelator(400, 3, method=method, demean=False, normalise=False)(x)  # type: ignore[arg-type]
    expected = math.fsum(float(v) * float(v) for v in x) / 400
    assert raw[0] == pytest.approx(expected, rel=1e-15)


def test_single_precision_is_summed_in_double(exact: Exact) -> None:
    m = np.random.default_rng(1).integers(-30_000, 30_001, 50_000)
    found = autocorrelation(m.astype(np.float32), 20)
    assert found.dtype == np.float32
    expected = exact(m, range(21))
    assert np.abs(found - expected).max() <= np.finfo(np.float32).eps / 2


def test_single_precision_exceeds_the_bound(exact: Exact) -> None:
    m = np.random.default_rng(2).integers(-500, 501, 100_000)
    single = (m / 700).astype(np.float32)
    naive = np.correlate(single, single[:-1], "valid")
    sums = np.array([float(naive[0]), float(single @ single)])
    assert abs(sums[0] / sums[1] - exact(m, [1])[0]) > BOUND
