"""A run: kinds of objective, threads, exceptions, NaN, progress, ask and tell, results."""

from __future__ import annotations

import ctypes
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hft_py import use_backend
from hft_py.errors import InvalidValuesWarning, ObjectiveError
from hft_py.mle import (
    CMAES,
    DifferentialEvolution,
    OptimizeResult,
    cma_es_optimize,
    differential_evolution_optimize,
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


METHODS = pytest.mark.parametrize("method", [evolve, adapt])
Method = Callable[..., OptimizeResult]

CONTRACT = ctypes.CFUNCTYPE(
    ctypes.c_int32,
    ctypes.c_int64,
    ctypes.POINTER(ctypes.c_double),
    ctypes.POINTER(ctypes.c_double),
    ctypes.c_void_p,
)


def square(n: int, x: Any, value: Any, _: Any) -> int:
    value[0] = sum(x[i] * x[i] for i in range(n))
    return 0


compiled = CONTRACT(square)


@METHODS
def test_every_kind_of_objective_makes_the_same_run(method: Method, backend: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = [
            method(cost, backend=backend),
            method(lambda points: (points * points).sum(axis=1), vectorized=True, backend=backend),
            method(cost, executor=pool, backend=backend),
            method("sphere", backend=backend),
            method(compiled, backend=backend),
        ]
    for other in results[1:]:
        np.testing.assert_allclose(other.x, results[0].x, rtol=0, atol=1e-9)
        assert other.nfev == results[0].nfev
    assert results[0].backend == backend


@METHODS
@pytest.mark.parametrize("options", [{}, {"retries": 10}])
def test_threads_do_not_change_the_result(method: Method, options: dict[str, Any]) -> None:
    alone = method("rastrigin", **options)
    assert method("rastrigin", threads=2, **options) == alone
    assert method("rastrigin", **options) == alone
    assert method("rastrigin", **options | {"seed": 10}) != alone


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
def test_exceptions_arrive_as_they_were_raised(method: Method, backend: str) -> None:
    class Broken(Exception):  # noqa: N818
        pass

    def broken(x: Points) -> float:
        raise Broken("the very one")

    for options in ({}, {"retries": 3}):
        with pytest.raises(Broken, match="the very one") as caught:
            method(broken, backend=backend, **options)
        assert "broken" in {frame.name for frame in caught.traceback}


@METHODS
def test_nan_is_plus_infinity(method: Method, backend: str) -> None:
    def holes(x: Points) -> float:
        return float("nan") if x[0] < 0.5 else cost(x)

    with pytest.warns(InvalidValuesWarning, match="the objective was NaN at"):
        found = method(holes, backend=backend, max_iterations=60)
    assert found.n_invalid > 0
    assert found.x[0] >= 0.5
    assert found.fun < 1.0


@METHODS
def test_all_nan_is_no_success(method: Method, backend: str) -> None:
    with pytest.warns(InvalidValuesWarning):
        found = method(lambda x: float("nan"), backend=backend)
    assert found.fun == np.inf
    assert not found.success
    assert found.n_invalid == found.nfev


@METHODS
def test_minus_infinity_is_refused(method: Method, backend: str) -> None:
    with pytest.raises(ObjectiveError, match="the objective is -inf at"):
        method(lambda x: -float("inf"), backend=backend)


@METHODS
def test_fatal_codes_stop_the_run(method: Method, backend: str) -> None:
    fatal = CONTRACT(lambda n, x, value, data: -7)
    with pytest.raises(ObjectiveError, match="-7"):
        method(fatal, backend=backend)


@METHODS
def test_progress_is_told_and_may_stop(method: Method, backend: str) -> None:
    seen: list[Progress] = []
    full = method(cost, backend=backend, progress=seen.append)
    assert [p.done for p in seen] == sorted({p.done for p in seen})
    assert seen[-1].best == full.fun
    assert seen[-1].total >= full.nfev

    found = method(cost, backend=backend, progress=lambda now: now.done < 100)
    assert found.stop_reason == "stopped_by_callback"
    assert (found.success, found.status) == (False, 2)
    assert 100 <= found.nfev < full.nfev
    assert found.fun == cost(found.x)


@pytest.mark.parametrize("options", [{}, {"max_evaluations": 5_000}])
def test_progress_counts_on_over_restarts(options: dict[str, Any], backend: str) -> None:
    seen: list[Progress] = []
    options = {"max_iterations": None, "restarts": "ipop", "max_restarts": 3} | options
    found = adapt("rastrigin", backend=backend, progress=seen.append, **options)
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
def test_the_result_reads_like_a_mapping(method: Method) -> None:
    found = method("sphere")
    assert found["best_params"] is found.x
    assert found["best_value"] == found["fun"] == found.fun
    assert {"x", "fun", "nfev", "nit", "success", "status", "message"} <= set(found.keys())
    assert pickle.loads(pickle.dumps(found)) == found
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


def test_the_budget_is_never_exceeded(backend: str) -> None:
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
            backend=backend,
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
        backend=backend,
    )
    assert calls == found.nfev <= 3_000


def test_a_constant_objective_converges_at_once(backend: str) -> None:
    assert evolve(lambda x: 1.0, backend=backend).stop_reason == "converged"
    found = adapt(lambda x: 1.0, max_iterations=200, backend=backend)
    assert found.stop_reason == "function_tolerance"


def test_no_iterations_evaluate_the_first_population(backend: str) -> None:
    found = evolve("sphere", max_iterations=0, backend=backend)
    assert (found.nit, found.nfev, found.stop_reason) == (0, 12, "max_iterations")


def test_x0_joins_the_first_population(backend: str) -> None:
    found = evolve("sphere", x0=[0.0] * 4, max_iterations=0, backend=backend)
    assert found.fun == 0.0


def test_given_populations_are_kept_as_they_are() -> None:
    init = np.linspace(-1, 1, 40).reshape(10, 4)
    search = DifferentialEvolution(LOW, HIGH, init=init, seed=1)
    np.testing.assert_array_equal(search.ask(), init)


def test_a_latin_hypercube_has_one_point_in_every_slice() -> None:
    points = DifferentialEvolution([0.0] * 3, [1.0] * 3, 50, seed=2).ask()
    for column in points.T:
        assert sorted((column * 50).astype(int).tolist()) == list(range(50))


@pytest.mark.parametrize("search", [DifferentialEvolution, CMAES])
def test_ask_and_tell_make_the_run(search: type[CMAES], backend: str) -> None:
    one = search(LOW, HIGH, max_iterations=30, seed=3, backend=backend)
    while not one.stop_reason:
        points = one.ask()
        np.testing.assert_array_equal(one.ask(), points)
        one.tell(points, (points * points).sum(axis=1))
    optimise = cma_es_optimize if search is CMAES else differential_evolution_optimize
    whole = optimise(
        lambda points: (points * points).sum(axis=1),
        LOW,
        HIGH,
        max_iterations=30,
        seed=3,
        vectorized=True,
        backend=backend,
    )
    assert one.result() == whole


def test_both_backends_give_one_result(backend: str) -> None:
    with use_backend(backend):
        one, other = evolve("rastrigin", backend="python"), evolve(lambda x: cost(x) + 0.0)
    assert one.backend == "python"
    assert other.backend == backend


@pytest.mark.parametrize("dimension", [1, 2])
def test_few_dimensions(dimension: int, backend: str) -> None:
    low, high = [-3.0] * dimension, [5.0] * dimension
    for found in (
        cma_es_optimize("sphere", low, high, seed=1, backend=backend),
        differential_evolution_optimize("sphere", low, high, seed=1, backend=backend),
    ):
        assert found.success
        assert found.fun < 1e-7
