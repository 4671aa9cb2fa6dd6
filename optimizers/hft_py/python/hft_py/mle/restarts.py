"""Restarts of CMA-ES: population size, step size and budget of each run.

``ipop``: every restart doubles the population, which finds the coarse shape of the objective.
``bipop``: beside it, restarts of small populations and small steps, as long as they have used fewer
evaluations than the large ones; better where the global optimum lies in a narrow funnel.

Source: Auger and Hansen, CEC 2005 (IPOP); Hansen, GECCO workshop BBOB 2009 (BIPOP).
"""

from __future__ import annotations

from dataclasses import dataclass

from hft_py.rng import Stream

SCHEDULES = ("ipop", "bipop")
PURPOSE = 0x4250  # of the random numbers of a schedule


@dataclass(frozen=True)
class Start:
    """How a run begins: population size, step size as a multiple of the first, budget."""

    population_size: int
    step: float = 1.0
    max_evaluations: int | None = None


class Schedule:
    """The starts of one search, by what each run has cost."""

    def __init__(self, rule: str, population_size: int, seed: int, stream: int) -> None:
        self._rule = rule
        self._first = population_size
        self._doublings = 0
        self._large = self._small = 0  # evaluations spent
        self._last_large = 0
        self._was_small = False
        self._draws = Stream(seed, stream, PURPOSE)

    @property
    def doublings(self) -> int:
        """How often the population has been doubled, the next start included."""
        return self._doublings

    def first(self) -> Start:
        """The run before any restart."""
        return Start(self._first)

    def spent(self, evaluations: int, restart: int) -> None:
        """Run ``restart`` (0 is the first) has cost so much."""
        if self._was_small:
            self._small += evaluations
            return
        self._last_large = evaluations
        # The first run counts for neither side.
        self._large += evaluations if restart else 0

    def next(self) -> Start:
        """The next restart."""
        largest = self._first * 2**self._doublings
        if self._rule == "bipop" and self._doublings and self._small < self._large:
            self._was_small = True
            shape, step = self._draws.uniform() ** 2, 10.0 ** (-2.0 * self._draws.uniform())
            size = int(self._first * (0.5 * largest / self._first) ** shape)
            return Start(max(size, 2), step, max(self._last_large // 2, size))
        self._was_small = False
        self._doublings += 1
        return Start(self._first * 2**self._doublings)
