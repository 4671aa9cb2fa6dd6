"""Risk models of returns: covariances, factor models, decomposition of risk, losses.

>>> import numpy as np
>>> from hft_py.risk import ewma_covariance
>>> ewma_covariance(np.random.default_rng(0).normal(size=(100, 3))).shape
(3, 3)
"""

from hft_py.risk import metrics
from hft_py.risk.attribution import ReturnAttribution
from hft_py.risk.covariance import ewma_covariance, sample_covariance, semi_covariance
from hft_py.risk.decomposition import RiskDecomposition, decompose_risk
from hft_py.risk.diagnostics import BiasStatistic, bias_statistic, q_statistic
from hft_py.risk.drawdown import (
    Drawdown,
    average_drawdown,
    conditional_drawdown_at_risk,
    drawdowns,
    max_drawdown,
    ulcer_index,
)
from hft_py.risk.factor_model import FactorModel
from hft_py.risk.model import RiskModel
from hft_py.risk.protocol import FactorRiskModel
from hft_py.risk.repair import repair_covariance
from hft_py.risk.shrinkage import ledoit_wolf_covariance, oas_covariance
from hft_py.risk.statistical_model import StatisticalFactorModel, TimeSeriesFactorModel
from hft_py.risk.tail import (
    conditional_value_at_risk,
    rolling_value_at_risk,
    value_at_risk,
)
from hft_py.risk.var_backtest import VaRBacktest, backtest_value_at_risk

__all__ = [
    "BiasStatistic",
    "Drawdown",
    "FactorModel",
    "FactorRiskModel",
    "ReturnAttribution",
    "RiskDecomposition",
    "RiskModel",
    "StatisticalFactorModel",
    "TimeSeriesFactorModel",
    "VaRBacktest",
    "average_drawdown",
    "backtest_value_at_risk",
    "bias_statistic",
    "conditional_drawdown_at_risk",
    "conditional_value_at_risk",
    "decompose_risk",
    "drawdowns",
    "ewma_covariance",
    "ledoit_wolf_covariance",
    "max_drawdown",
    "metrics",
    "oas_covariance",
    "q_statistic",
    "repair_covariance",
    "rolling_value_at_risk",
    "sample_covariance",
    "semi_covariance",
    "ulcer_index",
    "value_at_risk",
]
