"""Limits in conflict by name, and the portfolio that violates them least.

Every limit gets a slack, and the sum of slacks, each in units of its limit, is minimised: an
elastic program. If the least sum is not zero the limits contradict each other. The multipliers of
the elastic program show which limits take part; of these, one after the other is left out for good
if the rest is still infeasible (deletion filter). What remains is irreducible: without any one of
its limits, the others can be kept together.

Source: Chinneck, "Feasibility and infeasibility in optimization", Springer 2008, chapters 6 and 7.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from hft_py.errors import HftPyError
from hft_py.portfolio._problem import (
    BOUNDS,
    GROSS,
    LIQUIDITY,
    TRACKING,
    TURNOVER,
    VOLATILITY,
    Problem,
    Ranges,
)
from hft_py.portfolio._program import NONNEGATIVE, ZERO, Block, Program
from hft_py.portfolio._solver import ConeSolver, SolverError, cones

Floats = npt.NDArray[np.float64]

TOLERANCE = 1e-6  # of a limit: less is rounding
UNIT = 0.01  # of a limit at zero


class InfeasiblePortfolioError(HftPyError, ValueError):
    """No portfolio satisfies all limits.

    Attributes
    ----------
    conflicts
        Names of limits that contradict each other; without any one of them the others can be kept.
    violations
        By name, how far each limit must be exceeded at least, where the sum in units of the limits
        is smallest.

    Examples
    --------
    >>> raise InfeasiblePortfolioError(("net_exposure", "gross_leverage"), {"gross_leverage": 0.5})
    Traceback (most recent call last):
        ...
    hft_py.portfolio.infeasible.InfeasiblePortfolioError: no portfolio satisfies net_exposure and \
gross_leverage together: relax one of them (of all limits, the least violations are \
gross_leverage by 0.5)
    """

    def __init__(self, conflicts: tuple[str, ...], violations: dict[str, float]) -> None:
        self.conflicts = conflicts
        self.violations = violations
        names = " and ".join(conflicts)
        together = " together" if len(conflicts) > 1 else ""
        least = ", ".join(f"{name} by {amount:.4g}" for name, amount in violations.items())
        of_all = f" (of all limits, the least violations are {least})" if violations else ""
        super().__init__(f"no portfolio satisfies {names}{together}: relax one of them{of_all}")


@dataclass(frozen=True, eq=False)
class Elastic:
    """The least violations by name, and the limits whose multipliers are not zero."""

    violations: dict[str, float]
    taking_part: tuple[str, ...]


def explain(problem: Problem) -> InfeasiblePortfolioError:
    """The error for an infeasible problem: an irreducible conflict and the least violations."""
    problem, unit = problem.in_units()
    program = Program(problem, np.arange(problem.n), separate=True)
    whole = elastic(problem, program)
    if not whole.violations:
        raise SolverError("the solver found the limits infeasible, and a portfolio that keeps them")
    names = unique_names(program.blocks)
    kept = [name for name in names if name in whole.taking_part]
    if not elastic(problem, program, set(names) - set(kept)).violations:
        kept = names  # the multipliers were too rough to choose by
    for name in list(kept):
        rest = [other for other in kept if other != name]
        if rest and elastic(problem, program, set(names) - set(rest)).violations:
            kept = rest
    units = {TRACKING: unit, VOLATILITY: unit}
    violations = {name: units.get(name, 1.0) * value for name, value in whole.violations.items()}
    return InfeasiblePortfolioError(tuple(kept), violations)


def unique_names(blocks: list[Block]) -> list[str]:
    """The names of limits, each once."""
    return list(dict.fromkeys(name for block in blocks for name in block.names))


def elastic(problem: Problem, program: Program, dropped: Collection[str] = ()) -> Elastic:
    """Minimise the sum of slacks, in units of the limits, of those that are not dropped."""
    units = limit_units(problem)
    names = [name for name in unique_names(program.blocks) if name not in dropped]
    column = {name: i for i, name in enumerate(names)}
    kept: list[Block] = []
    rows: list[int] = []
    entries: list[tuple[int, int, float]] = []
    for block in program.blocks:
        count = block.rows.stop - block.rows.start
        chosen = [i for i in range(count) if not block.names or _name(block, i) not in dropped]
        if not chosen:
            continue
        kept.append(replace(block, rows=slice(len(rows), len(rows) + len(chosen))))
        for place, i in enumerate(chosen):
            if block.names and (place == 0 or block.cone in (ZERO, NONNEGATIVE)):
                name = _name(block, i)
                # A slack up, and for equations one down.
                entries.append((len(rows), column[name], -units[name]))
                if block.cone == ZERO:
                    entries.append((len(rows), len(names) + column[name], units[name]))
            rows.append(block.rows.start + i)
    slacks = 2 * len(names)
    at = np.array(entries, dtype=np.float64).reshape(-1, 3)
    places = at[:, 0].astype(int), at[:, 1].astype(int)
    added = sparse.csc_matrix((at[:, 2], places), shape=(len(rows), slacks))
    matrix = sparse.vstack(
        [
            sparse.hstack([program.A.tocsr()[rows], added]),
            sparse.hstack([sparse.csc_matrix((slacks, program.size)), -sparse.identity(slacks)]),
        ],
        format="csc",
    )
    size = program.size + slacks
    count = len(rows)
    tail = Block("slack", NONNEGATIVE, slice(count, count + slacks), (), lambda *_: 0.0)
    solver = ConeSolver(
        sparse.csc_matrix((size, size)),
        np.concatenate([np.zeros(program.size), np.ones(slacks)]),
        matrix,
        np.concatenate([program.b(problem, problem.current)[rows], np.zeros(slacks)]),
        cones([*kept, tail]),
    )
    answer = solver.solve()
    if answer is None:
        raise SolverError("the solver found no portfolio even with slack in every limit")
    used = answer.z[program.size :].reshape(2, -1).sum(axis=0)
    violations = {
        name: float(used[i] * units[name]) for i, name in enumerate(names) if used[i] > TOLERANCE
    }
    binding = {
        _name(block, k)
        for block in kept
        if block.names
        for k, y in enumerate(answer.y[block.rows])
        if abs(y) * units[_name(block, k)] > 1e-5
    }
    return Elastic(violations, tuple(name for name in names if name in binding))


def _name(block: Block, row: int) -> str:
    """The limit of a row; a cone of many rows has one."""
    return block.names[row] if row < len(block.names) else block.names[0]


def limit_units(problem: Problem) -> dict[str, float]:
    """The size of each limit."""
    ends = np.abs(np.stack([problem.ranges.lower, problem.ranges.upper]))
    finite = np.where(np.isfinite(ends), ends, 0.0).max(axis=0, initial=0.0)
    found = dict(zip(problem.ranges.names, finite.tolist(), strict=True))
    found[BOUNDS] = float(np.maximum(np.abs(problem.lower), np.abs(problem.upper)).max())
    found[LIQUIDITY] = found[BOUNDS]
    for name, value in (
        (GROSS, problem.gross),
        (TURNOVER, problem.turnover),
        (TRACKING, problem.tracking_error),
        (VOLATILITY, problem.volatility),
    ):
        found[name] = value or 0.0
    return {name: value if value > 1e-9 else UNIT for name, value in found.items()}


def relaxed(problem: Problem, violations: dict[str, float]) -> Problem:
    """The problem with its limits moved out by the least violations."""
    units = dict.fromkeys((TRACKING, VOLATILITY), problem.in_units()[1])

    def room(name: str) -> float:
        amount = violations.get(name, 0.0)
        return amount * (1 + 1e-6) + 1e-9 * units.get(name, 1.0) if amount else 0.0

    def more(name: str, value: float | None) -> float | None:
        return None if value is None else value + room(name)

    ranges = problem.ranges
    rooms = np.array([room(name) for name in ranges.names])
    limit = problem.trade_limit
    return replace(
        problem,
        lower=problem.lower - room(BOUNDS),
        upper=problem.upper + room(BOUNDS),
        trade_limit=None if limit is None else limit + room(LIQUIDITY),
        ranges=Ranges(ranges.names, ranges.matrix, ranges.lower - rooms, ranges.upper + rooms),
        gross=more(GROSS, problem.gross),
        turnover=more(TURNOVER, problem.turnover),
        tracking_error=more(TRACKING, problem.tracking_error),
        volatility=more(VOLATILITY, problem.volatility),
    )
