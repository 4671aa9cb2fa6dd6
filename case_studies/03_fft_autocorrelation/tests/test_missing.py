"""Series with gaps: dropped or left out, at any scale."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from fft_autocorrelation import autocorrelation, autocovariance

NAN = np.random.default_rng(0).normal(size=64)
NAN[[3, 40]] = np.nan


def test_missing_values() -> None:
    present = NAN[~np.isnan(NAN)]
    dropped = autocorrelation(NAN, 9, missing="drop")
    assert np.allclose(dropped, autocorrelation(present, 9), atol=1e-15)
    around = autocovariance(NAN, 9, missing="conservative", adjusted=True)
    centred = NAN - np.nanmean(NAN)
    for k in range(10):
        products = centred[: 64 - k] * centred[k:]
        assert around[k] == pytest.approx(np.nanmean(products), abs=1e-14)
    nothing = np.full(5, np.nan)
    for missing in ("drop", "conservative"):
        with pytest.raises(ValueError, match="nothing but NaN"):
            autocorrelation(nothing, missing=missing)  # type: ignore[call-overload]
        with pytest.raises(ValueError, match="inf"):
            autocorrelation(np.append(NAN, np.inf), 3, missing=missing)  # type: ignore[call-overload]
        with pytest.raises(ValueError, match="one series"):
            autocorrelation(np.stack([NAN, NAN]), missing=missing)  # type: ignore[call-overload]
    constant = np.array([2.0, np.nan, 2.0, 2.0])
    assert np.isnan(autocorrelation(constant, 2, missing="conservative")).all()
    assert (autocovariance(constant * 0.05, 2, missing="conservative") == 0).all()


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize("scale", [2.0**-1000, 1e305])
def test_missing_values_of_any_scale(scale: float, adjusted: bool) -> None:
    options: Any = {"missing": "conservative", "adjusted": adjusted}
    found = autocorrelation(NAN * scale, 9, **options)
    assert np.abs(found - autocorrelation(NAN, 9, **options)).max() <= 1e-14
    if scale > 1:
        with pytest.raises(OverflowError, match="scale the series down"):
            autocovariance(NAN * scale, 9, **options)
    else:
        assert (autocovariance(NAN * scale, 9, **options) == 0).all()


def test_missing_values_at_both_ends_of_the_range() -> None:
    x = np.array([1.7e308, -1.7e308, np.nan, 1.7e308, 1.6e308])
    found = autocorrelation(x, 2, missing="conservative")
    expected = autocorrelation(x / 2.0**1000, 2, missing="conservative")
    assert np.array_equal(found, expected)
    near = autocovariance(NAN * 1e150, 3, missing="conservative")
    assert np.allclose(near / 1e300, autocovariance(NAN, 3, missing="conservative"), atol=1e-14)


@pytest.mark.parametrize("adjusted", [False, True])
@pytest.mark.parametrize(
    ("centre", "spread"), [(0.0, 1.0), (1e8, 1.0), (0.1, 2.0**-56), (1e8 + 0.1, 2.0**-26)]
)
def test_gaps_against_fractions(centre: float, spread: float, adjusted: bool) -> None:
    rng = np.random.default_rng(7)
    x = centre + spread * rng.integers(-2, 3, 60)
    x[rng.random(60) < 0.2] = np.nan
    there = [0 if np.isnan(v) else 1 for v in x]
    exact = [Fraction(0) if np.isnan(v) else Fraction(float(v)) for v in x]
    count = sum(there)
    mean = sum(exact) / count
    centred = [(v - mean) * t for v, t in zip(exact, there, strict=True)]
    zero = sum(c * c for c in centred) / count
    found = autocorrelation(x, 30, missing="conservative", adjusted=adjusted)
    for k in range(31):
        products = sum(a * b for a, b in zip(centred, centred[k:], strict=False))
        pairs = sum(a * b for a, b in zip(there, there[k:], strict=False))
        expected = products / (pairs if adjusted else count) / zero
        assert abs(found[k] - float(expected)) <= 1e-14
