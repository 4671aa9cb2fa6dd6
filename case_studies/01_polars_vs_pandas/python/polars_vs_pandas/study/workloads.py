"""Inputs of the study (seeded synthetic markets, S&P 500 stocks) and their conversions.

Synthetic returns carry what matters to the strategy and to its arithmetic: fat tails
(Student t, 5 degrees of freedom) and volatility clustering (Taylor's log-AR(1)
stochastic volatility, Modelling Financial Time Series, 1986), about 1 % a day. The
signal at t correlates with the return of t+1 by the information coefficient asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from polars_vs_pandas._arrays import Floats, Output
from qpp.datasets import sp500_prices
from qpp.study import Inputs

DAILY_VOLATILITY = 0.01
DEGREES_OF_FREEDOM = 5
PERSISTENCE = 0.97  # of log volatility from one day to the next
PARTS = 40  # of the loop's days, in the quick preset
VOLATILITY_OF_VOLATILITY = 0.10  # stationary deviation of log volatility: about 0.41


def rule(window: int, capital: float = 1e6) -> dict[str, Any]:
    """The strategy's parameters at their defaults, for one window."""
    return {"window": window, "k_long": 1.0, "k_short": 1.0, "cost": 1e-4, "capital": capital}


def synthetic(
    rows: int,
    assets: int,
    window: int,
    seed: int = 20_240_101,
    information_coefficient: float = 0.05,
) -> dict[str, Any]:
    """Signal and returns, ``[rows, assets]`` float64 in C order, and the rule.

    The information coefficient is the correlation between signal[t] and return[t+1] over
    all pairs: signal[t] = ic * return[t+1] / deviation + sqrt(1 - ic^2) * noise, both
    terms of unit variance.

    Examples
    --------
    >>> inputs = synthetic(rows=500, assets=10, window=50)
    >>> inputs["signal"].shape, inputs["window"]
    ((500, 10), 50)
    """
    rng = np.random.default_rng(seed)
    returns = market(rng, rows, assets)
    signal = rng.standard_normal((rows, assets))
    signal *= np.sqrt(1 - information_coefficient**2)
    signal[:-1] += information_coefficient * returns[1:] / returns.std(axis=0)
    return {"signal": signal, "returns": returns, **rule(window)}


def market(rng: np.random.Generator, rows: int, assets: int) -> Floats:
    """Simple returns above -1, ``[rows, assets]``: stochastic volatility times Student t."""
    stationary = VOLATILITY_OF_VOLATILITY / np.sqrt(1 - PERSISTENCE**2)
    level = stationary * rng.standard_normal(assets)
    logs = np.empty((rows, assets))
    for t in range(rows):
        logs[t] = level
        level = PERSISTENCE * level + VOLATILITY_OF_VOLATILITY * rng.standard_normal(assets)
    returns = rng.standard_t(DEGREES_OF_FREEDOM, (rows, assets))
    unit = np.sqrt((DEGREES_OF_FREEDOM - 2) / DEGREES_OF_FREEDOM)
    returns *= DAILY_VOLATILITY * unit * np.exp(logs - stationary**2)
    return np.expm1(returns, out=returns)


def sp500(window: int, since: int = 1990, reversal_days: int = 5) -> dict[str, Any]:
    """20 S&P 500 stocks to 2022; the signal is minus the five-day return.

    From ``since=1990`` there are 8,312 daily returns. The signal of a day is known at its
    close. Its first ``reversal_days - 1`` rows are NaN: no position where a window holds
    one of them. The stocks are survivors, so the equity curve is no evidence for the
    strategy, only input for the arithmetic.
    """
    table = sp500_prices().filter(pl.col("date").dt.year() >= since)
    prices = table.drop("date").to_numpy()
    returns = np.ascontiguousarray(prices[1:] / prices[:-1] - 1)
    signal = np.full_like(returns, np.nan)
    signal[reversal_days - 1 :] = 1 - prices[reversal_days:] / prices[:-reversal_days]
    return {"signal": signal, "returns": returns, **rule(window)}


def name_outputs(output: Output) -> dict[str, Any]:
    """Name what an implementation returns."""
    return dict(zip(("equity", "daily_returns", "traded", "positions"), output, strict=True))


def in_frames(convert: Callable[[Any], Any]) -> Callable[[Inputs], Inputs]:
    """Convert both arrays to the type that an implementation's user already has."""
    return lambda inputs: {**inputs, **{n: convert(inputs[n]) for n in ("signal", "returns")}}


def as_dated_pandas(values: Floats) -> pd.DataFrame:
    """A pandas frame as its user has it: business days in the index, names in the columns."""
    rows, assets = values.shape
    days = pd.bdate_range("1990-01-02", periods=rows)
    return pd.DataFrame(values, index=days, columns=[f"A{i:04}" for i in range(assets)])


def first_days(inputs: Inputs) -> tuple[Inputs, int]:
    """The window and the first of ``PARTS`` equal runs of days: each day is decided as before."""
    rows, window = len(inputs["signal"]), inputs["window"]
    days = window + 1 + (rows - window - 1) // PARTS
    return {**inputs, **{name: inputs[name].iloc[:days] for name in ("signal", "returns")}}, PARTS


def seconds_to_move(inputs: Inputs, bandwidth: Callable[[int], float]) -> float:
    """Signal and returns read once, outputs written once, at memory bandwidth."""
    rows, assets = inputs["signal"].shape
    days = rows - inputs["window"] - 1
    moved = inputs["signal"].nbytes + inputs["returns"].nbytes + days * (3 * 8 + assets)
    return float(moved / bandwidth(moved))
