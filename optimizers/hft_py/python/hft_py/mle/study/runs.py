"""Searches of this library and of others, all from the same start."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py.backend import require_release_build
from hft_py.errors import InvalidValuesWarning
from hft_py.mle import OptimizeResult, cma_es_optimize, differential_evolution_optimize
from hft_py.mle.study import peers
from hft_py.mle.study.workloads import garch, rosenbrock, rosenbrock_batch, rosenbrock_decorated
from hft_py.objectives import builtin, negated

require_release_build()

SIGMA = 0.3
SIZE = 10
COMPARED = 40  # generations: later ones differ by rounding
Call = Callable[..., Mapping[str, Any]]


def outputs(found: OptimizeResult) -> dict[str, Any]:
    """What is compared: the number of evaluations, and the best point of each generation."""
    return {
        "evaluations": np.array([float(found.nfev)]),
        "path": found.history.best_params[:COMPARED],
    }


def search(objective: Any = None, *, threads: int = 1, backend: str = "rust", **kind: Any) -> Call:
    """Either method on one kind of objective; the workload says which method."""
    common = {"seed": 1, "threads": threads, "backend": backend, **kind}

    def call(lower: Any, upper: Any, **inputs: Any) -> dict[str, Any]:
        function = objective() if objective is rosenbrock_decorated else objective
        if "returns" in inputs:
            function = _likelihood(objective, inputs["returns"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InvalidValuesWarning)
            if "start" in inputs:
                found = cma_es_optimize(
                    function,
                    lower,
                    upper,
                    inputs["start"],
                    SIGMA,
                    10**9,
                    SIZE,
                    max_evaluations=inputs["evaluations"],
                    tolerance=0.0,
                    parameter_tolerance=0.0,
                    **common,
                )
            else:
                found = differential_evolution_optimize(
                    function,
                    lower,
                    upper,
                    max_iterations=inputs["generations"],
                    init=inputs["population"],
                    strategy="best1bin",
                    tolerance=0.0,
                    absolute_tolerance=0.0,
                    **common,
                )
        return outputs(found)

    return call


def _likelihood(objective: Any, returns: Any) -> Any:
    """The objective of the workload with data: the built-in, or the one in NumPy."""
    if objective == "rosenbrock":
        return negated(builtin("garch11", returns))
    return functools.partial(garch, returns=returns)


def scipy_peer(vectorized: bool) -> Call:
    """SciPy's differential evolution."""

    def call(lower: Any, upper: Any, population: Any, generations: int, **data: Any) -> Any:
        function: Any = rosenbrock_batch if vectorized else rosenbrock
        if "returns" in data:
            function = functools.partial(garch, returns=data["returns"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return peers.scipy_evolution(
                function, lower, upper, population, generations, vectorized
            )

    return call


def cma_peer(library: Callable[..., Any], function: Any) -> Call:
    """A library of CMA-ES."""

    def call(lower: Any, upper: Any, start: Any, evaluations: int) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return library(function, lower, upper, start, SIGMA, SIZE, evaluations)

    return call
