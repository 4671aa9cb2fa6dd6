"""Portfolio construction: weights from forecasts, risk and constraints.

>>> from hft_py.portfolio import MVOConfig, build_portfolio_mvo
>>> settings = MVOConfig(long_only=True, max_weight=1.0)
>>> build_portfolio_mvo([0.0, 0.0], risk_model=[[1, 0], [0, 3]], config=settings).weights.round(6)
array([0.75, 0.25])
"""

from hft_py.portfolio._check import Limit
from hft_py.portfolio._solver import SolverError
from hft_py.portfolio.backtest import WeightsBacktest, backtest_weights
from hft_py.portfolio.black_litterman import BlackLitterman, black_litterman
from hft_py.portfolio.config import MVOConfig
from hft_py.portfolio.constraints import StrategyConstraints
from hft_py.portfolio.deflated_sharpe import deflated_sharpe_ratio
from hft_py.portfolio.estimators import Allocator
from hft_py.portfolio.frontier import efficient_frontier
from hft_py.portfolio.heuristic import build_portfolio_heuristic
from hft_py.portfolio.hierarchical import (
    compute_hierarchical_equal_risk_weights,
    compute_hierarchical_risk_parity_weights,
)
from hft_py.portfolio.infeasible import InfeasiblePortfolioError
from hft_py.portfolio.minimum_variance import (
    compute_inverse_variance_weights,
    compute_inverse_volatility_weights,
    compute_minimum_variance_weights,
)
from hft_py.portfolio.multi_strategy import MultiStrategyResult, optimize_multi_strategy
from hft_py.portfolio.mvo import build_portfolio, build_portfolio_mvo
from hft_py.portfolio.nested import compute_nested_cluster_weights
from hft_py.portfolio.plotting_weights import dendrogram, pareto_front, weights_over_time
from hft_py.portfolio.ratios import (
    maximum_diversification_portfolio,
    maximum_sharpe_portfolio,
    minimum_variance_portfolio,
)
from hft_py.portfolio.rebalancer import MVORebalancer
from hft_py.portfolio.result import Frontier, PortfolioResult, Weights
from hft_py.portfolio.risk_parity import compute_risk_parity_weights
from hft_py.portfolio.strategy_optimizer import MultiStrategyOptimizer, StrategyPlan
from hft_py.portfolio.tail import minimum_cdar_portfolio, minimum_cvar_portfolio

__all__ = [
    "Allocator",
    "BlackLitterman",
    "Frontier",
    "InfeasiblePortfolioError",
    "Limit",
    "MVOConfig",
    "MVORebalancer",
    "MultiStrategyOptimizer",
    "MultiStrategyResult",
    "PortfolioResult",
    "SolverError",
    "StrategyConstraints",
    "StrategyPlan",
    "Weights",
    "WeightsBacktest",
    "backtest_weights",
    "black_litterman",
    "build_portfolio",
    "build_portfolio_heuristic",
    "build_portfolio_mvo",
    "compute_hierarchical_equal_risk_weights",
    "compute_hierarchical_risk_parity_weights",
    "compute_inverse_variance_weights",
    "compute_inverse_volatility_weights",
    "compute_minimum_variance_weights",
    "compute_nested_cluster_weights",
    "compute_risk_parity_weights",
    "deflated_sharpe_ratio",
    "dendrogram",
    "efficient_frontier",
    "maximum_diversification_portfolio",
    "maximum_sharpe_portfolio",
    "minimum_cdar_portfolio",
    "minimum_cvar_portfolio",
    "minimum_variance_portfolio",
    "optimize_multi_strategy",
    "pareto_front",
    "weights_over_time",
]
