"""An objective whose value is an array of one number, as matrix products of a column give it."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from hft_py import mle
from hft_py.errors import PoorMixingWarning
from hft_py.mcmc import MCMCOptimizer, ParameterSpace, mcmc_optimize

BOX: Any = ([-2.0] * 2, [2.0] * 2)
SPACES = [ParameterSpace("a", (-2, 2)), ParameterSpace("b", (-2, 2))]


def number(x: Any) -> float:
    return -float(x[0] * x[0] + x[1] * x[1])


def one(x: Any) -> Any:
    return np.array([number(x)])


def square(x: Any) -> Any:
    return np.array([[number(x)]])


@pytest.mark.parametrize("objective", [one, square])
def test_runs_are_those_of_the_number(objective: Any, kernel_set: str) -> None:
    def draws(f: Any) -> Any:
        return mcmc_optimize(f, *BOX, n_iterations=40, burn_in=10, seed=1, backend=kernel_set)

    def by_name(f: Any) -> Any:
        optimizer = MCMCOptimizer(SPACES, f, named=True, seed=1, backend=kernel_set)
        return optimizer.optimize(n_iterations=40, burn_in=10)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PoorMixingWarning)
        assert draws(objective) == draws(number)
        named = by_name(lambda p: objective([p["a"], p["b"]]))
        assert named == by_name(lambda p: number([p["a"], p["b"]]))
    options: Any = {"max_iterations": 5, "maximize": True, "seed": 1, "backend": kernel_set}
    for search in (
        mle.differential_evolution_optimize,
        mle.cma_es_optimize,
        mle.particle_swarm_optimize,
        mle.genetic_algorithm_optimize,
        mle.dual_annealing_optimize,
    ):
        expected = search(number, *BOX, **options)
        assert search(objective, *BOX, **options) == expected
        with ThreadPoolExecutor(1) as executor:
            assert search(objective, *BOX, executor=executor, **options) == expected
    fits = [
        mle.MLEOptimizer(SPACES, f, backend=kernel_set).optimize(seed=1)
        for f in (objective, number)
    ]
    assert fits[0] == fits[1]


@pytest.mark.parametrize("told", [lambda v: v[:, None], lambda v: [np.array([x]) for x in v]])
def test_values_told_one_by_one(told: Any, kernel_set: str) -> None:
    searches = [mle.CMAES(*BOX, seed=1, backend=kernel_set) for _ in range(2)]
    for _ in range(3):
        points = searches[0].ask()
        values = (points**2).sum(axis=1)
        searches[0].tell(points, values)
        searches[1].tell(searches[1].ask(), told(values), told(np.zeros(len(points))))
    assert searches[0].result() == searches[1].result()
    points = searches[0].ask()
    with pytest.raises(ValueError, match=r"values has shape \(6, 2\), expected \(6,\)"):
        searches[0].tell(points, points)
