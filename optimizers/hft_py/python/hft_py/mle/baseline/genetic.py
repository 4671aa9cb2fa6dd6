"""A genetic algorithm on real numbers: tournaments, simulated binary crossover, mutation.

Children are spread around two parents as those of a one-point crossover of binary strings are:
near parents that are alike, far from parents that differ, so steps shrink as the population
converges. Both operators are told the bounds and make no point outside. The best of parents and
children survive, so the best individual is never lost; a child that is the copy of another
survives only where there is room, else copies of one individual would soon take over.

A generation draws one block of uniforms, a row for each pair of children: four for the two
tournaments, one for the crossover, then seven a coordinate (whether it is crossed, how far, which
child takes which; whether it is mutated and how far, for either child).

``O(NP (d + log NP))`` a generation beside the evaluations.

Source: Deb and Agrawal, Complex Systems 9 (1995), SBX; Deb and Goyal, Computer Science and
Informatics 26 (1996), polynomial mutation; Deb, Comput. Methods Appl. Mech. Engrg. 186 (2000), both
within bounds, whose symbols are kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mle.baseline.evolution import distinct
from hft_py.mle.baseline.loop import Array, ranked
from hft_py.mle.baseline.population import Population

HEADING = 5  # two tournaments of two, the crossover
EACH = 7  # uniforms a coordinate
SWITCH = 0.5  # probability that a coordinate of crossed parents is crossed


def crossover_spread(u: float, eta: float, nearest: float) -> float:
    """``beta_q``: the children's distance over the parents'.

    ``nearest`` is the distance from the parents to the nearer bound, over their own: with infinity
    the density is ``(eta + 1) beta^eta / 2`` up to 1 and ``(eta + 1) / (2 beta^(eta + 2))`` above,
    else the same cut at the bound.
    """
    beta = 1.0 + 2.0 * nearest
    alpha = 2.0 - beta ** -(eta + 1.0)
    if u * alpha <= 1.0:
        return float((u * alpha) ** (1.0 / (eta + 1.0)))
    return float((1.0 / (2.0 - u * alpha)) ** (1.0 / (eta + 1.0)))


def mutation_step(u: float, eta: float, nearest: float) -> float:
    """``delta_q``: a mutation's step over the width of the box.

    ``nearest`` is the distance to the nearer bound over the width: with 1 the density is
    ``(eta + 1) (1 - |delta|)^eta / 2``, else the same cut at the bound on either side.
    """
    rest = (1.0 - nearest) ** (eta + 1.0)
    if u <= 0.5:
        return float((2.0 * u + (1.0 - 2.0 * u) * rest) ** (1.0 / (eta + 1.0)) - 1.0)
    return float(1.0 - (2.0 * (1.0 - u) + 2.0 * (u - 0.5) * rest) ** (1.0 / (eta + 1.0)))


class GeneticAlgorithm(Population):
    """A real-coded genetic algorithm."""

    _purpose = 0x4741

    def __init__(
        self,
        *,
        crossover: float,
        crossover_index: float,
        mutation: float,
        mutation_index: float,
        **shared: Any,
    ) -> None:
        super().__init__(**shared)
        self._crossover, self._eta_c = crossover, crossover_index
        self._mutation, self._eta_m = mutation, mutation_index

    def _winner(self, uniforms: list[float]) -> int:
        """The better of two different individuals, of equals the first."""
        first, second = distinct(uniforms, len(self.population), [])
        return second if self._better(second, first) else first

    def _trials(self) -> Array:
        size, d = self.population.shape
        pairs = (size + 1) // 2
        width = HEADING + EACH * d
        rows = self._draws.uniforms(pairs * width).reshape(pairs, width)
        children = np.empty((2 * pairs, d))
        for k in range(pairs):
            heading = rows[k, :HEADING].tolist()
            genes = rows[k, HEADING:].reshape(d, EACH).tolist()
            one = self.population[self._winner(heading[0:2])]
            other = self.population[self._winner(heading[2:4])]
            for j in range(d):
                lower, upper = float(self._lower[j]), float(self._upper[j])
                y = float(one[j]), float(other[j])
                if heading[4] < self._crossover and genes[j][0] < SWITCH:
                    y = self._crossed(min(y), max(y), lower, upper, genes[j][1])
                    y = y if genes[j][2] < 0.5 else y[::-1]
                for child in range(2):
                    change, step = genes[j][3 + 2 * child : 5 + 2 * child]
                    value = y[child]
                    if change < self._mutation:
                        nearest = max(min(value - lower, upper - value), 0.0) / (upper - lower)
                        delta = mutation_step(step, self._eta_m, nearest)
                        value = value + delta * (upper - lower)
                    children[2 * k + child, j] = min(max(value, lower), upper)
        return np.stack([self._rounded(child) for child in children[:size]])

    def _crossed(
        self, y1: float, y2: float, lower: float, upper: float, u: float
    ) -> tuple[float, float]:
        """A coordinate of both children; ``y1 <= y2`` are the parents'."""
        if not y2 - y1 > 0.0:
            return y1, y2
        nearest = min(y1 - lower, upper - y2) / (y2 - y1)
        beta = crossover_spread(u, self._eta_c, nearest)
        middle, half = 0.5 * (y1 + y2), 0.5 * beta * (y2 - y1)
        return middle - half, middle + half

    def _select(self, points: Array, values: Array, violations: Array) -> None:
        """The best of parents and children, of equals the parents; copies only to fill the room."""
        size = len(self.population)
        everyone = np.concatenate([self.population, points])
        all_values = np.concatenate([self.values, values])
        all_violations = np.concatenate([self.violations, violations])
        kept: list[int] = []
        copies: list[int] = []
        for i in ranked(all_values, all_violations):
            if len(kept) == size:
                break
            copied = bool(kept) and (
                all_values[kept[-1]] == all_values[i]
                and all_violations[kept[-1]] == all_violations[i]
                and (everyone[kept[-1]] == everyone[i]).all()
            )
            (copies if copied else kept).append(i)
        kept += copies[: size - len(kept)]
        self.population = everyone[kept]
        self.values, self.violations = all_values[kept], all_violations[kept]
