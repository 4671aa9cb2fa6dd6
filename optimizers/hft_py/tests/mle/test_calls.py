"""Calls as users of earlier, published forms of the library write them; and the other sign."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hft_py.mle import (
    CMAES,
    DifferentialEvolution,
    DualAnnealing,
    GeneticAlgorithm,
    MLEOptimizer,
    ParameterSpace,
    ParticleSwarm,
    cma_es_optimize,
    differential_evolution_optimize,
    dual_annealing_optimize,
    genetic_algorithm_optimize,
    particle_swarm_optimize,
)

OPTIMISERS = [
    differential_evolution_optimize,
    cma_es_optimize,
    particle_swarm_optimize,
    genetic_algorithm_optimize,
    dual_annealing_optimize,
]
SEARCHES = [DifferentialEvolution, CMAES, ParticleSwarm, GeneticAlgorithm, DualAnnealing]

BOX: Any = ([-4.0, -4.0], [4.0, 4.0])


def sharpe(x: Any) -> float:
    """Largest, 3, at (1, -2)."""
    return 3.0 - float((x[0] - 1.0) ** 2 + (x[1] + 2.0) ** 2)


def cost(x: Any) -> float:
    return -sharpe(x)


@pytest.mark.parametrize("optimise", OPTIMISERS)
@pytest.mark.parametrize("options", [{}, {"polish": True}, {"target": 2.999}])
def test_maximise(optimise: Any, options: Any, kernel_set: str) -> None:
    seen: list[Any] = []
    common = {"seed": 1, "backend": kernel_set} | options
    found = optimise(sharpe, *BOX, maximize=True, progress=seen.append, **common)
    assert found.fun == found.best_value == pytest.approx(3.0, abs=2e-3)
    np.testing.assert_allclose(found.x, [1.0, -2.0], atol=0.05)
    if "target" in options:
        assert found.stop_reason == "target_reached" and found.fun >= 2.999
        common["target"] = -2.999
    mirrored = optimise(cost, *BOX, **common)
    np.testing.assert_array_equal(found.x, mirrored.x)
    assert (found.fun, found.nfev) == (-mirrored.fun, mirrored.nfev)
    np.testing.assert_array_equal(found.history.best, -mirrored.history.best)
    assert [a.fun for a in found.attempts] == [-a.fun for a in mirrored.attempts]
    assert (np.diff(found.history.best) >= 0).all() and all(now.best <= 3.0 for now in seen)
    assert found.maximize and not mirrored.maximize


@pytest.mark.parametrize("search", SEARCHES)
def test_maximise_by_ask_and_tell(search: Any, kernel_set: str) -> None:
    one = search(*BOX, seed=1, maximize=True, target=2.999, backend=kernel_set)
    while one.stop_reason is None:
        points = one.ask()
        one.tell(points, [sharpe(x) for x in points])
    assert one.stop_reason == "target_reached"
    assert 2.999 <= one.result().fun <= 3.0
    with pytest.raises(TypeError, match="maximize=1"):
        search(*BOX, maximize=1)


def test_what_is_missing_is_the_worst_either_way() -> None:
    def half(x: Any) -> float:
        return sharpe(x) if x[0] < 2.0 else float("nan")

    with pytest.warns(UserWarning, match="NaN"):
        found = differential_evolution_optimize(half, *BOX, maximize=True, seed=1)
    assert found.fun == pytest.approx(3.0) and found.n_invalid > 0


NAMES = {
    "rand/1/bin": "rand1bin",
    "best/1/bin": "best1bin",
    "rand-to-best/1": "rand_to_best1",
    "best/2/bin": "best2bin",
    "jDE": "jde",
}


@pytest.mark.parametrize("alias", NAMES)
def test_strategies_as_the_papers_write_them(alias: str) -> None:
    options: Any = {"max_iterations": 5, "seed": 1}
    found = differential_evolution_optimize("sphere", *BOX, strategy=alias, **options)
    own = differential_evolution_optimize("sphere", *BOX, strategy=NAMES[alias], **options)
    assert found == own


def test_unknown_strategies() -> None:
    for wrong in ("rand/3/bin", ["jDE"], None):
        with pytest.raises((ValueError, TypeError), match="strategy"):
            differential_evolution_optimize("sphere", *BOX, strategy=wrong)  # type: ignore[arg-type]


def test_likelihoods_are_maximised_by_differential_evolution_and_read_by_name() -> None:
    data = np.random.default_rng(4).normal(0.3, 2.0, 300)
    spaces = [ParameterSpace("mu", (-1, 1)), ParameterSpace("sigma", (0.1, 10.0), log=True)]

    def log_likelihood(params: Any) -> float:
        z = (data - params["mu"]) / params["sigma"]
        return float(-0.5 * (z @ z) - len(data) * np.log(params["sigma"]))

    fit = MLEOptimizer(spaces, log_likelihood).optimize(seed=1)
    assert fit.best_params["mu"] == fit.params["mu"] == pytest.approx(data.mean(), abs=1e-4)
    assert fit.best_params[1] == pytest.approx(data.std(), rel=1e-4)
    assert fit.search.history.worst is not None  # a population: differential evolution
    assert fit.backend == fit.search.backend
    other = MLEOptimizer(spaces, log_likelihood, named=True).optimize("cma_es", seed=1)
    np.testing.assert_allclose(other.best_params, fit.best_params, rtol=1e-4)
    assert other.search.history.sigma is not None


def test_infinite_spaces_are_searched_by_cma_es() -> None:
    spaces = [ParameterSpace("mu", (-np.inf, np.inf))]
    fit = MLEOptimizer(spaces, lambda x: -float((x[0] - 40.0) ** 2)).optimize(seed=1)
    assert fit.params["mu"] == pytest.approx(40.0, abs=1e-4)


def test_categories_are_fitted() -> None:
    spaces = [ParameterSpace("x", (-1, 1)), ParameterSpace("kind", categories=("a", "b", "c"))]

    def score(params: Any) -> float:
        return -10 * float(params["x"] ** 2) - 5 * (params["kind"] != "b")

    fit = MLEOptimizer(spaces, score).optimize(seed=1)
    assert fit.params["kind"] == "b" and np.isnan(fit.standard_errors[1])
