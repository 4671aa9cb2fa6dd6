"""Weights in proportion to past returns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Momentum:
    """Weights in proportion to the return over the lookback, none for assets that fell.

    Equal weights where no asset rose.
    """

    def __init__(self, lookback_period: int = 60) -> None:
        self.lookback_period = lookback_period
        self.min_observations = lookback_period + 1

    def predict(self, prices: Floats) -> Floats:
        """Of simple returns."""
        growth = prices[:, -1] / prices[:, -1 - self.lookback_period] - 1.0
        rising = np.maximum(growth, 0.0)
        total = rising.sum()
        if total > 0.0:
            return np.asarray(rising / total)
        return np.full(len(prices), 1.0 / len(prices))
