"""A local search from the best point: SciPy's, kept only where it is better.

L-BFGS-B with differences for the gradient, the right one for a smooth objective (quadratic
convergence where an evolution gains a constant factor a generation); Nelder and Mead's simplex for
one that is not smooth, and always where there are constraints: it needs no value at an infeasible
point, so none is asked for.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
from typing import Any

import numpy as np
import scipy  # scipy.optimize is loaded when first used

from hft_py.mle._history import History
from hft_py.mle._validation import Problem
from hft_py.mle.baseline.loop import Array
from hft_py.mle.result import OptimizeResult
from hft_py.objectives import Objective, replace_nan


class _Spent(Exception):  # noqa: N818  # no error
    """The budget of evaluations is used up."""


class _Nearby:
    """The objective near a point: counts, keeps the best point, calls at feasible points only."""

    def __init__(
        self,
        result: OptimizeResult,
        problem: Problem,
        objective: Objective,
        free: Any,
        budget: int,
    ) -> None:
        self._objective, self._constraints = objective, problem.constraints
        self._lower, self._upper = problem.lower[free], problem.upper[free]
        self._free, self._budget = free, budget
        self._start = result.x
        self.calls = self.n_invalid = 0
        self.point, self.value = result.x, result.fun

    def __call__(self, y: Array) -> float:
        """The value where the free coordinates are ``y``; infinite where infeasible."""
        point = self._start.copy()
        point[self._free] = np.clip(y, self._lower, self._upper)
        row = point[None, :]
        if self._constraints and self._constraints.violations(row)[0] > 0.0:
            return math.inf
        if self.calls >= self._budget:
            raise _Spent
        self.calls += 1
        values = np.array(self._objective.batch(row), dtype=np.float64)
        self.n_invalid += replace_nan(row, values, "minimise")
        found = float(values[0])
        if found < self.value:
            self.point, self.value = point, found
        return found


def polished(
    result: OptimizeResult, problem: Problem, objective: Objective, integral: Any
) -> OptimizeResult:
    """``result`` with a better point near by, if there is one; evaluations counted.

    Whole-number coordinates stay where they are. A better point is a last row of the history;
    ``success`` and ``stop_reason`` remain those of the search. Nothing is done where the search
    found no feasible point or was stopped by its callback.
    """
    feasible = math.isfinite(result.fun) and result.constr_violation == 0.0
    if not feasible or result.stop_reason == "stopped_by_callback":
        return result
    lower, upper, constraints = problem.lower, problem.upper, problem.constraints
    free = np.ones(len(lower), dtype=bool) if integral is None else ~np.asarray(integral)
    budget = problem.max_evaluations - _of_winner(result)
    if not free.any() or budget <= 0:
        return result
    nearby = _Nearby(result, problem, objective, free, budget)
    arguments: dict[str, Any] = {"method": "Nelder-Mead" if constraints else problem.polish}
    if arguments["method"] == "Nelder-Mead":
        arguments["options"] = {"xatol": 1e-10, "fatol": 1e-12, "maxfev": 400 * len(lower)}
    with np.errstate(all="ignore"), contextlib.suppress(_Spent):
        scipy.optimize.minimize(
            nearby,
            result.x[free],
            bounds=scipy.optimize.Bounds(lower[free], upper[free]),
            **arguments,
        )
    changes: dict[str, Any] = {
        "nfev": result.nfev + nearby.calls,
        "n_invalid": result.n_invalid + nearby.n_invalid,
    }
    if nearby.value < result.fun:
        changes |= {"x": nearby.point, "fun": nearby.value}
        changes["history"] = _longer(result.history, nearby)
    return dataclasses.replace(result, **changes)


def _of_winner(result: OptimizeResult) -> int:
    """Evaluations of the retry that won, restarts included."""
    retry = min(result.attempts, key=lambda a: (a.constr_violation, a.fun)).retry
    return sum(attempt.nfev for attempt in result.attempts if attempt.retry == retry)


def _longer(history: History, nearby: _Nearby) -> History:
    """The history with a row for the better point."""
    last = {
        "evaluations": history.evaluations[-1] + nearby.calls,
        "best": nearby.value,
        "best_params": nearby.point,
    }
    columns = {}
    for field in dataclasses.fields(history):
        column = getattr(history, field.name)
        if column is not None:
            row = np.asarray(last.get(field.name, column[-1]))
            columns[field.name] = np.concatenate([column, row[None]])
    return History(**columns)
