"""Risk models of returns: covariances, factor models, decomposition of risk, losses.

>>> import numpy as np
>>> from hft_py.risk import ewma_covariance
>>> ewma_covariance(np.random.default_rng(0).normal(size=(100, 3))).shape
(3, 3)
"""

from hft_py.risk.covariance import ewma_covariance, sample_covariance, semi_covariance
from hft_py.risk.decomposition import RiskDecomposition, decompose_risk
from hft_py.risk.model import FactorRiskModel, RiskModel
from hft_py.risk.repair import repair_covariance
from hft_py.risk.shrinkage import ledoit_wolf_covariance, oas_covariance

__all__ = [
    "FactorRiskModel",
    "RiskDecomposition",
    "RiskModel",
    "decompose_risk",
    "ewma_covariance",
    "ledoit_wolf_covariance",
    "oas_covariance",
    "repair_covariance",
    "sample_covariance",
    "semi_covariance",
]
