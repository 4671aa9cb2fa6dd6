"""What every kind of differential evolution shares: population, trials, selection.

A generation makes one trial for every individual. Its random numbers are drawn as one block of
uniforms, a row an individual, so nothing depends on how the work is shared out; a row begins
with what the strategy needs (``_n_uniforms`` numbers), then ``d`` for the crossover, and with the
boundary rule ``resample`` another ``d`` for coordinates drawn anew.

``O(NP d)`` a generation beside the evaluations.

Source: Storn and Price, J. Global Optimization 11 (1997).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hft_py.mle.baseline.bounds import repaired, whole
from hft_py.mle.baseline.loop import Array, Method, precedes, spread
from hft_py.rng import Stream

PURPOSE = 0x4445  # of the random numbers of a run


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


class Evolution(Method):
    """A population and its trials; a strategy says how a mutant is made."""

    _n_uniforms = 0

    def __init__(
        self,
        population: Array,
        lower: Array,
        upper: Array,
        integral: NDArray[np.bool_],
        boundary: str,
        seed: int,
        stream: int,
        max_iterations: int,
        max_evaluations: int,
        target: float,
        tolerance: float,
        absolute_tolerance: float,
    ) -> None:
        super().__init__(population.shape[1], max_iterations, max_evaluations, target)
        self.population = population.copy()
        self.values = np.full(len(population), math.inf)
        self.violations = np.full(len(population), math.inf)
        self._lower, self._upper, self._integral = lower, upper, integral
        self._boundary = boundary
        self._draws = Stream(seed, stream, PURPOSE)
        self._tolerance, self._absolute = tolerance, absolute_tolerance
        self._spread = math.inf
        self._leader = 0
        self._history["worst"] = []

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
    def _next_size(self) -> int:
        return len(self.population)

    def ask(self) -> Array:
        if not self.evaluations:
            return self.population.copy()
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
            for j in np.flatnonzero(self._integral):
                trial[j] = whole(float(trial[j]), float(self._lower[j]), float(self._upper[j]))
            trials[i] = trial
        return trials

    def _learn(self, points: Array, values: Array, violations: Array) -> str | None:
        if self.evaluations == len(values):
            self.population = points.copy()
            self.values, self.violations = values.copy(), violations.copy()
            self._spread = spread(values)
        else:
            for i in range(len(values)):
                old = float(self.values[i]), float(self.violations[i])
                new = float(values[i]), float(violations[i])
                if precedes(*old, *new):
                    continue
                self._accepted(i, gain(old, new) if precedes(*new, *old) else 0.0)
                self.population[i] = points[i]
                self.values[i], self.violations[i] = new
            self._close()
            self.iterations += 1
        self._leader = 0
        for i in range(1, len(self.values)):
            leader = float(self.values[self._leader]), float(self.violations[self._leader])
            if precedes(float(self.values[i]), float(self.violations[i]), *leader):
                self._leader = i
        worst = float(np.max(self.values))
        self._history["worst"].append(worst)
        best = float(self.values[self._leader])
        level = self._absolute * min(self._spread, 1.0)
        level += self._tolerance * min(self._spread, abs(best))
        if not self.iterations or self.violations.any():
            return None
        if not math.isfinite(worst) or worst - best > level:
            return None
        return "converged"


def gain(old: tuple[float, float], new: tuple[float, float]) -> float:
    """By how much a better trial is better: what weighs its parameters in an adaptation."""
    difference = old[0] - new[0] if old[1] == new[1] else old[1] - new[1]
    return difference if 0.0 < difference < math.inf else 1.0
