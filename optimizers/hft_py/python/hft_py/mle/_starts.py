"""Starts of a search: a first population, or a point drawn in the box."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.mle.baseline.bounds import whole
from hft_py.mle.baseline.loop import Array
from hft_py.objectives.transformed import Box
from hft_py.rng import Stream

INITS = ("latin_hypercube", "uniform")
PURPOSE = 0x5354  # of the random numbers drawn here


def first_population(
    init: Any,
    size: int,
    lower: Array,
    upper: Array,
    integral: Any,
    seeds: list[Array],
    seed: int,
    stream: int,
) -> Array:
    """The first generation: drawn, or a given one; its first rows are the points of ``seeds``.

    ``latin_hypercube``: every coordinate has one individual in each of ``size`` equal slices of its
    range (McKay, Beckman and Conover, Technometrics 21, 1979), so small populations have no gaps.
    """
    d = len(lower)
    if isinstance(init, str):
        rule = checks.choice("init", init, INITS)
        draws = Stream(seed, stream, PURPOSE)
        places = draws.uniforms(size * d).reshape(d, size)
        if rule == "latin_hypercube":
            slices = np.argsort(draws.uniforms(size * d).reshape(d, size), axis=1, kind="stable")
            places = (slices + places) / size
        population = lower + places.T * (upper - lower)
    else:
        population = init.copy()
    for row, point in enumerate(seeds[: len(population)]):
        population[row] = point
    for j in range(d):  # a column at a time: a copy of the whole is as large as all else
        np.clip(population[:, j], lower[j], upper[j], out=population[:, j])
    for j in map(int, np.flatnonzero(integral)):
        column = population[:, j]
        population[:, j] = [whole(float(x), float(lower[j]), float(upper[j])) for x in column]
    return np.ascontiguousarray(population)


def given_population(init: Any, box: Box, least: int) -> Array:
    """A first population as given, ``(n, d)``, checked; the free parameters of it."""
    population = checks.finite_array("init", init, ndim=2, least=least)
    if population.shape[1] != len(box.free):
        raise ValueError(
            f"init has {population.shape[1]} columns, expected {len(box.free)} as the bounds have"
        )
    # By columns first: the flags of all points would take memory.
    low, high = population.min(axis=0), population.max(axis=0)
    if (low < box.lower).any() or (high > box.upper).any():
        checks.within("init", population, box.lower, box.upper)
    return box.reduced(population)


def integrality_flags(value: Any, lower: Array, upper: Array) -> Any:
    """Which coordinates are whole numbers, shape ``(d,)``; each must have one in its bounds."""
    flags = checks.flags("integrality", value, len(lower))
    for j in np.flatnonzero(flags):
        if math.ceil(lower[j]) > math.floor(upper[j]):
            raise ValueError(f"integrality[{j}]: no whole number in [{lower[j]}, {upper[j]}]")
    return flags


def drawn_point(
    lower: Array, upper: Array, centre: Array, spread: Array, seed: int, stream: int
) -> Array:
    """A point drawn uniformly in the box; around ``centre`` where a bound is infinite."""
    draws = Stream(seed, stream, PURPOSE)
    uniforms, normals = draws.uniforms(len(lower)), draws.normals(len(lower))
    finite = np.isfinite(lower) & np.isfinite(upper)
    with np.errstate(invalid="ignore"):
        box = lower + uniforms * (upper - lower)
    around = np.minimum(np.maximum(centre + spread * normals, lower), upper)
    return np.where(finite, np.minimum(box, upper), around)
