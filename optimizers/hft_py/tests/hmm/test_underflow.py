"""States whose probability underflows and recovers: results keep all their digits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

from hft_py import hmm

# Start and transition probabilities, mean of the second state (that of the first is 0), series.
CASES: dict[str, tuple[Any, Any, float, Any]] = {
    "absorbing": ([0.5, 0.5], [[0.99, 0.01], [0.0, 1.0]], 5.0, [0] * 5 + [10] * 30 + [0] * 200),
    "not connected": ([0.5, 0.5], np.eye(2), 5.0, [0] * 5 + [10] * 30 + [0] * 200),
    "far apart": ([0.5, 0.5], [[0.99, 0.01], [0.0, 1.0]], 10.0, [0] * 5 + [15] * 8 + [0] * 50),
    "contradicted at the end": ([0.5, 0.5], np.eye(2), 20.0, [0, 0, 0, 0, 48]),
    "contradicted, connected": ([0.5, 0.5], [[1.0, 0.0], [0.01, 0.99]], 20.0, [0, 0, 0, 0, 50]),
    "three observations": ([0.9, 0.1], [[1.0, 0.0], [0.5, 0.5]], 100.0, [0, 50, 100]),
    "alternating outliers": (
        [0.6, 0.4],
        [[0.9, 0.1], [0.0, 1.0]],
        50.0,
        [*np.linspace(-2, 2, 100), 0, 0, 0, 0, 300, -300, 300, -300],
    ),
}


def made(case: str) -> tuple[hmm.HMMParams, Any]:
    start, transition, mean, x = CASES[case]
    return hmm.HMMParams(start, transition, [0.0, mean], [1.0, 1.0]), np.array(x, dtype=float)


def reference(model: hmm.HMMParams, x: Any) -> tuple[Any, Any, float]:
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


def check(model: hmm.HMMParams, x: Any, backend: str = "auto") -> None:
    options: dict[str, Any] = {"backend": backend}
    filtered, smoothed, total = reference(model, x)
    ahead = hmm.forward(x, model, **options)
    behind = hmm.posterior(x, model, pairwise=True, **options)
    assert hmm.viterbi_decode(x, model, **options).log_probability <= total + 1e-9 * abs(total)
    start = hmm.fit_hmm(x, model.n_states, initial=model, n_iterations=0, order="none", **options)
    score = hmm.score(x, model, **options)
    for found in (score, ahead.log_likelihood, behind.log_likelihood, start.log_likelihood):
        assert found == pytest.approx(total, rel=1e-11, abs=1e-9)
    online = hmm.OnlineFilter(model, **options)
    rows = np.array([online.update(value) for value in x])
    for table in (hmm.filter_proba(x, model, **options), ahead.alpha, rows):
        np.testing.assert_allclose(table, filtered, atol=1e-9)
    everything = hmm.smooth_proba(x, model, lag=len(x), **options)
    for table in (behind.gamma, hmm.smooth_proba(x, model, **options), everything):
        np.testing.assert_allclose(table, smoothed, atol=1e-9)
    np.testing.assert_allclose(behind.xi.sum(axis=2), smoothed[:-1], atol=1e-9)
    detector = hmm.HMMRegimeDetector(model.n_states, **options).use(model, x)
    np.testing.assert_allclose(detector.probabilities_, filtered[-1], atol=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_a_state_recovers(case: str, kernel_set: str) -> None:
    model, x = made(case)
    check(model, x, kernel_set)


@pytest.mark.parametrize("seed", range(12))
def test_chains_with_zeros_and_outliers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    k, n = int(rng.integers(2, 5)), int(rng.choice([5, 30, 150, 300]))
    cells = rng.uniform(0.05, 1.0, (k, k)) * (rng.uniform(size=(k, k)) < 0.5)
    cells += np.diag(rng.uniform(0.5, 5.0, k))
    model = hmm.HMMParams(
        np.full(k, 1 / k),
        cells / cells.sum(axis=1, keepdims=True),
        np.sort(rng.normal(0, 20, k)),  # in the detector's order
        rng.uniform(0.3, 3, k),
    )
    x = rng.normal(0, 20, n) * rng.choice([1.0, 1.0, 1.0, 8.0], n)
    check(model, x)


@pytest.mark.parametrize("case", CASES)
def test_no_row_depends_on_a_later_one(case: str) -> None:
    model, x = made(case)
    table, ahead = hmm.filter_proba(x, model), hmm.forward(x, model)
    for stop in [*range(1, min(60, len(x))), *range(60, len(x), 13)]:
        head = hmm.filter_proba(x[:stop], model)
        np.testing.assert_array_equal(head, table[:stop])
        surprise = hmm.forward(x[:stop], model).log_scale
        np.testing.assert_array_equal(surprise, ahead.log_scale[:stop])


@pytest.mark.filterwarnings("ignore::hft_py.hmm.VarianceFloorWarning")
def test_the_path_of_em_and_its_end_agree() -> None:
    model, x = made("absorbing")
    options: dict[str, Any] = {"initial": model, "order": "none", "tolerance": 0}
    few = hmm.fit_hmm(x, 2, n_iterations=2, **options)
    more = hmm.fit_hmm(x, 2, n_iterations=3, **options)
    np.testing.assert_allclose(more.log_likelihoods[:3], few.log_likelihoods, rtol=1e-12)
    assert np.diff(more.log_likelihoods).min() >= -1e-9 * abs(more.log_likelihood)


def test_likelihoods_beyond_the_largest_number() -> None:
    model = hmm.HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.0, 1.0], [1e-24, 1e-20])
    found = hmm.posterior([0.0, 5.0, 3.0], model, pairwise=True)
    assert np.isfinite(found.xi).all()
    np.testing.assert_allclose(found.xi.sum(axis=(1, 2)), 1.0)
