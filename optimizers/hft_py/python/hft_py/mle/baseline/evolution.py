"""What every kind of differential evolution shares: trials and selection.

A generation makes one trial for every individual. Its random numbers are drawn as one block of
uniforms, a row an individual, so nothing depends on how the work is shared out; a row begins
with what the strategy needs (``_n_uniforms`` numbers), then ``d`` for the crossover, and with the
boundary rule ``resample`` another ``d`` for coordinates drawn anew.

``O(NP d)`` a generation beside the evaluations.

Source: Storn and Price, J. Global Optimization 11 (1997).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hft_py.mle.baseline.bounds import repaired
from hft_py.mle.baseline.loop import Array, precedes
from hft_py.mle.baseline.population import Population


def distinct(uniforms: list[float], size: int, taken: list[int]) -> list[int]:
    """Different indices below ``size``, none of them in ``taken``; one for each uniform.

    Each is drawn among the free places and then moved past the taken ones, so no draw is
    rejected and every row needs as many numbers as any other.
    """
    used = sorted(taken)
    chosen = []
    for uniform in uniforms:
        index = int(uniform * (size - len(used)))
        for other in used:
            if index >= other:
                index += 1
        used.append(index)
        used.sort()
        chosen.append(index)
    return chosen


class Evolution(Population):
    """A population and its trials; a strategy says how a mutant is made."""

    _purpose = 0x4445
    _n_uniforms = 0

    def __init__(self, *, boundary: str, **shared: Any) -> None:
        super().__init__(**shared)
        self._boundary = boundary

    # -- what a strategy gives -----------------------------------------------------------
    def _prepare(self) -> None:
        """Draw what the whole generation shares."""

    def _mutant(self, i: int, uniforms: list[float]) -> tuple[Array, float, int]:
        """The mutant of individual ``i``, its crossover rate, the coordinate it always gives."""
        raise NotImplementedError

    def _accepted(self, i: int, improvement: float) -> None:
        """Individual ``i`` is about to be replaced by a trial that is as good or better."""

    def _close(self) -> None:
        """The generation is selected."""

    # -- the generation ------------------------------------------------------------------
    def _trials(self) -> Array:
        size, d = self.population.shape
        self._prepare()
        own = self._n_uniforms
        width = own + d * (2 if self._boundary == "resample" else 1)
        rows = self._draws.uniforms(size * width).reshape(size, width)
        trials = np.empty((size, d))
        for i in range(size):
            mutant, rate, j_rand = self._mutant(i, rows[i, :own].tolist())
            crossed = rows[i, own : own + d] < rate
            crossed[j_rand] = True
            trial = np.where(crossed, mutant, self.population[i])
            for j in np.flatnonzero((trial < self._lower) | (trial > self._upper)):
                again = rows[i, own + d + j] if self._boundary == "resample" else 0.0
                trial[j] = repaired(
                    self._boundary,
                    float(trial[j]),
                    float(self._lower[j]),
                    float(self._upper[j]),
                    float(self.population[i, j]),
                    float(again),
                )
            trials[i] = self._rounded(trial)
        return trials

    def _select(self, points: Array, values: Array, violations: Array) -> None:
        for i in range(len(values)):
            old = float(self.values[i]), float(self.violations[i])
            new = float(values[i]), float(violations[i])
            if precedes(*old, *new):
                continue
            self._accepted(i, gain(old, new) if precedes(*new, *old) else 0.0)
            self.population[i] = points[i]
            self.values[i], self.violations[i] = new
        self._close()


def gain(old: tuple[float, float], new: tuple[float, float]) -> float:
    """By how much a better trial is better: what weighs its parameters in an adaptation."""
    difference = old[0] - new[0] if old[1] == new[1] else old[1] - new[1]
    return difference if 0.0 < difference < math.inf else 1.0
