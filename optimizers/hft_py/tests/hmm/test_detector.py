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


def two_regimes() -> HMMRegimeDetector:
    # Average variance (7 + 1) / 2 = 4: the bear has sqrt(7) / 2 of the volatility, the bull 1 / 2.
    return HMMRegimeDetector(2).use(HMMParams([0.5, 0.5], FLAT, [-1.0, 1.0], [7.0, 1.0]))


def test_parameters_are_scaled_by_volatility() -> None:
    detector = two_regimes()
    kept = {"entry_z": 2.0, "trailing_stop": True, "target_name": "vwap"}
    base: dict[str, Any] = {"stop_loss": 0.02, "position_size": 100, "lookback": 20, **kept}
    bull = detector.get_regime_parameters("bull", base, rules="volatility")
    assert bull == {"stop_loss": 0.01, "position_size": 200.0, "lookback": 40, **kept}
    ratio = np.sqrt(7) / 2
    rules: Any = dict.fromkeys(base, "volatility")
    rules["lookback"] = lambda v, r: (v, round(r, 3))
    bear = detector.get_regime_parameters(0, base, rules=rules)
    assert bear["stop_loss"] == pytest.approx(0.02 * ratio)
    assert bear["position_size"] == pytest.approx(0.5 * 100 / ratio)
    assert bear["lookback"] == (20, round(ratio, 3))
    assert base["lookback"] == 20
    assert detector.get_regime_parameters(0, base, rules=dict.fromkeys(base, "keep")) == base


def test_by_default_the_bull_is_larger_and_wider_and_the_bear_smaller_and_tighter() -> None:
    detector = HMMRegimeDetector(3).use(
        HMMParams([1 / 3] * 3, np.full((3, 3), 1 / 3), [-1.0, 0.0, 1.0], [9.0, 1.0, 4.0])
    )
    base: dict[str, Any] = {
        "stop_loss": 0.02,
        "position_size": 100,
        "entry_z": 2.0,
        "exit_threshold": 0.5,
        "lookback": 20,
        "take_profit": 0.04,
        "fee": 1e-4,
        "trailing_stop": True,
        "venue": "x",
    }
    bear, sideways, bull = (detector.get_regime_parameters(k, base) for k in range(3))
    assert bear == base | {
        "stop_loss": 0.01,
        "position_size": 50.0,
        "entry_z": 2.5,
        "take_profit": 0.03,
    }
    assert bull == base | {"stop_loss": 0.03, "position_size": 150.0, "take_profit": 0.06}
    assert sideways == base | {
        "entry_z": 1.5,
        "exit_threshold": 0.25,
        "lookback": 10,
        "take_profit": 0.03,
    }
    # Whatever the volatilities, and for the last regime of a series.
    assert detector.get_regime_parameters(np.array([0, 1, 2]), base) == bull
    mixed = detector.get_regime_parameters("bull", base, rules={"stop_loss": "keep"})
    assert mixed == bull | {"stop_loss": 0.02}


@pytest.mark.parametrize(
    ("regime", "rules", "error", "message"),
    [
        ([], "regime", ValueError, "expected a regime or a series"),
        ([[0]], "regime", ValueError, "expected a regime or a series"),
        ([0, 7], "regime", ValueError, "regime=7"),
        ([0.5], "regime", TypeError, "0.5.*expected an integer"),
        (0, "trend", ValueError, "rules='trend'|rules=\"trend\""),
        (0, 3, TypeError, "rules=3"),
        (0, {"other": "keep"}, ValueError, "rules name 'other'"),
    ],
)
def test_refused(regime: Any, rules: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        two_regimes().get_regime_parameters(regime, {"stop_loss": 1.0}, rules=rules)


def test_ratios_are_bounded() -> None:
    model = HMMParams([0.5, 0.5], [[0.001, 0.999], [0.001, 0.999]], [-1.0, 1.0], [1e6, 1e-6])
    detector = HMMRegimeDetector(2).use(model)
    for regime, expected in (("bear", 4.0), ("bull", 0.25)):
        found = detector.get_regime_parameters(regime, {"stop": 1.0}, rules="volatility")
        assert found["stop"] == expected


def test_every_emission(kind: str, fit_inputs: Any) -> None:
    x, options = fit_inputs(kind, 300)
    detector = HMMRegimeDetector(2, n_init=1, n_iterations=20, **options).fit(x)
    assert detector.predict_proba(x).shape == (300, 2)
    assert detector.score(x) == pytest.approx(detector.log_likelihood_, rel=1e-12)
    assert detector.update(x[-1]).shape == (2,)
    assert fit_hmm(x, 2, n_iterations=1, **options).n_columns == x[0].size
