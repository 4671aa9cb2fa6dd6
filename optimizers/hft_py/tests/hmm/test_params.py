"""A model holds read-only copies of what was checked, after pickling too."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest

from hft_py import hmm


def test_a_model_keeps_read_only_copies() -> None:
    transition, means = np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([-1.0, 1.0])
    model = hmm.HMMParams([0.5, 0.5], transition, means, [1.0, 1.0])
    before = hmm.score([0.0, 2.0], model)
    means[:] = [100, 200]
    transition[:] = 7
    assert hmm.score([0.0, 2.0], model) == before
    assert model.means.tolist() == [-1.0, 1.0]
    for array in (*model.kernel_arguments[1:], model.means, model.variances):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 9.0


def test_models_can_be_pickled_and_copied(kind: str, random_model: Any, series_for: Any) -> None:
    model, x = random_model(kind, 3, 1), series_for(kind, 50, 2)
    for other in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert other == model
        np.testing.assert_array_equal(hmm.filter_proba(x, other), hmm.filter_proba(x, model))
        with pytest.raises(ValueError, match="read-only"):
            other.transition_matrix[0] = 0.0


def test_filters_keep_their_state_in_a_pickle(regimes: Any) -> None:
    detector = hmm.HMMRegimeDetector(2, n_init=1).fit(regimes(300, 1)[0])
    for one in (detector, hmm.OnlineFilter(detector.params_), hmm.IncrementalEM(detector.params_)):
        one.update(0.01)
        other = pickle.loads(pickle.dumps(one))
        for value in (-0.02, 0.003):
            np.testing.assert_array_equal(other.update(value), one.update(value))


def test_updates_return_copies(two_states: hmm.HMMParams) -> None:
    detector = hmm.HMMRegimeDetector(2).use(two_states)
    for one in (detector, hmm.OnlineFilter(two_states), hmm.IncrementalEM(two_states)):
        same = copy.deepcopy(one)
        one.update(0.3)[:] = 7.0
        same.update(0.3)
        np.testing.assert_array_equal(one.update(0.1), same.update(0.1))


@pytest.mark.filterwarnings("ignore::hft_py.hmm.VarianceFloorWarning")
def test_covariances_are_symmetric_to_rounding() -> None:
    common: dict[str, Any] = {"means": [[0.0, 0.0]], "covariance": "full"}
    model = hmm.HMMParams([1.0], [[1.0]], variances=[[[1.0, 1e-17], [0.0, 1.0]]], **common)
    np.testing.assert_array_equal(model.variances, model.variances.transpose(0, 2, 1))
    with pytest.raises(ValueError, match="not symmetric"):
        hmm.HMMParams([1.0], [[1.0]], variances=[[[1.0, 1e-3], [0.0, 1.0]]], **common)
    for seed in (71, 124, 130):
        x = np.random.default_rng(seed).integers(0, 3, (8, 2)).astype(float)
        x = np.c_[x, x[:, 0]]
        options: dict[str, Any] = {"covariance": "full", "n_init": 2, "transition_prior": 0.5}
        fit = hmm.fit_hmm(x, 4, **options)
        assert np.isfinite(fit.log_likelihood)


def test_durations_and_shares_of_chains_that_hardly_move() -> None:
    for e in (1e-3, 1e-10, 1e-15):
        model = hmm.HMMParams([0.5, 0.5], [[1 - e, e], [3 * e, 1 - 3 * e]], [0.0, 1.0], [1.0, 1.0])
        np.testing.assert_allclose(model.stationary_distribution, [0.75, 0.25], rtol=1e-12)
        np.testing.assert_allclose(model.expected_durations, [1 / e, 1 / (3 * e)], rtol=1e-12)
    hardly = hmm.HMMParams([0.5, 0.5], [[1.0, 1e-310], [0.5, 0.5]], [0.0, 1.0], [1.0, 1.0])
    assert hardly.expected_durations.tolist() == [np.inf, 2.0]
    np.testing.assert_allclose(hardly.stationary_distribution, [1.0, 2e-310])
    apart = hmm.HMMParams([0.5, 0.5], np.eye(2), [0.0, 1.0], [1.0, 1.0])
    np.testing.assert_allclose(apart.stationary_distribution, [0.5, 0.5])
    assert np.isinf(apart.expected_durations).all()
    absorbing = hmm.HMMParams([0.5, 0.5], [[0.9, 0.1], [0.0, 1.0]], [0.0, 1.0], [1.0, 1.0])
    np.testing.assert_allclose(absorbing.stationary_distribution, [0.0, 1.0], atol=1e-12)


@pytest.mark.parametrize("order", [[0, 0], [0.9, 1.2], "ab", [0, 1, 2], [1, -1]])
def test_orders_name_each_state_once(order: Any, two_states: hmm.HMMParams) -> None:
    with pytest.raises(ValueError, match="each state once"):
        two_states.permuted(order)


@pytest.mark.parametrize("n_bins", [2, 3, 10])
def test_a_binned_sample_has_the_probabilities_of_its_model(n_bins: int, regimes: Any) -> None:
    model = hmm.fit_hmm(regimes(800, 1)[0], 2, n_bins=n_bins, emission="binned")
    drawn = hmm.sample(model, 4000, seed=1)
    bins = np.searchsorted(model.bin_edges, drawn.returns, side="right")
    for state in (0, 1):
        share = np.bincount(bins[drawn.states == state], minlength=len(model.bin_edges) + 1)
        np.testing.assert_allclose(share / share.sum(), model.bin_probabilities[state], atol=0.06)
    if n_bins == 10:
        hits = (hmm.predict_regime(drawn.returns, model) == drawn.states).mean()
        assert hits > 0.8
