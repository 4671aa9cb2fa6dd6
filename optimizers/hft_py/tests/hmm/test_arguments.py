"""Bad input: one clear error, before any kernel is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py.hmm import (
    HMMParams,
    HMMRegimeDetector,
    IncrementalEM,
    NotFittedError,
    OnlineFilter,
    filter_proba,
    fit_hmm,
    posterior,
    predict_regime,
    sample,
    score,
    select_n_states,
    smooth_proba,
    viterbi_decode,
)

GOOD = np.random.default_rng(0).normal(0.0, 0.01, 60)
Error = type[Exception]

FITS: list[tuple[Any, dict[str, Any], Error, str]] = [
    ([0.1, np.nan, 0.2], {}, ValueError, r"returns\[1\] is nan.*missing=\"ignore\""),
    ([0.1, np.inf, 0.2], {}, ValueError, r"returns\[1\] is inf, expected finite"),
    ([0.1, -np.inf], {"missing": "ignore"}, ValueError, r"returns\[1\] is -inf, expected finite"),
    ([0.1, 1e70], {}, ValueError, r"returns\[1\] is 1e\+70"),
    ([], {}, ValueError, "returns has length 0|returns has dtype"),
    (0.5, {}, ValueError, "returns has 0 dimensions"),
    (np.zeros((2, 2, 2)), {}, ValueError, "returns has 3 dimensions"),
    (np.zeros((3, 0)), {}, ValueError, "returns has no column"),
    (["a", "b"], {}, TypeError, "returns has dtype"),
    ([1j, 2.0], {}, TypeError, "returns has dtype complex"),
    (GOOD, {"n_states": 0}, ValueError, "n_states=0, expected 1 or more"),
    (GOOD, {"n_states": -3}, ValueError, "n_states=-3"),
    (GOOD, {"n_states": 65}, ValueError, "n_states=65, expected at most 64"),
    (GOOD, {"n_states": 2.0}, TypeError, "n_states=2.0, expected an integer"),
    (GOOD, {"n_states": True}, TypeError, "n_states=True"),
    (GOOD, {"n_iterations": -1}, ValueError, "n_iterations=-1, expected 0 or more"),
    (GOOD, {"n_iterations": None}, TypeError, "n_iterations=None"),
    (GOOD, {"n_bins": 0}, ValueError, "n_bins=0"),
    (GOOD, {"n_init": 0}, ValueError, "n_init=0"),
    (GOOD, {"seed": -1}, ValueError, "seed=-1"),
    (GOOD, {"emission": "normal"}, ValueError, 'emission=.*expected one of "gaussian"'),
    (GOOD, {"covariance": "tied"}, ValueError, "covariance="),
    (GOOD, {"tolerance": -1.0}, ValueError, "tolerance=-1.0"),
    (GOOD, {"tolerance": np.nan}, ValueError, "tolerance=nan"),
    (GOOD, {"missing": "drop"}, ValueError, "missing='drop'"),
    (GOOD, {"order": "name"}, ValueError, "order="),
    (GOOD, {"variance_floor": 0.0}, ValueError, "variance_floor=0.0"),
    (GOOD, {"emission_prior": -1.0}, ValueError, "emission_prior=-1.0"),
    (GOOD, {"transition_prior": -1.0}, ValueError, "transition_prior=-1.0"),
    (GOOD, {"threads": -1}, ValueError, "threads=-1"),
    (GOOD, {"progress": 3}, TypeError, "progress=3"),
    (GOOD, {"lengths": [30, 20]}, ValueError, "lengths sum to 50, expected 60"),
    (GOOD, {"lengths": [60, 0]}, ValueError, r"lengths\[1\]=0, expected 1 or more"),
    (GOOD, {"lengths": []}, TypeError, "lengths="),
    (GOOD, {"lengths": 60}, TypeError, "lengths="),
    (np.zeros((9, 2)), {"emission": "student_t"}, ValueError, "takes one column"),
    (np.zeros((9, 2)), {"emission": "binned"}, ValueError, "takes one column"),
    (GOOD, {"emission": "binned", "bin_edges": [1.0, 1.0]}, ValueError, "bin_edges must rise"),
    (GOOD, {"initial": 3}, TypeError, "initial=3, expected HMMParams"),
]


@pytest.mark.parametrize(("returns", "options", "error", "message"), FITS)
def test_fit(returns: Any, options: dict[str, Any], error: Error, message: str) -> None:
    with pytest.raises(error, match=message):
        fit_hmm(returns, **options)


def test_initial_models_must_fit() -> None:
    two = HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.0, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="initial has 2 states, n_states=3"):
        fit_hmm(GOOD, 3, initial=two)
    with pytest.raises(ValueError, match='initial has the emission "gaussian"'):
        fit_hmm(GOOD, 2, emission="student_t", initial=two)


FLAT = [[0.5, 0.5], [0.5, 0.5]]
MODELS: list[tuple[dict[str, Any], Error, str]] = [
    ({"start_probabilities": [0.5, 0.6]}, ValueError, "start_probabilities: a row sums to 1.1"),
    ({"start_probabilities": [1.5, -0.5]}, ValueError, "start_probabilities has a negative"),
    ({"start_probabilities": [np.nan, 1.0]}, ValueError, r"start_probabilities\[0\] is nan"),
    ({"transition_matrix": [[0.5, 0.5]]}, ValueError, "transition_matrix has shape"),
    ({"transition_matrix": [[0.5, 0.4], [0.5, 0.5]]}, ValueError, "a row sums to 0.9"),
    ({"means": None}, ValueError, "needs means and variances"),
    ({"means": [0.0, 1.0, 2.0]}, ValueError, "means has shape"),
    ({"variances": [1.0, 0.0]}, ValueError, "variances=.*expected 1e-150 to"),
    ({"variances": [1.0]}, ValueError, "variances has shape"),
    ({"emission": "student_t"}, ValueError, "dof"),
    ({"emission": "student_t", "dof": [2.0, 5.0]}, ValueError, "above 2"),
    ({"emission": "poisson"}, ValueError, "emission="),
    ({"emission": "binned"}, ValueError, "needs bin_edges"),
    (
        {"emission": "binned", "bin_edges": [0.0], "bin_probabilities": [[1.0], [1.0]]},
        ValueError,
        "bin_probabilities has shape",
    ),
    (
        {
            "means": [[0.0, 0.0], [0.0, 0.0]],
            "covariance": "full",
            "variances": [[[1.0, 2.0], [2.0, 1.0]]] * 2,
        },
        ValueError,
        r"variances\[0\] is not positive definite",
    ),
]


@pytest.mark.parametrize(("changes", "error", "message"), MODELS)
def test_models(changes: dict[str, Any], error: Error, message: str) -> None:
    good: dict[str, Any] = {
        "start_probabilities": [0.5, 0.5],
        "transition_matrix": FLAT,
        "means": [0.0, 1.0],
        "variances": [1.0, 1.0],
    }
    with pytest.raises(error, match=message):
        HMMParams(**(good | changes))


READERS: list[Callable[..., Any]] = [
    filter_proba,
    smooth_proba,
    posterior,
    predict_regime,
    viterbi_decode,
    score,
]


@pytest.mark.parametrize("reader", READERS)
def test_readers(reader: Callable[..., Any]) -> None:
    model = HMMParams([0.5, 0.5], FLAT, [0.0, 1.0], [1.0, 1.0])
    for returns, error, message in (
        ([0.1, np.nan], ValueError, r"returns\[1\] is nan"),
        ([0.1, np.inf], ValueError, r"returns\[1\] is inf"),
        (np.zeros((4, 2)), ValueError, "returns has 2 columns, the model 1"),
        ([], ValueError, "returns"),
    ):
        with pytest.raises(error, match=message):
            reader(returns, model)
    with pytest.raises(TypeError, match="expected HMMParams"):
        reader(GOOD, {"means": [0.0]})
    with pytest.raises(ValueError, match="lengths sum to"):
        reader(GOOD, model, lengths=[3])
    with pytest.raises(ValueError, match='expected "auto"'):
        reader(GOOD, model, backend="numba")


def test_options_of_readers() -> None:
    model = HMMParams([0.5, 0.5], FLAT, [0.0, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="lag=-1"):
        smooth_proba(GOOD, model, lag=-1)
    with pytest.raises(ValueError, match="method="):
        predict_regime(GOOD, model, method="future")
    with pytest.raises(ValueError, match="n=0"):
        sample(model, 0)
    with pytest.raises(ValueError, match="candidates is empty"):
        select_n_states(GOOD, ())
    with pytest.raises(ValueError, match="criterion="):
        select_n_states(GOOD, criterion="hqic")


def test_impossible_observations_are_named(kernel_set: str) -> None:
    model = HMMParams(
        [0.5, 0.5],
        FLAT,
        emission="binned",
        bin_edges=[0.5, 1.5],
        bin_probabilities=[[0.5, 0.5, 0.0], [0.1, 0.9, 0.0]],
    )
    seen = [0, 1, 0, 1, 2, 0]
    assert score(seen, model, backend=kernel_set) == -np.inf
    readers = [r for r in READERS if r is not score]
    for reader in [*readers, lambda *a, **k: smooth_proba(*a, lag=2, **k)]:
        with pytest.raises(ValueError, match="observation 4 has probability zero"):
            reader(seen, model, backend=kernel_set)
        with pytest.raises(ValueError, match="observation 4 has probability zero"):
            reader(seen, model, lengths=[3, 3], backend=kernel_set)
    with pytest.raises(ValueError, match="observation 4 has probability zero"):
        fit_hmm(seen, 2, emission="binned", initial=model, backend=kernel_set)
    online = OnlineFilter(model, backend=kernel_set)
    before = online.update(0)
    with pytest.raises(ValueError, match="probability zero"):
        online.update(2)
    np.testing.assert_array_equal(online.probabilities, before)


def test_online_arguments() -> None:
    model = HMMParams([0.5, 0.5], FLAT, [0.0, 1.0], [1.0, 1.0])
    online = OnlineFilter(model)
    for bad, error in ((np.nan, ValueError), (np.inf, ValueError), ("x", TypeError)):
        with pytest.raises(error, match="x "):
            online.update(bad)
    with pytest.raises(ValueError, match="x has length 2, expected 1"):
        online.update([0.0, 1.0])
    assert online.probabilities is None
    with pytest.raises(ValueError, match="memory=1.0"):
        IncrementalEM(model, memory=1.0)
    with pytest.raises(ValueError, match="probabilities"):
        IncrementalEM(model, probabilities=[0.5, 0.6])


def test_detector_arguments() -> None:
    detector = HMMRegimeDetector(2)
    calls: list[Callable[[], Any]] = [
        lambda: detector.predict_regime(GOOD),
        lambda: detector.predict_proba(GOOD),
        lambda: detector.update(0.0),
        lambda: detector.get_regime_parameters(0, {}),
        lambda: detector.reset(),
        lambda: detector.score(GOOD),
    ]
    for call in calls:
        with pytest.raises(NotFittedError, match="call fit first"):
            call()
    with pytest.raises(ValueError, match="n_states=0"):
        HMMRegimeDetector(0).fit(GOOD)
    with pytest.raises(TypeError, match="order is the detector's own"):
        HMMRegimeDetector(2, order="mean").fit(GOOD)
    detector.fit(GOOD)
    with pytest.raises(ValueError, match="regime=2"):
        detector.get_regime_parameters(2, {})
    with pytest.raises(ValueError, match='"bear", "bull"'):
        detector.get_regime_parameters("calm", {})
    with pytest.raises(TypeError, match="base_params="):
        detector.get_regime_parameters(0, [1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rules name 'stop'"):
        detector.get_regime_parameters(0, {"entry": 1.0}, rules={"stop": "keep"})
    with pytest.raises(ValueError, match=r"rules\['entry'\]"):
        detector.get_regime_parameters(0, {"entry": 1.0}, rules={"entry": "double"})
