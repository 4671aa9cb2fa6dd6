"""Optimiser runs: retries, restarts, budgets, starts, ask and tell, results, memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py.errors import InvalidValuesWarning
from hft_py.mle import (
    CMAES,
    DifferentialEvolution,
    DualAnnealing,
    GeneticAlgorithm,
    OptimizeResult,
    ParticleSwarm,
    cma_es_optimize,
    differential_evolution_optimize,
    dual_annealing_optimize,
    genetic_algorithm_optimize,
    particle_swarm_optimize,
)
from hft_py.progress import Progress

Points = npt.NDArray[np.float64]
LOW, HIGH = [-4.0] * 4, [4.0] * 4


def cost(x: Points) -> float:
    return float((x * x).sum())


def evolve(objective: Any, **options: Any) -> OptimizeResult:
    defaults: dict[str, Any] = {"seed": 9, "max_iterations": 20, "population_size": 12}
    options = defaults | options
    return differential_evolution_optimize(objective, LOW, HIGH, **options)


def adapt(objective: Any, **options: Any) -> OptimizeResult:
    defaults: dict[str, Any] = {"seed": 9, "max_iterations": 20, "initial_params": [3.0] * 4}
    options = defaults | options
    return cma_es_optimize(objective, LOW, HIGH, **options)


def anneal(objective: Any, **options: Any) -> OptimizeResult:
    defaults: dict[str, Any] = {"seed": 9, "max_iterations": 20, "population_size": 12}
    return dual_annealing_optimize(objective, LOW, HIGH, **(defaults | options))


# Swarm and genetic algorithm run in the frame of differential evolution.
METHODS = pytest.mark.parametrize("method", [evolve, adapt, anneal])
Method = Callable[..., OptimizeResult]


@METHODS
def test_retries_share_their_best_points(method: Method) -> None:
    alone = method("rastrigin")
    found = method("rastrigin", retries=24)
    assert found.fun <= alone.fun
    assert len({a.retry for a in found.attempts}) == 24
    assert found.stop_reason == "retries_done"
    assert found.nfev == sum(a.nfev for a in found.attempts)


@METHODS
def test_retries_stop_at_the_target(method: Method) -> None:
    found = method("sphere", retries=100, target=0.1, max_iterations=200)
    assert found.stop_reason == "target_reached"
    assert len(found.attempts) == 8  # the round is finished, so threads do not matter


@METHODS
def test_all_nan_is_no_success(method: Method, kernel_set: str) -> None:
    with pytest.warns(InvalidValuesWarning):
        found = method(lambda x: float("nan"), backend=kernel_set)
    assert found.fun == np.inf
    assert not found.success
    assert found.n_invalid == found.nfev


@pytest.mark.parametrize("options", [{}, {"max_evaluations": 5_000}])
def test_progress_counts_on_over_restarts(options: dict[str, Any], kernel_set: str) -> None:
    seen: list[Progress] = []
    options = {"max_iterations": None, "restarts": "ipop", "max_restarts": 3} | options
    found = adapt("rastrigin", backend=kernel_set, progress=seen.append, **options)
    assert len(found.attempts) > 1
    assert [p.done for p in seen] == sorted({p.done for p in seen})
    best = [p.best for p in seen]
    assert best == sorted(best, reverse=True)
    assert seen[-1].done <= found.nfev
    assert seen[-1].total == options.get("max_evaluations", seen[-1].total)


@METHODS
def test_a_callback_stops_retries(method: Method) -> None:
    found = method("sphere", retries=12, threads=2, progress=lambda now: now.done < 500)
    assert found.stop_reason == "stopped_by_callback"
    assert found.nfev < 12 * method("sphere").nfev


@METHODS
def test_results_and_histories(method: Method) -> None:
    found = method("sphere")
    assert found["best_params"] is found.x
    assert found["best_value"] == found["fun"] == found.fun
    assert {"x", "fun", "nfev", "nit", "success", "status", "message"} <= set(found.keys())
    assert len(repr(found)) < 400
    history = found.history
    assert history.evaluations[-1] == found.nfev
    assert history.best[-1] == found.fun
    assert (history.best_params[-1] == found.x).all()
    assert (np.diff(history.best) <= 0).all()
    frame = found.to_frame()
    assert len(frame) == len(history.best)
    assert {"evaluations", "best", "best_x3", "restart"} <= set(frame.columns)


def test_plots() -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    matplotlib.use("agg")
    axes = evolve("sphere").plot(floor=0.0)
    assert axes.get_yscale() == "log"
    matplotlib.pyplot.close("all")


def test_the_budget_is_never_exceeded(kernel_set: str) -> None:
    calls = 0

    def counted(points: Points) -> Points:
        nonlocal calls
        calls += len(points)
        return np.asarray((points**2).sum(axis=1))

    for strategy in ("rand1bin", "jde", "lshade"):
        calls = 0
        found = evolve(
            counted,
            strategy=strategy,
            max_iterations=10_000,
            max_evaluations=500,
            vectorized=True,
            backend=kernel_set,
            tolerance=0,
            absolute_tolerance=0,
        )
        assert found.stop_reason == "max_evaluations"
        assert calls == found.nfev <= 500
    calls = 0
    found = adapt(
        counted,
        restarts="bipop",
        max_iterations=None,
        max_evaluations=3_000,
        vectorized=True,
        backend=kernel_set,
    )
    assert calls == found.nfev <= 3_000


def test_a_constant_objective_converges_at_once(kernel_set: str) -> None:
    assert evolve(lambda x: 1.0, backend=kernel_set).stop_reason == "converged"
    found = adapt(lambda x: 1.0, max_iterations=200, backend=kernel_set)
    assert found.stop_reason == "function_tolerance"


def test_no_iterations_evaluate_the_first_population(kernel_set: str) -> None:
    found = evolve("sphere", max_iterations=0, backend=kernel_set)
    assert (found.nit, found.nfev, found.stop_reason) == (0, 12, "max_iterations")


def test_x0_joins_the_first_population(kernel_set: str) -> None:
    found = evolve("sphere", x0=[0.0] * 4, max_iterations=0, backend=kernel_set)
    assert found.fun == 0.0


def test_given_populations_are_kept_as_they_are() -> None:
    init = np.linspace(-1, 1, 40).reshape(10, 4)
    search = DifferentialEvolution(LOW, HIGH, init=init, seed=1)
    np.testing.assert_array_equal(search.ask(), init)


def test_a_latin_hypercube_has_one_point_in_every_slice() -> None:
    points = DifferentialEvolution([0.0] * 3, [1.0] * 3, 50, seed=2).ask()
    for column in points.T:
        assert sorted((column * 50).astype(int).tolist()) == list(range(50))


FUNCTIONS: dict[Any, Method] = {
    DifferentialEvolution: differential_evolution_optimize,
    CMAES: cma_es_optimize,
    ParticleSwarm: particle_swarm_optimize,
    GeneticAlgorithm: genetic_algorithm_optimize,
    DualAnnealing: dual_annealing_optimize,
}


@pytest.mark.parametrize("search", FUNCTIONS)
def test_ask_and_tell_make_the_run(search: type[CMAES], kernel_set: str) -> None:
    one = search(LOW, HIGH, max_iterations=30, seed=3, backend=kernel_set)
    while not one.stop_reason:
        points = one.ask()
        np.testing.assert_array_equal(one.ask(), points)
        one.tell(points, (points * points).sum(axis=1))
    whole = FUNCTIONS[search](
        lambda points: (points * points).sum(axis=1),
        LOW,
        HIGH,
        max_iterations=30,
        seed=3,
        vectorized=True,
        backend=kernel_set,
    )
    assert one.result() == whole


@pytest.mark.parametrize("dimension", [1, 2])
def test_few_dimensions(dimension: int, kernel_set: str) -> None:
    low, high = [-3.0] * dimension, [5.0] * dimension
    for found in (
        cma_es_optimize("sphere", low, high, seed=1, backend=kernel_set),
        differential_evolution_optimize("sphere", low, high, seed=1, backend=kernel_set),
    ):
        assert found.success
        assert found.fun < 1e-7


@pytest.mark.usefixtures("rust_only")
def test_memory_that_is_not_there_is_an_error() -> None:
    """More than can be addressed, so that no system grants it."""
    bound = np.ones(2_000_000)
    with pytest.raises(MemoryError, match="more than is available"):
        CMAES(-bound, bound, separable=False, seed=1)
