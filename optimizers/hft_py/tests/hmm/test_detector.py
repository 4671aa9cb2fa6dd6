"""Regimes in order, named, and what a strategy does in them; models that learn as data come."""

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
    regime_labels,
    sample,
    scaling_rule,
)

Make = Callable[..., Any]
KINDS = ("gaussian", "student_t", "binned", "diag", "full")


def test_regimes_in_order(regimes: Make) -> None:
    x, states = regimes(3000, 1)
    detector = HMMRegimeDetector(3, n_init=2).fit(x)
    assert detector.labels_ == ("bear", "sideways", "bull")
    assert (np.diff(detector.means_) > 0).all() and (np.diff(detector.volatilities_) < 0).all()
    assert detector.transition_matrix_.shape == (3, 3)
    assert (detector.predict_regime(x) == states).mean() > 0.85
    assert (detector.predict_regime(x, method="viterbi") == states).mean() > 0.95
    table = detector.predict_proba(x)
    np.testing.assert_array_equal(table.argmax(axis=1), detector.predict_regime(x))
    assert detector.label(0) == "bear" and "fitted" in repr(detector)


def test_equal_means_are_ordered_by_volatility() -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [0.0, 0.0], [1.0, 4.0])
    detector = HMMRegimeDetector(2).use(model)
    assert detector.volatilities_.tolist() == [2.0, 1.0]


def test_labels() -> None:
    assert regime_labels(1) == ("sideways",)
    assert regime_labels(2) == ("bear", "bull")
    assert regime_labels(5) == ("bear", "sideways_1", "sideways_2", "sideways_3", "bull")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("entry_threshold", "widen"),
        ("stop_loss", "widen"),
        ("take_profit_pct", "widen"),
        ("entry_z", "keep"),
        ("exit_zscore", "keep"),
        ("position_size", "shrink"),
        ("max_leverage", "shrink"),
        ("lookback_window", "shorten"),
        ("half_life", "shorten"),
        ("fee", "keep"),
    ],
)
def test_rules_by_name(name: str, rule: str) -> None:
    assert scaling_rule(name) == rule


def test_parameters_adapt() -> None:
    # Average variance (7 + 1) / 2 = 4: the bear has sqrt(7) / 2 of the volatility, the bull 1 / 2.
    model = HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [-1.0, 1.0], [7.0, 1.0])
    detector = HMMRegimeDetector(2).use(model)
    base: dict[str, Any] = {
        "stop_loss": 0.02,
        "position_size": 100,
        "lookback": 20,
        "entry_z": 2.0,
        "trailing_stop": True,
        "target_name": "vwap",
    }
    bull = detector.get_regime_parameters("bull", base)
    assert bull == {
        "stop_loss": 0.01,
        "position_size": 200.0,
        "lookback": 40,
        "entry_z": 2.0,
        "trailing_stop": True,
        "target_name": "vwap",
    }
    ratio = np.sqrt(7) / 2
    bear = detector.get_regime_parameters(
        0, base, rules={"lookback": lambda v, r: (v, round(r, 3))}
    )
    assert bear["stop_loss"] == pytest.approx(0.02 * ratio)
    assert bear["position_size"] == pytest.approx(0.5 * 100 / ratio)
    assert bear["lookback"] == (20, round(ratio, 3))
    assert base["lookback"] == 20
    kept = detector.get_regime_parameters(0, base, rules=dict.fromkeys(base, "keep"))
    assert kept == base


def test_ratios_are_bounded() -> None:
    model = HMMParams([0.5, 0.5], [[0.001, 0.999], [0.001, 0.999]], [-1.0, 1.0], [1e6, 1e-6])
    detector = HMMRegimeDetector(2).use(model)
    assert detector.get_regime_parameters("bear", {"stop": 1.0})["stop"] == 4.0
    assert detector.get_regime_parameters("bull", {"stop": 1.0})["stop"] == 0.25


def test_learning_moves_the_model_and_reset_keeps_it(regimes: Make) -> None:
    x = regimes(1200, 1)[0]
    detector = HMMRegimeDetector(3, n_init=1, memory=200).fit(x[:600])
    before = detector.params_
    for value in x[600:700]:
        table = detector.update(value, learn=True)
        assert table.sum() == pytest.approx(1.0)
    assert detector.params_ is not before
    assert not np.array_equal(detector.means_, before.means)
    np.testing.assert_allclose(detector.transition_matrix_.sum(axis=1), 1.0, atol=1e-12)
    # Without learning the model stays.
    now = detector.params_
    detector.update(0.0)
    assert detector.params_ is now


@pytest.mark.parametrize("kind", KINDS)
def test_incremental_em_finds_the_model(kind: str) -> None:
    chain: dict[str, Any] = {
        "start_probabilities": np.array([0.5, 0.5]),
        "transition_matrix": np.array([[0.95, 0.05], [0.05, 0.95]]),
    }
    if kind == "binned":
        common: dict[str, Any] = {"emission": "binned", "bin_edges": np.array([0.5, 1.5])}
        true = HMMParams(**chain, **common, bin_probabilities=[[0.7, 0.2, 0.1], [0.1, 0.2, 0.7]])
        guess = HMMParams(**chain, **common, bin_probabilities=[[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    elif kind in ("gaussian", "student_t"):
        dof = {"dof": np.array([6.0, 6.0])} if kind == "student_t" else {}
        common = {"emission": kind, **dof}
        true = HMMParams(**chain, **common, means=[-2.0, 2.0], variances=[1.0, 0.25])
        guess = HMMParams(**chain, **common, means=[-1.0, 1.0], variances=[2.0, 2.0])
    else:
        means, spread = np.array([[-2.0, 0.0], [2.0, 1.0]]), np.array([[1.0, 0.5], [0.3, 0.3]])
        wide = np.full((2, 2), 2.0)
        if kind == "full":
            spread = np.stack([np.diag(v) for v in spread])
            spread[0, 0, 1] = spread[0, 1, 0] = 0.4
            wide = np.stack([2.0 * np.eye(2)] * 2)
        true = HMMParams(**chain, means=means, variances=spread, covariance=kind)
        guess = HMMParams(**chain, means=means / 2, variances=wide, covariance=kind)
    x = sample(true, 1500, seed=2).returns
    learner = IncrementalEM(guess, n_observed=20, memory=700)
    for row in x:
        learner.update(row)
    found = learner.params
    np.testing.assert_allclose(found.transition_matrix, true.transition_matrix, atol=0.03)
    if kind == "binned":
        np.testing.assert_allclose(found.bin_probabilities, true.bin_probabilities, atol=0.06)
    else:
        np.testing.assert_allclose(found.means, true.means, atol=0.15)
        np.testing.assert_allclose(found.variances, true.variances, atol=0.2)


def test_incremental_em_begins_at_its_model() -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [-1.0, 1.0], [1.0, 2.0])
    learner = IncrementalEM(model, n_observed=10**9)
    for x in (0.3, -1.0, 2.0):
        learner.update(x)
    np.testing.assert_allclose(learner.params.means, model.means, atol=1e-7)
    np.testing.assert_allclose(learner.params.variances, model.variances, atol=1e-7)
    np.testing.assert_allclose(learner.params.transition_matrix, model.transition_matrix, atol=1e-7)
    assert learner.update(0.0).shape == (2,)


def test_missing_observations_teach_nothing() -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.2, 0.8]], [-1.0, 1.0], [1.0, 2.0])
    learner = IncrementalEM(model, missing="ignore")
    learner.update(0.3)
    before = learner.params
    learner.update(np.nan)
    assert learner.params is before


def test_the_detector_takes_every_emission(regimes: Make) -> None:
    x = regimes(300, 1)[0]
    for options in ({"emission": "student_t"}, {"emission": "binned"}, {"n_iterations": 3}):
        detector = HMMRegimeDetector(2, n_init=1, **options).fit(x)
        assert detector.update(0.01).shape == (2,)
    both = np.stack([x, x[::-1]], axis=1)
    detector = HMMRegimeDetector(2, n_init=1, covariance="full").fit(both)
    assert detector.predict_proba(both).shape == (300, 2)
    assert detector.score(both) == pytest.approx(detector.log_likelihood_, rel=1e-12)
    assert fit_hmm(both, 2, covariance="full").n_columns == 2
