"""Bad input: a clear error, naming the argument and its value, before a search begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hft_py.mle import (
    CMAES,
    Constraint,
    DifferentialEvolution,
    MLEOptimizer,
    ParameterSpace,
    cma_es_optimize,
    differential_evolution_optimize,
)

LOW, HIGH = [-1.0, -1.0], [1.0, 1.0]
OPTIMISERS = [differential_evolution_optimize, cma_es_optimize]

BOTH: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"bounds_lower": [1, 1], "bounds_upper": [0, 0]}, ValueError, r"bounds_lower\[0\]=1.0 is not"),
    ({"bounds_lower": [0]}, ValueError, "bounds_lower has length 1 and bounds_upper 2"),
    ({"bounds_lower": [np.nan, 0]}, ValueError, r"bounds_lower\[0\] is nan"),
    ({"bounds_lower": []}, ValueError, "bounds_lower has length 0"),
    ({"bounds_lower": "box"}, TypeError, "bounds_lower has dtype"),
    ({"bounds_lower": [[0, 0]]}, ValueError, "bounds_lower has 2 dimensions"),
    ({"population_size": 1}, ValueError, "population_size=1, expected"),
    ({"population_size": 10.5}, TypeError, "population_size=10.5, expected an integer"),
    ({"max_iterations": -1}, ValueError, "max_iterations=-1, expected"),
    ({"max_iterations": 2.0}, TypeError, "max_iterations=2.0, expected an integer"),
    ({"max_evaluations": 0}, ValueError, "max_evaluations=0, expected 1 or more"),
    ({"max_evaluations": 5, "population_size": 8}, ValueError, "expected at least population_size"),
    ({"seed": -1}, ValueError, "seed=-1, expected 0 or more"),
    ({"seed": 1.5}, TypeError, "seed=1.5, expected an integer"),
    ({"target": np.nan}, ValueError, "target=nan, expected a finite number"),
    ({"tolerance": -1.0}, ValueError, "tolerance=-1.0, expected at least 0"),
    ({"boundary": "bounce"}, ValueError, "boundary='bounce', expected one of"),
    ({"threads": -2}, ValueError, "threads=-2, expected 0 or more"),
    ({"retries": 0}, ValueError, "retries=0, expected 1 or more"),
    ({"polish": "BFGS"}, ValueError, "polish='BFGS', expected one of"),
    ({"constraints": [3]}, TypeError, "constraints holds 3, expected a Constraint"),
    ({"progress": "bar"}, TypeError, "progress='bar', expected"),
    ({"objective_fn": 3.5}, TypeError, "objective_fn=3.5, expected a callable"),
    ({"objective_fn": "spere"}, ValueError, "spere"),
    ({"vectorized": 1}, TypeError, "vectorized=1, expected True or False"),
    ({"objective_fn": lambda x: "low"}, TypeError, "the objective returned 'low' of type str"),
    ({"objective_fn": lambda x: None}, TypeError, "the objective returned None"),
    ({"objective_fn": lambda x: x}, ValueError, r"the objective returned an array of shape \(2,\)"),
    (
        {"objective_fn": lambda x: x, "vectorized": True},
        ValueError,
        "the objective returned an array of shape",
    ),
    ({"backend": "fortran"}, ValueError, "backend='fortran', expected"),
]

EVOLUTION: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"bounds_upper": [np.inf, 1]}, ValueError, r"bounds_upper\[0\] is inf, expected a finite"),
    ({"strategy": "rand9bin"}, ValueError, "strategy='rand9bin', expected one of"),
    ({"strategy": "rand2bin", "population_size": 5}, ValueError, "expected 6 or more"),
    ({"mutation": 3.0}, ValueError, "mutation=3.0, expected at most 2"),
    ({"mutation": (1.0, 0.5)}, ValueError, "expected the smaller number first"),
    ({"mutation": (1.0,)}, ValueError, "expected one number or two"),
    ({"crossover": 1.5}, ValueError, "crossover=1.5, expected at most 1"),
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

CMA: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"sigma": 0.0}, ValueError, "sigma=0.0, expected at least 1e-15"),
    ({"sigma": "wide"}, TypeError, "sigma='wide', expected a real number"),
    ({"initial_params": [0.0, 3.0]}, ValueError, r"initial_params\[1\]=3.0 is outside"),
    ({"initial_params": [0.0]}, ValueError, "initial_params has length 1, expected 2"),
    ({"initial_params": [0.0, np.nan]}, ValueError, r"initial_params\[1\] is nan"),
    ({"bounds_upper": [np.inf, 1]}, ValueError, "initial_params is needed: parameter 0"),
    ({"restarts": "often"}, ValueError, "restarts='often', expected one of"),
    ({"max_restarts": -1}, ValueError, "max_restarts=-1, expected 0 or more"),
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


def refuse(optimise: Callable[..., Any], changes: dict[str, Any]) -> None:
    arguments: dict[str, Any] = {
        "objective_fn": lambda x: float(x @ x),
        "bounds_lower": LOW,
        "bounds_upper": HIGH,
    }
    optimise(**(arguments | changes))


@pytest.mark.parametrize("optimise", OPTIMISERS)
@pytest.mark.parametrize(("changes", "error", "message"), BOTH)
def test_refused_by_both(
    optimise: Callable[..., Any],
    changes: dict[str, Any],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        refuse(optimise, changes)


@pytest.mark.parametrize(("changes", "error", "message"), EVOLUTION)
def test_refused_by_differential_evolution(
    changes: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        refuse(differential_evolution_optimize, changes)


@pytest.mark.parametrize(("changes", "error", "message"), CMA)
def test_refused_by_cma_es(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        refuse(cma_es_optimize, changes)


@pytest.mark.parametrize("search", [DifferentialEvolution, CMAES])
def test_refused_by_tell(search: type[CMAES], backend: str) -> None:
    one = search(LOW, HIGH, population_size=6, seed=1, backend=backend)
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


def test_refused_constraints() -> None:
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


def test_refused_by_the_estimator() -> None:
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
