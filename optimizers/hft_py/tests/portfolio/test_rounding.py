"""Weights that are put on 0, a bound or the current weight leave every limit kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hft_py.portfolio._prepared import prepared
from hft_py.portfolio._report import snapped
from hft_py.portfolio.ratios import minimum_variance_portfolio


def test_what_is_moved_goes_elsewhere() -> None:
    n = 40
    problem = prepared(np.eye(n), None, None, {}).problem
    weights = np.full(n, 5e-8)  # each is nothing, together they are 1.5e-6
    weights[:10] = np.linspace(0.05, 0.15, 10)
    weights[:10] *= (1 - weights[10:].sum()) / weights[:10].sum()
    row = np.arange(n, dtype=float)[None]
    ranges = problem.ranges.plus(["beta"], row, np.array([-np.inf]), row @ weights)
    found = snapped(replace(problem, ranges=ranges), weights)
    assert not found[10:].any()
    np.testing.assert_allclose(ranges.matrix @ found, ranges.matrix @ weights, atol=1e-12)


def test_many_small_weights() -> None:
    found = minimum_variance_portfolio(np.diag(np.logspace(-2, 6, 300)))
    assert abs(found.net - 1.0) < 1e-9
    assert found.violated == ()
