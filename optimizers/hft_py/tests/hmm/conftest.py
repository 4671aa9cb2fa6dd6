"""Models and series shared by the tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.hmm import HMMParams


@pytest.fixture(params=["gaussian", "student_t", "binned", "diag", "full"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each emission in turn; "diag" and "full" are Gaussian in several columns."""
    name: str = request.param
    return name


@pytest.fixture
def fever() -> HMMParams:
    """The fever example of many textbooks; symbols 0, 1, 2 are bins."""
    table, edges = [[0.1, 0.4, 0.5], [0.6, 0.3, 0.1]], [0.5, 1.5]
    chain = ([0.6, 0.4], [[0.7, 0.3], [0.4, 0.6]])
    return HMMParams(*chain, emission="binned", bin_edges=edges, bin_probabilities=table)


@pytest.fixture
def two_states() -> HMMParams:
    """Two states that last, with means -1 and 1 and unit variances."""
    return HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])


def _stochastic(rng: Any, *shape: int) -> Any:
    cells = rng.uniform(0.05, 1.0, shape)
    return cells / cells.sum(axis=-1, keepdims=True)


@pytest.fixture
def random_model() -> Any:
    """``random_model(kind, k, seed)``."""

    def make(kind: str, k: int, seed: int) -> HMMParams:
        rng = np.random.default_rng(seed)
        chain = {"start_probabilities": _stochastic(rng, k)}
        chain["transition_matrix"] = _stochastic(rng, k, k)
        if kind == "binned":
            table = _stochastic(rng, k, 5)
            edges = np.array([-1.0, -0.3, 0.3, 1.0])
            return HMMParams(**chain, emission="binned", bin_edges=edges, bin_probabilities=table)
        if kind in ("gaussian", "student_t"):
            moments = {"means": rng.normal(size=k), "variances": rng.uniform(0.2, 2, k)}
            if kind == "gaussian":
                return HMMParams(**chain, **moments)
            return HMMParams(**chain, **moments, emission=kind, dof=rng.uniform(2.5, 12, k))
        means = rng.normal(size=(k, 3))
        if kind == "diag":
            return HMMParams(**chain, means=means, variances=rng.uniform(0.2, 2, (k, 3)))
        factors = rng.normal(size=(k, 3, 3))
        covariances = factors @ factors.transpose(0, 2, 1) + 0.3 * np.eye(3)
        return HMMParams(**chain, means=means, variances=covariances, covariance="full")

    return make


@pytest.fixture
def series_for() -> Any:
    """``series_for(kind, n, seed)``: observations that a model of that kind takes."""

    def make(kind: str, n: int, seed: int) -> Any:
        shape = (n, 3) if kind in ("diag", "full") else (n,)
        return np.random.default_rng(seed).normal(size=shape)

    return make


@pytest.fixture
def regimes() -> Any:
    """``regimes(n, seed)``: returns of three regimes that last, and which one it was."""

    def make(n: int, seed: int = 0) -> Any:
        rng = np.random.default_rng(seed)
        states = np.cumsum(rng.uniform(size=n) < 0.01) % 3
        means = np.array([-0.004, 0.0002, 0.0015])
        volatilities = np.array([0.03, 0.012, 0.004])
        return rng.normal(means[states], volatilities[states]), states

    return make


@pytest.fixture
def fit_inputs(regimes: Any) -> Any:
    """``fit_inputs(kind, n)``: returns of three regimes, and the options of a fit of that kind."""

    def make(kind: str, n: int) -> tuple[Any, dict[str, Any]]:
        x = regimes(n, 1)[0]
        if kind in ("diag", "full"):
            x = np.stack([x, regimes(n, 2)[0], x + regimes(n, 3)[0]], axis=1)
            return x, {"covariance": kind}
        return x, {"emission": kind}

    return make


@pytest.fixture
def known_model() -> Any:
    """``known_model(kind)``: a model with two states that data tell apart."""

    def make(kind: str) -> HMMParams:
        chain: Any = ([0.5, 0.5], [[0.95, 0.05], [0.02, 0.98]])
        if kind == "binned":
            table = [[0.6, 0.3, 0.1], [0.1, 0.2, 0.7]]
            edges = np.array([0.5, 1.5])
            return HMMParams(*chain, emission="binned", bin_edges=edges, bin_probabilities=table)
        if kind == "gaussian":
            return HMMParams(*chain, [-1.0, 1.0], [2.0, 0.5])
        if kind == "student_t":
            return HMMParams(*chain, [-1.0, 1.0], [2.0, 0.5], emission=kind, dof=[4.0, 8.0])
        covariances = np.array([[[1.0, 0.6], [0.6, 2.0]], [[0.5, -0.2], [-0.2, 0.3]]])
        variances = covariances if kind == "full" else np.array([[1.0, 2.0], [0.5, 0.3]])
        return HMMParams(*chain, [[-1.0, 0.0], [1.0, 0.5]], variances, covariance=kind)

    return make
