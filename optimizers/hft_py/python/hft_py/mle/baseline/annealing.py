"""Generalised simulated annealing with a local search: dual annealing.

From the current point ``x`` one point after the other is visited, its steps drawn from the visiting
distribution at the temperature ``T_qv``; it is accepted where it is better, else with a probability
that falls with the temperature. At each temperature ``d`` visits move all coordinates and ``d``
more one each. A new best point is improved by a local search, and so is the current point from time
to time. When the temperature has fallen far enough it starts again from above, at a new point.

The visiting distribution of one coordinate is Student's ``t`` with ``(3 - q_v) / (q_v - 1)``
degrees of freedom, times ``T^(1 / (3 - q_v)) / (3 - q_v)^(1/2)``: drawn exactly, by Bailey's
method, from two uniforms. Its tails reach every part of the box at any temperature. Steps are in
units of the box, and energies in units of the spread of the first generation, so units do not
matter. A step that leaves the box enters it again on the other side.

The first generation, a sample of the box, gives the start (its best point) and that spread; then
points are asked for one by one, and in a local search the ``d`` of a gradient. Draws of a visit:
one uniform for the acceptance, two a moved coordinate.

Source: Tsallis and Stariolo, Physica A 233 (1996); Xiang, Sun, Fan and Gong, Physics Letters A 233
(1997), whose symbols are kept; Bailey, Math. Comp. 62 (1994).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hft_py.mle.baseline.local_search import LocalSearch
from hft_py.mle.baseline.loop import Array, precedes
from hft_py.mle.baseline.population import Population

DIFFERENCE = 2.0**-26  # widths: the step of the local search's differences
FURTHEST = 1e8  # widths: a longer step lands anywhere
LARGEST = 700.0  # an exponent that does not overflow
EVERY = 20  # temperatures from one local search of the current point to the next
REACH = 0.01  # widths: the unit of the visits' steps
ENERGY = 1_000.0  # what the spread of the first generation counts as
WORST = math.inf, math.inf  # a value and a violation


def visiting_step(u: float, v: float, q_v: float, temperature: float) -> float:
    """A step of one coordinate from two uniforms, in widths."""
    nu = (3.0 - q_v) / (q_v - 1.0)
    squared = nu * math.expm1(min(-2.0 / nu * math.log(u), LARGEST))
    student = math.sqrt(squared) * math.cos(2.0 * math.pi * v)
    return float(REACH * student * temperature ** (1.0 / (3.0 - q_v)) / math.sqrt(3.0 - q_v))


def acceptance(rise: float, q_a: float, temperature: float) -> float:
    """The probability of a point whose energy is higher by ``rise``; ``q_a`` below 1."""
    bracket = 1.0 - (1.0 - q_a) * rise / temperature
    return float(bracket ** (1.0 / (1.0 - q_a))) if bracket > 0.0 else 0.0


def cooled(q_v: float, t: int) -> float:
    """``T_qv(t) / T_qv(1)``."""
    return float((2.0 ** (q_v - 1.0) - 1.0) / ((1.0 + t) ** (q_v - 1.0) - 1.0))


class DualAnnealing(Population):
    """Dual annealing; ``iterations`` are temperatures."""

    _purpose = 0x4441

    def __init__(
        self,
        *,
        initial_temperature: float,
        restart_temperature_ratio: float,
        visit: float,
        accept: float,
        local_search: bool,
        patience: int,
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        self._first, self._restart = initial_temperature, restart_temperature_ratio
        self._q_v, self._q_a = visit, accept
        self._patience = patience
        free = np.flatnonzero(~self._integral)
        self._local = LocalSearch(self._lower, self._upper, free)
        self._searches = local_search
        self._x, self._merit = self.population[0], WORST  # the current point
        self._t, self._visit, self._lot = 1, 0, 0.0
        self._refined = WORST  # the best when a local search last ended
        self._known, self._idle = WORST, 0  # temperatures since the best was ``_known``
        self._history = {k: v for k, v in self._history.items() if k != "worst"}
        self._history["temperature"] = []

    def _next_size(self) -> int:
        return self._local.next_size() if self._local.active else 1

    def _trials(self) -> Array:
        if self._local.active:
            return self._local.ask()
        d = self.dimension
        self._lot = self._draws.uniform()
        moved = range(d) if self._visit < d else [self._visit - d]
        point = self._x.copy()
        temperature = self._first * cooled(self._q_v, self._t)
        for j in moved:
            u, v = self._draws.uniforms(2).tolist()
            step = visiting_step(u, v, self._q_v, temperature)
            lower, upper = float(self._lower[j]), float(self._upper[j])
            place = (float(point[j]) - lower) / (upper - lower) + step
            place = place - math.floor(place) if abs(step) < FURTHEST else v
            point[j] = min(max(lower + place * (upper - lower), lower), upper)
        return self._rounded(point)[None]

    def _learn(self, points: Array, values: Array, violations: Array) -> str | None:
        reason = None
        if self.evaluations == len(values):
            self._begin(points, values, violations)
            self._x = self._best.copy()
            self._merit = self._best_value, self._best_violation
        elif self._local.active:
            if not self._local.tell(points, values):
                self._refined = self._best_value, self._best_violation
                self._x, self._merit = self._local.x.copy(), (self._local.value, 0.0)
        else:
            self._choose(points[0], float(values[0]), float(violations[0]))
            self._visit += 1
            if self._visit == 2 * self.dimension:
                reason = self._cool()
        self._history["temperature"].append(self._first * cooled(self._q_v, self._t))
        return reason

    def _choose(self, point: Array, value: float, violation: float) -> None:
        """Move to a visited point, or stay."""
        if precedes(*self._merit, value, violation):
            rise = violation - self._merit[1]
            if self._merit[1] == violation:
                rise = value - self._merit[0]
            elif self._merit[1] == 0.0:
                return  # never from a feasible point to an infeasible one
            unit = self._spread if self._spread < math.inf else 1.0
            temperature = self._first * cooled(self._q_v, self._t) / self._t
            if self._lot >= acceptance(rise / unit * ENERGY, self._q_a, temperature):
                return
        self._x, self._merit = point.copy(), (value, violation)

    def _cool(self) -> str | None:
        """The visits at a temperature are over; the reason to stop, if any."""
        self.iterations += 1
        self._visit = 0
        self._t += 1
        if cooled(self._q_v, self._t) < self._restart:
            self._t, self._merit = 1, WORST
        best, violation = self._best_value, self._best_violation
        found = violation == 0.0 and math.isfinite(best)
        if found and self._searches:
            current = self._merit != self._refined
            current = current and self._merit[1] == 0.0 and math.isfinite(self._merit[0])
            if precedes(best, violation, *self._refined):
                self._refine(self._best, best)
            elif current and self.iterations % EVERY == 0:
                self._refine(self._x, self._merit[0])
        if violation < self._known[1] or self._known[0] - best > self._level(best):
            self._known, self._idle = (best, violation), 0
        else:
            self._idle += 1
        return "function_tolerance" if found and self._idle >= self._patience else None

    def _refine(self, x: Array, value: float) -> None:
        """Begin a local search."""
        # Between truncation and the rounding of values beside a large constant.
        difference = DIFFERENCE * math.sqrt(max(abs(value) / self._spread, 1.0))
        self._local.start(x, value, self._level(self._best_value), min(difference, 1e-3))
