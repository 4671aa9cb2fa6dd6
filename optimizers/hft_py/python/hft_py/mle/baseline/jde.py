"""jDE: differential evolution in which every individual carries its own ``F`` and crossover rate.

``rand1bin``; before its trial an individual draws a new ``F`` in [0.1, 1) with probability 0.1, and
a new rate in [0, 1) with probability 0.1. They stay where the trial is accepted. Nothing is to
be tuned; the right choice for a cheap objective of unknown shape.

Source: Brest, Greiner, Boskovic, Mernik and Zumer, IEEE Trans. Evol. Comput. 10 (2006).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mle.baseline.classic import donor
from hft_py.mle.baseline.evolution import Evolution, distinct
from hft_py.mle.baseline.loop import Array

CHANGE = 0.1  # tau_1 and tau_2
MIN_FACTOR, FACTOR_RANGE = 0.1, 0.9  # F_l and F_u


class SelfAdaptive(Evolution):
    """jDE."""

    _n_uniforms = 8  # three partners, j_rand; of F and of the rate: whether it changes, to what

    def __init__(self, **shared: Any) -> None:
        super().__init__(**shared)
        size = len(self.population)
        self._factor, self._rate = np.full(size, 0.5), np.full(size, 0.9)
        self._tried = [(0.5, 0.9)] * size

    def _mutant(self, i: int, uniforms: list[float]) -> tuple[Array, float, int]:
        size, d = self.population.shape
        factor = float(self._factor[i])
        if uniforms[4] < CHANGE:
            factor = MIN_FACTOR + uniforms[5] * FACTOR_RANGE
        rate = uniforms[7] if uniforms[6] < CHANGE else float(self._rate[i])
        self._tried[i] = factor, rate
        others = [self.population[k] for k in distinct(uniforms[:3], size, [i])]
        mutant = donor("rand1bin", factor, self.population[i], self.population[i], others)
        return mutant, rate, int(uniforms[3] * d)

    def _accepted(self, i: int, improvement: float) -> None:
        self._factor[i], self._rate[i] = self._tried[i]
