"""Neither the units of an objective nor a constant in it decide whether a search arrives."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.mle import (
    MLEOptimizer,
    ParameterSpace,
    cma_es_optimize,
    differential_evolution_optimize,
)
from hft_py.mle.baseline.loop import spread

Points = npt.NDArray[np.float64]
LOW, HIGH = [-5.0] * 3, [4.0] * 3
OPTIMISERS = pytest.mark.parametrize("optimise", [differential_evolution_optimize, cma_es_optimize])


def sphere(points: Points) -> Points:
    return np.asarray((points**2).sum(axis=1))


@OPTIMISERS
@pytest.mark.parametrize(("scale", "offset"), [(1e-14, 0.0), (1e-100, 0.0), (1.0, 1e8), (1e8, 0)])
def test_small_units_and_large_constants(
    optimise: Any, scale: float, offset: float, kernel_set: str
) -> None:
    def objective(points: Points) -> Points:
        return offset + scale * sphere(points)

    found = optimise(objective, LOW, HIGH, vectorized=True, seed=1, backend=kernel_set)
    assert found.success
    np.testing.assert_allclose(found.x, 0.0, atol=3e-3)


@OPTIMISERS
def test_no_search_converges_before_it_began(optimise: Any, kernel_set: str) -> None:
    found = optimise(lambda x: 1e-30 * float(x @ x), LOW, HIGH, seed=1, backend=kernel_set)
    assert found.nit > 10
    assert np.abs(found.x).max() < 1e-2


@pytest.mark.parametrize("sigma", [1e300, 10.5, 1e-16])
def test_first_steps_of_no_use_are_refused(sigma: float) -> None:
    with pytest.raises(ValueError, match="sigma="):
        cma_es_optimize("sphere", LOW, HIGH, sigma=sigma)


def test_a_first_step_far_too_short_is_no_success(kernel_set: str) -> None:
    found = cma_es_optimize(
        "sphere", [-1.0] * 2, [2.0] * 2, sigma=1e-15, seed=1, backend=kernel_set
    )
    assert not found.success


@pytest.mark.parametrize(("unit", "seed"), [(1e-2, 1), (1e-4, 2), (1e-8, 3)])
def test_likelihoods_of_small_returns_arrive(unit: float, seed: int, kernel_set: str) -> None:
    """A log-likelihood of ten thousand is known to 1e-12 of itself, not to 1e-12."""
    returns = unit * np.random.default_rng(seed).normal(size=2_000)
    spaces = [
        ParameterSpace("mu", (-10 * unit, 10 * unit)),
        ParameterSpace("sigma", (0.01 * unit, 100 * unit)),
    ]
    fit = MLEOptimizer(spaces, "gaussian", data=returns, backend=kernel_set).optimize(seed=seed)
    assert fit.success
    assert fit.warnings == ()
    expected = [returns.mean(), returns.std()]
    np.testing.assert_allclose(fit.best_params, expected, atol=1e-3 * unit)


def test_the_spread_of_a_first_generation() -> None:
    assert spread(np.array([3.0, 1.0, np.inf, 2.0, np.inf])) == 1.0
    for nothing in ([np.inf, np.inf], [1.0, 1.0, 1.0], [2.0]):
        assert spread(np.array(nothing)) == np.inf
