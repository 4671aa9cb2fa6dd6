"""Signals of the strategy: strength of the trend, and a filter on volatility."""

import numpy as np
import pandas as pd

TRADING_DAYS = 252
MAX_VOLATILITY = 0.60  # a year: stocks that move more are left out
EPSILON = 1e-12


def trend_tstat(window):
    """The t statistic of the slope of a straight line through log prices."""
    y = np.log(window)
    n = len(y)
    x = np.arange(n)
    x_mean = x.mean()
    y_mean = y.mean()
    sxx = ((x - x_mean) ** 2).sum()
    slope = ((x - x_mean) * (y - y_mean)).sum() / sxx
    intercept = y_mean - slope * x_mean
    residuals = y - (intercept + slope * x)
    variance = (residuals**2).sum() / (n - 2)
    error = np.sqrt(variance / sxx)
    if error < EPSILON:
        return 0.0
    return slope / error


def momentum_tstat(prices, lookback):
    """The trend of each stock over the last ``lookback`` days, every day."""
    scores = pd.DataFrame(index=prices.index, columns=prices.columns, dtype=float)
    for ticker in prices.columns:
        scores[ticker] = prices[ticker].rolling(lookback).apply(trend_tstat, raw=True)
    return scores


def trend_score(prices, lookbacks):
    """The mean of the trends over several lookbacks."""
    scores = momentum_tstat(prices, lookbacks[0])
    for lookback in lookbacks[1:]:
        scores = scores + momentum_tstat(prices, lookback)
    return scores / len(lookbacks)


def annual_volatility(returns, window):
    """Standard deviation of daily returns, as a yearly figure."""
    return returns.rolling(window).std() * np.sqrt(TRADING_DAYS)


def volatility_filter(prices, window):
    """Whether a stock is calm enough to be bought."""
    returns = prices.pct_change()
    return annual_volatility(returns, window) < MAX_VOLATILITY
