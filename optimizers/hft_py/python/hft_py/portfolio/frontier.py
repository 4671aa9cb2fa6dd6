"""The efficient frontier: least volatility for each expected return, within the limits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.portfolio._prepared import prepared
from hft_py.portfolio._sifting import Sifting
from hft_py.portfolio._solver import SolverError
from hft_py.portfolio.config import MVOConfig
from hft_py.portfolio.infeasible import explain
from hft_py.portfolio.ratios import without_costs
from hft_py.portfolio.result import Frontier
from hft_py.risk._products import unit_of

TARGET = "target return"


def efficient_frontier(
    alpha: Any,
    risk_model: Any,
    *,
    points: int = 25,
    config: MVOConfig | None = None,
    current_weights: Any = None,
    **market: Any,
) -> Frontier:
    """Portfolios of least variance at expected returns evenly spaced, costs not regarded.

    Parameters
    ----------
    alpha, risk_model, current_weights, market
        As in :func:`~hft_py.portfolio.build_portfolio_mvo`.
    points
        How many portfolios. Default 25: a smooth curve.
    config
        Limits. Default: long-only and fully invested.

    Raises
    ------
    InfeasiblePortfolioError
        The limits contradict each other.

    Examples
    --------
    >>> found = efficient_frontier([0.01, 0.02], [[0.01, 0.0], [0.0, 0.04]], points=5)
    >>> bool((np.diff(found.volatilities) > 0).all())
    True
    """
    count = checks.whole_number("points", points, least=2)
    ready = prepared(risk_model, config, current_weights, market, alpha)
    forecast = ready.problem.alpha
    still = without_costs(replace(ready.problem, alpha=np.zeros(len(forecast)), risk_aversion=1.0))
    least = Sifting().solve(still)
    if least is None:
        raise explain(ready.problem)
    # A trace of risk aversion makes the portfolio of highest return unique.
    highest = float(np.abs(forecast).max()) or 1.0
    aversion = 1e-6 * highest / max(float(still.variance(least.weights)), 1e-300)
    most = Sifting().solve(replace(still, alpha=forecast, risk_aversion=aversion))
    if most is None:
        raise SolverError("the portfolio of highest return was not found")
    low, high = float(forecast @ least.weights), float(forecast @ most.weights)
    unit = unit_of(forecast)
    sifting = Sifting()
    found, slopes = [least.weights], [np.inf]
    targets = np.linspace(low, max(high, low), count)
    for target in targets[1:-1]:
        rows = still.ranges.plus(
            [TARGET], forecast[None] / unit, np.array([target / unit]), np.array([np.inf])
        )
        solution = sifting.solve(replace(still, ranges=rows))
        if solution is None:
            raise SolverError(f"the portfolio of expected return {target} was not found")
        found.append(solution.weights)
        price = -float(solution.multipliers.ranges[-1])
        slopes.append(unit / price if price > 0 else np.inf)
    found.append(most.weights)
    slopes.append(0.0 if high > low else np.inf)
    finished = [ready.finish(weights, "frontier") for weights in found]
    weights = np.array([one.array() for one in finished])
    return Frontier(
        expected_returns=weights @ forecast,
        volatilities=np.array([one.volatility for one in finished]),
        weights=weights,
        assets=ready.inputs.assets,
        slopes=np.array(slopes),
        kind=ready.kind,
    )
