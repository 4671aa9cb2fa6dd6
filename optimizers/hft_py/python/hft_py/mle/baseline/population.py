"""What every method with a population shares: bounds, whole numbers, the test of convergence.

The first generation is the population as given; every later one is made by ``ask`` of a subclass
and selected from by its ``_select``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_py.mle.baseline.bounds import whole
from hft_py.mle.baseline.loop import Array, Method, ranked, spread
from hft_py.rng import Stream


class Population(Method):
    """Individuals with their values; a subclass makes the next generation and selects."""

    _purpose: int  # of the random numbers of a run

    def __init__(
        self,
        population: Array,
        lower: Array,
        upper: Array,
        integral: NDArray[np.bool_],
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
        self._draws = Stream(seed, stream, self._purpose)
        self._tolerance, self._absolute = tolerance, absolute_tolerance
        self._spread = math.inf
        self._leader = 0
        self._history["worst"] = []

    # -- what a method gives -------------------------------------------------------------
    def _trials(self) -> Array:
        """The points of a generation after the first."""
        raise NotImplementedError

    def _select(self, points: Array, values: Array, violations: Array) -> None:
        """Keep what is good of a generation after the first."""
        raise NotImplementedError

    # -- what all share ------------------------------------------------------------------
    def _next_size(self) -> int:
        return len(self.population)

    def ask(self) -> Array:
        return self._trials() if self.evaluations else self.population.copy()

    def _learn(self, points: Array, values: Array, violations: Array) -> str | None:
        if self.evaluations == len(values):
            self._begin(points, values, violations)
        else:
            self._select(points, values, violations)
            self.iterations += 1
            self._find_leader()
        worst = float(np.max(self.values))
        self._history["worst"].append(worst)
        best = float(self.values[self._leader])
        if not self.iterations or self.violations.any():
            return None
        if not math.isfinite(worst) or worst - best > self._level(best):
            return None
        return "converged"

    def _begin(self, points: Array, values: Array, violations: Array) -> None:
        """Take the first generation."""
        self.population = points.copy()
        self.values, self.violations = values.copy(), violations.copy()
        self._spread = spread(values)
        self._find_leader()

    def _find_leader(self) -> None:
        self._leader = ranked(self.values, self.violations)[0]

    def _better(self, i: Any, j: Any) -> Any:
        """Whether individual ``i`` is strictly better than ``j``; also of arrays of indices."""
        values, violations = self.values, self.violations
        equal = (violations[i] == violations[j]) & (values[i] < values[j])
        return (violations[i] < violations[j]) | equal

    def _level(self, best: float) -> float:
        """Values that differ by no more count as equal."""
        level = self._absolute * min(self._spread, 1.0)
        return level + self._tolerance * min(self._spread, abs(best))

    def _rounded(self, point: Array) -> Array:
        """The point with its whole-number coordinates rounded, in place."""
        for j in np.flatnonzero(self._integral):
            point[j] = whole(float(point[j]), float(self._lower[j]), float(self._upper[j]))
        return point


def dot(a: Array, b: Array) -> float:
    """``a'b``, summed from first to last as the compiled kernels sum."""
    return float(np.cumsum(a * b)[-1])
