"""Calls as users of earlier, published forms of the library write them."""

from __future__ import annotations

import importlib
import logging
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import hft_py
from hft_py.errors import IgnoredArgumentWarning
from hft_py.hmm import HMMParams, HMMRegimeDetector, NotFittedError
from hft_py.optimizers import (
    differential_evolution_optimize,
    fit_hmm,
    mcmc_optimize,
    predict_regime,
    viterbi_decode,
)


@pytest.fixture(scope="module")
def returns() -> Any:
    rng = np.random.default_rng(3)
    return np.concatenate([rng.normal(0.001, 0.005, 300), rng.normal(-0.002, 0.02, 200)])


def test_bins_of_an_emission_without_bins_are_named(returns: Any) -> None:
    with pytest.warns(IgnoredArgumentWarning, match='emission="binned" uses it'):
        params = fit_hmm(returns, n_states=3, n_bins=10, n_iterations=5)
    with pytest.warns(IgnoredArgumentWarning, match="n_bins=10 has no effect"):
        regimes = predict_regime(returns, params, n_bins=10)
    np.testing.assert_array_equal(regimes, predict_regime(returns, params))
    with pytest.warns(IgnoredArgumentWarning, match="bin_edges are given"):
        first = fit_hmm(returns, 2, 10, 5, emission="binned", bin_edges=[-0.01, 0.01])
    with pytest.warns(IgnoredArgumentWarning, match="initial has bin_edges"):
        again = fit_hmm(returns, 2, 10, 5, emission="binned", initial=first)
    assert again.n_bins == 3


def test_progress_is_checked_before_anything_is_computed() -> None:
    def called(_: Any) -> float:
        raise AssertionError

    wrong: Any = "bar"
    for run in (mcmc_optimize, differential_evolution_optimize):
        with pytest.raises(TypeError, match="progress='bar'"):
            run(called, [-1], [1], progress=wrong)


def test_bins_are_checked_against_the_model(returns: Any) -> None:
    rounded = returns.round(2)  # ties: fewer bins than were asked for
    params = fit_hmm(rounded, n_states=2, n_bins=10, n_iterations=5, emission="binned")
    there = len(params.bin_edges) + 1
    assert there < 10
    for n_bins in (10, there):
        predict_regime(rounded, params, n_bins=n_bins)
        viterbi_decode(rounded, params, n_bins=n_bins)
    with pytest.raises(ValueError, match=f"n_bins=7, but the model has {there} bins"):
        viterbi_decode(rounded, params, n_bins=7)


def test_a_path_is_used_as_its_states(returns: Any) -> None:
    params = fit_hmm(returns, n_states=2)
    states = viterbi_decode(returns, params)
    assert len(states) == len(returns)
    assert list(states) == states.states.tolist()
    assert states[-1] == states.states[-1] and (states[:5] == states.states[:5]).all()
    assert (states == predict_regime(returns, params, method="viterbi")).all()
    assert np.bincount(states).sum() == len(returns)
    assert 0 in states and 7 not in states
    assert states["log_probability"] == states.log_probability
    assert dict(states.items()).keys() == {"states", "log_probability", "backend"}
    assert states == viterbi_decode(returns, params)


def test_the_detector_as_published(returns: Any) -> None:
    detector = HMMRegimeDetector(n_states=3).fit(returns, n_iterations=7)
    assert detector.params_.n_iterations <= 7
    base = {"position_size": 1.0, "stop_loss": 0.02}
    regime = detector.predict_regime(returns[-60:])
    current = detector.current_regime(returns[-60:])
    assert current.regime == regime[-1] and current.label == detector.labels_[regime[-1]]
    assert current.probability == detector.predict_proba(returns[-60:])[-1].max()
    assert detector.get_regime_parameters(regime, base) == detector.get_regime_parameters(
        current.label, base
    )
    assert detector.transition_matrix is detector.transition_matrix_
    assert detector.emission_params["means"] is detector.means_
    np.testing.assert_array_equal(
        detector.state_sequence, detector.predict_regime(returns, method="viterbi")
    )
    now = detector.current_regime()
    np.testing.assert_allclose(now.probability, detector.predict_proba(returns)[-1].max())


def test_what_a_detector_cannot_know(returns: Any) -> None:
    with pytest.raises(TypeError, match="n_itre is no argument of fit_hmm"):
        HMMRegimeDetector(2, n_itre=5)
    with pytest.raises(TypeError, match="order is the detector's own"):
        HMMRegimeDetector(2).fit(returns, order="mean")
    with pytest.raises(NotFittedError, match="call fit first"):
        _ = HMMRegimeDetector(2).state_sequence
    detector = HMMRegimeDetector(2).use(fit_hmm(returns, 2))
    with pytest.raises(NotFittedError, match="without its data"):
        _ = detector.state_sequence
    for nothing in (None, []):
        with pytest.raises(ValueError, match="returns"):
            detector.current_regime(nothing)


def test_missing_values_of_one_fit(returns: Any) -> None:
    gaps = returns.copy()
    gaps[::50] = np.nan
    detector = HMMRegimeDetector(2).fit(gaps, missing="ignore")
    assert detector.predict_regime(gaps).shape == gaps.shape


def test_which_kernels_answered(
    returns: Any, kernel_set: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "hft_py"):
        params = fit_hmm(returns, n_states=3, n_iterations=3, backend=kernel_set)
    assert params["backend"] == kernel_set
    assert f"HMM fitted with 3 states ({kernel_set.capitalize()} backend)" in caplog.text
    assert viterbi_decode(returns, params, backend=kernel_set).backend == kernel_set
    assert HMMParams([1.0], [[1.0]], [0.0], [1.0]).backend == ""


def test_a_fallback_is_said_by_the_result(
    returns: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rust = pytest.importorskip("hft_py._rust", reason="the extension is not installed")

    def broken(*_: Any) -> Any:
        raise hft_py.backend.InternalError("on purpose")

    monkeypatch.setenv("HFT_PY_BACKEND", "auto")
    monkeypatch.setattr(rust.hmm, "fit", broken)
    with caplog.at_level(logging.INFO, "hft_py"):
        params = fit_hmm(returns, n_states=3, n_iterations=2)
    assert params.backend == "python"
    assert "HMM fitted with 3 states (Python fallback)" in caplog.text


def test_submodules_are_found_without_importing_them() -> None:
    code = "import hft_py; print(len(dir(hft_py.optimizers)), 'mle' in dir(hft_py))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.endswith("True\n")
    with pytest.raises(AttributeError, match="has no attribute 'optimisers'"):
        _ = hft_py.optimisers
    assert importlib.import_module("hft_py.mle") is hft_py.mle
