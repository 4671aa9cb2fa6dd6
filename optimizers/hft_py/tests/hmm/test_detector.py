"""Regimes in order, their names, and strategy parameters scaled to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.hmm import HMMParams, HMMRegimeDetector, fit_hmm, regime_labels, scaling_rule

FLAT = [[0.5, 0.5], [0.5, 0.5]]


def test_regimes_in_order(regimes: Any) -> None:
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
    other = detector.use(HMMParams([0.5, 0.5], FLAT, [0.0, 0.0], [1.0, 4.0]))
    assert other.volatilities_.tolist() == [2.0, 1.0]  # equal means: the more volatile first
    assert "n_states=2" in repr(other)


def test_labels() -> None:
    assert regime_labels(1) == ("sideways",)
    assert regime_labels(2) == ("bear", "bull")
    assert regime_labels(5) == ("bear", "sideways_1", "sideways_2", "sideways_3", "bull")


RULES = {
    "widen": ("entry_threshold", "stop_loss", "take_profit_pct"),
    "shrink": ("position_size", "max_leverage"),
    "shorten": ("lookback_window", "half_life"),
    "keep": ("entry_z", "exit_zscore", "fee"),
}


@pytest.mark.parametrize("rule", RULES)
def test_rules_by_name(rule: str) -> None:
    assert {scaling_rule(name) for name in RULES[rule]} == {rule}


def test_parameters_are_scaled() -> None:
    # Average variance (7 + 1) / 2 = 4: the bear has sqrt(7) / 2 of the volatility, the bull 1 / 2.
    detector = HMMRegimeDetector(2).use(HMMParams([0.5, 0.5], FLAT, [-1.0, 1.0], [7.0, 1.0]))
    kept = {"entry_z": 2.0, "trailing_stop": True, "target_name": "vwap"}
    base: dict[str, Any] = {"stop_loss": 0.02, "position_size": 100, "lookback": 20, **kept}
    bull = detector.get_regime_parameters("bull", base)
    assert bull == {"stop_loss": 0.01, "position_size": 200.0, "lookback": 40, **kept}
    ratio = np.sqrt(7) / 2
    rules: Any = {"lookback": lambda v, r: (v, round(r, 3))}
    bear = detector.get_regime_parameters(0, base, rules=rules)
    assert bear["stop_loss"] == pytest.approx(0.02 * ratio)
    assert bear["position_size"] == pytest.approx(0.5 * 100 / ratio)
    assert bear["lookback"] == (20, round(ratio, 3))
    assert base["lookback"] == 20
    assert detector.get_regime_parameters(0, base, rules=dict.fromkeys(base, "keep")) == base


def test_ratios_are_bounded() -> None:
    model = HMMParams([0.5, 0.5], [[0.001, 0.999], [0.001, 0.999]], [-1.0, 1.0], [1e6, 1e-6])
    detector = HMMRegimeDetector(2).use(model)
    assert detector.get_regime_parameters("bear", {"stop": 1.0})["stop"] == 4.0
    assert detector.get_regime_parameters("bull", {"stop": 1.0})["stop"] == 0.25


def test_every_emission(kind: str, fit_inputs: Any) -> None:
    x, options = fit_inputs(kind, 300)
    detector = HMMRegimeDetector(2, n_init=1, n_iterations=20, **options).fit(x)
    assert detector.predict_proba(x).shape == (300, 2)
    assert detector.score(x) == pytest.approx(detector.log_likelihood_, rel=1e-12)
    assert detector.update(x[-1]).shape == (2,)
    assert fit_hmm(x, 2, n_iterations=1, **options).n_columns == x[0].size
