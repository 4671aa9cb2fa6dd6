"""Portfolio construction: weights from forecasts, risk and constraints.

>>> from hft_py.portfolio import MVOConfig, build_portfolio_mvo
>>> settings = MVOConfig(long_only=True, max_weight=1.0)
>>> build_portfolio_mvo([0.0, 0.0], risk_model=[[1, 0], [0, 3]], config=settings).weights.round(6)
array([0.75, 0.25])
"""

from hft_py.portfolio._check import Limit
from hft_py.portfolio._solver import SolverError
from hft_py.portfolio.config import MVOConfig
from hft_py.portfolio.frontier import efficient_frontier
from hft_py.portfolio.heuristic import build_portfolio_heuristic
from hft_py.portfolio.infeasible import InfeasiblePortfolioError
from hft_py.portfolio.mvo import build_portfolio, build_portfolio_mvo
from hft_py.portfolio.ratios import (
    maximum_diversification_portfolio,
    maximum_sharpe_portfolio,
    minimum_variance_portfolio,
)
from hft_py.portfolio.rebalancer import MVORebalancer
from hft_py.portfolio.result import Frontier, PortfolioResult, Weights
from hft_py.portfolio.tail import minimum_cdar_portfolio, minimum_cvar_portfolio

__all__ = [
    "Frontier",
    "InfeasiblePortfolioError",
    "Limit",
    "MVOConfig",
    "MVORebalancer",
    "PortfolioResult",
    "SolverError",
    "Weights",
    "build_portfolio",
    "build_portfolio_heuristic",
    "build_portfolio_mvo",
    "efficient_frontier",
    "maximum_diversification_portfolio",
    "maximum_sharpe_portfolio",
    "minimum_cdar_portfolio",
    "minimum_cvar_portfolio",
    "minimum_variance_portfolio",
]
