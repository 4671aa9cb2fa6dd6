"""Detectors and filters as objects: scikit-learn's parameters, clones, copies, pickles."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import hmm

Detector = hmm.HMMRegimeDetector


def cloned(detector: Detector) -> Detector:
    """What ``sklearn.base.clone`` does: the constructor must keep each argument as it is."""
    given = {name: copy.deepcopy(value) for name, value in detector.get_params(deep=False).items()}
    found = type(detector)(**given)
    kept = found.get_params(deep=False)
    assert kept.keys() == given.keys() and all(kept[name] is given[name] for name in given)
    return found


def test_clones_fit_the_same(regimes: Any, two_states: hmm.HMMParams) -> None:
    x = regimes(300, 1)[0]
    options: dict[str, Any] = {"n_init": 2, "initial": two_states, "fixed": ["starts"]}
    detector = Detector(2, n_iterations=9, **options).fit(x)
    other = cloned(detector)
    assert not hasattr(other, "params_") and other.get_params() == detector.get_params()
    assert other.fit(x).params_ == detector.params_


def test_scikit_learn_clones_detectors(regimes: Any) -> None:
    base = pytest.importorskip("sklearn.base", reason="scikit-learn is not installed: make peers")
    detector = Detector(3, emission="student_t").fit(regimes(200, 1)[0])
    other = base.clone(detector)
    assert other.get_params() == detector.get_params() and not hasattr(other, "params_")


def test_parameters_are_set_by_name(regimes: Any) -> None:
    x = regimes(300, 1)[0]
    detector = Detector(3, n_iterations=7)
    assert detector.set_params(n_states=2, n_init=1, n_iterations=9) is detector
    assert detector.fit(x).params_ == Detector(2, n_init=1, n_iterations=9).fit(x).params_
    before = detector.get_params()
    for wrong in ("n_itre", "order", "lengths", "options"):
        with pytest.raises(ValueError, match=wrong):
            detector.set_params(n_states=5, **{wrong: 1})
    assert detector.get_params() == before
    assert detector.set_params() is detector


def seen(one: Any) -> Any:
    """The probabilities and the model now."""
    if isinstance(one, Detector):
        return one.probabilities_, one.params_
    online = one.filter if isinstance(one, hmm.IncrementalEM) else one
    return online.probabilities, one.params


WAYS: list[Callable[[Any], Any]] = [
    copy.copy,
    copy.deepcopy,
    lambda one: pickle.loads(pickle.dumps(one)),
]


@pytest.mark.parametrize("way", WAYS, ids=["copy", "deepcopy", "pickle"])
@pytest.mark.parametrize("name", ["detector", "learning", "online", "incremental"])
def test_a_copy_goes_on_alone(
    name: str, way: Callable[[Any], Any], two_states: hmm.HMMParams, kernel_set: str
) -> None:
    options: dict[str, Any] = {"backend": kernel_set}
    if name in ("online", "incremental"):
        kind = {"online": hmm.OnlineFilter, "incremental": hmm.IncrementalEM}[name]
        one: Any = kind(two_states, **options)
    else:
        one = Detector(2, **options).use(two_states, [0.3, 0.1])
    learn = {"learn": True} if name == "learning" else {}
    for value in (0.2, -1.5):
        one.update(value, **learn)
    other = way(one)
    probabilities, params = seen(one)
    for value in (2.0, -3.0, 0.4):
        other.update(value, **learn)
    np.testing.assert_array_equal(seen(one)[0], probabilities)
    assert seen(one)[1] == params
    for value in (2.0, -3.0, 0.4):
        one.update(value, **learn)
    np.testing.assert_array_equal(seen(one)[0], seen(other)[0])
    assert seen(one)[1] == seen(other)[1]


def test_a_copy_of_what_has_seen_nothing() -> None:
    for way in WAYS:
        assert way(Detector(2, n_iterations=5)).get_params()["n_iterations"] == 5
    one = Detector(2, n_iterations=5)
    copy.copy(one).set_params(n_iterations=6)
    assert one.get_params()["n_iterations"] == 5
