"""Hierarchical risk parity: weights from a tree of the assets.

Source: López de Prado, "Building diversified portfolios that outperform out of sample" (2016).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocation_o2.strategies._covariance import estimate
from hft_py.portfolio import compute_hierarchical_risk_parity_weights

Floats = npt.NDArray[np.float64]


class HierarchicalRiskParity:
    """Hierarchical risk parity, as published.

    Single linkage of Euclidean distances between rows of correlation distances, then halves of the
    tree's order share by the inverse of their variance. Assets enter by volatility, the least
    volatile first, so that weights do not depend on their order in the prices.
    """

    def __init__(self, lookback_period: int = 252, shrinkage: float = 0.0) -> None:
        self.lookback_period, self.shrinkage = lookback_period, shrinkage
        self.min_observations = lookback_period + 1

    def predict(self, prices: Floats) -> Floats:
        """Of the sorted assets."""
        _, covariance = estimate(prices, self.lookback_period, self.shrinkage)
        order = covariance.diagonal().argsort(kind="stable")
        found = compute_hierarchical_risk_parity_weights(
            covariance=covariance[np.ix_(order, order)], backend="python"
        )
        weights = np.empty(len(order))
        weights[order] = found.weights
        return weights
