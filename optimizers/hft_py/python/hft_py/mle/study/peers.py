"""Other libraries: SciPy's differential evolution, ``cmaes`` and ``cma``, at equal evaluations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hft_py.mle.baseline.loop import Array

Found = Mapping[str, Any]


def scipy_evolution(
    function: Callable[[Array], Any],
    lower: Array,
    upper: Array,
    population: Array,
    generations: int,
    vectorized: bool,
) -> Found:
    """``scipy.optimize.differential_evolution``: ``best1bin``, without polishing."""
    from scipy.optimize import differential_evolution

    found = differential_evolution(
        (lambda points: function(points.T)) if vectorized else function,
        list(zip(lower, upper, strict=True)),
        init=population,
        maxiter=generations,
        tol=0.0,
        atol=0.0,
        polish=False,
        vectorized=vectorized,
        updating="deferred" if vectorized else "immediate",
        rng=1,
    )
    # SciPy counts calls, and a call is a generation where vectorised.
    points = found.nfev * (len(population) if vectorized else 1)
    return {"evaluations": np.array([float(points)]), "best": float(found.fun)}


def cmaes_library(
    function: Callable[[Array], float],
    lower: Array,
    upper: Array,
    start: Array,
    sigma: float,
    size: int,
    evaluations: int,
) -> Found:
    """``cmaes.CMA``, the fastest of the CMA-ES libraries in pure Python."""
    from cmaes import CMA

    width = upper - lower
    search = CMA(
        mean=(start - lower) / width,
        sigma=sigma,
        bounds=np.stack([np.zeros(len(lower)), np.ones(len(lower))], axis=1),
        population_size=size,
        seed=1,
    )

    def generation() -> list[float]:
        points = [search.ask() for _ in range(size)]
        values = [function(lower + width * point) for point in points]
        search.tell(list(zip(points, values, strict=True)))
        return values

    return _until(generation, size, evaluations)


def pycma_library(
    function: Callable[[Array], Any],
    lower: Array,
    upper: Array,
    start: Array,
    sigma: float,
    size: int,
    evaluations: int,
) -> Found:
    """``cma.CMAEvolutionStrategy``, by the author of the method; values of a whole generation."""
    from cma import CMAEvolutionStrategy

    width = upper - lower
    options = {"bounds": [0, 1], "popsize": size, "seed": 1, "verbose": -9}
    search = CMAEvolutionStrategy((start - lower) / width, sigma, options)

    def generation() -> list[float]:
        points = search.ask()
        values = list(function(lower + width * np.array(points)))
        search.tell(points, values)
        return values

    return _until(generation, size, evaluations)


def _until(generation: Callable[[], list[float]], size: int, evaluations: int) -> Found:
    best, done = np.inf, 0
    while done < evaluations:
        best = min(best, *generation())
        done += size
    return {"evaluations": np.array([float(done)]), "best": float(best)}
