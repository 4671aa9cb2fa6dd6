"""Bounds as SciPy has them: pairs, None for no bound, and its `Bounds`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds

from hft_py import mle
from hft_py.mcmc import MCMCOptimizer, mcmc_optimize
from hft_py.mle import MLEOptimizer, ParameterSpace
from hft_py.spaces import Spaces

PAIRS = [(-1.0, 2.0), (-3, 1)]
LOW, HIGH = [-1.0, -3.0], [2.0, 1.0]
FORMS = [PAIRS, np.array(PAIRS), [list(pair) for pair in PAIRS], zip(LOW, HIGH, strict=True)]
SEARCHES = [
    mle.DifferentialEvolution,
    mle.CMAES,
    mle.ParticleSwarm,
    mle.GeneticAlgorithm,
    mle.DualAnnealing,
]
OPTIMISERS = [
    mle.differential_evolution_optimize,
    mle.cma_es_optimize,
    mle.particle_swarm_optimize,
    mle.genetic_algorithm_optimize,
    mle.dual_annealing_optimize,
]


def bowl(x: Any) -> float:
    return float(x @ x)


def hill(x: Any) -> float:
    return -bowl(x)


@pytest.mark.parametrize("optimise", OPTIMISERS)
def test_optimisers(optimise: Any) -> None:
    expected = optimise(bowl, LOW, HIGH, seed=1, max_iterations=5)
    for given in (PAIRS, np.array(PAIRS), Bounds(LOW, HIGH)):
        assert optimise(bowl, given, seed=1, max_iterations=5) == expected


@pytest.mark.parametrize("search", SEARCHES)
def test_searches_by_ask_and_tell(search: Any) -> None:
    np.testing.assert_array_equal(search(PAIRS, seed=1).ask(), search(LOW, HIGH, seed=1).ask())


def test_samplers(recwarn: pytest.WarningsRecorder) -> None:
    options: Any = {"n_iterations": 30, "burn_in": 5, "seed": 1}
    expected = mcmc_optimize(hill, LOW, HIGH, **options)
    for given in (PAIRS, Bounds(LOW, HIGH)):
        assert mcmc_optimize(hill, given, **options) == expected
    free = mcmc_optimize(hill, [(0, None), (None, None)], initial_params=[1.0, 1.0], **options)
    assert free == mcmc_optimize(hill, [0, -np.inf], [np.inf] * 2, [1.0, 1.0], **options)
    assert recwarn.pop(UserWarning)  # of mixing


def test_parameters_without_names() -> None:
    for given in (*FORMS, Bounds(LOW, HIGH)):
        spaces = Spaces(given)
        assert spaces.names == ("x0", "x1")
        np.testing.assert_array_equal([spaces.lower, spaces.upper], [LOW, HIGH])
    mixed = Spaces([ParameterSpace("entry_z", (1.5, 3.0)), (None, 4.0)])
    assert (mixed.names, mixed.lower[1]) == (("entry_z", "x1"), -np.inf)
    x = np.random.default_rng(0).normal(1.0, 2.0, size=200)
    fit = MLEOptimizer([(-5, 5), (0.1, 10)], "gaussian", data=x).optimize(seed=1)
    assert fit.params == pytest.approx({"mu": x.mean(), "sigma": x.std()}, abs=1e-4)
    assert MCMCOptimizer(PAIRS, hill).param_spaces.names == ("x0", "x1")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (LOW, TypeError, r"bounds_lower=\[-1.0, -3.0\] without bounds_upper, expected both, or"),
        ([(0, 1, 2)], TypeError, r"expected both, or pairs \[\(lower, upper\), ...\]"),
        ([], TypeError, "without bounds_upper"),
        (3.0, TypeError, "without bounds_upper"),
        ([(0, 1), (2, 1)], ValueError, r"bounds_lower\[1\]=2.0 with bounds_upper\[1\]=1.0"),
        ([(0, 1), (0, np.nan)], ValueError, r"bounds_upper\[1\] is nan"),
        ([(0, 1), ("a", "b")], TypeError, "bounds_lower has dtype"),
    ],
)
def test_what_is_no_pairs(given: Any, error: type[Exception], message: str) -> None:
    for call in (*(lambda g, f=f: f(bowl, g) for f in (*OPTIMISERS, mcmc_optimize)), *SEARCHES):
        with pytest.raises(error, match=message):
            call(given)
    with pytest.raises((TypeError, ValueError), match=r"param_spaces|expected lower|bound"):
        Spaces(given)
