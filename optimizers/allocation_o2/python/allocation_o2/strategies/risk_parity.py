"""Risk parity: each asset contributes the same to the variance."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from allocation_o2.errors import StrategyError
from allocation_o2.strategies._covariance import estimate
from hft_py.portfolio import compute_risk_parity_weights

Floats = npt.NDArray[np.float64]


class RiskParity:
    """Weights by which each asset contributes the same to the variance."""

    def __init__(self, lookback_period: int = 252, shrinkage: float = 0.0) -> None:
        self.lookback_period, self.shrinkage = lookback_period, shrinkage
        self.min_observations = lookback_period + 1

    def predict(self, prices: Floats) -> Floats:
        """By coordinate descent."""
        _, covariance = estimate(prices, self.lookback_period, self.shrinkage)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # an error below
            try:
                found = compute_risk_parity_weights(
                    covariance=covariance, tolerance=1e-13, max_iterations=1_100, backend="python"
                )
            except ValueError as error:
                raise StrategyError(str(error)) from None
        if not found.details["converged"]:
            raise StrategyError("risk parity has not converged: raise shrinkage")
        return np.asarray(found.weights)
