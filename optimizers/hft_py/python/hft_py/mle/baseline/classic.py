"""Differential evolution with a fixed strategy: ``rand1bin``, ``best1bin`` and others.

With ``a, b, c, d, e`` different individuals drawn at random, none of them the parent ``x``,

=====================  ==========================
``rand1bin``           ``a + F (b - c)``
``best1bin``           ``best + F (a - b)``
``rand_to_best1``      ``a + F (best - a) + F (b - c)``
``current_to_best1``   ``x + F (best - x) + F (a - b)``
``best2bin``           ``best + F (a + b - c - d)``
``rand2bin``           ``a + F (b + c - d - e)``
=====================  ==========================

Source: Storn and Price 1997; Price, Storn and Lampinen, "Differential Evolution", Springer 2005.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mle.baseline.evolution import Evolution, distinct
from hft_py.mle.baseline.loop import Array

PARTNERS = {
    "rand1bin": 3,
    "best1bin": 2,
    "rand_to_best1": 3,
    "current_to_best1": 2,
    "best2bin": 4,
    "rand2bin": 5,
}


def donor(strategy: str, factor: float, current: Array, best: Array, others: list[Array]) -> Array:
    """The mutant of one individual; a new array."""
    if strategy == "rand1bin":
        a, b, c = others
        return np.asarray(a + factor * (b - c))
    if strategy == "best1bin":
        a, b = others
        return np.asarray(best + factor * (a - b))
    if strategy == "rand_to_best1":
        a, b, c = others
        return np.asarray(a + factor * (best - a) + factor * (b - c))
    if strategy == "current_to_best1":
        a, b = others
        return np.asarray(current + factor * (best - current) + factor * (a - b))
    if strategy == "best2bin":
        a, b, c, d = others
        return np.asarray(best + factor * (a + b - c - d))
    a, b, c, d, e = others
    return np.asarray(a + factor * (b + c - d - e))


class Classic(Evolution):
    """One strategy, one crossover rate; ``F`` fixed or drawn anew every generation."""

    def __init__(
        self, *, strategy: str, mutation: tuple[float, float], crossover: float, **shared: Any
    ) -> None:
        super().__init__(**shared)
        self._strategy = strategy
        self._mutation = mutation
        self._crossover = crossover
        self._n_uniforms = PARTNERS[strategy] + 1
        self._factor = mutation[0]

    def _prepare(self) -> None:
        low, high = self._mutation
        if low < high:
            self._factor = low + self._draws.uniform() * (high - low)

    def _mutant(self, i: int, uniforms: list[float]) -> tuple[Array, float, int]:
        size, d = self.population.shape
        others = [self.population[k] for k in distinct(uniforms[:-1], size, [i])]
        best = self.population[self._leader]
        mutant = donor(self._strategy, self._factor, self.population[i], best, others)
        return mutant, self._crossover, int(uniforms[-1] * d)
