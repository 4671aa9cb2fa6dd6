"""Every stop reason; and that neither units nor a constant decide whether a search converges."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.mle import (
    MLEOptimizer,
    ParameterSpace,
    cma_es_optimize,
    differential_evolution_optimize,
    dual_annealing_optimize,
    genetic_algorithm_optimize,
    particle_swarm_optimize,
)
from hft_py.mle._stop_reasons import MESSAGES, SUCCESS_REASONS
from hft_py.mle.baseline.loop import spread

Points = npt.NDArray[np.float64]
INF = math.inf
ENDLESS = {"tolerance": 0.0, "parameter_tolerance": 0.0}


def noise(x: Points) -> float:
    return abs(math.sin(1e4 * float(x @ [1.0, math.pi])) * 1e4) % 1.0


def flat(x: Points) -> float:
    return float(10.0 ** (8.0 * np.arange(4)) @ (x * x))


def adapt(objective: Any, low: float, high: float, n: int, **options: Any) -> Any:
    return cma_es_optimize(objective, [low] * n, [high] * n, seed=1, **options)


def evolve(**options: Any) -> Any:
    return differential_evolution_optimize("sphere", [-1] * 3, [1] * 3, seed=1, **options)


ENDINGS: dict[str, Callable[..., Any]] = {
    "target_reached": lambda **o: adapt("sphere", -1, 1, 2, target=1e-3, **o),
    "converged": evolve,
    "function_tolerance": lambda **o: adapt("sphere", -1, 1, 2, **o),
    "parameter_tolerance": lambda **o: adapt("sphere", -1, 1, 2, tolerance=0.0, **o),
    "no_effect_axis": lambda **o: adapt(
        lambda x: float(np.abs(x - 0.7).sum()), 0, 1, 2, **ENDLESS, **o
    ),
    "no_effect_coordinate": lambda **o: adapt(
        lambda x: float(x[1] ** 2), -INF, INF, 2, initial_params=[1e16, 0.5], **o
    ),
    "condition_number": lambda **o: adapt(
        flat, -INF, INF, 4, initial_params=[1.0] * 4, max_iterations=20_000, **ENDLESS, **o
    ),
    "step_too_large": lambda **o: adapt(
        lambda x: float(x.sum()), -INF, INF, 3, initial_params=[0.0] * 3, sigma=1e-3, **o
    ),
    "stagnation": lambda **o: adapt(noise, 0, 1, 2, max_iterations=5_000, **o),
    "max_iterations": lambda **o: evolve(max_iterations=3, **o),
    "max_evaluations": lambda **o: evolve(max_evaluations=50, **o),
    "max_restarts": lambda **o: adapt("rastrigin", -5, 5, 2, restarts="ipop", max_restarts=1, **o),
    "retries_done": lambda **o: evolve(max_iterations=3, retries=2, **o),
    "stopped_by_callback": lambda **o: evolve(progress=lambda now: False, **o),
}


def test_every_reason_has_an_ending() -> None:
    assert set(ENDINGS) == set(MESSAGES)


@pytest.mark.parametrize("reason", ENDINGS)
def test_reason(reason: str, kernel_set: str) -> None:
    found = ENDINGS[reason](backend=kernel_set)
    assert found.stop_reason == reason
    assert found.message.startswith(MESSAGES[reason])
    if reason == "no_effect_coordinate":
        assert found.nit == 1
        assert not found.success, "a search whose first steps lead nowhere has not converged"
    elif reason in SUCCESS_REASONS:
        assert (found.success, found.status) == (True, 0)
    elif reason == "max_restarts":
        best = min(found.attempts, key=lambda a: a.fun).stop_reason
        assert found.success == (best in SUCCESS_REASONS)
        assert found.message.endswith(MESSAGES[best])
    else:
        assert not found.success
        assert found.status == {"stopped_by_callback": 2}.get(
            reason, 1 if reason.startswith("max") or reason == "retries_done" else 3
        )


@pytest.mark.parametrize("value", [0.0, 3.5, -1e10])
@pytest.mark.parametrize(
    "optimise",
    [
        differential_evolution_optimize,
        cma_es_optimize,
        particle_swarm_optimize,
        genetic_algorithm_optimize,
        dual_annealing_optimize,
    ],
)
def test_a_constant_objective_is_a_success(optimise: Any, value: float, kernel_set: str) -> None:
    """In every method, as in SciPy's: each point is as good as any other."""
    found = optimise(lambda x: value, [-1] * 2, [1] * 2, seed=1, backend=kernel_set)
    assert (found.success, found.status, found.fun) == (True, 0, value)


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
def test_likelihoods_of_small_returns_converge(unit: float, seed: int, kernel_set: str) -> None:
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
