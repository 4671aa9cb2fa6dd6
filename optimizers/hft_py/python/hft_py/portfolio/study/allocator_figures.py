"""The pictures of allocators that :mod:`hft_py.portfolio.study.figures` draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.portfolio import (
    backtest_weights,
    compute_hierarchical_risk_parity_weights,
    compute_risk_parity_weights,
    dendrogram,
    efficient_frontier,
    pareto_front,
    weights_over_time,
)
from hft_py.portfolio.study.allocators import stocks
from hft_py.portfolio.study.multi_strategy import ours, problem

__all__ = ["pareto", "tree", "weights"]


def tree() -> Any:
    """Hierarchical risk parity of the last ten years."""
    returns = stocks("hrp")["returns"].iloc[-2_520:]
    return dendrogram(compute_hierarchical_risk_parity_weights(returns))


def pareto() -> Any:
    """Return, risk and drawdown of portfolios of strategies over five years."""
    columns = problem(1_250, 0)["columns"]
    found = ours(columns, 200, "rust")
    yearly = 252 * columns.mean(axis=0), 252 * np.cov(columns, rowvar=False)
    frontier = efficient_frontier(*yearly)
    points = np.array([frontier.volatilities, frontier.expected_returns]).T
    return pareto_front(found, "risk", "return", frontier=points)


def weights() -> Any:
    """Risk parity, rebalanced at month ends, at ten basis points a trade."""
    returns = stocks("erc")["returns"].iloc[-2_772:]
    prices = 100 * (1 + returns).cumprod()
    found = backtest_weights(compute_risk_parity_weights, prices, rebalance="month", cost=0.001)
    return weights_over_time(found)
