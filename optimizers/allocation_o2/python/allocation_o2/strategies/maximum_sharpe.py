"""The portfolio of the highest Sharpe ratio in the lookback."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocation_o2.errors import StrategyError
from allocation_o2.strategies._covariance import UNSETTLED, estimate
from allocation_o2.strategies.minimum_variance import least_variance

Floats = npt.NDArray[np.float64]


class MaximumSharpe:
    """The weights of the highest ratio of mean to volatility of returns, none below zero.

    Those of least variance where no asset has a mean above zero.
    """

    def __init__(self, lookback_period: int = 252, shrinkage: float = 0.0) -> None:
        self.lookback_period, self.shrinkage = lookback_period, shrinkage
        self.min_observations = lookback_period + 1

    def predict(self, prices: Floats) -> Floats:
        """The ratio is highest in the direction of the least ``y' C y / 2 - m' y``, ``y >= 0``."""
        mean, covariance = estimate(prices, self.lookback_period, self.shrinkage)
        if (mean <= 0.0).all():
            return least_variance(covariance)
        n = len(mean)
        if n >= self.lookback_period and self.shrinkage == 0.0:
            raise StrategyError(
                f"the covariance of {n} assets over the last {self.lookback_period} returns is "
                "singular: raise lookback_period or shrinkage"
            )
        y = non_negative(mean, covariance)
        return np.asarray(y / y.sum())


def non_negative(mean: Floats, covariance: Floats) -> Floats:
    """The least ``y' C y / 2 - m' y`` over ``y >= 0``.

    Source: Lawson and Hanson, "Solving Least Squares Problems" (1974), chapter 23.
    """
    y, free = np.zeros(len(mean)), np.zeros(len(mean), dtype=bool)
    for _ in range(100 + 20 * len(mean)):
        slopes = np.where(free, -np.inf, mean - covariance @ y)
        if slopes.max() <= 1e-13 * np.abs(mean).max():
            return y
        free[slopes.argmax()] = True
        while True:
            goal = np.zeros(len(mean))
            goal[free] = np.linalg.solve(covariance[np.ix_(free, free)], mean[free])
            falling = free & (goal <= 0.0)
            if not falling.any():
                y = goal
                break
            room = np.where(falling, y / np.where(falling, y - goal, 1.0), np.inf)
            y = y + room.min() * (goal - y)
            y[room.argmin()] = 0.0  # whatever rounding left
            free &= y > 0.0
    raise StrategyError(UNSETTLED)
