"""Particle swarm: every particle is drawn to its own best point and to its neighbours' best.

The constriction coefficient ``chi`` makes the swarm contract without a bound on velocities and
without a schedule. Each coordinate is drawn on its own, so the search copes with parameters of
different scales, and gets nowhere in a narrow valley that is not along an axis. (Standard PSO 2011,
which draws in spheres, is not better there, and loses the different scales: with 40 particles it
does not find the minimum of the ellipsoid in ten dimensions in 60,000 evaluations, which this one
does in 19,000.)

Neighbours are the next particles on a ring, so a good point spreads slowly and the swarm does not
gather at the first minimum it meets; informants drawn at random and anew, as in Standard PSO 2011,
took 10 % more evaluations for the same.

A particle that leaves the box is stopped at the bound. A generation draws two uniforms a
coordinate. ``O(S d)`` a generation beside the evaluations.

Source: Clerc and Kennedy, IEEE Trans. Evol. Comput. 6 (2002), type 1'', whose symbols are kept; the
ring: Kennedy and Mendes, CEC 2002.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_py.mle.baseline.loop import Array, precedes
from hft_py.mle.baseline.population import Population


class ParticleSwarm(Population):
    """The swarm; ``population`` holds every particle's best point so far."""

    _purpose = 0x5053

    def __init__(self, *, phi: float, neighbours: int, **shared: Any) -> None:
        super().__init__(**shared)
        self._phi = phi
        self._chi = 2.0 / (phi - 2.0 + math.sqrt(phi * phi - 4.0 * phi))
        self._neighbours = neighbours
        self._x = self.population.copy()
        size, d = self.population.shape
        uniforms = self._draws.uniforms(size * d).reshape(size, d)
        # Half-way to a point drawn in the box.
        self._v = 0.5 * (self._lower + uniforms * (self._upper - self._lower) - self._x)

    def _best_neighbours(self) -> NDArray[np.int64]:
        """``g``: the best of each particle's neighbours, itself first."""
        size = len(self.population)
        own = best = np.arange(size)
        for step in range(1, min(self._neighbours, size // 2) + 1):
            for k in ((own + step) % size, (own - step) % size):
                best = np.where(self._better(k, best), k, best)
        return best

    def _trials(self) -> Array:
        size, d = self.population.shape
        x, p_i, p_g = self._x, self.population, self.population[self._best_neighbours()]
        phi_1 = phi_2 = 0.5 * self._phi
        uniforms = self._draws.uniforms(size * d * 2).reshape(size, d, 2)
        to_own, to_best = phi_1 * uniforms[:, :, 0], phi_2 * uniforms[:, :, 1]
        v = self._chi * (self._v + to_own * (p_i - x) + to_best * (p_g - x))
        moved = x + v
        inside = (self._lower <= moved) & (moved <= self._upper)
        bound = np.where(moved < self._lower, self._lower, self._upper)
        self._x, self._v = np.where(inside, moved, bound), np.where(inside, v, 0.0)
        return np.stack([self._rounded(point) for point in self._x.copy()])

    def _select(self, points: Array, values: Array, violations: Array) -> None:
        for i in range(len(values)):
            value, violation = float(values[i]), float(violations[i])
            if precedes(value, violation, float(self.values[i]), float(self.violations[i])):
                self.population[i] = points[i]
                self.values[i], self.violations[i] = value, violation
