"""The portfolio of least variance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocation_o2.strategies._covariance import estimate
from hft_py.portfolio import compute_minimum_variance_weights

Floats = npt.NDArray[np.float64]


class MinimumVariance:
    """The weights of least variance, none below zero."""

    def __init__(self, lookback_period: int = 252, shrinkage: float = 0.0) -> None:
        self.lookback_period, self.shrinkage = lookback_period, shrinkage
        self.min_observations = lookback_period + 1

    def predict(self, prices: Floats) -> Floats:
        """By an active set."""
        _, covariance = estimate(prices, self.lookback_period, self.shrinkage)
        return least_variance(covariance)


def least_variance(covariance: Floats) -> Floats:
    """Weights of least variance."""
    found = compute_minimum_variance_weights(covariance=covariance, backend="python")
    return np.asarray(found.weights)
