"""Models that learn from each observation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.hmm import HMMParams, HMMRegimeDetector, IncrementalEM, fit_hmm, sample, score


def test_the_detector_learns_and_forgets_the_fit(regimes: Any) -> None:
    x = regimes(600, 1)[0]
    detector = HMMRegimeDetector(2, n_init=1, memory=50).fit(x[:300])
    before = detector.params_
    for value in x[300:]:
        assert detector.update(value, learn=True).sum() == pytest.approx(1.0)
    params = detector.params_
    assert np.isnan(params.log_likelihood) and np.isnan(detector.log_likelihood_)
    assert not params.converged and not detector.converged_
    assert params.stop_reason == "learned" and len(params.log_likelihoods) == 0
    assert params.n_observations == 600
    assert np.isfinite(score(x, params))
    np.testing.assert_array_equal(detector.means_, params.means)
    assert not np.array_equal(params.means, before.means)
    np.testing.assert_allclose(detector.transition_matrix_.sum(axis=1), 1.0, atol=1e-12)
    # Without learning the model stays; use() puts the regimes in order again.
    detector.update(0.0)
    assert detector.params_ is params
    assert (np.diff(detector.use(params).means_) > 0).all()


def test_the_model_is_found(kind: str, known_model: Any) -> None:
    true = known_model(kind)
    x = sample(true, 1500, seed=2).returns
    guess = fit_hmm(
        x[:200],
        2,
        n_iterations=0,
        emission=true.emission,
        covariance=true.covariance,
        bin_edges=true.bin_edges,
    )
    learner = IncrementalEM(guess, n_observed=20, memory=700)
    for row in x:
        learner.update(row)
    found = learner.params
    np.testing.assert_allclose(found.transition_matrix, true.transition_matrix, atol=0.02)
    if kind == "binned":
        np.testing.assert_allclose(found.bin_probabilities, true.bin_probabilities, atol=0.06)
    else:
        np.testing.assert_allclose(found.means, true.means, atol=0.15)
        np.testing.assert_allclose(found.variances, true.variances, atol=0.3)


def test_moments_of_binned_regimes_follow(regimes: Any) -> None:
    x = regimes(1500, 1)[0]
    detector = HMMRegimeDetector(2, n_init=1, memory=200, emission="binned").fit(x)
    before = detector.volatilities_.copy()
    strategy = detector.get_regime_parameters(0, {"stop_loss": 1.0}, rules="volatility")
    for value in 0.2 * x:
        detector.update(value, learn=True)
    assert (detector.volatilities_ < 0.5 * before).all()
    assert np.isfinite(detector.means_).all()
    now = detector.get_regime_parameters(0, {"stop_loss": 1.0}, rules="volatility")
    assert now != strategy


def test_binned_moments_are_those_of_the_data() -> None:
    table = {"bin_edges": [0.0], "bin_probabilities": [[0.5, 0.5]]}
    model = HMMParams([1.0], [[1.0]], [0.0], [1.0], emission="binned", **table)
    learner = IncrementalEM(model, n_observed=1)
    x = np.random.default_rng(0).normal(3.0, 2.0, 1000)
    for value in x:
        learner.update(value)
    found = learner.params
    assert found.means[0] == pytest.approx(x[1:].mean(), abs=5e-3)
    assert found.variances[0] == pytest.approx(x[1:].var(), rel=1e-2)


def test_learning_starts_at_the_model() -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [-1.0, 1.0], [1.0, 2.0])
    learner = IncrementalEM(model, n_observed=10**9, missing="ignore")
    for x in (0.3, -1.0, 2.0):
        assert learner.update(x).shape == (2,)
    for name in ("means", "variances", "transition_matrix"):
        np.testing.assert_allclose(learner.params[name], model[name], atol=1e-7)
    before = learner.params
    learner.update(np.nan)
    assert learner.params is before


def test_observations_without_learning_still_move_the_state() -> None:
    chain = [[0.01, 0.99], [0.99, 0.01]]
    model = HMMParams([0.5, 0.5], chain, [-9.0, 9.0], [1.0, 1.0])
    x = sample(model, 401, seed=1).returns

    def learned(value: float, learn: bool) -> Any:
        learner = IncrementalEM(model, missing="ignore")
        for before in x[:200]:
            learner.update(before)
        learner.update(value, learn=learn)
        for after in x[201:]:
            learner.update(after)
        return learner.params.transition_matrix

    whole = learned(x[200], learn=True)
    for gap in (learned(np.nan, learn=True), learned(x[200], learn=False)):
        np.testing.assert_allclose(gap, whole, atol=5e-3)


def test_probabilities_are_probabilities_after_any_observation() -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 0.01])
    learner = IncrementalEM(model)
    detector = HMMRegimeDetector(2).use(model)
    for x in (0.0, 30.0, -30.0, 1e6, -1e6, 1.0):
        for one in (learner, detector):
            table = one.update(x)
            assert ((table >= 0) & (table <= 1)).all()
            assert table.sum() == pytest.approx(1.0, abs=1e-12)
