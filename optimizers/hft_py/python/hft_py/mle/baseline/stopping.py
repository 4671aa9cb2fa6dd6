"""When CMA-ES has nothing more to find: bounds, and the values of the last generations.

Section B.3 of Hansen's tutorial. The bound on the condition number, 1e14, is on the eigenvalues of
``C``; their roots, the axis lengths, then differ by 1e7.
"""

from __future__ import annotations

import math

import numpy as np

from hft_py.mle.baseline.loop import Array, spread

WORST_CONDITION = 1e14
FURTHEST = 1e4
ROUNDING = 16.0 * 2.0**-52  # of a value: what the sum of a log-likelihood loses
LONGEST = 20_000  # generations that stagnation looks back
EVERY = 20  # generations between two looks


class Ranges:
    """Best and median values of the generations."""

    def __init__(self, dimension: int, population_size: int) -> None:
        self._window = 10 + math.ceil(30 * dimension / population_size)
        self._track = 120 + math.ceil(30 * dimension / population_size)
        self._best: list[float] = []
        self._median: list[float] = []
        self._unit = 1.0

    def note(self, values: Array, tolerance: float, generation: int) -> str | None:
        """``values`` of a generation, best first; the reason to stop, if any."""
        if not self._best:
            # An objective in small units is searched like any other.
            self._unit = min(spread(values), 1.0)
        best, worst = float(values[0]), float(values[-1])
        tolerance *= self._unit
        if tolerance > 0.0:
            # Beside a large constant values differ by rounding at least.
            tolerance = max(tolerance, ROUNDING * abs(best))
        self._best.append(best)
        self._median.append(float(values[len(values) // 2]))
        recent = self._best[-self._window :]
        # Where all are infinite the difference is none, and the run goes on looking.
        if (
            len(recent) == self._window
            and worst - best <= tolerance
            and max(recent) - min(recent) <= tolerance
        ):
            return "function_tolerance"
        if generation % EVERY or generation < self._track:
            return None
        span = max(self._track, min(generation // 5, LONGEST))
        part = (3 * span) // 10
        if all(stands_still(history[-span:], part) for history in (self._best, self._median)):
            return "stagnation"
        return None


def stands_still(history: list[float], part: int) -> bool:
    """Whether the median of the last part is no better than that of the first."""
    return upper_median(history[-part:]) >= upper_median(history[:part])


def upper_median(numbers: list[float]) -> float:
    """The middle number, of two the larger."""
    return float(np.sort(np.array(numbers))[len(numbers) // 2])
