"""Bins of data with many equal values: none is lost, and the sign of the data does not matter."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pytest

from hft_py import hmm
from hft_py.hmm._bins import bin_numbers, quantile_edges


def ticks(n: int, seed: int = 0) -> Any:
    """Prices that rarely move: nine tenths of the returns are 0, the others one tick up or down."""
    return 0.01 * np.random.default_rng(seed).choice([-1, 0, 1], n, p=[0.03, 0.9, 0.07])


SERIES: dict[str, Any] = {
    "ticks": ticks(500),
    "many zeros": ticks(500) * np.random.default_rng(1).uniform(size=500),
    "small integers": np.random.default_rng(2).integers(-9, 10, 401) ** 3.0,
    "continuous, odd": np.random.default_rng(3).normal(size=501),
    "few rows": np.arange(7.0) ** 2,
}


@pytest.mark.parametrize("name", SERIES)
@pytest.mark.parametrize("n_bins", [1, 2, 3, 10, 60])
def test_edges(name: str, n_bins: int) -> None:
    x = SERIES[name]
    edges = quantile_edges(x, n_bins)
    assert len(edges) < n_bins and (np.diff(edges) > 0).all()
    bins = bin_numbers(x, edges)
    assert len(np.unique(bins)) == len(edges) + 1  # none is empty
    if len(np.unique(x)) <= n_bins:
        assert len(edges) + 1 == len(np.unique(x))
    mirrored = quantile_edges(-x, n_bins)
    np.testing.assert_allclose(mirrored, -edges[::-1], rtol=1e-12)
    np.testing.assert_array_equal(len(edges) - bin_numbers(-x, mirrored), bins)


def test_edges_are_quantiles_where_those_lie_between_two_values() -> None:
    x = np.random.default_rng(4).normal(size=400)
    np.testing.assert_array_equal(quantile_edges(x, 8), np.quantile(x, np.arange(1, 8) / 8))


def test_one_state_is_the_histogram(kernel_set: str) -> None:
    x = ticks(500)
    fit = hmm.fit_hmm(x, 1, emission="binned", backend=kernel_set)
    counts = [int((x == value).sum()) for value in (-0.01, 0.0, 0.01)]
    np.testing.assert_allclose(fit.bin_probabilities, [[c / 500 for c in counts]])
    expected = sum(c * math.log(c / 500) for c in counts)
    assert fit.log_likelihood == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", [name for name in SERIES if name != "few rows"])
@pytest.mark.parametrize("emission", ["binned", "gaussian"])
def test_the_likelihood_does_not_depend_on_the_sign(name: str, emission: str) -> None:
    x = SERIES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", hmm.VarianceFloorWarning)
        one, other = (hmm.fit_hmm(y, 2, emission=emission, n_iterations=30) for y in (x, -x))
    assert one.log_likelihood == pytest.approx(other.log_likelihood, rel=1e-9)
    np.testing.assert_allclose(one.means, -other.means[::-1], rtol=1e-5, atol=1e-9)


def test_two_values_have_two_bins() -> None:
    x = np.tile([0.0, 0.0, 0.0, 1.0, 1.0], 40)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit = hmm.fit_hmm(x, 2, emission="binned", n_bins=4)
    assert fit.bin_edges.tolist() == [0.5] and fit.n_bins == 4
