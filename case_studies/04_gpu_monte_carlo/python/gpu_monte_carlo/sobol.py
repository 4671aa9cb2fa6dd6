"""Quasi-Monte Carlo: scrambled Sobol points and a Brownian bridge.

Sobol points fill the cube more evenly than random ones, and their first dimensions best: the
bridge gives those to what matters most, first the end of the path, then its middle, and so on.
The points of one scramble are not independent, so their spread says nothing about the error,
which is estimated from ``REPLICATIONS`` independent scramblings.

Right for one price to high accuracy with a control variate; for thousands of observations or a
strict error in a fixed time, the pseudo-random kernels are faster per digit.

Sources: Owen, "Scrambled net variance for integrals of smooth functions", Annals of Statistics
25 (1997); Caflisch, Morokoff and Owen, "Valuation of mortgage-backed securities using Brownian
bridges to reduce effective dimension", J. Computational Finance 1 (1997).
"""

from __future__ import annotations

import functools
import inspect
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from gpu_monte_carlo._blocks import coefficient, effective
from gpu_monte_carlo._simulation import GREEKS, Simulation
from gpu_monte_carlo.baseline import chunk_paths
from gpu_monte_carlo.moments import chunk_moments, count

REPLICATIONS = 16
MAX_DIMENSIONS = 21_201  # of Joe and Kuo's direction numbers
Doubles = npt.NDArray[np.float64]


@functools.lru_cache(maxsize=8)
def bridge(steps: int) -> tuple[tuple[int, int, int, float, float, float], ...]:
    """The order in which a path is filled in, for unit steps from ``W_0 = 0``.

    Each entry is ``(left, at, right, weight left, weight right, deviation)``: given its
    neighbours (0 is the start, ``right = 0`` says that there is none), ``W_at`` has mean
    ``weight_left W_left + weight_right W_right`` and that deviation.

    Examples
    --------
    >>> [entry[1] for entry in bridge(4)]
    [4, 2, 1, 3]
    """
    order: list[tuple[int, int, int, float, float, float]] = []
    order.append((0, steps, 0, 1.0, 0.0, float(np.sqrt(steps))))
    gaps = [(0, steps)]
    while gaps:
        deeper = []
        for left, right in gaps:
            if right - left < 2:
                continue
            at = (left + right) // 2
            near, far, width = at - left, right - at, right - left
            deviation = float(np.sqrt(near * far / width))
            order.append((left, at, right, far / width, near / width, deviation))
            deeper += [(left, at), (at, right)]
        gaps = deeper
    return tuple(order)


def increments(normals: Doubles) -> Doubles:
    """Unit-step increments ``[steps, paths]`` of bridges built from normals ``[paths, steps]``."""
    paths, steps = normals.shape
    walk = np.zeros((steps + 1, paths))
    for column, (left, at, right, low, high, deviation) in enumerate(bridge(steps)):
        walk[at] = deviation * normals[:, column]
        walk[at] += low * walk[left]
        if right:
            walk[at] += high * walk[right]
    return np.diff(walk, axis=0)


def points_of(dimensions: int, seed: int, replication: int) -> Any:
    """One independent scrambling of the sequence."""
    qmc: Any = import_module("scipy.stats.qmc")  # a second to import, for those who use it
    source = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replication,)))
    name = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    how: dict[str, Any] = {name: source}
    return qmc.Sobol(dimensions, scramble=True, bits=52, **how)


def replication_sums(
    options: Any, simulation: Simulation, first: int, replications: int, points: int
) -> Doubles:
    """Sums of each scrambling of ``points`` points (a power of 2), ``[…, options, moments]``."""
    dtype: Any = np.dtype(simulation.precision).type
    observations = simulation.observations
    chunk = min(chunk_paths(observations, 8), points)
    sums = np.zeros((replications, len(options), count(simulation.greeks)))
    for i in range(replications):
        engine = points_of(observations, simulation.seed, first + i)
        for _ in range(points // chunk):
            # Scrambled points are in [0, 1): keep the inverse normal finite.
            u = np.maximum(engine.random(chunk), 2.0**-53)
            normals = increments(ndtri(u)).astype(dtype, copy=False)
            sums[i] += chunk_moments(np, normals, options, simulation)
    return sums


def finish(sums: Doubles, exact: Doubles, *, control: bool) -> dict[str, Any]:
    """Price, standard error and greeks from replications: their mean, and its error.

    The control's coefficient is of all points together, so each replication stays unbiased to
    the order of its error.
    """
    n = sums[:, :, 0]
    value = sums[:, :, 1] / n
    count_, y, yy, c, cc, yc = (sums.sum(axis=0)[:, k] for k in range(6))
    if control:
        beta = coefficient(np, count_, y, c, cc, yc)
        value = value - beta * (sums[:, :, 3] / n - exact)
    found = {"price": value.mean(axis=0), "standard_error": _error(value)}
    found["effective"] = effective(np, y, yy)
    for k, name in enumerate(GREEKS):
        if sums.shape[2] > 6:
            one = sums[:, :, 6 + 2 * k] / n
            found[name], found[f"{name}_standard_error"] = one.mean(axis=0), _error(one)
    return found


def _error(values: Doubles) -> Doubles:
    error: Doubles = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return error
