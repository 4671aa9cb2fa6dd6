"""L-SHADE: differential evolution that remembers which ``F`` and rates succeeded, and shrinks.

``current-to-pbest/1`` with an archive of replaced parents:
``x + F (p - x) + F (a - b)``, ``p`` one of the best 11 %, ``a`` of the population, ``b`` of
population and archive. ``F`` and the crossover rate are drawn around a memory of successes (Cauchy
and normal, scale 0.1); the population falls linearly to four over the budget. Usually the fewest
evaluations of the differential evolutions here, if the budget is known.

``F`` is Cauchy given that it is positive: drawn so directly, where the paper rejects.

Source: Tanabe and Fukunaga, CEC 2014; Zhang and Sanderson, IEEE Trans. Evol. Comput. 13 (2009).
"""

from __future__ import annotations

import math
from typing import Any

from hft_py.mle.baseline.evolution import Evolution, distinct
from hft_py.mle.baseline.loop import Array, ranked

MEMORY = 6  # H
SPREAD = 0.1  # scale of both distributions
ARCHIVE = 2.6  # r_arc, in population sizes
ELITE = 0.11  # p
SMALLEST = 4  # N_min
TERMINAL = -1.0  # a rate that stays 0


def scale_factor(centre: float, uniform: float) -> float:
    """A Cauchy number around ``centre``, given that it is positive, cut at 1."""
    below = 0.5 - math.atan(centre / SPREAD) / math.pi
    u = below + uniform * (1.0 - below)
    factor = centre + SPREAD * math.tan(math.pi * (u - 0.5))
    return min(factor, 1.0) if factor > 0.0 else SPREAD * 1e-3


def rate(centre: float, first: float, second: float) -> float:
    """A normal number around ``centre``, cut to [0, 1]; 0 for ever once terminal."""
    if centre == TERMINAL:
        return 0.0
    normal = math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)
    return min(max(centre + SPREAD * normal, 0.0), 1.0)


def lehmer(numbers: list[float], weights: list[float]) -> float:
    """The weighted Lehmer mean ``sum w s^2 / sum w s``, which weighs large numbers more."""
    above = below = 0.0
    for number, weight in zip(numbers, weights, strict=True):
        above += weight * number * number
        below += weight * number
    return above / below if below > 0.0 else 0.0


class SuccessHistory(Evolution):
    """L-SHADE."""

    # Memory, Cauchy, two for the normal, p-best, two partners, j_rand, archive place.
    _n_uniforms = 9

    def __init__(self, **shared: Any) -> None:
        super().__init__(**shared)
        self._initial = len(self.population)
        self._memory_factor, self._memory_rate = [0.5] * MEMORY, [0.5] * MEMORY
        self._place = 0
        self._archive: list[Array] = []
        self._order: list[int] = []
        self._tried: list[tuple[float, float, float]] = []
        self._successes: list[tuple[float, float, float]] = []

    def _prepare(self) -> None:
        self._order = ranked(self.values, self.violations)
        self._tried = [(0.0, 0.0, 0.0)] * len(self.population)
        self._successes = []

    def _mutant(self, i: int, uniforms: list[float]) -> tuple[Array, float, int]:
        size, d = self.population.shape
        memory = int(uniforms[0] * MEMORY)
        factor = scale_factor(self._memory_factor[memory], uniforms[1])
        crossover = rate(self._memory_rate[memory], uniforms[2], uniforms[3])
        self._tried[i] = factor, crossover, uniforms[8]
        elite = max(2, int(ELITE * size + 0.5))
        p = self.population[self._order[int(uniforms[4] * elite)]]
        (first,) = distinct([uniforms[5]], size, [i])
        (second,) = distinct([uniforms[6]], size + len(self._archive), [i, first])
        a = self.population[first]
        b = self.population[second] if second < size else self._archive[second - size]
        x = self.population[i]
        return x + factor * (p - x) + factor * (a - b), crossover, int(uniforms[7] * d)

    def _accepted(self, i: int, improvement: float) -> None:
        if improvement <= 0.0:
            return
        factor, crossover, uniform = self._tried[i]
        self._successes.append((factor, crossover, improvement))
        if len(self._archive) < int(ARCHIVE * len(self.population) + 0.5):
            self._archive.append(self.population[i].copy())
        else:
            self._archive[int(uniform * len(self._archive))] = self.population[i].copy()

    def _close(self) -> None:
        self._remember()
        self._shrink()

    def _remember(self) -> None:
        """Move one place of the memory to the weighted means of what succeeded."""
        if not self._successes:
            return
        total = 0.0
        for _, _, improvement in self._successes:
            total += improvement
        weights = [
            improvement / total if total < math.inf else 1.0
            for _, _, improvement in self._successes
        ]
        rates = [crossover for _, crossover, _ in self._successes]
        factors = [factor for factor, _, _ in self._successes]
        self._memory_factor[self._place] = lehmer(factors, weights)
        terminal = self._memory_rate[self._place] == TERMINAL or max(rates) == 0.0
        self._memory_rate[self._place] = TERMINAL if terminal else lehmer(rates, weights)
        self._place = (self._place + 1) % MEMORY

    def _shrink(self) -> None:
        """Remove the worst until the population has the size for the budget used so far."""
        # Counted after this generation, which ``iterations`` does not have yet.
        used = max(
            (self.iterations + 1) / self.max_iterations, self.evaluations / self.max_evaluations
        )
        smallest = min(SMALLEST, self._initial)
        size = math.floor(self._initial + (smallest - self._initial) * min(used, 1.0) + 0.5)
        if size < len(self.population):
            survivors = sorted(ranked(self.values, self.violations)[:size])
            self.population = self.population[survivors]
            self.values, self.violations = self.values[survivors], self.violations[survivors]
        room = int(ARCHIVE * len(self.population) + 0.5)
        while len(self._archive) > room:
            self._archive.pop(int(self._draws.uniform() * len(self._archive)))
