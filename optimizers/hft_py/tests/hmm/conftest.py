"""Models and series shared by the tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py import backend
from hft_py.hmm import HMMParams


@pytest.fixture(params=["python", "rust"])
def kernel_set(request: pytest.FixtureRequest) -> str:
    """Each kernel set in turn; Rust where it is installed and asked for."""
    name: str = request.param
    if name == "rust" and backend.active_backend() != "rust":
        pytest.skip("the extension is not installed, or not asked for")
    return name


@pytest.fixture
def fever() -> HMMParams:
    """The fever example of many textbooks; symbols 0, 1, 2 are bins."""
    return HMMParams(
        start_probabilities=np.array([0.6, 0.4]),
        transition_matrix=np.array([[0.7, 0.3], [0.4, 0.6]]),
        emission="binned",
        bin_edges=np.array([0.5, 1.5]),
        bin_probabilities=np.array([[0.1, 0.4, 0.5], [0.6, 0.3, 0.1]]),
    )


def _stochastic(rng: Any, *shape: int) -> Any:
    cells = rng.uniform(0.05, 1.0, shape)
    return cells / cells.sum(axis=-1, keepdims=True)


@pytest.fixture
def random_model() -> Callable[..., HMMParams]:
    """``random_model(kind, k, seed)``: "gaussian", "student_t", "binned", "diag", "full"."""

    def make(kind: str, k: int, seed: int) -> HMMParams:
        rng = np.random.default_rng(seed)
        common: dict[str, Any] = {
            "start_probabilities": _stochastic(rng, k),
            "transition_matrix": _stochastic(rng, k, k),
        }
        if kind == "binned":
            table = _stochastic(rng, k, 5)
            edges = np.array([-1.0, -0.3, 0.3, 1.0])
            return HMMParams(**common, emission="binned", bin_edges=edges, bin_probabilities=table)
        if kind in ("gaussian", "student_t"):
            moments = {"means": rng.normal(size=k), "variances": rng.uniform(0.2, 2, k)}
            if kind == "gaussian":
                return HMMParams(**common, **moments)
            return HMMParams(**common, **moments, emission=kind, dof=rng.uniform(2.5, 12, k))
        means = rng.normal(size=(k, 3))
        if kind == "diag":
            return HMMParams(**common, means=means, variances=rng.uniform(0.2, 2, (k, 3)))
        factors = rng.normal(size=(k, 3, 3))
        covariances = factors @ factors.transpose(0, 2, 1) + 0.3 * np.eye(3)
        return HMMParams(**common, means=means, variances=covariances, covariance="full")

    return make


@pytest.fixture
def series_for() -> Callable[..., Any]:
    """``series_for(kind, n, seed)``: observations that a model of that kind takes."""

    def make(kind: str, n: int, seed: int) -> Any:
        shape = (n, 3) if kind in ("diag", "full") else (n,)
        return np.random.default_rng(seed).normal(size=shape)

    return make


@pytest.fixture
def regimes() -> Callable[..., Any]:
    """``regimes(n, seed)``: returns of three regimes that last, and which one it was."""

    def make(n: int, seed: int = 0) -> Any:
        rng = np.random.default_rng(seed)
        states = np.cumsum(rng.uniform(size=n) < 0.01) % 3
        means = np.array([-0.004, 0.0002, 0.0015])
        volatilities = np.array([0.03, 0.012, 0.004])
        return rng.normal(means[states], volatilities[states]), states

    return make
