"""Gaussian copula: log-determinants, closed forms, invariance, degenerate columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from hft_py.information_theory import copula

Floats = npt.NDArray[np.float64]


def log_determinant(*variables: Floats) -> float:
    """Of the covariance of normal scores."""
    scores = [norm.ppf(rankdata(v, axis=0) / (len(v) + 1)) for v in variables]
    return float(np.linalg.slogdet(np.atleast_2d(np.cov(np.hstack(scores).T)))[1])


@settings(deadline=None, max_examples=40)
@given(st.integers(20, 300), st.tuples(*[st.integers(1, 3)] * 3), st.integers(0, 2**32))
def test_log_determinants(n: int, widths: tuple[int, int, int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y, z = (rng.standard_t(3, size=(n, width)) for width in widths)
    x, y = x + z[:, :1], y - x[:, :1] + z[:, -1:]
    h = log_determinant
    expected = (h(x) + h(y) - h(x, y)) / 2
    assert copula.mutual_information(x, y) == pytest.approx(expected, abs=1e-10)
    expected = (h(x, z) + h(y, z) - h(x, y, z) - h(z)) / 2
    assert copula.conditional_mutual_information(x, y, z) == pytest.approx(expected, abs=1e-10)
    # Monotone changes of coordinates change no rank.
    assert copula.mutual_information(np.arctan(x), y**3) == copula.mutual_information(x, y)


def test_degenerate_columns() -> None:
    x, y = np.random.default_rng(3).normal(size=(2, 100, 1))
    y = x + y
    expected = copula.mutual_information(x, y)
    constant = np.full((100, 1), 0.1)
    assert copula.mutual_information(x, constant) == 0
    assert all(copula.mutual_information(x[:n], x[:n]) == np.inf for n in range(2, 100))
    assert copula.conditional_mutual_information(x, y, x) == 0
    # A column given twice, or beside a constant, tells nothing more.
    for wider in (np.hstack([x, x]), np.hstack([x, constant])):
        assert copula.mutual_information(wider, y) == pytest.approx(expected, abs=1e-10)
        assert copula.conditional_mutual_information(y, x, constant) == pytest.approx(expected)
    assert copula.mutual_information(x, np.exp(x)) == np.inf
