"""What every sampler and every optimiser does with an objective, a seed and a callback."""

from __future__ import annotations

import ctypes
import itertools
import pickle
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from hft_py import negated
from hft_py.errors import InvalidValuesWarning, ObjectiveError, PoorMixingWarning
from hft_py.mcmc import SAMPLERS, mcmc_optimize
from hft_py.mle import (
    cma_es_optimize,
    differential_evolution_optimize,
    dual_annealing_optimize,
    genetic_algorithm_optimize,
    particle_swarm_optimize,
)
from hft_py.objectives import resolve
from hft_py.progress import Progress

BOX = [-4.0] * 4, [4.0] * 4
DOUBLES = ctypes.POINTER(ctypes.c_double)
CONTRACT = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int64, DOUBLES, DOUBLES, ctypes.c_void_p)


@dataclass(frozen=True)
class Method:
    """An optimiser minimises (``sign`` 1), a sampler takes a log-density (``sign`` -1)."""

    name: str
    function: Callable[..., Any]
    options: dict[str, Any]
    sign: int

    def __call__(self, objective: Any, **options: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PoorMixingWarning)
            return self.function(objective, *BOX, **{"seed": 9, **self.options, **options})

    def sphere(self, x: Any) -> Any:
        return self.sign * (x * x).sum(axis=-1)

    def cost(self, x: Any) -> float:
        return float(self.sphere(x))

    def path(self, found: Any) -> Any:
        return found.history.best_params if self.sign > 0 else found.samples


EVOLUTION = {"max_iterations": 20, "population_size": 12}
ADAPTATION = {"max_iterations": 20, "initial_params": [3.0] * 4}
SAMPLING = {"initial_params": [1.0] * 4, "n_iterations": 200, "burn_in": 40, "n_temperatures": 4}
OPTIMISERS = [
    Method("differential_evolution", differential_evolution_optimize, EVOLUTION, 1),
    Method("cma_es", cma_es_optimize, ADAPTATION, 1),
    Method("particle_swarm", particle_swarm_optimize, EVOLUTION, 1),
    Method("genetic_algorithm", genetic_algorithm_optimize, EVOLUTION, 1),
    Method("dual_annealing", dual_annealing_optimize, EVOLUTION, 1),
]
METHODS = [
    *OPTIMISERS,
    *(
        Method(name, mcmc_optimize, {**SAMPLING, "n_chains": 8, "sampler": name}, -1)
        for name in SAMPLERS
    ),
]
IDS = [method.name for method in METHODS]


@pytest.fixture(params=METHODS, ids=IDS)
def method(request: pytest.FixtureRequest) -> Method:
    found: Method = request.param
    return found


def compiled(sign: int, wall: float = -np.inf, code: int = 0) -> Any:
    """The sphere as a C function that returns ``code`` where the first coordinate is below."""

    def sphere(n: int, x: Any, value: Any, _: Any) -> int:
        value[0] = sign * sum(x[i] * x[i] for i in range(n))
        return code if x[0] < wall else 0

    return CONTRACT(sphere)


def test_every_kind_of_objective_makes_the_same_run(method: Method, kernel_set: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        results = [
            method(method.cost, backend=kernel_set),
            method(method.sphere, vectorized=True, backend=kernel_set),
            method(method.cost, executor=pool, backend=kernel_set),
            method("sphere" if method.sign > 0 else negated("sphere"), backend=kernel_set),
            method(compiled(method.sign), backend=kernel_set),
        ]
    first = results[0]
    for other in results[1:]:
        np.testing.assert_allclose(method.path(other), method.path(first), rtol=0, atol=1e-9)
        assert other.stop_reason == first.stop_reason
    assert first.backend == kernel_set


@pytest.mark.usefixtures("rust_only")
def test_threads_change_nothing(method: Method) -> None:
    objective = resolve("rastrigin", 4)
    objective = objective if method.sign > 0 else objective.negative()
    alone = method(objective)
    for threads in (1, 2, 3, 0):
        assert method(objective, threads=threads) == alone


@pytest.mark.parametrize("method", OPTIMISERS, ids=IDS[: len(OPTIMISERS)])
def test_threads_change_nothing_in_retries(method: Method) -> None:
    assert method("rastrigin", retries=10) == method("rastrigin", retries=10, threads=2)


def test_the_seed_decides(method: Method, kernel_set: str) -> None:
    options = {"vectorized": True, "backend": kernel_set}
    first = method(method.sphere, **options)
    assert first == method(method.sphere, **options)
    other = method(method.sphere, **options, seed=10)
    assert not np.array_equal(method.path(first), method.path(other))
    drawn = method(method.sphere, **options, seed=None)
    assert drawn == method(method.sphere, **options, seed=drawn.seed)


def test_exceptions_are_not_wrapped(method: Method, kernel_set: str) -> None:
    class BrokenError(Exception):
        pass

    for raised in (BrokenError, KeyboardInterrupt):
        calls = []

        def broken(x: Any, raised: Any = raised, calls: Any = calls) -> float:
            calls.append(1)
            if len(calls) > 150:
                raise raised("the very one")
            return method.cost(x)

        with pytest.raises(raised, match="the very one") as caught:
            method(broken, backend=kernel_set)
        assert "broken" in {frame.name for frame in caught.traceback}
        assert len(calls) == 151, "it stopped at once"


def test_nan_is_the_worst_value(method: Method, kernel_set: str) -> None:
    def holed(x: Any) -> float:
        return float("nan") if x[0] < 0.5 else method.cost(x)

    with pytest.warns(InvalidValuesWarning, match="the objective was NaN at"):
        found = method(holed, backend=kernel_set)
    assert found.n_invalid > 0
    assert found.best_params[0] >= 0.5
    if method.sign < 0:
        assert found.samples[:, :, 0].min() >= 0.5
        assert np.isfinite(found.log_probs).all()
        assert any("NaN" in text for text in found.warnings)


def test_the_worst_infinity_is_a_value(method: Method, kernel_set: str) -> None:
    def walled(x: Any) -> float:
        return method.sign * np.inf if x[0] < 0.5 else method.cost(x)

    found = method(walled, backend=kernel_set)
    assert found.n_invalid == 0
    assert found.best_params[0] >= 0.5


def test_the_best_infinity_is_refused(method: Method, kernel_set: str) -> None:
    def spiked(x: Any) -> float:
        return -method.sign * np.inf if x[0] < 0.9 else method.cost(x)

    with pytest.raises(ObjectiveError, match=r"the objective is -?inf at \["):
        method(spiked, backend=kernel_set)


@pytest.mark.parametrize("threads", [1, 2])
def test_fatal_and_recoverable_codes(threads: int, method: Method, kernel_set: str) -> None:
    options = {"threads": threads, "backend": kernel_set}
    with pytest.warns(InvalidValuesWarning):
        found = method(compiled(method.sign, 0.5, 1), **options)
    assert found.best_params[0] >= 0.5
    with pytest.raises(ObjectiveError, match="fatal code -7"):
        method(compiled(method.sign, 0.9, -7), **options)


def test_progress(method: Method, kernel_set: str) -> None:
    seen: list[Progress] = []
    whole = method(method.cost, backend=kernel_set, progress=seen.append)
    assert [p.done for p in seen] == sorted({p.done for p in seen})
    assert len({p.total for p in seen}) == 1
    assert all(method.sign * (a.best - b.best) >= 0 for a, b in itertools.pairwise(seen))
    best = whole.fun if method.sign > 0 else whole.best_log_prob
    assert seen[-1].best == best

    found = method(method.cost, backend=kernel_set, progress=lambda now: now.done < 100)
    assert found.stop_reason == "stopped_by_callback"
    path = method.path(found)
    axis = 0 if method.sign > 0 else 1
    assert 0 < path.shape[axis] < method.path(whole).shape[axis]
    start = method.path(whole)[: len(path)] if axis == 0 else whole.samples[:, : path.shape[1]]
    np.testing.assert_array_equal(path, start)
    with pytest.raises(ZeroDivisionError):
        method(method.cost, backend=kernel_set, progress=lambda now: 1 / 0)


def test_results_read_like_mappings(method: Method) -> None:
    found = method(method.cost)
    assert found["best_params"] is found.best_params
    assert {"best_params", "seed", "backend", "stop_reason", "n_invalid"} <= set(found.keys())
    assert pickle.loads(pickle.dumps(found)) == found
