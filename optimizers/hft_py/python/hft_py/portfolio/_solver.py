"""Cone programs handed to Clarabel, an interior-point solver, through its Python interface.

Source: Goulart and Chen, "Clarabel: an interior-point solver for conic programs with quadratic
objectives", arXiv:2405.12762. The library of that name is an optional dependency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from hft_py.errors import HftPyError
from hft_py.portfolio._problem import GROSS, TRACKING, TURNOVER, VOLATILITY, Problem
from hft_py.portfolio._program import (
    NONNEGATIVE,
    POWER,
    SECOND_ORDER,
    ZERO,
    Block,
    Program,
)
from hft_py.results import optional

Floats = npt.NDArray[np.float64]

# At Clarabel's 1e-8 weights near a kink are off by up to 1e-6; this costs an iteration.
GAP = 1e-10


class SolverError(HftPyError, RuntimeError):
    """The solver gave neither a solution that keeps the limits nor a proof that there is none.

    Examples
    --------
    >>> issubclass(SolverError, ValueError)  # it is not about an argument
    False
    """


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver found: variables and multipliers of the rows; None where there is none."""

    z: Floats
    y: Floats
    iterations: int


@dataclass(frozen=True, eq=False)
class Multipliers:
    """What a unit more of each limit would earn; of a range, positive where its upper end binds."""

    ranges: Floats
    gross: float = 0.0
    turnover: float = 0.0
    tracking_error: float = 0.0
    volatility: float = 0.0

    def limits_risk(self) -> bool:
        """Whether a limit on risk binds."""
        return max(self.tracking_error, self.volatility) > 1e-9


def cones(blocks: Sequence[Block]) -> list[Any]:
    """The cones of the rows, in their order."""
    clarabel = optional("clarabel", "portfolio", "an optimiser of portfolios")
    kinds = {
        ZERO: clarabel.ZeroConeT,
        NONNEGATIVE: clarabel.NonnegativeConeT,
        SECOND_ORDER: clarabel.SecondOrderConeT,
    }
    found: list[Any] = []
    runs: list[tuple[str, int]] = []
    for block in blocks:
        count = block.rows.stop - block.rows.start
        if runs and runs[-1][0] == block.cone and block.cone in (ZERO, NONNEGATIVE):
            runs[-1] = (block.cone, runs[-1][1] + count)
        else:
            runs.append((block.cone, count))
    for cone, count in runs:
        if cone == POWER:
            found += [clarabel.PowerConeT(2.0 / 3.0)] * (count // 3)
        else:
            found.append(kinds[cone](count))
    return found


class ConeSolver:
    """One built solver, whose ``q`` and ``b`` may be replaced.

    The objective is divided by the size of its linear part, or else of ``P``, as the solver's
    tolerances are absolute where the objective is below 1. Problems of linear limits are solved
    without iterative refinement, in half the time, and all without equilibration; where that
    does not reach the tolerances they are solved again with more care.
    """

    def __init__(self, P: Any, q: Floats, A: Any, b: Floats, cones: list[Any]) -> None:  # noqa: N803
        self._clarabel = optional("clarabel", "portfolio", "an optimiser of portfolios")
        slope, curve = (float(np.abs(part).max(initial=0.0)) for part in (q, P.data))
        self.scale = max(slope or curve, 1e-9 * curve) or 1.0
        scaled = sparse.csc_matrix((P.data / self.scale, P.indices, P.indptr), shape=P.shape)
        self._data = [scaled, q / self.scale, A, b, cones]
        linear = (self._clarabel.ZeroConeT, self._clarabel.NonnegativeConeT)
        self._care = 0 if all(isinstance(cone, linear) for cone in cones) else 1
        self._solver = self._built()

    def _built(self) -> Any:
        settings = self._clarabel.DefaultSettings()
        settings.verbose = False
        settings.max_threads = 1
        settings.presolve_enable = False  # it forbids updates
        settings.tol_gap_abs = settings.tol_gap_rel = GAP
        settings.direct_solve_method = "qdldl"  # up to three times the speed of "faer" here
        settings.iterative_refinement_enable = self._care >= 1
        settings.equilibrate_enable = self._care >= 2
        return self._clarabel.DefaultSolver(*self._data, settings)

    def update(self, q: Floats, b: Floats) -> None:
        """The same matrices with another linear part and right-hand side."""
        self._data[1], self._data[3] = q / self.scale, b
        self._solver.update(q=self._data[1], b=b)

    def solve(self) -> Answer | None:
        """The solution; None where there is no feasible point.

        Raises
        ------
        SolverError
            The solver stopped early, or the objective has no bound.
        """
        found = self._solver.solve()
        while str(found.status) != "Solved" and self._care < 2:
            self._care += 1
            self._solver = self._built()
            found = self._solver.solve()
        status = str(found.status)
        if status in ("PrimalInfeasible", "AlmostPrimalInfeasible"):
            return None
        if status not in ("Solved", "AlmostSolved"):
            raise SolverError(f"Clarabel stopped with the status {status}")
        return Answer(np.array(found.x), self.scale * np.array(found.z), int(found.iterations))


class Part:
    """The solver of a problem over some of its assets."""

    def __init__(self, problem: Problem, free: Any, weights: Floats) -> None:
        problem, self._unit = problem.in_units()
        self.program = program = Program(problem, free)
        self._solver = ConeSolver(
            program.P(problem),
            program.q(problem),
            program.A,
            program.b(problem, weights),
            cones(program.blocks),
        )
        self._fresh = True

    def solve(self, problem: Problem, weights: Floats) -> tuple[Floats, Multipliers, int] | None:
        """All weights, the multipliers and the solver's iterations; None if infeasible."""
        problem = problem.in_units()[0]
        if not self._fresh:
            self._solver.update(self.program.q(problem), self.program.b(problem, weights))
        self._fresh = False
        answer = self._solver.solve()
        if answer is None:
            return None
        found = weights.copy()
        found[self.program.free] = answer.z[self.program.w]
        return found, self._multipliers(answer.y, problem), answer.iterations

    def _multipliers(self, y: Floats, problem: Problem) -> Multipliers:
        rows = {block.key: block.rows for block in self.program.blocks}
        ranges = np.zeros(len(problem.ranges.names))
        for key, chosen, sign in (
            ("equal", self.program.equal, 1.0),
            ("most", self.program.capped, 1.0),
            ("least", self.program.floored, -1.0),
        ):
            if key in rows:
                ranges[chosen] += sign * y[rows[key]]
        single = {
            name: float(y[rows[name].start])
            for name in (GROSS, TURNOVER, TRACKING, VOLATILITY)
            if name in rows
        }
        return Multipliers(
            ranges,
            single.get(GROSS, 0.0),
            single.get(TURNOVER, 0.0),
            single.get(TRACKING, 0.0) / self._unit,
            single.get(VOLATILITY, 0.0) / self._unit,
        )
