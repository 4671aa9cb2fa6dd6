"""Degenerate data: constant, short, missing, with many equal values; warnings name them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from hft_py import hmm


@pytest.mark.parametrize("kind", ["gaussian", "student_t", "binned"])
@pytest.mark.parametrize(
    "x",
    [[0.01], [0.0], [0.01, -0.02], [0.0] * 50, [1e-5] * 50, [-3e7] * 50],
    ids=["T=1", "one zero", "T=2", "zeros", "constant", "large constant"],
)
def test_degenerate_series(x: list[float], kind: str) -> None:
    with pytest.warns(hmm.DegenerateDataWarning):
        fit = hmm.fit_hmm(x, 3, emission=kind, n_init=2)
    assert np.isfinite(fit.log_likelihoods).all()
    for value in (fit.transition_matrix, fit.start_probabilities, fit.means, fit.variances):
        assert np.isfinite(value).all()
    table = hmm.filter_proba(x, fit)
    np.testing.assert_allclose(table.sum(axis=1), 1.0, atol=1e-12)
    assert kind == "binned" or (fit.variances > 0).all()


def test_one_regime_alone() -> None:
    x = np.random.default_rng(0).normal(0.001, 0.01, 500)
    fit = hmm.fit_hmm(x, 3)
    assert np.isfinite(fit.log_likelihood)
    assert fit.log_likelihood >= hmm.fit_hmm(x, 1).log_likelihood - 1e-6


@pytest.mark.parametrize("kind", ["gaussian", "student_t", "full"])
def test_a_state_visited_once(kind: str) -> None:
    x = np.random.default_rng(0).normal(0.0, 0.01, 300)
    x[150] = 5.0
    data, options = x, {"emission": kind}
    if kind == "full":
        data, options = np.stack([x, np.roll(x, 3)], axis=1), {"covariance": kind}
    with pytest.warns(hmm.VarianceFloorWarning, match="variance of state 1 is the least"):
        fit = hmm.fit_hmm(data, 2, n_iterations=60, **options)
    assert np.isfinite(fit.log_likelihood) and np.isfinite(fit.transition_matrix).all()
    assert (fit.volatilities >= 0.9e-5).all() and (fit.volatilities[0] < 0.02).all()


def test_all_missing() -> None:
    with pytest.warns(hmm.DegenerateDataWarning):
        fit = hmm.fit_hmm([np.nan] * 20, 2, missing="ignore")
    assert fit.n_observations == 0 and fit.log_likelihood == pytest.approx(0.0, abs=1e-12)


def test_missing_values_have_likelihood_one(regimes: Any) -> None:
    x = regimes(200, 1)[0]
    fit = hmm.fit_hmm(x, 3)
    holes = x.copy()
    holes[[0, 50, 51, 199]] = np.nan
    table = hmm.filter_proba(holes, fit, missing="ignore")
    np.testing.assert_allclose(table[0], fit.start_probabilities, atol=1e-14)
    np.testing.assert_allclose(table[50], table[49] @ fit.transition_matrix, atol=1e-14)
    refit = hmm.fit_hmm(holes, 3, missing="ignore")
    assert refit.n_observations == 196 and np.isfinite(refit.log_likelihood)


@pytest.mark.filterwarnings("ignore::hft_py.hmm.VarianceFloorWarning")
def test_zeros_in_the_chain_stay(regimes: Any) -> None:
    x = regimes(300, 1)[0]
    chain = ([1.0, 0.0], [[0.99, 0.01], [0.0, 1.0]])
    left_to_right = hmm.HMMParams(*chain, means=[0.0, 0.0], variances=[1e-5, 1e-3])
    fit = hmm.fit_hmm(x, 2, initial=left_to_right, order="none")
    assert fit.transition_matrix[1, 0] == 0.0
    away = hmm.fit_hmm(x, 2, transition_prior=1.0)
    assert (away.transition_matrix > 0).all()


NOISE = 0.1 * np.random.default_rng(0).normal(size=100)
TIES = {
    "two values": np.tile(np.r_[[0.0] * 15, [5.0] * 6], 20),
    "one and a cluster": np.r_[[0.0] * 15, 5 + 0.1 * np.linspace(-1, 1, 5)],
    "two observations": np.array([1.0, 2.0]),
    "noise in the first column": np.c_[NOISE, NOISE + np.tile([0.0] * 5 + [5.0] * 5, 10)],
}


@pytest.mark.filterwarnings("ignore::hft_py.hmm.VarianceFloorWarning")
@pytest.mark.parametrize("case", TIES)
def test_many_equal_values_give_a_start_that_separates_states(case: str) -> None:
    x = TIES[case]
    fit = hmm.fit_hmm(x, 2)
    many = hmm.fit_hmm(x, 2, n_init=8)
    assert fit.log_likelihood >= many.log_likelihood - 1e-3 * abs(many.log_likelihood)
    regimes = hmm.predict_regime(x, fit)
    last = x[:, -1] if x.ndim == 2 else x
    np.testing.assert_array_equal(regimes, (last > last.mean()).astype(int))


def test_states_with_the_same_emission_are_named() -> None:
    x = np.random.default_rng(0).normal(size=100)
    twin = hmm.HMMParams([0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.0, 0.0], [1.0, 1.0])
    with pytest.warns(hmm.DegenerateDataWarning, match="states 0 and 1 came out alike"):
        hmm.fit_hmm(x, 2, initial=twin)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hmm.fit_hmm(x, 2)


def test_warnings_number_the_states_as_the_result_does() -> None:
    x = np.random.default_rng(0).normal(size=100)
    even = np.full((3, 3), 1 / 3)
    twins = hmm.HMMParams(even[0], even, [2.0, -2.0, 2.0], [1.0, 1.0, 1.0])
    with pytest.warns(hmm.DegenerateDataWarning, match="states 1 and 2 came out alike"):
        fit = hmm.fit_hmm(x, 3, initial=twins)
    assert fit.means[1] == pytest.approx(fit.means[2])
    with pytest.warns(hmm.DegenerateDataWarning, match="states 1 and 2 came out alike"):
        hmm.HMMRegimeDetector(3, initial=twins, n_init=1).fit(x)
    with pytest.warns(hmm.DegenerateDataWarning, match="states 0 and 2 came out alike"):
        hmm.fit_hmm(x, 3, initial=twins, order="none")
    x[50] = -100.0
    with pytest.warns(hmm.VarianceFloorWarning, match="variance of state 0 is"):
        fit = hmm.HMMRegimeDetector(2).fit(x)
    assert fit.means_[0] == pytest.approx(-100.0)


def test_one_observation_of_everything() -> None:
    model = hmm.HMMParams([0.25, 0.75], [[0.9, 0.1], [0.2, 0.8]], [-1.0, 1.0], [1.0, 1.0])
    weights = np.array([0.25, 0.75]) * np.exp([-0.5, -0.5])
    expected = (weights / weights.sum())[None]
    for table in (
        hmm.filter_proba([0.0], model),
        hmm.smooth_proba([0.0], model),
        hmm.smooth_proba([0.0], model, lag=3),
    ):
        np.testing.assert_allclose(table, expected, atol=1e-15)
    assert hmm.viterbi_decode([0.0], model).states.tolist() == [1]
    found = hmm.posterior([0.0], model, pairwise=True)
    assert found.xi.shape == (0, 2, 2)
    assert found.expected_transitions.sum() == 0.0


@pytest.mark.parametrize("factor", [1e-61, 1e-155, 1e-300, 1e-310])
def test_too_small_data_are_an_error(factor: float) -> None:
    x = np.random.default_rng(0).normal(size=100) * factor
    with pytest.raises(ValueError, match="returns is at most .* choose another unit"):
        hmm.fit_hmm(x, 2)
    with pytest.raises(ValueError, match="choose another unit"):
        hmm.HMMRegimeDetector(2).fit(np.c_[x, np.arange(100.0)])
