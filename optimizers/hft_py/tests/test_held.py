"""A parameter whose two bounds are equal is held: the search is that of the others."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

from hft_py import mle
from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import MCMCOptimizer, ParameterSpace, mcmc_optimize
from hft_py.objectives import builtin, resolve

LOW, HIGH = [-2.0, 0.5, -3.0], [2.0, 0.5, 4.0]  # of the three, the middle one is held
FREE = ([-2.0, -3.0], [2.0, 4.0])
OPTIMISERS = [
    mle.differential_evolution_optimize,
    mle.cma_es_optimize,
    mle.particle_swarm_optimize,
    mle.genetic_algorithm_optimize,
    mle.dual_annealing_optimize,
]
SEARCHES = [
    mle.DifferentialEvolution,
    mle.CMAES,
    mle.ParticleSwarm,
    mle.GeneticAlgorithm,
    mle.DualAnnealing,
]


def cost(x: Any) -> float:
    assert x[1] == 0.5
    return float((x[0] - x[1]) ** 2 + (x[2] - x[1]) ** 4 + x[0] * x[2] / 10)


def rest(y: Any) -> float:
    return cost([y[0], 0.5, y[1]])


def filled(points: Any) -> Any:
    return np.insert(points, 1, 0.5, axis=-1)


def equal_searches(found: Any, expected: Any) -> None:
    np.testing.assert_array_equal(found.x, filled(expected.x))
    np.testing.assert_array_equal(found.history.best_params, filled(expected.history.best_params))
    if found.history.mean is not None:
        np.testing.assert_array_equal(found.history.mean, filled(expected.history.mean))
    assert [a.x[1] for a in found.attempts] == [0.5] * len(expected.attempts)
    for name in ("fun", "success", "nfev", "nit", "stop_reason"):
        assert found[name] == expected[name]


@pytest.mark.parametrize("optimise", OPTIMISERS)
def test_optimisers(optimise: Any, kernel_set: str) -> None:
    options: Any = {"seed": 1, "max_iterations": 20, "polish": True, "backend": kernel_set}
    whole: list[Any] = [({}, {}), ({"retries": 2, "threads": 2}, {"retries": 2})]
    if optimise is mle.cma_es_optimize:
        whole.append(({"initial_params": [1.0, 0.5, 2.0]}, {"initial_params": [1.0, 2.0]}))
    else:
        init = np.random.default_rng(0).uniform(-1, 1, (12, 2))
        whole += [
            ({"x0": [1.0, 0.5, 2.0]}, {"x0": [1.0, 2.0]}),
            ({"init": filled(init)}, {"init": init}),
            ({"integrality": [True, False, False]}, {"integrality": [True, False]}),
        ]
    whole.append(({"constraints": lambda x: x[1] - x[0]}, {"constraints": lambda y: 0.5 - y[0]}))
    for three, two in whole:
        found = optimise(cost, LOW, HIGH, **options, **three)
        equal_searches(found, optimise(rest, *FREE, **options, **two))


@pytest.mark.parametrize("search", SEARCHES)
def test_searches_by_ask_and_tell(search: Any, kernel_set: str) -> None:
    three = search(LOW, HIGH, seed=1, backend=kernel_set)
    two = search(*FREE, seed=1, backend=kernel_set)
    for _ in range(4):
        points = three.ask()
        np.testing.assert_array_equal(points, filled(two.ask()))
        values = [cost(x) for x in points]
        three.tell(points, values)
        two.tell(two.ask(), values)
    equal_searches(three.result(), two.result())
    with pytest.raises(ValueError, match=r"points\[0, 1\]=0.25 is outside \[0.5, 0.5\]"):
        three.tell(three.ask() * [1.0, 0.5, 1.0], values)


def test_samplers(kernel_set: str) -> None:
    options: Any = {"n_iterations": 60, "burn_in": 20, "seed": 1, "backend": kernel_set}
    extra: list[Any] = [({}, {})]
    extra.append(({"initial_params": [1.0, 0.5, 1.0]}, {"initial_params": [1.0, 1.0]}))
    extra.append(({"initial_scale": [0.1, 9.0, 0.2]}, {"initial_scale": [0.1, 0.2]}))
    extra.append(({"log_scale": [False, True, False]}, {}))
    for sampler in ("adaptive_metropolis", "ensemble", "de_mc", "parallel_tempering"):
        for three, two in extra:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PoorMixingWarning)
                pair = [
                    mcmc_optimize(f, *bounds, sampler=sampler, **options, **more)
                    for f, bounds, more in (
                        (lambda x: -cost(x), (LOW, HIGH), three),
                        (lambda y: -rest(y), FREE, two),
                    )
                ]
            found, expected = pair
            np.testing.assert_array_equal(found.samples, filled(expected.samples))
            np.testing.assert_array_equal(found.best_params, filled(expected.best_params))
            for name in ("r_hat", "ess_bulk", "ess_tail", "mcse", "autocorr_time"):
                shown = np.insert(expected[name], 1, np.nan)
                np.testing.assert_array_equal(found[name], shown)
            assert not any("x1" in message for message in found.warnings)
            assert found.log_evidence == pytest.approx(expected.log_evidence, nan_ok=True)


X = 0.3 + 1.5 * np.random.default_rng(4).standard_t(5, size=600)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("method", ["differential_evolution", "cma_es"])
def test_a_profile_likelihood(method: str, log: bool, kernel_set: str) -> None:
    """Of Student's t with five degrees of freedom held, as a likelihood of the other two."""
    spaces = [
        ParameterSpace("mu", (-1, 1)),
        ParameterSpace("sigma", (0.1, 10), log=log),
        ParameterSpace("nu", (5, 5), log=log),
    ]
    options: Any = {"method": method, "seed": 1, "threads": 2}
    three = mle.MLEOptimizer(spaces, "student_t", data=X, backend=kernel_set).optimize(**options)
    likelihood = builtin("student_t", X)
    whole = resolve(likelihood, 3)
    two = mle.MLEOptimizer(
        spaces[:2], lambda p: whole.batch(np.array([[*p, 5.0]]))[0], backend="python"
    ).optimize(n_observations=600, **options)
    assert (three.params["nu"], three.warnings) == (5.0, ())
    for name in ("log_likelihood", "aic", "bic"):
        assert three[name] == pytest.approx(two[name], rel=1e-9)
    for name in ("best_params", "standard_errors"):
        np.testing.assert_allclose(three[name][:2], two[name], rtol=1e-3)
    assert np.isnan(three.standard_errors[2]) and np.isnan(three.covariance[2]).all()
    np.testing.assert_allclose(three.confidence_intervals[:2], two.confidence_intervals, rtol=1e-2)


def test_by_name() -> None:
    spaces = [ParameterSpace("a", (-2, 2)), ParameterSpace("n", (3, 3), integer=True)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        optimizer = MCMCOptimizer(spaces, lambda p: -abs(p["a"]) * p["n"], named=True, seed=1)
        result = optimizer.optimize(n_iterations=50, burn_in=10)
    assert result.best_params["n"] == 3
    held = optimizer.get_parameter_distribution("n")
    assert (held.frequencies, held.std) == ({3: 1.0}, 0.0)
    assert result.summary().loc["n", "std"] == 0.0


def test_another_value_is_refused() -> None:
    message = r"\[1\]=1.0 is outside \[0.5, 0.5\]"
    start = [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="initial_params" + message):
        mcmc_optimize(cost, LOW, HIGH, start)
    with pytest.raises(ValueError, match="initial_params" + message):
        mle.cma_es_optimize(cost, LOW, HIGH, start)
    with pytest.raises(ValueError, match="x0" + message):
        mle.differential_evolution_optimize(cost, LOW, HIGH, x0=start)
    with pytest.raises(ValueError, match=r"bounds_lower\[1\]=inf with .*, expected a finite"):
        mcmc_optimize(cost, [0, np.inf], [1, np.inf], [0.5, 1.0])
