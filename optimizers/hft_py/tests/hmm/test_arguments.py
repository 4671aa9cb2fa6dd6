"""Bad input: one clear error, before any kernel is called, and nothing is changed.

Wrong types, NaN and unknown words are tested for every function in shared/qpp/tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import hmm

GOOD = np.random.default_rng(0).normal(0.0, 0.01, 60)
TWO = hmm.HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.0, 1.0], [1.0, 1.0])
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
    (GOOD, {"n_states": 65}, ValueError, "n_states=65, expected at most 64"),
    (GOOD, {"n_bins": 0}, ValueError, "n_bins=0"),
    (GOOD, {"n_init": 0}, ValueError, "n_init=0"),
    (GOOD, {"tolerance": -1.0}, ValueError, "tolerance=-1.0"),
    (GOOD, {"variance_floor": 0.0}, ValueError, "variance_floor=0.0"),
    (GOOD, {"emission_prior": -1.0}, ValueError, "emission_prior=-1.0"),
    (GOOD, {"transition_prior": -1.0}, ValueError, "transition_prior=-1.0"),
    (GOOD, {"progress": 3}, TypeError, "progress=3"),
    (GOOD, {"lengths": [30, 20]}, ValueError, "lengths sum to 50, expected 60"),
    (GOOD, {"lengths": [60, 0]}, ValueError, r"lengths\[1\]=0, expected 1 or more"),
    (GOOD, {"lengths": []}, TypeError, "lengths="),
    (GOOD, {"lengths": 60}, TypeError, "lengths="),
    (np.zeros((9, 2)), {"emission": "student_t"}, ValueError, "takes one column"),
    (np.zeros((9, 2)), {"emission": "binned"}, ValueError, "takes one column"),
    (GOOD, {"emission": "binned", "bin_edges": [1.0, 1.0]}, ValueError, "bin_edges must be"),
    (GOOD, {"initial": 3}, TypeError, "initial=3, expected HMMParams"),
    (GOOD, {"initial": TWO}, ValueError, "initial has 2 states, n_states=3"),
    (
        GOOD,
        {"n_states": 2, "emission": "student_t", "initial": TWO},
        ValueError,
        'initial has the emission "gaussian"',
    ),
]


@pytest.mark.parametrize(("returns", "options", "error", "message"), FITS)
def test_fit(returns: Any, options: dict[str, Any], error: Error, message: str) -> None:
    with pytest.raises(error, match=message):
        hmm.fit_hmm(returns, **options)


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
    names = ("start_probabilities", "transition_matrix", "means", "variances")
    with pytest.raises(error, match=message):
        hmm.HMMParams(**({name: TWO[name] for name in names} | changes))


READERS: list[Callable[..., Any]] = [
    hmm.filter_proba,
    hmm.smooth_proba,
    hmm.posterior,
    hmm.predict_regime,
    hmm.viterbi_decode,
    hmm.score,
]
READER_CALLS: list[tuple[Any, Any, dict[str, Any], Error, str]] = [
    ([0.1, np.nan], TWO, {}, ValueError, r"returns\[1\] is nan"),
    ([0.1, np.inf], TWO, {}, ValueError, r"returns\[1\] is inf"),
    (np.zeros((4, 2)), TWO, {}, ValueError, "returns has 2 columns, the model 1"),
    ([], TWO, {}, ValueError, "returns"),
    (GOOD, {"means": [0.0]}, {}, TypeError, "expected HMMParams"),
    (GOOD, TWO, {"lengths": [3]}, ValueError, "lengths sum to"),
]


@pytest.mark.parametrize("reader", READERS)
def test_readers(reader: Callable[..., Any]) -> None:
    for returns, model, options, error, message in READER_CALLS:
        with pytest.raises(error, match=message):
            reader(returns, model, **options)


CALLS: list[tuple[Callable[[Any], Any], Error, str]] = [
    (lambda d: hmm.smooth_proba(GOOD, TWO, lag=-1), ValueError, "lag=-1"),
    (lambda d: hmm.sample(TWO, 0), ValueError, "n=0"),
    (lambda d: hmm.select_n_states(GOOD, ()), ValueError, "candidates is empty"),
    (lambda d: hmm.select_n_states(GOOD, 3), TypeError, "candidates=3"),  # type: ignore[arg-type]
    (lambda d: hmm.IncrementalEM(TWO, memory=1.0), ValueError, "memory=1.0"),
    (lambda d: hmm.IncrementalEM(TWO, probabilities=[0.5, 0.6]), ValueError, "probabilities"),
    (lambda d: hmm.IncrementalEM(TWO, probabilities=[1.5, -0.5]), ValueError, "none below 0"),
    (lambda d: hmm.HMMRegimeDetector(0).fit(GOOD), ValueError, "n_states=0"),
    (
        lambda d: hmm.HMMRegimeDetector(2, order="mean").fit(GOOD),
        TypeError,
        "order is the detector's",
    ),
    (lambda d: hmm.HMMRegimeDetector(2, n_itre=5), TypeError, "n_itre is no argument of fit_hmm"),
    (lambda d: d.use(None), TypeError, "params=None, expected HMMParams"),
    (lambda d: d.use(hmm.fit_hmm(GOOD, 3), "abc"), TypeError, "returns"),
    (lambda d: d.update("x"), TypeError, "x has dtype"),
    (lambda d: d.update(np.nan), ValueError, "x is nan"),
    (lambda d: d.update(np.inf), ValueError, "x is inf"),
    (lambda d: d.update([0.0, 1.0]), ValueError, "x has length 2, expected 1"),
    (lambda d: d.update(0.0, learn=1), TypeError, "learn=1"),
    (lambda d: d.get_regime_parameters(2, {}), ValueError, "regime=2"),
    (lambda d: d.get_regime_parameters("calm", {}), ValueError, '"bear", "bull"'),
    (lambda d: d.get_regime_parameters(0, [1]), TypeError, "base_params="),
    (lambda d: d.get_regime_parameters(0, {5: 3}), TypeError, "the key 5"),
    (lambda d: d.get_regime_parameters(0, {"stop": 3}, rules=["a"]), TypeError, "rules="),
    (
        lambda d: d.get_regime_parameters(0, {"entry": 1.0}, rules={"stop": "keep"}),
        ValueError,
        "rules name 'stop'",
    ),
    (
        lambda d: d.get_regime_parameters(0, {"entry": 1.0}, rules={"entry": "double"}),
        ValueError,
        r"rules\['entry'\]",
    ),
]


@pytest.mark.parametrize(("call", "error", "message"), CALLS)
def test_calls_that_fail_leave_the_detector_unchanged(
    call: Callable[[Any], Any], error: Error, message: str
) -> None:
    detector = hmm.HMMRegimeDetector(2).use(TWO, [0.3])
    before = detector.probabilities_
    with pytest.raises(error, match=message):
        call(detector)
    np.testing.assert_array_equal(detector.probabilities_, before)
    assert detector.params_ == TWO and detector.labels_ == ("bear", "bull")


UNFITTED: list[Callable[[hmm.HMMRegimeDetector], Any]] = [
    lambda d: d.predict_regime(GOOD),
    lambda d: d.predict_proba(GOOD),
    lambda d: d.update(0.0),
    lambda d: d.get_regime_parameters(0, {}),
    lambda d: d.reset(),
    lambda d: d.score(GOOD),
]


@pytest.mark.parametrize("call", UNFITTED)
def test_a_detector_must_be_fitted(call: Callable[[hmm.HMMRegimeDetector], Any]) -> None:
    with pytest.raises(hmm.NotFittedError, match="call fit first"):
        call(hmm.HMMRegimeDetector(2))


def test_impossible_observations_are_named(kernel_set: str) -> None:
    bins: Any = {"bin_edges": [0.5, 1.5], "bin_probabilities": [[0.5, 0.5, 0.0], [0.1, 0.9, 0.0]]}
    model = hmm.HMMParams([0.5, 0.5], TWO.transition_matrix, emission="binned", **bins)
    seen = [0, 1, 0, 1, 2, 0]
    assert hmm.score(seen, model, backend=kernel_set) == -np.inf
    readers = [r for r in READERS if r is not hmm.score]
    for reader in [*readers, lambda *a, **k: hmm.smooth_proba(*a, lag=2, **k)]:
        for lengths in (None, [3, 3]):
            with pytest.raises(ValueError, match="observation 4 has probability zero"):
                reader(seen, model, lengths=lengths, backend=kernel_set)
    with pytest.raises(ValueError, match="observation 4 has probability zero"):
        hmm.fit_hmm(seen, 2, emission="binned", initial=model, backend=kernel_set)
    online = hmm.OnlineFilter(model, backend=kernel_set)
    before = online.update(0)
    with pytest.raises(ValueError, match="probability zero"):
        online.update(2)
    np.testing.assert_array_equal(online.probabilities, before)
