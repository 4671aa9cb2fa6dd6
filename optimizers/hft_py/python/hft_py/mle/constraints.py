"""Constraints: how much a point violates them.

Candidates are compared by Deb's rules (a feasible point beats an infeasible one, of two infeasible
ones the smaller violation wins), so no penalty has to be weighed, and the objective is called at
feasible points only.

Source: Deb, Comput. Methods Appl. Mech. Engrg. 186 (2000); Lampinen, CEC 2002.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, NonlinearConstraint

from hft_py import checks
from hft_py.mle.kernels.loop import Array


@dataclass(frozen=True)
class Constraint:
    """``lower <= fun(x) <= upper``, component by component.

    Parameters
    ----------
    fun
        Takes a point ``(d,)`` and returns one or more numbers; with ``vectorized`` takes points
        ``(n, d)`` and returns ``(n,)`` or ``(n, m)``. NaN counts as violated without end.
    lower, upper
        Numbers, or one for each component. Default: ``fun(x) <= 0``.
    tolerance
        What is not counted as a violation. Default 0; an equality (``lower == upper``) needs
        more, as no search hits it exactly.
    vectorized
        Default: one point a call.

    Examples
    --------
    >>> import numpy as np
    >>> budget = Constraint(lambda x: x.sum(), upper=1.0)
    >>> Constraints([budget], 2).violations(np.array([[0.25, 0.5], [1.0, 1.5]]))
    array([0. , 1.5])
    """

    fun: Callable[..., Any]
    lower: Any = -np.inf
    upper: Any = 0.0
    tolerance: float = 0.0
    vectorized: bool = False

    def __post_init__(self) -> None:
        if not callable(self.fun):
            raise TypeError(f"constraint: fun={checks.short(self.fun)} is not callable")
        checks.real_number("constraint tolerance", self.tolerance, least=0.0)
        low, high = np.asarray(self.lower, dtype=float), np.asarray(self.upper, dtype=float)
        if np.isnan(low).any() or np.isnan(high).any() or (low > high).any():
            raise ValueError(
                f"constraint: lower={checks.short(self.lower)}, upper={checks.short(self.upper)}, "
                "expected numbers, lower <= upper"
            )

    def amounts(self, points: Array) -> Array:
        """By how much each point violates, summed over the components; shape ``(n,)``."""
        if self.vectorized:
            found = np.asarray(self.fun(points), dtype=np.float64)
        else:
            found = np.array([np.ravel(self.fun(x.copy())) for x in points], dtype=np.float64)
        if found.ndim not in (1, 2) or len(found) != len(points):
            raise ValueError(
                f"a constraint returned an array of shape {found.shape} for {len(points)} points"
            )
        rows = found.reshape(len(points), -1)
        below = np.asarray(self.lower) - self.tolerance - rows
        above = rows - np.asarray(self.upper) - self.tolerance
        amounts = np.maximum(np.maximum(below, above), 0.0)
        amounts[np.isnan(rows)] = np.inf
        return np.asarray(amounts.sum(axis=1))


class Constraints:
    """All of them together.

    Parameters
    ----------
    given
        A :class:`Constraint`, a callable ``g`` (``g(x) <= 0`` is feasible), SciPy's
        ``NonlinearConstraint`` or ``LinearConstraint``, or a sequence of these.
    dimension
        Coordinates of a point.
    """

    def __init__(self, given: Any, dimension: int) -> None:
        if given is None:
            given = ()
        each = given if isinstance(given, Sequence) else (given,)
        self._constraints = [translated(constraint, dimension) for constraint in each]

    def __bool__(self) -> bool:
        return bool(self._constraints)

    def violations(self, points: Array) -> Array:
        """The sum of all violations of each point, 0 where feasible; shape ``(n,)``."""
        total = np.zeros(len(points))
        for constraint in self._constraints:
            total += constraint.amounts(points)
        return total


def translated(constraint: Any, dimension: int) -> Constraint:
    """Any constraint that is accepted, as a :class:`Constraint`."""
    if isinstance(constraint, Constraint):
        return constraint
    if isinstance(constraint, NonlinearConstraint):
        return Constraint(constraint.fun, constraint.lb, constraint.ub)
    if isinstance(constraint, LinearConstraint):
        matrix = np.atleast_2d(np.asarray(constraint.A, dtype=np.float64))
        if matrix.shape[1] != dimension:
            raise ValueError(
                f"constraints: A has {matrix.shape[1]} columns, expected {dimension} as the "
                "bounds have"
            )
        return Constraint(
            lambda points: points @ matrix.T, constraint.lb, constraint.ub, vectorized=True
        )
    if callable(constraint):
        return Constraint(constraint)
    raise TypeError(
        f"constraints holds {checks.short(constraint)}, expected a Constraint, a callable, or "
        "SciPy's NonlinearConstraint or LinearConstraint"
    )
