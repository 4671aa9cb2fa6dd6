"""Portfolios of least expected shortfall, and of least conditional drawdown, over past returns.

Both are linear programs. The shortfall at a level is ``min over c of c + mean(max(loss - c, 0)) /
(1 - level)``; with a drawdown in the place of the loss it is the conditional drawdown at risk.

Sources: Rockafellar and Uryasev, J. Risk 2 (2000) 21; Chekhlov, Uryasev and Zabarankin,
International J. of Theoretical and Applied Finance 8 (2005) 13.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from hft_py import checks
from hft_py.portfolio import _validation
from hft_py.portfolio._prepared import Prepared, prepared
from hft_py.portfolio._program import NONNEGATIVE, ZERO, Block, Program
from hft_py.portfolio._solver import ConeSolver, SolverError, cones
from hft_py.portfolio.config import MVOConfig
from hft_py.portfolio.infeasible import explain
from hft_py.portfolio.result import PortfolioResult
from hft_py.risk import sample_covariance
from hft_py.risk._products import unit_of

Floats = npt.NDArray[np.float64]


def minimum_cvar_portfolio(
    returns: Any,
    *,
    level: float = 0.95,
    config: MVOConfig | None = None,
    current_weights: Any = None,
    **market: Any,
) -> PortfolioResult:
    """The least mean loss of the worst ``1 - level`` of past periods.

    Parameters
    ----------
    returns
        Simple returns by period and asset, an array or frame without NaN.
    level
        Default 0.95: the worst twentieth.
    config
        Limits; costs are not regarded. Default: long-only and fully invested.
    current_weights, market
        As in :func:`~hft_py.portfolio.build_portfolio_mvo`.

    Returns
    -------
    PortfolioResult
        ``details["cvar"]`` is the shortfall, a loss is positive; volatility and expected return
        are those of the sample.

    Examples
    --------
    >>> found = minimum_cvar_portfolio([[0.01, -0.05], [-0.02, 0.02], [0.01, 0.01]], level=0.9)
    >>> found.weights.round(6).tolist(), round(found.details["cvar"], 6)
    ([0.7, 0.3], 0.008)
    """
    ready, panel, share, unit = _read(returns, level, config, current_weights, market)
    periods, n = panel.shape
    program = Program(ready.problem.in_units()[0], np.arange(n))
    # Variables after the program's: c, and the excess of each loss.
    loss = sparse.hstack(
        [_over_weights(-panel, program), -np.ones((periods, 1)), -sparse.identity(periods)]
    )
    weights, iterations = _least(ready, program, [(NONNEGATIVE, loss)], periods, share)
    cvar = unit * shortfall(-panel @ weights, share)
    return ready.finish(
        weights, "minimum CVaR", details={"cvar": cvar}, utility=-cvar, iterations=iterations
    )


def minimum_cdar_portfolio(
    returns: Any,
    *,
    level: float = 0.95,
    config: MVOConfig | None = None,
    current_weights: Any = None,
    **market: Any,
) -> PortfolioResult:
    """The least mean of the worst ``1 - level`` drawdowns, of returns added up, not compounded.

    Parameters
    ----------
    returns, level, config, current_weights, market
        As in :func:`minimum_cvar_portfolio`; the drawdown before the first period is 0.

    Returns
    -------
    PortfolioResult
        ``details["cdar"]`` is the conditional drawdown at risk.

    Examples
    --------
    >>> found = minimum_cdar_portfolio([[0.01, -0.05], [-0.02, 0.02], [0.01, 0.01]], level=0.9)
    >>> found.weights.round(6).tolist(), round(found.details["cdar"], 6)
    ([0.833333, 0.166667], 0.013333)
    """
    ready, panel, share, unit = _read(returns, level, config, current_weights, market)
    periods, n = panel.shape
    program = Program(ready.problem.in_units()[0], np.arange(n))
    # Variables after the program's: c, the excesses, the sums of returns, the peaks so far.
    same = sparse.identity(periods, format="csc")
    before = sparse.eye(periods, k=-1, format="csc")
    none, column = sparse.csc_matrix((periods, periods)), np.ones((periods, 1))
    blank = sparse.csc_matrix((periods, program.size))
    wealth = sparse.hstack([_over_weights(-panel, program), 0 * column, none, same - before, none])
    peak = sparse.hstack([blank, 0 * column, none, same, -same])
    rising = sparse.hstack([blank, 0 * column, none, none, before - same])
    excess = sparse.hstack([blank, -column, -same, -same, same])
    rows = [(ZERO, wealth), (NONNEGATIVE, sparse.vstack([peak, rising, excess]))]
    weights, iterations = _least(ready, program, rows, periods, share)
    cdar = unit * shortfall(drawdowns(panel @ weights), share)
    return ready.finish(
        weights, "minimum CDaR", details={"cdar": cdar}, utility=-cdar, iterations=iterations
    )


def shortfall(losses: Floats, share: float) -> float:
    """The mean of the largest ``share`` of losses; one at the edge counts in part."""
    ordered = np.sort(losses)[::-1]
    count = share * len(ordered)
    weights = np.clip(count - np.arange(len(ordered)), 0.0, 1.0)
    return float(weights @ ordered / count)


def drawdowns(returns: Floats) -> Floats:
    """Sums of returns below their highest so far, 0 at the start included."""
    wealth = np.cumsum(returns)
    found: Floats = np.maximum(np.maximum.accumulate(wealth), 0.0) - wealth
    return found


def _read(
    returns: Any, level: Any, config: MVOConfig | None, current_weights: Any, market: dict[str, Any]
) -> tuple[Prepared, Floats, float, float]:
    share = 1.0 - checks.real_number("level", level, least=0.0, below=1.0)
    found = _validation.returns(returns)
    mean = found.vector(found.values.mean(axis=0))
    ready = prepared(sample_covariance(returns), config, current_weights, market, mean)
    unit = unit_of(found.values)  # the solver's tolerances are absolute
    return ready, found.values / unit, share, unit


def _over_weights(matrix: Floats, program: Program) -> Any:
    """A matrix over the weights as one over all variables of the program."""
    rest = sparse.csc_matrix((len(matrix), program.size - matrix.shape[1]))
    return sparse.hstack([sparse.csc_matrix(matrix), rest])


def _least(
    ready: Prepared,
    program: Program,
    added: list[tuple[str, Any]],
    periods: int,
    share: float,
) -> tuple[Floats, int]:
    """Minimise ``c + sum(excess) / (share periods)`` over limits and the rows added."""
    problem, size = ready.problem, added[0][1].shape[1]
    start = program.size + 1  # the excesses follow c
    positive = sparse.csc_matrix(
        (-np.ones(periods), (np.arange(periods), start + np.arange(periods))), shape=(periods, size)
    )
    limits = sparse.hstack([program.A, sparse.csc_matrix((program.rows, size - program.size))])
    rows: list[Any] = [limits, positive]
    blocks = [*program.blocks, _block(NONNEGATIVE, periods)]
    for cone, matrix in added:
        rows.append(matrix)
        blocks.append(_block(cone, matrix.shape[0]))
    matrix = sparse.vstack(rows, format="csc")
    objective = np.zeros(size)
    objective[program.size] = 1.0
    objective[start : start + periods] = 1.0 / (share * periods)
    right = np.zeros(matrix.shape[0])
    right[: program.rows] = program.b(problem.in_units()[0], problem.current)
    empty = sparse.csc_matrix((size, size))
    answer = ConeSolver(empty, objective, matrix, right, cones(blocks)).solve()
    if answer is None:
        raise explain(problem)
    if not np.isfinite(answer.z).all():
        raise SolverError("the solver found no finite portfolio")
    return answer.z[program.w], answer.iterations


def _block(cone: str, count: int) -> Block:
    return Block("scenarios", cone, slice(0, count), (), lambda *_: 0.0)
