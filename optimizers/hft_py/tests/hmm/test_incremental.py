"""Models that learn as data come say what they know, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py.hmm import (
    HMMParams,
    HMMRegimeDetector,
    IncrementalEM,
    fit_hmm,
    sample,
    score,
    select_n_states,
)

Make = Callable[..., Any]


def test_what_was_learned_knows_no_fit(regimes: Make) -> None:
    x = regimes(600, 1)[0]
    detector = HMMRegimeDetector(2, n_init=1, memory=50).fit(x[:300])
    for value in x[300:]:
        detector.update(value, learn=True)
    params = detector.params_
    assert np.isnan(params.log_likelihood) and np.isnan(detector.log_likelihood_)
    assert not params.converged and not detector.converged_
    assert params.stop_reason == "learned" and len(params.log_likelihoods) == 0
    assert params.n_observations == 600
    assert np.isfinite(score(x, params))
    np.testing.assert_array_equal(detector.means_, params.means)
    # In order again, and named so.
    means = detector.use(params).means_
    assert means is not None and (np.diff(means) > 0).all()


def test_moments_of_binned_regimes_follow(regimes: Make) -> None:
    x = regimes(1500, 1)[0]
    detector = HMMRegimeDetector(2, n_init=1, memory=200, emission="binned").fit(x)
    before = detector.volatilities_.copy()
    strategy = detector.get_regime_parameters(0, {"stop_loss": 1.0})
    for value in 0.2 * x:
        detector.update(value, learn=True)
    assert (detector.volatilities_ < 0.5 * before).all()
    assert np.isfinite(detector.means_).all()
    assert detector.get_regime_parameters(0, {"stop_loss": 1.0}) != strategy


def test_binned_moments_are_those_of_the_data() -> None:
    common: dict[str, Any] = {"emission": "binned", "bin_edges": [0.0]}
    model = HMMParams(
        [1.0], [[1.0]], **common, bin_probabilities=[[0.5, 0.5]], means=[0.0], variances=[1.0]
    )
    learner = IncrementalEM(model, n_observed=1)
    x = np.random.default_rng(0).normal(3.0, 2.0, 1000)
    for value in x:
        learner.update(value)
    found = learner.params
    assert found.means is not None and found.variances is not None
    assert found.means[0] == pytest.approx(x[1:].mean(), abs=5e-3)
    assert found.variances[0] == pytest.approx(x[1:].var(), rel=1e-2)


def test_what_teaches_nothing_still_moves_the_state() -> None:
    chain = [[0.01, 0.99], [0.99, 0.01]]
    model = HMMParams([0.5, 0.5], chain, [-9.0, 9.0], [1.0, 1.0])
    x = sample(model, 401, seed=1).returns

    def learned(with_gap: str) -> HMMParams:
        learner = IncrementalEM(model, missing="ignore")
        for value in x[:200]:
            learner.update(value)
        if with_gap == "missing":
            learner.update(np.nan)
        else:
            learner.update(x[200], learn=with_gap == "learned")
        for value in x[201:]:
            learner.update(value)
        return learner.params

    whole = learned("learned").transition_matrix
    for gap in ("missing", "passed"):
        np.testing.assert_allclose(learned(gap).transition_matrix, whole, atol=5e-3)


def test_probabilities_are_probabilities_after_any_observation() -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 0.01])
    learner = IncrementalEM(model)
    detector = HMMRegimeDetector(2).use(model)
    for x in (0.0, 30.0, -30.0, 1e6, -1e6, 1.0):
        for one in (learner, detector):
            table = one.update(x)
            assert ((table >= 0) & (table <= 1)).all()
            assert table.sum() == pytest.approx(1.0, abs=1e-12)


WRONG: list[tuple[Callable[[HMMRegimeDetector], Any], type[Exception], str]] = [
    (lambda d: d.use(None), TypeError, "params=None, expected HMMParams"),  # type: ignore[arg-type]
    (lambda d: d.get_regime_parameters(0, {5: 3}), TypeError, "the key 5"),  # type: ignore[dict-item]
    (
        lambda d: d.get_regime_parameters(0, {"stop": 3}, rules=["a"]),  # type: ignore[arg-type]
        TypeError,
        "rules=",
    ),
    (lambda d: select_n_states([0.0, 1.0], 3), TypeError, "candidates=3"),  # type: ignore[arg-type]
    (lambda d: IncrementalEM(d.params_, probabilities=[1.5, -0.5]), ValueError, "none below 0"),
    (lambda d: d.update("x"), TypeError, "x has dtype"),
    (lambda d: d.update(0.0, learn=1), TypeError, "learn=1"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "error", "message"), WRONG)
def test_mistakes_are_named_and_leave_the_detector_as_it_was(
    call: Callable[[HMMRegimeDetector], Any], error: type[Exception], message: str
) -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    detector = HMMRegimeDetector(2).use(model, [0.3])
    before = detector.probabilities_
    with pytest.raises(error, match=message):
        call(detector)
    np.testing.assert_array_equal(detector.probabilities_, before)


def test_a_failed_use_changes_nothing() -> None:
    two = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    three = fit_hmm(np.random.default_rng(0).normal(size=50), 3, n_iterations=2)
    detector = HMMRegimeDetector(2).use(two, [0.3])
    with pytest.raises(TypeError, match="returns"):
        detector.use(three, "abc")
    assert detector.params_.n_states == 2 and detector.labels_ == ("bear", "bull")
    assert "n_states=3" in repr(detector.use(three))
