"""Means and covariances of returns, as several strategies need them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocation_o2.errors import StrategyError

Floats = npt.NDArray[np.float64]

# Volatilities below this are what rounding leaves of equal returns.
STILL = 1e-12
# Where no active set is found.
UNSETTLED = "rounding keeps the weights from being found: raise shrinkage"


def simple_returns(prices: Floats, lookback_period: int) -> Floats:
    """The last ``lookback_period`` simple returns, ``(n_assets, lookback_period)``."""
    recent = prices[:, -lookback_period - 1 :]
    with np.errstate(over="ignore"):  # a volatility that is not finite is an error
        return np.asarray(recent[:, 1:] / recent[:, :-1] - 1.0)


def estimate(prices: Floats, lookback_period: int, shrinkage: float) -> tuple[Floats, Floats]:
    """The mean of each asset's returns and their covariance.

    The sample covariance (``T - 1`` in the denominator), moved by the share ``shrinkage`` to the
    mean variance times the identity.

    Raises
    ------
    StrategyError
        An asset whose returns do not vary.
    """
    returns = simple_returns(prices, lookback_period)
    count = returns.shape[1]
    mean = returns.mean(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        centred = returns - mean[:, None]
        covariance = centred @ centred.T / (count - 1)
    variances = covariance.diagonal().copy()
    check_volatility(np.sqrt(variances), count)
    if shrinkage > 0.0:
        covariance *= 1.0 - shrinkage
        covariance += shrinkage * variances.mean() * np.eye(len(covariance))
    return mean, covariance


def check_volatility(volatility: Floats, returns: int) -> None:
    """An asset without volatility has no risk to speak of, or no price of its own."""
    still = np.flatnonzero(~(volatility > STILL))
    if len(still):
        what = "finite " if np.isnan(volatility[still[0]]) else ""
        raise StrategyError(
            f"asset {still[0]} has no {what}volatility over the last {returns} returns: leave it "
            "out"
        )
