"""States whose probability underflows and recovers: results keep all their digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from hft_py.hmm import (
    HMMParams,
    HMMRegimeDetector,
    OnlineFilter,
    filter_proba,
    fit_hmm,
    forward,
    posterior,
    score,
    smooth_proba,
    viterbi_decode,
)

CASES = {
    "absorbing": (
        HMMParams([0.5, 0.5], [[0.99, 0.01], [0.0, 1.0]], [0.0, 5.0], [1.0, 1.0]),
        np.r_[[0.0] * 5, [10.0] * 30, [0.0] * 200],
    ),
    "not connected": (
        HMMParams([0.5, 0.5], np.eye(2), [0.0, 5.0], [1.0, 1.0]),
        np.r_[[0.0] * 5, [10.0] * 30, [0.0] * 200],
    ),
    "a distant state": (
        HMMParams([0.5, 0.5], [[0.99, 0.01], [0.0, 1.0]], [0.0, 10.0], [1.0, 1.0]),
        np.r_[[0.0] * 5, [15.0] * 8, [0.0] * 50],
    ),
    "contradicted at the end": (
        HMMParams([0.5, 0.5], np.eye(2), [0.0, 20.0], [1.0, 1.0]),
        np.array([0.0, 0.0, 0.0, 0.0, 48.0]),
    ),
    "contradicted, and connected": (
        HMMParams([0.5, 0.5], [[1.0, 0.0], [0.01, 0.99]], [0.0, 20.0], [1.0, 1.0]),
        np.array([0.0, 0.0, 0.0, 0.0, 50.0]),
    ),
    "three observations": (
        HMMParams([0.9, 0.1], [[1.0, 0.0], [0.5, 0.5]], [0.0, 100.0], [1.0, 1.0]),
        np.array([0.0, 50.0, 100.0]),
    ),
    "alternating outliers": (
        HMMParams([0.6, 0.4], [[0.9, 0.1], [0.0, 1.0]], [0.0, 50.0], [1.0, 1.0]),
        np.r_[np.linspace(-2, 2, 100), [0, 0, 0, 0, 300, -300, 300, -300]],
    ),
}


def reference(model: HMMParams, x: Any) -> tuple[Any, Any, float]:
    """Filter, smoother and log-likelihood on logarithms from end to end."""
    logs = norm.logpdf(x[:, None], model.means, model.volatilities)
    with np.errstate(divide="ignore"):
        start, transition = np.log(model.start_probabilities), np.log(model.transition_matrix)
    alpha, beta = np.empty_like(logs), np.zeros_like(logs)
    alpha[0] = start + logs[0]
    for t in range(1, len(x)):
        alpha[t] = logsumexp(alpha[t - 1][:, None] + transition, axis=0) + logs[t]
    for t in range(len(x) - 2, -1, -1):
        beta[t] = logsumexp(transition + logs[t + 1] + beta[t + 1], axis=1)
    total = float(logsumexp(alpha[-1]))
    filtered = np.exp(alpha - logsumexp(alpha, axis=1, keepdims=True))
    return filtered, np.exp(alpha + beta - total), total


def check(model: HMMParams, x: Any, backend: str = "auto") -> None:
    options: dict[str, Any] = {"backend": backend}
    filtered, smoothed, total = reference(model, x)
    exact = {"rel": 1e-11, "abs": 1e-9}
    ahead, behind = forward(x, model, **options), posterior(x, model, pairwise=True, **options)
    assert score(x, model, **options) == pytest.approx(total, **exact)
    assert ahead.log_likelihood == pytest.approx(total, **exact)
    assert behind.log_likelihood == pytest.approx(total, **exact)
    assert viterbi_decode(x, model, **options).log_probability <= total + 1e-9 * abs(total)
    start = fit_hmm(x, model.n_states, initial=model, n_iterations=0, order="none", **options)
    assert start.log_likelihood == pytest.approx(total, **exact)
    online = OnlineFilter(model, **options)
    rows = np.array([online.update(value) for value in x])
    for table in (filter_proba(x, model, **options), ahead.alpha, rows):
        np.testing.assert_allclose(table, filtered, atol=1e-9)
    everything = smooth_proba(x, model, lag=len(x), **options)
    for table in (behind.gamma, smooth_proba(x, model, **options), everything):
        np.testing.assert_allclose(table, smoothed, atol=1e-9)
    np.testing.assert_allclose(behind.xi.sum(axis=2), smoothed[:-1], atol=1e-9)
    detector = HMMRegimeDetector(model.n_states, **options).use(model, x)
    np.testing.assert_allclose(detector.probabilities_, filtered[-1], atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_a_state_recovers(case: str, kernel_set: str) -> None:
    model, x = CASES[case]
    check(model, x, kernel_set)


@pytest.mark.parametrize("seed", range(12))
def test_chains_with_zeros_and_outliers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(2, 5)), int(rng.choice([5, 30, 150, 300]))
    cells = rng.uniform(0.05, 1.0, (k, k)) * (rng.uniform(size=(k, k)) < 0.5)
    cells += np.diag(rng.uniform(0.5, 5.0, k))
    model = HMMParams(
        np.full(k, 1 / k),
        cells / cells.sum(axis=1, keepdims=True),
        np.sort(rng.normal(0, 20, k)),  # in the detector's order
        rng.uniform(0.3, 3, k),
    )
    x = rng.normal(0, 20, n) * rng.choice([1.0, 1.0, 1.0, 8.0], n)
    check(model, x)


@pytest.mark.parametrize("case", CASES)
def test_no_row_depends_on_a_later_one(case: str) -> None:
    model, x = CASES[case]
    table, ahead = filter_proba(x, model), forward(x, model)
    for stop in [*range(1, min(60, len(x))), *range(60, len(x), 13)]:
        head = filter_proba(x[:stop], model)
        np.testing.assert_array_equal(head, table[:stop])
        surprise = forward(x[:stop], model).log_scale
        np.testing.assert_array_equal(surprise, ahead.log_scale[:stop])


def test_the_path_of_em_and_its_end_agree() -> None:
    model, x = CASES["absorbing"]
    options: dict[str, Any] = {"initial": model, "order": "none", "tolerance": 0}
    few = fit_hmm(x, 2, n_iterations=2, **options)
    more = fit_hmm(x, 2, n_iterations=3, **options)
    np.testing.assert_allclose(more.log_likelihoods[:3], few.log_likelihoods, rtol=1e-12)
    assert np.diff(more.log_likelihoods).min() >= -1e-9 * abs(more.log_likelihood)


def test_likelihoods_beyond_the_largest_number() -> None:
    model = HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.0, 1.0], [1e-24, 1e-20])
    found = posterior([0.0, 5.0, 3.0], model, pairwise=True)
    assert np.isfinite(found.xi).all()
    np.testing.assert_allclose(found.xi.sum(axis=(1, 2)), 1.0)
