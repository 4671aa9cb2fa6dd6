"""A local search in a box, by ask and tell: BFGS with differences for the gradient.

A step asks for the ``m`` points of the forward differences, then for one point after the other on
the line, which is bent at the bounds. Where that leads no further, central differences (``2 m``
points) take their place: in a narrow valley the error of the others hides the slope along it.
Coordinates on a bound that the gradient points out of are left alone in that step. Where a
difference is not finite, as beside an infeasible point, the coordinate counts as flat.

All is in widths of the box, so units do not matter. ``O(m^2)`` a step beside the evaluations.

Source: Nocedal and Wright, "Numerical Optimization", 2nd ed. 2006, (6.17), (6.20) and algorithm
3.1; Bertsekas, SIAM J. Control Optim. 20 (1982), for the bounds.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from hft_py.mle.baseline.loop import Array
from hft_py.mle.baseline.population import dot

DECREASE = 1e-4  # c_1 of the sufficient decrease
FIRST, LONGEST = 0.01, 0.1  # widths: the first step, and any
CURVATURE = 1e-10  # of |s| |y|, below which s'y teaches nothing
TRIES = 10  # points on a line
CENTRAL = 2.0**-17  # widths: at least, the step of the central differences


class LocalSearch:
    """One search after the other, each begun by :meth:`start`."""

    def __init__(self, lower: Array, upper: Array, free: NDArray[np.intp]) -> None:
        self._lower, self._upper, self._width = lower, upper, upper - lower
        self._free = free  # coordinates that are searched
        self._most = max(100, 6 * len(free))  # steps
        self.active = False

    def start(self, x: Array, value: float, level: float, difference: float) -> None:
        """Begin at ``x``.

        ``level`` is the decrease of a step that ends the search, ``difference`` the step of the
        differences in widths.
        """
        self.x, self.value = x.copy(), value
        self._step = difference
        self._level = level
        self._h: Array | None = None  # the inverse Hessian
        self._g = self._p = self._s = np.zeros(len(self._free))
        self._on_line, self._alpha, self._tries = False, 0.0, 0
        self._central, self._steps = False, 0
        self.active = len(self._free) > 0

    def next_size(self) -> int:
        """Points of the next ``ask``."""
        return 1 if self._on_line else len(self._free) * (1 + self._central)

    def ask(self) -> Array:
        """Points beside ``x``, or one on the line."""
        free = self._free
        points = np.repeat(self.x[None], self.next_size(), axis=0)
        if self._on_line:
            moved = self.x[free] + self._alpha * self._p * self._width[free]
            points[0, free] = np.minimum(np.maximum(moved, self._lower[free]), self._upper[free])
        for row, j in enumerate(free if not self._on_line else []):
            step = self._step * self._width[j]
            up, down = min(self.x[j] + step, self._upper[j]), max(self.x[j] - step, self._lower[j])
            if self._central:
                points[2 * row, j], points[2 * row + 1, j] = up, down
            else:
                points[row, j] = up if up - self.x[j] >= step else down
        return points

    @np.errstate(over="ignore", invalid="ignore")
    def tell(self, points: Array, values: Array) -> bool:
        """Learn from their values; whether the search goes on, as ``active`` says too."""
        if self._on_line:
            self._line(points[0], float(values[0]))
        else:
            self._gradient(points, values)
        return self.active

    def _gradient(self, points: Array, values: Array) -> None:
        old = self._g
        self._g = np.zeros(len(self._free))
        for row, j in enumerate(self._free):
            x, value = float(self.x[j]), self.value
            if self._central:
                x, value = float(points[2 * row + 1, j]), float(values[2 * row + 1])
                points_j, values_j = float(points[2 * row, j]), float(values[2 * row])
            else:
                points_j, values_j = float(points[row, j]), float(values[row])
            step = (points_j - x) / float(self._width[j])
            slope = (values_j - value) / step if step else 0.0
            self._g[row] = slope if math.isfinite(slope) else 0.0
        if self._steps:
            self._learn(self._s, self._g - old)
        self._p = self._direction()
        longest = float(np.max(np.abs(self._p)))
        if not longest > 0.0:
            self.active = False
            return
        self._alpha = 1.0
        if self._h is None or longest > LONGEST:
            self._alpha = (FIRST if self._h is None else LONGEST) / longest
        self._on_line, self._tries = True, 0

    def _direction(self) -> Array:
        """``-H g`` in the coordinates that can move, ``-g`` where that leads upwards."""
        x, g = self.x[self._free], self._g
        down = np.where(
            ((x <= self._lower[self._free]) & (g > 0.0))
            | ((x >= self._upper[self._free]) & (g < 0.0)),
            0.0,
            -g,
        )
        if self._h is not None:
            p = np.array([dot(row, down) for row in self._h])
            p[down == 0.0] = 0.0
            if dot(p, down) > 0.0:
                return p
            self._h = None
        return down

    def _learn(self, s: Array, y: Array) -> None:
        """(6.17), from (6.20)."""
        sy, yy = dot(s, y), dot(y, y)
        if not sy > CURVATURE * math.sqrt(dot(s, s) * yy):
            return
        if self._h is None:
            self._h = sy / yy * np.eye(len(s))
        hy = np.array([dot(row, y) for row in self._h])
        weight = (1.0 + dot(y, hy) / sy) / sy
        self._h += weight * np.outer(s, s) - (np.outer(hy, s) + np.outer(s, hy)) / sy

    def _line(self, point: Array, value: float) -> None:
        s = (point - self.x)[self._free] / self._width[self._free]
        slope = dot(self._g, s)
        if value <= self.value + DECREASE * slope and value < self.value:
            small = self.value - value <= self._level
            self.x, self.value, self._s = point.copy(), value, s
            self._steps += 1
            self._on_line = False
            self._go_on(not small)
            return
        # The minimum of the parabola through both values and the slope.
        rise = value - self.value - slope
        shorter = -0.5 * slope / rise if rise else math.inf
        self._alpha *= min(max(shorter, 0.1), 0.5) if math.isfinite(shorter) else 0.1
        self._tries += 1
        if self._tries >= TRIES:
            self._s = np.zeros(len(s))
            self._go_on(False)

    def _go_on(self, useful: bool) -> None:
        """Where forward differences are of no more use, take central ones; then end."""
        if not useful:
            self.active = not self._central
            self._central, self._on_line = True, False
            self._step = max(self._step, CENTRAL)
        self.active = self.active and self._steps < self._most
