"""Simple strategies by name, to start from: positions from prices, known at each close."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from hft_py import checks

Floats = npt.NDArray[np.float64]


def buy_and_hold(prices: Floats) -> Floats:
    """Always long.

    Examples
    --------
    >>> buy_and_hold(np.ones((2, 1))).tolist()
    [[1.0], [1.0]]
    """
    return np.ones_like(prices)


def momentum(prices: Floats, window: int = 120) -> Floats:
    """Long what rose over the window, short what fell.

    Examples
    --------
    >>> momentum(np.array([[1.0], [2.0], [1.5]]), window=1).ravel().tolist()
    [0.0, 1.0, -1.0]
    """
    window = checks.whole_number("window", window, least=1)
    positions = np.zeros_like(prices)
    positions[window:] = np.sign(prices[window:] - prices[:-window])
    return positions


def mean_reversion(prices: Floats, window: int = 20, entry: float = 1.0) -> Floats:
    """Against prices that are ``entry`` deviations from their mean over the window.

    Examples
    --------
    >>> prices = np.array([[1.0], [1.0], [1.0], [4.0]])
    >>> mean_reversion(prices, window=4).ravel().tolist()
    [0.0, 0.0, 0.0, -1.0]
    """
    window = checks.whole_number("window", window, least=1)
    positions = np.zeros_like(prices)
    if len(prices) < window:
        return positions
    windows = np.lib.stride_tricks.sliding_window_view(prices, window, axis=0)
    mean, deviation = windows.mean(axis=-1), windows.std(axis=-1)
    apart = prices[window - 1 :] - mean
    positions[window - 1 :] = -np.sign(apart) * (np.abs(apart) > entry * deviation)
    return positions


def moving_average(prices: Floats, fast: int = 20, slow: int = 100) -> Floats:
    """Long where the fast average is above the slow one, short where it is below.

    Examples
    --------
    >>> moving_average(np.array([[1.0], [2.0], [4.0]]), fast=1, slow=2).ravel().tolist()
    [0.0, 1.0, 1.0]
    """
    fast = checks.whole_number("fast", fast, least=1)
    slow = checks.whole_number("slow", slow, least=1)
    positions = np.zeros_like(prices)
    if len(prices) < max(fast, slow):
        return positions
    sums = np.concatenate([np.zeros((1, prices.shape[1])), np.cumsum(prices, axis=0)])
    start = max(fast, slow)
    short = (sums[start:] - sums[start - fast : len(sums) - fast]) / fast
    long = (sums[start:] - sums[start - slow : len(sums) - slow]) / slow
    positions[start - 1 :] = np.sign(short - long)
    return positions


STRATEGIES: dict[str, Callable[..., Floats]] = {
    "buy_and_hold": buy_and_hold,
    "momentum": momentum,
    "mean_reversion": mean_reversion,
    "moving_average": moving_average,
}
