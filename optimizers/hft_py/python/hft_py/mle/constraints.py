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
import scipy  # scipy.optimize is loaded when first used

from hft_py import checks
from hft_py.mle.baseline.loop import Array
from hft_py.objectives.transformed import Box


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
    >>> budget.amounts(np.array([[0.25, 0.5], [1.0, 1.5]]))
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
        # Of copies: what a callable does to them is its own affair.
        if self.vectorized:
            rows = _numbers(self.fun(points.copy()))
            if rows.ndim not in (1, 2) or len(rows) != len(points):
                raise ValueError(
                    f"a constraint returned an array of shape {rows.shape} for {len(points)} "
                    f"points, expected ({len(points)},) or ({len(points)}, m)"
                )
            rows = rows.reshape(len(points), -1)
        else:
            found = [_numbers(self.fun(x.copy())).ravel() for x in points]
            counts = sorted({len(row) for row in found})
            if len(counts) > 1:
                raise ValueError(
                    f"a constraint returned {counts[0]} numbers at one point and {counts[1]} at "
                    "another"
                )
            rows = np.stack(found)
        low = np.asarray(self.lower, dtype=np.float64) - self.tolerance
        high = np.asarray(self.upper, dtype=np.float64) + self.tolerance
        for name, bound in (("lower", low), ("upper", high)):
            if bound.ndim and bound.shape != (rows.shape[1],):
                raise ValueError(
                    f"constraint: {name} has shape {bound.shape}, and fun returned "
                    f"{rows.shape[1]} numbers a point"
                )
        # Where only: infinity less infinity is no violation.
        with np.errstate(invalid="ignore", over="ignore"):
            amounts = np.where(rows < low, low - rows, 0.0) + np.where(
                rows > high, rows - high, 0.0
            )
        amounts[np.isnan(rows)] = np.inf
        return np.asarray(amounts.sum(axis=1))


def _numbers(found: Any) -> Array:
    """What a constraint returned, as real numbers; truth values are none."""
    try:
        numbers = np.asarray(found)
    except ValueError:
        numbers = np.empty(0, dtype=object)
    if numbers.dtype.kind not in "iuf" or not numbers.size:
        raise TypeError(
            f"a constraint returned {checks.short(found)}, expected real numbers: fun(x) between "
            "lower and upper, which are minus infinity and 0 if not given"
        )
    return numbers.astype(np.float64)


class Constraints:
    """All of them together.

    Parameters
    ----------
    given
        A :class:`Constraint`, a callable ``g`` (``g(x) <= 0`` is feasible), SciPy's
        ``NonlinearConstraint`` or ``LinearConstraint``, or a sequence of these.
    box
        The bounds: constraints take all parameters, :meth:`violations` the free ones.
    """

    def __init__(self, given: Any, box: Box) -> None:
        if given is None:
            given = ()
        each = given if isinstance(given, Sequence) else (given,)
        self._box = box
        self._constraints = [translated(constraint, len(box.free)) for constraint in each]

    def __bool__(self) -> bool:
        return bool(self._constraints)

    def violations(self, points: Array) -> Array:
        """The sum of all violations of each point, 0 where feasible; shape ``(n,)``."""
        total = np.zeros(len(points))
        points = self._box.full(points)
        for constraint in self._constraints:
            total += constraint.amounts(points)
        return total


def translated(constraint: Any, dimension: int) -> Constraint:
    """Any constraint that is accepted, as a :class:`Constraint`."""
    if isinstance(constraint, Constraint):
        return constraint
    if isinstance(constraint, scipy.optimize.NonlinearConstraint):
        return Constraint(constraint.fun, constraint.lb, constraint.ub)
    if isinstance(constraint, scipy.optimize.LinearConstraint):
        dense = constraint.A.toarray() if hasattr(constraint.A, "toarray") else constraint.A
        matrix = np.atleast_2d(np.asarray(dense, dtype=np.float64))
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
