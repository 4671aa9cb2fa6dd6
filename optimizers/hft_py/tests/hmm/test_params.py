"""A model keeps what was checked: copies nobody can write to, in the pickle too."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py.hmm import (
    HMMParams,
    HMMRegimeDetector,
    IncrementalEM,
    OnlineFilter,
    filter_proba,
    fit_hmm,
    predict_regime,
    sample,
    score,
)

Make = Callable[..., Any]
KINDS = ("gaussian", "student_t", "binned", "diag", "full")


def test_a_model_keeps_copies_that_cannot_be_written() -> None:
    transition, means = np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([-1.0, 1.0])
    model = HMMParams([0.5, 0.5], transition, means, [1.0, 1.0])
    before = score([0.0, 2.0], model)
    means[:] = [100, 200]
    transition[:] = 7
    assert score([0.0, 2.0], model) == before
    assert model.means is not None and model.means.tolist() == [-1.0, 1.0]
    for array in (model.means, model.transition_matrix, model.kernel_arguments[3], model.variances):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9.0  # type: ignore[index]


@pytest.mark.parametrize("kind", KINDS)
def test_models_travel(kind: str, random_model: Make, series_for: Make) -> None:
    model, x = random_model(kind, 3, 1), series_for(kind, 50, 2)
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert other == model
        np.testing.assert_array_equal(filter_proba(x, other), filter_proba(x, model))
        with pytest.raises(ValueError, match="read-only"):
            other.transition_matrix[0] = 0.0


def test_filters_travel_where_they_are(regimes: Make) -> None:
    x = regimes(300, 1)[0]
    detector = HMMRegimeDetector(2, n_init=1).fit(x)
    learner = IncrementalEM(detector.params_)
    movers: list[Any] = [detector, OnlineFilter(detector.params_), learner]
    for one in movers:
        one.update(0.01)
        other = pickle.loads(pickle.dumps(one))
        for value in (-0.02, 0.003):
            np.testing.assert_array_equal(other.update(value), one.update(value))


def test_what_an_update_returns_is_the_callers() -> None:
    model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    detector = HMMRegimeDetector(2).use(model)
    movers: list[Any] = [
        detector,
        OnlineFilter(model),
        IncrementalEM(model),
    ]
    for one in movers:
        same = copy.deepcopy(one)
        one.update(0.3)[:] = 7.0
        same.update(0.3)
        np.testing.assert_array_equal(one.update(0.1), same.update(0.1))


def test_covariances_need_only_be_symmetric_as_far_as_they_matter() -> None:
    common: dict[str, Any] = {"means": [[0.0, 0.0]], "covariance": "full"}
    model = HMMParams([1.0], [[1.0]], variances=[[[1.0, 1e-17], [0.0, 1.0]]], **common)
    assert model.variances is not None
    np.testing.assert_array_equal(model.variances, model.variances.transpose(0, 2, 1))
    with pytest.raises(ValueError, match="not symmetric"):
        HMMParams([1.0], [[1.0]], variances=[[[1.0, 1e-3], [0.0, 1.0]]], **common)
    for seed in (71, 124, 130):
        x = np.random.default_rng(seed).integers(0, 3, (8, 2)).astype(float)
        x = np.c_[x, x[:, 0]]
        options: dict[str, Any] = {"covariance": "full", "n_init": 2, "transition_prior": 0.5}
        fit = fit_hmm(x, 4, **options)
        assert np.isfinite(fit.log_likelihood)


def test_stays_and_shares_of_chains_that_hardly_move() -> None:
    for e in (1e-3, 1e-10, 1e-15):
        model = HMMParams([0.5, 0.5], [[1 - e, e], [3 * e, 1 - 3 * e]], [0.0, 1.0], [1.0, 1.0])
        np.testing.assert_allclose(model.stationary_distribution, [0.75, 0.25], rtol=1e-12)
        np.testing.assert_allclose(model.expected_durations, [1 / e, 1 / (3 * e)], rtol=1e-12)
    apart = HMMParams([0.5, 0.5], np.eye(2), [0.0, 1.0], [1.0, 1.0])
    np.testing.assert_allclose(apart.stationary_distribution, [0.5, 0.5])
    assert np.isinf(apart.expected_durations).all()
    absorbing = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.0, 1.0]], [0.0, 1.0], [1.0, 1.0])
    np.testing.assert_allclose(absorbing.stationary_distribution, [0.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("order", [[0, 0], [0.9, 1.2], "ab", [0, 1, 2], [1, -1]])
def test_orders_name_each_state_once(order: Any) -> None:
    model = HMMParams([0.5, 0.5], np.eye(2), [0.0, 1.0], [1.0, 1.0])
    with pytest.raises(ValueError, match="each state once"):
        model.permuted(order)


@pytest.mark.parametrize("n_bins", [2, 3, 10])
def test_a_binned_sample_is_read_by_its_model(n_bins: int, regimes: Make) -> None:
    model = fit_hmm(regimes(800, 1)[0], 2, n_bins=n_bins, emission="binned")
    assert model.bin_edges is not None and model.bin_probabilities is not None
    drawn = sample(model, 4000, seed=1)
    bins = np.searchsorted(model.bin_edges, drawn.returns, side="right")
    for state in (0, 1):
        share = np.bincount(bins[drawn.states == state], minlength=len(model.bin_edges) + 1)
        np.testing.assert_allclose(share / share.sum(), model.bin_probabilities[state], atol=0.06)
    if n_bins == 10:
        hits = (predict_regime(drawn.returns, model) == drawn.states).mean()
        assert hits > 0.8
