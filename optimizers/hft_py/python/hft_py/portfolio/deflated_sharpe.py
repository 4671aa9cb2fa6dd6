"""The Sharpe ratio that the best of many trials would have by luck, and what is left beyond it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hft_py import checks
from hft_py.risk import metrics


def deflated_sharpe_ratio(returns: Any, n_trials: int, trial_deviation: float) -> float:
    """The probability that a strategy's true Sharpe ratio exceeds the luck of its selection.

    Parameters
    ----------
    returns
        Of the strategy that was chosen, ``(T,)``.
    n_trials
        How many were tried, as if independent.
    trial_deviation
        Standard deviation of the Sharpe ratios of the trials, a period as ``returns``, not annual.

    Returns
    -------
    float
        0 to 1; NaN where ``returns`` do not vary.

    Notes
    -----
    Bailey and López de Prado (2014), "The deflated Sharpe ratio", J. Portfolio Management 40,
    equations 1 and 2: the expected maximum of normal trials, and the deviation of a Sharpe ratio of
    skewed, fat-tailed returns.

    Examples
    --------
    >>> returns = np.random.default_rng(0).normal(0.05, 1.0, 1_000)
    >>> one, many = (deflated_sharpe_ratio(returns, n, 0.02) for n in (1, 100))
    >>> bool(many < one)
    True
    """
    from scipy.special import ndtr, ndtri

    values = checks.finite_array("returns", returns, least=2)
    trials = checks.whole_number("n_trials", n_trials, least=1)
    spread = checks.real_number("trial_deviation", trial_deviation, least=0.0)
    deviation = float(values.std())
    if not deviation > 1e-14 * float(np.abs(values).max()):
        return math.nan
    scores = (values - values.mean()) / deviation
    skewness, kurtosis = float((scores**3).mean()), float((scores**4).mean())
    sharpe = metrics.sharpe(values, periods_per_year=1.0)
    luck = 0.0
    if trials > 1:
        quantiles = ndtri([1 - 1 / trials, 1 - 1 / (trials * math.e)])
        luck = spread * float((1 - np.euler_gamma) * quantiles[0] + np.euler_gamma * quantiles[1])
    error = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe
    return float(ndtr((sharpe - luck) * math.sqrt((len(values) - 1) / max(error, 1e-12))))
