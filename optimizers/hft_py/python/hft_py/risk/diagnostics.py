"""Whether forecasts of volatility hold: bias and Q-statistics of standardised returns.

The return of a period over the volatility forecast for it has deviation 1 where the forecasts are
right. The bias statistic is that deviation: above 1, risk was underestimated. The Q-statistic
punishes errors in both directions, period by period, so forecasts that are right on average but
always too late have a bias of 1 and a large Q. Both are for comparing models on the same
portfolios.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.results import Result
from hft_py.risk._inputs import pair

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class BiasStatistic(Result):
    """The deviation of standardised returns, and where 95 % of right forecasts have it.

    Attributes
    ----------
    bias
        Over all periods.
    lower, upper
        ``1 - sqrt(2 / T)`` and ``1 + sqrt(2 / T)``, for normal returns.
    periods
        ``T``.
    rolling
        The bias of each window that ends at a period, ``(T,)``; NaN before the first.

    Examples
    --------
    >>> round(bias_statistic([0.01, -0.01, 0.01, -0.01], [0.01] * 4).bias, 3)
    1.155
    """

    bias: float
    lower: float
    upper: float
    periods: int
    rolling: Floats


def bias_statistic(returns: Any, volatility: Any, window: int | None = None) -> BiasStatistic:
    """The deviation of returns over the volatilities forecast for them.

    Parameters
    ----------
    returns, volatility
        ``(T,)``; each forecast made before its return. Pairs with a NaN are left out.
    window
        Of the rolling bias, in periods; default: a year of trading days, or all there is.

    Raises
    ------
    ValueError
        Lengths that differ, fewer than two pairs, a volatility of 0 or less.

    Notes
    -----
    Menchero, Orr and Wang (2011), appendix A.

    Examples
    --------
    >>> returns = 0.02 * np.random.default_rng(0).normal(size=1000)
    >>> found = bias_statistic(returns, np.full(1000, 0.01))
    >>> round(found.bias, 1), found.upper < 1.05
    (2.0, True)
    """
    scaled = _standardised(returns, volatility)
    count = len(scaled)
    size = (
        min(252, count)
        if window is None
        else checks.whole_number("window", window, least=2, most=count)
    )
    rolling = np.full(count, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(scaled, size)
    rolling[size - 1 :] = windows.std(axis=1, ddof=1)
    half = math.sqrt(2.0 / count)
    return BiasStatistic(float(scaled.std(ddof=1)), 1.0 - half, 1.0 + half, count, rolling)


def q_statistic(returns: Any, volatility: Any) -> float:
    """The mean of ``z^2 - ln z^2`` of returns over their forecast volatilities.

    Smallest, on average, for the true volatilities, whatever the scale of the portfolio; 2.27 then
    for normal returns. A return of 0 counts as the smallest positive number.

    Parameters
    ----------
    returns, volatility
        As for :func:`bias_statistic`.

    Notes
    -----
    Patton (2011), Volatility forecast comparison using imperfect volatility proxies, QLIKE;
    Menchero, Wang and Orr (2013), Improving Risk Forecasts for Optimized Portfolios.

    Examples
    --------
    >>> returns = np.random.default_rng(0).normal(size=100_000)
    >>> ones = np.ones(100_000)
    >>> q_statistic(returns, ones) < min(q_statistic(returns, 0.9 * ones),
    ...                                  q_statistic(returns, 1.1 * ones))
    True
    """
    squares = np.maximum(_standardised(returns, volatility) ** 2, np.finfo(float).tiny)
    return float(np.mean(squares - np.log(squares)))


def _standardised(returns: Any, volatility: Any) -> Floats:
    happened, forecast = pair(("returns", returns), ("volatility", volatility), allow_nan=True)
    if (forecast <= 0).any():
        place = int(np.flatnonzero(forecast <= 0)[0])
        raise ValueError(f"volatility[{place}] is {forecast[place]}, expected more than 0")
    scaled = happened / forecast
    found: Floats = scaled[~np.isnan(scaled)]
    if len(found) < 2:
        raise ValueError(f"returns has {len(found)} numbers with a forecast, expected 2 or more")
    return found
