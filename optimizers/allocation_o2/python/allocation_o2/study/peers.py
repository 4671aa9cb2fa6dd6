"""What a user would write or pick instead: all dates at once in NumPy, pandas, Numba, and solvers.

NumPy has a fast form where a rule is made of sums over windows. It reads and writes arrays of the
size of the prices several times, and its cumulative sums lose some digits, which daily returns can
spare.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Inputs = Mapping[str, Any]


def all_dates(rule: str, parameters: dict[str, Any], prices: Floats, **_: Any) -> Floats:
    """Weights of all dates from whole arrays, ``(n_dates, n_assets)``."""
    found: Floats = _ALL_DATES[rule](prices, **parameters)
    return found


def equal_weight(prices: Floats) -> Floats:
    """A constant, from the second observation on."""
    assets, observations = prices.shape
    return np.full((observations - 1, assets), 1 / assets)


def momentum(prices: Floats, lookback_period: int) -> Floats:
    """Returns over the lookback, none below zero; equal weights where none is above."""
    growth = (prices[:, lookback_period:] / prices[:, :-lookback_period]).T
    growth -= 1.0
    np.maximum(growth, 0.0, out=growth)
    total = growth.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        growth /= total
    growth[total[:, 0] <= 0.0] = 1 / len(prices)
    return growth


def inverse_volatility(prices: Floats, lookback_period: int) -> Floats:
    """Sums over windows as differences of cumulative sums."""
    returns = (prices[:, 1:] / prices[:, :-1] - 1.0).T
    returns -= returns.mean(axis=0)  # smaller sums cancel less
    mean = _windows(returns, lookback_period) / lookback_period
    returns *= returns
    variance = _windows(returns, lookback_period) - lookback_period * mean * mean
    inverse = 1.0 / np.sqrt(variance)
    inverse /= inverse.sum(axis=1, keepdims=True)
    return np.asarray(inverse)


def minimum_variance(prices: Floats, lookback_period: int) -> Floats:
    """Covariances of all dates from cumulative sums of products; then one date after the other."""
    from hft_py.portfolio import compute_minimum_variance_weights

    returns = (prices[:, 1:] / prices[:, :-1] - 1.0).T
    returns -= returns.mean(axis=0)
    mean = _windows(returns, lookback_period) / lookback_period
    products = _windows(returns[:, :, None] * returns[:, None, :], lookback_period)
    products -= lookback_period * mean[:, :, None] * mean[:, None, :]
    products /= lookback_period - 1
    return np.array([compute_minimum_variance_weights(covariance=one).weights for one in products])


def _windows(values: Floats, length: int) -> Floats:
    """Sums over windows of the first axis."""
    sums = np.cumsum(values, axis=0)
    found = sums[length - 1 :].copy()
    found[1:] -= sums[:-length]
    return np.asarray(found)


_ALL_DATES: dict[str, Callable[..., Floats]] = {
    "EqualWeight": equal_weight,
    "Momentum": momentum,
    "InverseVolatility": inverse_volatility,
    "MinimumVariance": minimum_variance,
}


def sliding_windows(parameters: dict[str, Any], prices: Floats, **_: Any) -> Floats:
    """Inverse volatility from views of every window: 60 times the work of cumulative sums."""
    returns = (prices[:, 1:] / prices[:, :-1] - 1.0).T
    windows = np.lib.stride_tricks.sliding_window_view(
        returns, parameters["lookback_period"], axis=0
    )
    inverse = 1.0 / windows.std(axis=-1, ddof=1)
    return np.asarray(inverse / inverse.sum(axis=1, keepdims=True))


def in_a_frame(inputs: Inputs) -> Inputs:
    """What a user of pandas has already."""
    pandas: Any = import_module("pandas")
    return {"frame": pandas.DataFrame(inputs["prices"].T), **inputs["parameters"]}


def pandas_rolling(frame: Any, lookback_period: int) -> Floats:
    """Inverse volatility by ``rolling(...).std()``."""
    inverse = 1.0 / frame.pct_change().rolling(lookback_period).std().iloc[lookback_period:]
    return np.asarray(inverse.div(inverse.sum(axis=1), axis=0))


def compiled(inputs: Inputs) -> Inputs:
    """The kernel compiled for these types, outside the clock."""
    kernel = _numba_kernel()
    prices, lookback = inputs["prices"], inputs["parameters"]["lookback_period"]
    kernel(prices[:, : lookback + 2].copy(), lookback)
    return {"kernel": kernel, "prices": prices, "lookback": lookback}


def numba_loop(kernel: Callable[..., Floats], prices: Floats, lookback: int) -> Floats:
    """Inverse volatility, sums of windows kept up to date in a compiled loop."""
    return kernel(prices, lookback)


@functools.cache
def _numba_kernel() -> Any:
    numba: Any = import_module("numba")

    def volatility_loop(prices: Any, lookback: int) -> Any:
        assets, observations = prices.shape
        out = np.empty((observations - lookback, assets))
        returns = np.empty(observations - 1)
        for i in range(assets):
            first = second = 0.0
            for t in range(observations - 1):
                returns[t] = prices[i, t + 1] / prices[i, t] - 1.0
                first += returns[t]
                second += returns[t] * returns[t]
                if t >= lookback:
                    first -= returns[t - lookback]
                    second -= returns[t - lookback] * returns[t - lookback]
                if t >= lookback - 1:
                    variance = second - first * first / lookback
                    out[t - lookback + 1, i] = 1.0 / np.sqrt(variance)
        for k in range(len(out)):
            out[k] /= out[k].sum()
        return out

    return numba.njit(volatility_loop)


def returns_of_the_call(inputs: Inputs) -> Inputs:
    """The returns of the lookback as a frame, which these libraries take."""
    pandas: Any = import_module("pandas")
    prices = inputs["prices"][:, -1 - inputs["parameters"]["lookback_period"] :]
    return {
        "returns": pandas.DataFrame((prices[:, 1:] / prices[:, :-1] - 1.0).T).rename(columns=str)
    }


def nearly(weights: Floats) -> dict[str, Floats]:
    """Weights as exact as an interior point solver leaves them."""
    return {"nearly": weights}


def pypfopt(returns: Any) -> Floats:
    """Minimum variance by CVXPY."""
    peer: Any = import_module("pypfopt")
    found = peer.EfficientFrontier(None, returns.cov()).min_volatility()
    return np.array([found[name] for name in returns.columns])


def skfolio(returns: Any) -> Floats:
    """Minimum variance by CVXPY, an estimator."""
    peer: Any = import_module("skfolio.optimization")
    return np.asarray(peer.MeanRisk().fit(returns).weights_)
