"""Portfolios of least variance, of the highest Sharpe ratio, and of the highest diversification.

A ratio is maximised by a program in ``y = w t`` with ``t > 0`` free: the numerator is held at one
and the denominator minimised. Every row ``A z + s = b`` of the limits becomes
``A z - b t + s = 0``, so each limit, those that are cones included, is scaled by the same ``t``.

Sources: Charnes and Cooper, Naval Research Logistics Quarterly 9 (1962) 181; Choueifaty and
Coignard, J. Portfolio Management 35 (2008) 40.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from hft_py import checks
from hft_py.portfolio._prepared import Prepared, prepared
from hft_py.portfolio._problem import Problem
from hft_py.portfolio._program import NONNEGATIVE, Block, Program
from hft_py.portfolio._sifting import Sifting
from hft_py.portfolio._solver import ConeSolver, cones
from hft_py.portfolio.config import MVOConfig
from hft_py.portfolio.infeasible import explain
from hft_py.portfolio.result import PortfolioResult

Floats = npt.NDArray[np.float64]


def minimum_variance_portfolio(
    risk_model: Any, *, config: MVOConfig | None = None, current_weights: Any = None, **market: Any
) -> PortfolioResult:
    """The least variance that the limits allow; costs are not regarded.

    For long-only weights without other limits
    :func:`~hft_py.portfolio.compute_minimum_variance_weights` needs no solver.

    Parameters
    ----------
    risk_model, current_weights, market
        As in :func:`~hft_py.portfolio.build_portfolio_mvo`.
    config
        Limits. Default: long-only and fully invested.

    Examples
    --------
    >>> minimum_variance_portfolio([[0.01, 0.0], [0.0, 0.04]]).weights.round(6).tolist()
    [0.8, 0.2]
    """
    ready = prepared(risk_model, config, current_weights, market)
    problem = without_costs(replace(ready.problem, risk_aversion=1.0))
    solution = Sifting().solve(problem)
    if solution is None:
        raise explain(ready.problem)
    return ready.finish(
        solution.weights,
        "minimum variance",
        solution.multipliers,
        utility=-problem.variance(solution.weights),
        iterations=solution.iterations,
    )


def maximum_sharpe_portfolio(
    alpha: Any,
    risk_model: Any,
    *,
    risk_free: float = 0.0,
    config: MVOConfig | None = None,
    current_weights: Any = None,
    **market: Any,
) -> PortfolioResult:
    """The highest ratio of expected return above ``risk_free``, after costs, to volatility.

    Parameters
    ----------
    alpha, risk_model, current_weights, market
        As in :func:`~hft_py.portfolio.build_portfolio_mvo`.
    risk_free
        The return of cash over the period, paid on all capital.
    config
        Limits, and costs times ``cost_aversion``. Default: long-only, fully invested, no cost.

    Raises
    ------
    ValueError
        No portfolio within the limits has an expected return above ``risk_free``.

    Examples
    --------
    >>> found = maximum_sharpe_portfolio([0.02, 0.01], [[0.04, 0.0], [0.0, 0.01]])
    >>> found.weights.round(6).tolist(), round(found.utility, 6)  # the utility is the ratio
    ([0.333333, 0.666667], 0.141421)
    """
    free = checks.real_number("risk_free", risk_free)
    ready = prepared(risk_model, config, current_weights, market, alpha)
    weights, iterations = _best_ratio(ready, ready.problem, free)
    if weights is None:
        ready.require_feasible()
        raise ValueError(
            f"alpha: no portfolio within the limits has an expected return above "
            f"risk_free={free}, expected one"
        )
    problem = ready.problem
    excess = float(problem.alpha @ weights) - problem.cost(weights) - free
    ratio = excess / math.sqrt(problem.variance(weights))
    return ready.finish(weights, "maximum Sharpe", utility=ratio, iterations=iterations)


def maximum_diversification_portfolio(
    risk_model: Any, *, config: MVOConfig | None = None, current_weights: Any = None, **market: Any
) -> PortfolioResult:
    """The highest ratio of the assets' mean volatility to the portfolio's; costs not regarded.

    Parameters
    ----------
    risk_model, current_weights, market
        As in :func:`~hft_py.portfolio.build_portfolio_mvo`.
    config
        Limits. Default: long-only and fully invested.

    Examples
    --------
    >>> found = maximum_diversification_portfolio([[0.01, 0.0], [0.0, 0.04]])
    >>> found.weights.round(6).tolist(), round(found.utility, 6)  # the utility is the ratio
    ([0.666667, 0.333333], 1.414214)
    """
    ready = prepared(risk_model, config, current_weights, market)
    deviations = np.sqrt(ready.inputs.risk.variances())
    problem = without_costs(replace(ready.problem, alpha=deviations))
    weights, iterations = _best_ratio(ready, problem, 0.0)
    if weights is None:
        ready.require_feasible()
        raise ValueError("config: no portfolio within the limits is long on balance, expected one")
    ratio = float(deviations @ weights) / math.sqrt(problem.variance(weights))
    return ready.finish(weights, "maximum diversification", utility=ratio, iterations=iterations)


def without_costs(problem: Problem) -> Problem:
    """The problem with free trades."""
    none = np.zeros(problem.n)
    return replace(problem, linear_cost=none, power_cost=none, borrow=none)


def _best_ratio(ready: Prepared, problem: Problem, free: float) -> tuple[Floats | None, int]:
    """Weights of the highest ratio; None where its numerator is nowhere positive."""
    if (problem.box()[0] > problem.box()[1]).any():
        raise explain(ready.problem)
    problem = replace(problem.in_units()[0], risk_aversion=1.0)
    program = Program(problem, np.arange(problem.n))
    size, rows = program.size, program.rows
    unit = float(np.abs(problem.alpha).max()) or 1.0  # the numerator's, so that t is about 1
    # Its negative; the program's linear part leaves out the constant in |w - current|.
    constant = free + float(problem.linear_cost @ problem.current)
    numerator = np.concatenate([program.q(problem), [constant]]) / unit
    matrix = sparse.vstack(
        [
            sparse.hstack([program.A, -program.b(problem, problem.current)[:, None]]),
            sparse.csc_matrix(numerator[None]),
            sparse.csc_matrix(([-1.0], ([0], [size])), shape=(1, size + 1)),
        ],
        format="csc",
    )
    right = np.zeros(rows + 2)
    right[rows] = -1.0
    quadratic = sparse.block_diag([program.P(problem), sparse.csc_matrix((1, 1))], format="csc")
    tail = Block("ratio", NONNEGATIVE, slice(rows, rows + 2), (), lambda *_: 0.0)
    solver = ConeSolver(
        quadratic, np.zeros(size + 1), matrix, right, cones([*program.blocks, tail])
    )
    answer = solver.solve()
    if answer is None or answer.z[size] <= 0.0:
        return None, 0
    return answer.z[program.w] / answer.z[size], answer.iterations
