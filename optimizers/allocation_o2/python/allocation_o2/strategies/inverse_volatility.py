"""Weights in proportion to one over the volatility."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocation_o2.strategies._covariance import check_volatility, simple_returns

Floats = npt.NDArray[np.float64]


class InverseVolatility:
    """Weights in proportion to one over the volatility of returns.

    This is risk parity where all correlations are equal.
    """

    def __init__(self, lookback_period: int = 60) -> None:
        self.lookback_period = lookback_period
        self.min_observations = lookback_period + 1

    def predict(self, prices: Floats) -> Floats:
        """Of the sample volatility."""
        with np.errstate(over="ignore", invalid="ignore"):
            volatility = simple_returns(prices, self.lookback_period).std(axis=1, ddof=1)
        check_volatility(volatility, self.lookback_period)
        inverse = 1.0 / volatility
        return np.asarray(inverse / inverse.sum())
