"""What all methods share: the run, the best point, the stop reasons.

A method makes points (``ask``) and learns from their values (``tell``); ``run`` repeats both
until one of the reasons to stop holds.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_py.objectives import Objective, replace_nan
from hft_py.progress import Reporter

Array = NDArray[np.float64]


def precedes(value: float, violation: float, other: float, other_violation: float) -> bool:
    """Whether a point is strictly better, by the rules of feasibility.

    Of two feasible points the one of smaller value, of a feasible and an infeasible one the
    feasible, of two infeasible ones that which violates less.

    Source: Deb, Comput. Methods Appl. Mech. Engrg. 186 (2000).
    """
    if violation == other_violation:
        return value < other
    return violation < other_violation


def ranked(values: Array, violations: Array) -> list[int]:
    """Indices from best to worst; ties in the order given."""
    return [int(i) for i in np.lexsort((values, violations))]


def spread(values: Array) -> float:
    """By how much the values of a first generation differ: the middle finite one less the least.

    Tolerances are measured by it, so that an objective in small units, or with a large constant,
    is searched like any other. Infinite where it tells nothing: where there is no such difference.
    """
    finite = np.sort(values[np.isfinite(values)])
    if not finite.size or finite[finite.size // 2] == finite[0]:
        return math.inf
    return float(finite[finite.size // 2] - finite[0])


class Method:
    """The loop, and what it keeps: best point, counts, history."""

    def __init__(
        self, dimension: int, max_iterations: int, max_evaluations: int, target: float
    ) -> None:
        self.dimension = dimension
        self.max_iterations = max_iterations
        self.max_evaluations = max_evaluations
        self.target = target
        self.iterations = 0
        self.evaluations = 0
        self.n_invalid = 0
        self.stop_reason: str | None = None
        self._best = np.full(dimension, np.nan)
        self._best_value = math.inf
        self._best_violation = math.inf
        self._history: dict[str, list[Any]] = {"evaluations": [], "best": [], "best_params": []}

    # -- what a method gives -------------------------------------------------------------
    def ask(self) -> Array:
        """The points of the next generation, one a row."""
        raise NotImplementedError

    def _learn(self, points: Array, values: Array, violations: Array) -> str | None:
        """Take in a generation; the reason to stop, if any."""
        raise NotImplementedError

    def _next_size(self) -> int:
        """How many points the next generation has."""
        raise NotImplementedError

    # -- what all share ------------------------------------------------------------------
    @property
    def best(self) -> tuple[Array, float, float]:
        """The best point so far, its value, and by how much it violates the constraints."""
        return self._best.copy(), self._best_value, self._best_violation

    def tell(self, points: Array, values: Array, violations: Array | None = None) -> None:
        """The values at ``points``, and by how much they violate the constraints.

        NaN counts as plus infinity; at an infeasible point the value does not matter.
        """
        if violations is None:
            violations = np.zeros(len(values))
        violations = np.where(np.isnan(violations), math.inf, violations)
        values = np.where(violations > 0.0, math.inf, values)
        self.n_invalid += replace_nan(points, values, "minimise")
        for i in range(len(values)):
            first = not self.evaluations and i == 0
            value, violation = float(values[i]), float(violations[i])
            if first or precedes(value, violation, self._best_value, self._best_violation):
                self._best = points[i].copy()
                self._best_value, self._best_violation = value, violation
        self.evaluations += len(values)
        reason = self._learn(points, values, violations)
        self._history["evaluations"].append(self.evaluations)
        self._history["best"].append(self._best_value)
        self._history["best_params"].append(self._best.copy())
        if self._best_violation == 0.0 and self._best_value <= self.target:
            reason = "target_reached"
        elif reason is None and self.iterations >= self.max_iterations:
            reason = "max_iterations"
        elif reason is None and self.evaluations + self._next_size() > self.max_evaluations:
            reason = "max_evaluations"
        self.stop_reason = reason

    def history(self) -> dict[str, Array]:
        """What was recorded after every generation, an array each."""
        return {name: np.array(rows, dtype=np.float64) for name, rows in self._history.items()}

    def take_history(self) -> dict[str, Array]:
        """The same, of a run that is over."""
        return self.history()

    def run(self, objective: Objective, threads: int = 1, reporter: Reporter | None = None) -> None:
        """Ask and tell until a reason to stop holds; ``objective.batch`` gives the values."""
        reported = self.evaluations
        while self.stop_reason is None:
            points = self.ask()
            self.tell(points, objective.batch(points, threads))
            if reporter is None:
                continue
            if reporter.due(reported, self.evaluations):
                reported = self.evaluations
                if not reporter(self.evaluations, self._best_value) and self.stop_reason is None:
                    self.stop_reason = "stopped_by_callback"
