"""Bad input: a clear error, naming the argument and its value, before any kernel is called.

Wrong types, NaN and unknown words are tested for every function in shared/qpp/tests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py.mcmc import mcmc_optimize
from hft_py.mle import (
    CMAES,
    Constraint,
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

LOW, HIGH = [-1.0, -1.0], [1.0, 1.0]
GOOD: dict[Callable[..., Any], dict[str, Any]] = {
    mcmc_optimize: {
        "bounds_lower": [-5.0, -5.0],
        "bounds_upper": [5.0, 5.0],
        "initial_params": [1.0, 1.0],
        "n_iterations": 50,
        "burn_in": 10,
    },
    differential_evolution_optimize: {"bounds_lower": LOW, "bounds_upper": HIGH},
    cma_es_optimize: {"bounds_lower": LOW, "bounds_upper": HIGH},
    particle_swarm_optimize: {"bounds_lower": LOW, "bounds_upper": HIGH},
    genetic_algorithm_optimize: {"bounds_lower": LOW, "bounds_upper": HIGH},
    dual_annealing_optimize: {"bounds_lower": LOW, "bounds_upper": HIGH},
}
Cases = list[tuple[dict[str, Any], type[Exception], str]]

ALL: Cases = [
    ({"objective": None}, TypeError, "=None, expected a callable"),
    ({"objective": 3.5}, TypeError, "=3.5, expected a callable"),
    ({"objective": "spere"}, ValueError, "spere"),
    ({"bounds_lower": [9, 9]}, ValueError, r"bounds_lower\[0\]=9.0 with .*, expected at most"),
    ({"bounds_lower": [0, 1], "bounds_upper": [0, 1]}, ValueError, "nothing is left to search"),
    ({"bounds_lower": [0]}, ValueError, "bounds_lower has length 1 and bounds_upper 2"),
    ({"bounds_lower": [0, np.nan]}, ValueError, r"bounds_lower\[1\] is nan"),
    ({"bounds_lower": []}, ValueError, "bounds_lower has length 0"),
    ({"bounds_lower": "box"}, TypeError, "bounds_lower has dtype"),
    ({"bounds_lower": [[0, 0]]}, ValueError, "bounds_lower has 2 dimensions"),
    ({"seed": 2**64}, ValueError, "seed=18446744073709551616, expected at most"),
    ({"vectorized": 1}, TypeError, "vectorized=1, expected True or False"),
    ({"executor": 3}, TypeError, "executor=3"),
    ({"progress": "bar"}, TypeError, "progress='bar', expected"),
]

OPTIMISERS: Cases = [
    ({"population_size": 1}, ValueError, "population_size=1, expected"),
    ({"max_evaluations": 0}, ValueError, "max_evaluations=0, expected 1 or more"),
    ({"max_evaluations": 5, "population_size": 8}, ValueError, "expected at least population_size"),
    ({"tolerance": -1.0}, ValueError, "tolerance=-1.0, expected at least 0"),
    ({"retries": 0}, ValueError, "retries=0, expected 1 or more"),
    ({"polish": "BFGS"}, ValueError, "polish='BFGS', expected one of"),
    ({"constraints": [3]}, TypeError, "constraints holds 3, expected a Constraint"),
]

STRATEGIES: Cases = [
    ({"boundary": "bounce"}, ValueError, "boundary='bounce', expected one of"),
    ({"strategy": "rand2bin", "population_size": 5}, ValueError, "expected 6 or more"),
    ({"mutation": 3.0}, ValueError, "mutation=3.0, expected at most 2"),
    ({"mutation": (1.0, 0.5)}, ValueError, "expected the smaller number first"),
    ({"mutation": (1.0,)}, ValueError, "expected one number or two"),
    ({"crossover": 1.5}, ValueError, "crossover=1.5, expected at most 1"),
]

POPULATIONS: Cases = [
    ({"bounds_upper": [np.inf, 1]}, ValueError, r"bounds_upper\[0\] is inf, expected a finite"),
    ({"x0": [2.0, 0.0]}, ValueError, r"x0\[0\]=2.0 is outside \[-1.0, 1.0\]"),
    ({"x0": [0.0]}, ValueError, "x0 has length 1, expected 2"),
    ({"integrality": [1, 0, 0]}, ValueError, r"integrality has shape \(3,\)"),
    ({"integrality": [2, 0]}, TypeError, "expected truth values"),
    (
        {"bounds_lower": [0.2, 0], "bounds_upper": [0.8, 1], "integrality": [1, 0]},
        ValueError,
        r"integrality\[0\]: no whole number in \[0.2, 0.8\]",
    ),
    ({"init": "sobol"}, ValueError, "init='sobol', expected one of"),
    ({"init": np.zeros((8, 3))}, ValueError, "init has 3 columns, expected 2"),
    ({"init": np.full((8, 2), 4.0)}, ValueError, r"init\[0, 0\]=4.0 is outside"),
    ({"init": np.zeros((8, 2)), "population_size": 9}, ValueError, "init has 8 rows"),
    ({"absolute_tolerance": np.inf}, ValueError, "absolute_tolerance=inf"),
]

CMA: Cases = [
    ({"boundary": "bounce"}, ValueError, "boundary='bounce', expected one of"),
    ({"sigma": 0.0}, ValueError, "sigma=0.0, expected at least 1e-15"),
    ({"initial_params": [0.0, 3.0]}, ValueError, r"initial_params\[1\]=3.0 is outside"),
    ({"initial_params": [0.0]}, ValueError, "initial_params has length 1, expected 2"),
    ({"initial_params": [0.0, np.nan]}, ValueError, r"initial_params\[1\] is nan"),
    ({"bounds_upper": [np.inf, 1]}, ValueError, "initial_params is needed: parameter 0"),
    ({"max_iterations": 0}, ValueError, "max_iterations=0, expected 1 or more"),
    ({"active": "yes"}, TypeError, "active='yes', expected True or False"),
    ({"separable": 1}, TypeError, "separable=1, expected True or False"),
    ({"parameter_tolerance": -1e-3}, ValueError, "parameter_tolerance=-0.001"),
    (
        {"bounds_lower": [-1.7e308, 0], "bounds_upper": [1.7e308, 1]},
        ValueError,
        "overflows, expected narrower bounds",
    ),
]

SWARM: Cases = [
    ({"phi": 4.0}, ValueError, "phi=4.0, expected more than 4"),
    ({"phi": "wide"}, TypeError, "phi='wide', expected a real number"),
    ({"neighbours": 0}, ValueError, "neighbours=0, expected 1 or more"),
]

GENETIC: Cases = [
    ({"crossover": 1.5}, ValueError, "crossover=1.5, expected at most 1"),
    ({"mutation": -0.1}, ValueError, "mutation=-0.1, expected at least 0"),
    ({"crossover_index": -1.0}, ValueError, "crossover_index=-1.0, expected at least 0"),
    ({"mutation_index": np.inf}, ValueError, "mutation_index=inf, expected a finite number"),
]

ANNEALING: Cases = [
    ({"initial_temperature": 0.0}, ValueError, "initial_temperature=0.0, expected at least"),
    ({"restart_temperature_ratio": 1.0}, ValueError, "restart_temperature_ratio=1.0, expected"),
    ({"visit": 3.0}, ValueError, "visit=3.0, expected at most 2.9"),
    ({"visit": 1.0}, ValueError, "visit=1.0, expected more than 1"),
    ({"accept": 1.0}, ValueError, "accept=1.0, expected less than 1"),
    ({"local_search": "L-BFGS-B"}, TypeError, "local_search='L-BFGS-B', expected True or False"),
    ({"patience": 0}, ValueError, "patience=0, expected 1 or more"),
]

SAMPLERS: Cases = [
    ({"initial_params": [1.0]}, ValueError, "initial_params has length 1, expected 2"),
    ({"initial_params": [1.0, 6.0]}, ValueError, r"initial_params\[1\]=6.0 is outside"),
    ({"initial_params": [1.0, np.nan]}, ValueError, r"initial_params\[1\] is nan"),
    ({"initial_params": np.zeros((3, 2))}, ValueError, "has 3 rows, expected one point or 4"),
    ({"initial_params": [[[1.0, 1.0]]]}, ValueError, "initial_params has 3 dimensions"),
    ({"n_iterations": 0}, ValueError, "n_iterations=0, expected 1 or more"),
    ({"burn_in": 50}, ValueError, "burn_in=50, expected less than n_iterations=50"),
    ({"thin": 0}, ValueError, "thin=0, expected 1 or more"),
    ({"thin": 41}, ValueError, "thin=41, expected at most the 40 iterations"),
    ({"n_chains": 0}, ValueError, "n_chains=0, expected 1 or more"),
    ({"n_chains": 3, "sampler": "ensemble"}, ValueError, "n_chains=3, expected an even number"),
    ({"n_chains": 5, "sampler": "ensemble"}, ValueError, "n_chains=5, expected an even number"),
    ({"target_acceptance": 0.0}, ValueError, "target_acceptance=0.0, expected more than 0"),
    ({"target_acceptance": 1.0}, ValueError, "target_acceptance=1.0, expected less than 1"),
    ({"initial_scale": 0.0}, ValueError, "initial_scale=0.0, expected more than 0"),
    ({"initial_scale": [1.0, -1.0]}, ValueError, "initial_scale="),
    ({"initial_scale": [1.0, 1.0, 1.0]}, ValueError, "initial_scale has length 3"),
    ({"stretch": 1.0}, ValueError, "stretch=1.0, expected more than 1"),
    ({"n_temperatures": 1}, ValueError, "n_temperatures=1, expected 2 or more"),
    ({"integrality": [2, 0]}, TypeError, "integrality="),
    ({"integrality": [True]}, ValueError, r"integrality has shape \(1,\), expected \(2,\)"),
    (
        {"integrality": [True, False], "bounds_lower": [-4.5, -5.0]},
        ValueError,
        r"bounds_lower\[0\]=-4.5, expected a whole number",
    ),
    (
        {"integrality": [True, False], "initial_params": [1.5, 1.0]},
        ValueError,
        r"initial_params\[0\]=1.5, expected a whole number",
    ),
    ({"log_scale": [True, False]}, ValueError, r"bounds_lower\[0\]=-5.0, expected more than 0"),
    (
        {"bounds_upper": [5.0, np.inf], "sampler": "parallel_tempering"},
        ValueError,
        "infinite bounds, expected finite ones",
    ),
    (
        {"bounds_upper": [5.0, np.inf], "initial_params": None},
        ValueError,
        "initial_params=None needs finite bounds",
    ),
    ({"param_names": ["a"]}, ValueError, "param_names="),
    ({"param_names": ["a", "a"]}, ValueError, "expected 2 different names"),
    ({"param_names": [1, 2]}, TypeError, "param_names="),
    ({"param_names": 5}, TypeError, "param_names=5, expected strings"),
    ({"initial_scale": [[1.0], [1.0, 2.0]]}, ValueError, "initial_scale"),
    ({"n_chains": 10**40}, ValueError, "n_chains="),
    (
        {"initial_params": np.zeros((3, 2)), "sampler": "parallel_tempering"},
        ValueError,
        "has 3 rows, expected one point or 4",
    ),
]

OWN = {
    mcmc_optimize: SAMPLERS,
    differential_evolution_optimize: OPTIMISERS + POPULATIONS + STRATEGIES,
    cma_es_optimize: OPTIMISERS + CMA,
    particle_swarm_optimize: OPTIMISERS + POPULATIONS + SWARM,
    genetic_algorithm_optimize: OPTIMISERS + POPULATIONS + GENETIC,
    dual_annealing_optimize: OPTIMISERS + POPULATIONS + ANNEALING,
}


@pytest.mark.parametrize(
    ("function", "changes", "error", "message"),
    [(function, *case) for function, own in OWN.items() for case in ALL + own],
)
def test_bad_input(
    function: Callable[..., Any], changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    objective = changes.get("objective", lambda x: -0.5 * float(x @ x))
    options = {name: value for name, value in changes.items() if name != "objective"}
    with pytest.raises(error, match=message):
        function(objective, **{"seed": 1, **GOOD[function], **options})


def test_arguments_are_not_changed(kernel_set: str) -> None:
    lower, upper, start = np.full(2, -5.0), np.full(2, 5.0), np.ones(2)
    frozen = [a.copy() for a in (lower, upper, start)]
    with pytest.warns(UserWarning, match="few effective draws"):
        mcmc_optimize(
            lambda x: -0.5 * float(x @ x), lower, upper, start, 50, 10, seed=1, backend=kernel_set
        )
    for before, after in zip(frozen, (lower, upper, start), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize(
    "search", [DifferentialEvolution, CMAES, ParticleSwarm, GeneticAlgorithm, DualAnnealing]
)
def test_tell_refuses(search: type[CMAES], kernel_set: str) -> None:
    one = search(LOW, HIGH, population_size=6, seed=1, backend=kernel_set)
    with pytest.raises(ValueError, match="before ask"):
        one.tell(np.zeros((6, 2)), np.zeros(6))
    with pytest.raises(ValueError, match="nothing is known"):
        one.result()
    points = one.ask()
    values = (points**2).sum(axis=1)
    cases: list[tuple[Any, Any, Any, str]] = [
        (points[:-1], values[:-1], None, r"points has shape \(5, 2\), expected \(6, 2\)"),
        (points + 5.0, values, None, r"points\[0, 0\]=.* is outside \[-1.0, 1.0\]"),
        (points, values[:-1], None, "values has length 5, expected 6"),
        (points, values, [0.0], "violations has length 1, expected 6"),
        (points, values, -np.ones(6), "violations has negative entries"),
        (points * np.nan, values, None, "is nan"),
    ]
    for told, found, amounts, message in cases:
        with pytest.raises(ValueError, match=message):
            one.tell(told, found, amounts)
    one.tell(points, values)


def test_bad_constraints() -> None:
    with pytest.raises(TypeError, match="fun=3 is not callable"):
        Constraint(3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="lower <= upper"):
        Constraint(lambda x: x, lower=1.0, upper=0.0)
    with pytest.raises(ValueError, match="tolerance"):
        Constraint(lambda x: x, tolerance=-1.0)
    with pytest.raises(ValueError, match="a constraint returned an array of shape"):
        differential_evolution_optimize(
            "sphere", LOW, HIGH, constraints=Constraint(lambda x: x[:3], vectorized=True)
        )


def test_the_estimator_refuses() -> None:
    spaces = [ParameterSpace("mu", (-1, 1)), ParameterSpace("n", (1, 5), integer=True)]
    fit = MLEOptimizer(spaces, lambda x: -float(x @ x))
    cases: list[tuple[dict[str, Any], str]] = [
        ({"method": "newton"}, "method='newton', expected one of"),
        ({"method": "cma_es"}, "whole-number parameter"),
        ({"confidence": 1.0}, "confidence=1.0, expected less than 1"),
        ({"n_observations": 0}, "n_observations=0, expected 1 or more"),
        ({"initial_params": [9, 1]}, r"initial_params\[0\]=9.0 is outside"),
        ({"initial_params": {"mu": 0}}, "'n' missing"),
    ]
    for options, message in cases:
        with pytest.raises(ValueError, match=message):
            fit.optimize(**options)
    with pytest.raises(ValueError, match="param_spaces is empty"):
        MLEOptimizer([], "sphere")
    with pytest.raises(TypeError, match="log_likelihood=3.5, expected a callable"):
        MLEOptimizer(spaces, 3.5)
    with pytest.raises(ValueError, match="do not go together: expected log=False"):
        MLEOptimizer([ParameterSpace("s", (1, 2), log=True)], lambda x: 0.0).optimize(
            constraints=lambda x: 0.0
        )
