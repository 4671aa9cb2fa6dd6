"""The inputs of the study, and the objective in each of its kinds."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import scipy  # scipy.signal is loaded when first used: it takes a second

from hft_py.mle._starts import first_population
from hft_py.mle.baseline.loop import Array

D = 10
BOX = 5.0
EVOLUTION = "DE, Rosenbrock d=10, 10,050 evaluations"
CMA = "CMA-ES, Rosenbrock d=10, 5,000 evaluations"
LIKELIHOOD = "DE, GARCH(1,1) of the S&P 500, 2,460 evaluations"


def rosenbrock(x: Array) -> float:
    """One point, as usually written in NumPy."""
    return float(np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2))


def rosenbrock_batch(points: Array) -> Array:
    """A generation, one point a row."""
    x = points.T
    return np.asarray(np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2, axis=0))


@functools.cache
def rosenbrock_decorated() -> Any:
    """The same compiled by numba, once a process and outside the clock."""
    from hft_py.objectives import compiled_objective

    @compiled_objective
    def function(x: Any) -> float:
        total = 0.0
        for i in range(x.size - 1):
            total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
        return total

    return function


def evolution(population_size: int, generations: int) -> dict[str, Any]:
    """Differential evolution; all implementations start from the same Latin hypercube."""
    lower, upper = np.full(D, -BOX), np.full(D, BOX)
    population = latin_hypercube(population_size, lower, upper)
    return {"lower": lower, "upper": upper, "population": population, "generations": generations}


def latin_hypercube(size: int, lower: Array, upper: Array) -> Array:
    """A first population."""
    continuous = np.zeros(len(lower), dtype=bool)
    return first_population("latin_hypercube", size, lower, upper, continuous, [], 1, 0)


def cma(evaluations: int) -> dict[str, Any]:
    """CMA-ES; all implementations start from the same point."""
    start = np.random.default_rng(1).uniform(-BOX, BOX, D)
    return {
        "lower": np.full(D, -BOX),
        "upper": np.full(D, BOX),
        "start": start,
        "evaluations": evaluations,
    }


def likelihood(population_size: int, generations: int) -> dict[str, Any]:
    """GARCH(1,1) of the daily returns of the S&P 500 in per cent, 1999 to 2018."""
    from qpp.datasets import sp500_ohlcv

    close = sp500_ohlcv()["close"].to_numpy()
    lower, upper = np.array([-1.0, 1e-4, 0.0, 0.0]), np.array([1.0, 1.0, 0.5, 1.0])
    return {
        "lower": lower,
        "upper": upper,
        "population": latin_hypercube(population_size, lower, upper),
        "generations": generations,
        "returns": 100.0 * np.diff(np.log(close)),
    }


def garch(parameters: Array, returns: Array) -> float:
    """The negative log-likelihood in NumPy and SciPy: the recursion is a linear filter.

    The first variance is the one after a mean squared shock and a mean variance.
    """
    mu, omega, alpha, beta = parameters
    if alpha + beta >= 1.0:
        return math.nan
    shocks = returns - mu
    first = omega + (alpha + beta) * float(np.mean(shocks**2))
    driven = omega + alpha * shocks[:-1] ** 2
    variance = np.concatenate(
        [[first], scipy.signal.lfilter([1.0], [1.0, -beta], driven, zi=[beta * first])[0]]
    )
    density = np.log(2.0 * np.pi * variance) + shocks**2 / variance
    return float(0.5 * density.sum())
