"""Samples have the distribution of their model; the same test rejects a wrong model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from hft_py.hmm import HMMParams, sample

CHAIN: Any = ([1.0, 0.0], [[0.9, 0.1], [0.3, 0.7]])


def test_states_follow_the_chain() -> None:
    model = HMMParams(*CHAIN, means=[0.0, 1.0], variances=[1.0, 1.0])
    states = sample(model, 100_000, seed=1).states
    assert states[0] == 0
    counts = np.zeros((2, 2))
    np.add.at(counts, (states[:-1], states[1:]), 1)
    found = counts / counts.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found, model.transition_matrix, atol=0.01)
    assert np.bincount(states)[1] / 100_000 == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("dof", [None, 3.0, 30.0])
def test_values_follow_their_state(dof: float | None) -> None:
    more: dict[str, Any] = {} if dof is None else {"emission": "student_t", "dof": [dof, dof]}
    model = HMMParams(*CHAIN, means=[-1.0, 2.0], variances=[0.5, 3.0], **more)
    drawn = sample(model, 20_000, seed=2)
    law: Any = stats.norm if dof is None else stats.t(dof)
    shrink = 1.0 if dof is None else np.sqrt((dof - 2) / dof)
    for state, (mean, variance) in enumerate([(-1.0, 0.5), (2.0, 3.0)]):
        scaled = (drawn.returns[drawn.states == state] - mean) / (np.sqrt(variance) * shrink)
        assert stats.kstest(scaled, law.cdf).pvalue > 1e-3
        # The control: the same test rejects a slightly wrong distribution.
        assert stats.kstest(scaled * 1.15, law.cdf).pvalue < 1e-3


def test_covariances() -> None:
    covariance = np.array([[1.0, 0.8], [0.8, 2.0]])
    moments: Any = ([[0.0, 0.0], [5.0, 5.0]], [covariance, np.eye(2)])
    model = HMMParams(*CHAIN, *moments, covariance="full")
    drawn = sample(model, 40_000, seed=3)
    found = np.cov(drawn.returns[drawn.states == 0].T)
    np.testing.assert_allclose(found, covariance, atol=0.05)


def test_symbols(fever: HMMParams) -> None:
    drawn = sample(fever, 50_000, seed=4)
    for state in (0, 1):
        share = np.bincount(drawn.returns[drawn.states == state].astype(int), minlength=3)
        np.testing.assert_allclose(share / share.sum(), fever.bin_probabilities[state], atol=0.015)


def test_seeds(random_model: Any) -> None:
    model = random_model("gaussian", 3, 1)
    one = sample(model, 100, seed=7)
    assert one == sample(model, 100, seed=7)
    assert one != sample(model, 100, seed=8)
    longer = sample(model, 300, seed=7)
    np.testing.assert_array_equal(longer.returns[:100], one.returns)
    assert sample(model, 100, seed=None) != sample(model, 100, seed=None)
