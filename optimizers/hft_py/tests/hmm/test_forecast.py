"""Forecasts against the enumeration of all paths, integrated densities and drawn returns."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm, t

from hft_py import hmm


def enumerated(model: hmm.HMMParams, x: Any, horizon: int) -> Any:
    """``p(z_(T+h) | x)`` by the sum over all paths of past and future states."""
    k, n = model.n_states, len(x)
    densities = norm.pdf(np.asarray(x)[:, None], model.means, np.sqrt(model.variances))
    found = np.zeros((horizon, k))
    for path in itertools.product(range(k), repeat=n + horizon):
        p = model.start_probabilities[path[0]]
        for before, after in itertools.pairwise(path):
            p *= model.transition_matrix[before, after]
        p *= densities[np.arange(n), path[:n]].prod()
        for h in range(horizon):
            found[h, path[n + h]] += p
    return found / found.sum(axis=1, keepdims=True)


def test_regimes_by_enumeration(random_model: Any, kernel_set: str) -> None:
    model, x = random_model("gaussian", 2, 7), np.array([0.4, -1.0, 2.0])
    found = hmm.forecast(x, model, 4, backend=kernel_set)
    np.testing.assert_allclose(found.probabilities, enumerated(model, x, 4), atol=1e-13)


@pytest.mark.parametrize("kind", ["gaussian", "student_t"])
def test_moments_by_integration(kind: str, random_model: Any) -> None:
    model = random_model(kind, 3, 8)
    if kind == "student_t":
        model = dataclasses.replace(model, dof=np.array([5.0, 8.0, 12.0]))
    found = hmm.forecast([0.1, -0.5], model, 3)

    def density(y: float, weights: Any) -> float:
        if kind == "gaussian":
            each = norm.pdf(y, model.means, np.sqrt(model.variances))
        else:
            scales = np.sqrt(model.variances * (model.dof - 2) / model.dof)
            each = t.pdf(y, model.dof, model.means, scales)
        return float(weights @ each)

    def moment(power: int, weights: Any) -> float:
        return float(quad(lambda y: y**power * density(y, weights), -np.inf, np.inf)[0])

    for weights, mean, variance in zip(*found.values(), strict=True):
        assert mean == pytest.approx(moment(1, weights), abs=1e-6)
        assert variance == pytest.approx(moment(2, weights) - mean**2, rel=1e-6)


@pytest.mark.parametrize("kind", ["binned", "diag", "full"])
def test_moments_by_drawing(kind: str, known_model: Any) -> None:
    model = known_model(kind)
    if kind == "binned":
        drawn = hmm.sample(model, 5_000, seed=1).returns
        model = hmm.fit_hmm(drawn, 2, emission="binned", n_bins=3, initial=model)
    past = hmm.sample(model, 50, seed=2).returns
    found = hmm.forecast(past, model, 3)
    n = 40_000
    # Independent series of one observation, whose first state is that of the third step.
    start = found.probabilities[2]
    even = dataclasses.replace(
        model, start_probabilities=start, transition_matrix=np.tile(start, (2, 1))
    )
    values = hmm.sample(even, n, seed=3).returns
    close = {"atol": 6 * values.std() / np.sqrt(n)}
    np.testing.assert_allclose(found.means[2], values.mean(axis=0), **close)
    spread = np.cov(values.T, bias=True) if kind == "full" else values.var(axis=0)
    np.testing.assert_allclose(found.variances[2], spread, atol=0.05)


def test_far_ahead_the_past_is_forgotten(known_model: Any) -> None:
    model = known_model("gaussian")
    found = hmm.forecast([-3.0], model, 2_000)
    share = model.stationary_distribution
    np.testing.assert_allclose(found.probabilities[-1], share, atol=1e-12)
    mean = share @ model.means
    assert found.means[-1] == pytest.approx(mean)
    second = share @ (model.variances + model.means**2)
    assert found.variances[-1] == pytest.approx(second - mean**2)


def test_the_detector_goes_on_from_what_it_has_seen(regimes: Any) -> None:
    x = regimes(500, 1)[0]
    detector = hmm.HMMRegimeDetector(2, n_init=1).fit(x[:400])
    for value in x[400:]:
        detector.update(value)
    expected = hmm.forecast(x, detector.params_, 5)
    for found in (detector.forecast(5), detector.forecast(5, x)):
        np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-12)
        np.testing.assert_allclose(found.variances, expected.variances, rtol=1e-12)
    holes = np.append(x, [np.nan, np.nan])
    later = hmm.forecast(holes, detector.params_, 3, missing="ignore")
    np.testing.assert_allclose(later.means, expected.means[2:], rtol=1e-12)
    with pytest.raises(ValueError, match="horizon=0, expected 1 or more"):
        detector.forecast(0)
    with pytest.raises(ValueError, match="at least one observation"):
        detector.reset().forecast(1)
    with pytest.raises(hmm.NotFittedError):
        hmm.HMMRegimeDetector(2).forecast(1)
