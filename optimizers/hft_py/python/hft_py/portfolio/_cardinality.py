"""A limit on the number of positions, by rounding the portfolio without it.

The smallest positions are closed, half of the surplus at a time, and the rest is optimised again:
each step sees where the weight of closed positions went. The problem without the limit has the
higher utility, so the difference bounds what rounding lost.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hft_py.portfolio._problem import BOUNDS, LIQUIDITY, Problem
from hft_py.portfolio._sifting import Sifting, Solution
from hft_py.portfolio.infeasible import InfeasiblePortfolioError, explain

CLOSED = 1e-7  # a smaller weight is none


def rounded(problem: Problem, solution: Solution, most: int) -> tuple[Solution, float]:
    """The solution over at most ``most`` assets, and the utility that it is behind.

    Raises
    ------
    InfeasiblePortfolioError
        More positions cannot be closed, or so few names cannot keep the other limits.
    """
    lower, upper = problem.box()
    stuck = (lower > 0) | (upper < 0)
    if np.count_nonzero(stuck) > most:
        surplus = float(np.count_nonzero(stuck) - most)
        source = LIQUIDITY if problem.trade_limit is not None else BOUNDS
        raise InfeasiblePortfolioError(("max_positions", source), {"max_positions": surplus})
    best = problem.utility(solution.weights)
    found = solution
    size = np.abs(found.weights)
    while (count := int(np.count_nonzero(size > CLOSED))) > most:
        keep = max(most, (count + most) // 2)
        order = np.argsort(-np.where(stuck, np.inf, size), kind="stable")
        open_ = np.zeros(problem.n, dtype=bool)
        open_[order[:keep]] = True
        part = replace(
            problem,
            lower=np.where(open_, problem.lower, 0.0),
            upper=np.where(open_, problem.upper, 0.0),
        )
        next_ = Sifting().solve(part)
        if next_ is None:
            error = explain(part)
            names = tuple(name for name in error.conflicts if name != BOUNDS)
            raise InfeasiblePortfolioError(
                ("max_positions", *names),
                {name: v for name, v in error.violations.items() if name != BOUNDS},
            )
        found = replace(next_, iterations=found.iterations + next_.iterations)
        size = np.where(open_, np.abs(found.weights), 0.0)
    return found, max(best - problem.utility(found.weights), 0.0)
