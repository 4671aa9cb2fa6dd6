"""Figures of a portfolio's performance, each in one place.

``equity`` is the curve after each period, in currency; ``returns`` the simple returns of those
periods; ``capital`` what it started from. Annual figures assume ``periods_per_year`` periods, 252
unless given. Where a figure is undefined (no deviation, no losing period) it is NaN. A test holds
them equal to those of the case study on backtests, which has the same names.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.risk._products import unit_of
from hft_py.risk.drawdown import drawdowns, max_drawdown

Floats = npt.NDArray[np.float64]

DAILY = 252.0
"""Trading days of a US exchange."""

__all__ = [
    "DAILY",
    "cagr",
    "calmar",
    "costs_paid",
    "drawdowns",
    "hit_rate",
    "max_drawdown",
    "sharpe",
    "sortino",
    "total_return",
    "turnover",
    "volatility",
]


def total_return(equity: Any, capital: float) -> float:
    """Last equity over starting capital, less one.

    >>> round(total_return([110.0, 121.0], 100.0), 12)
    0.21
    """
    return float(checks.finite_array("equity", equity)[-1] / _capital(capital) - 1)


def cagr(equity: Any, capital: float, periods_per_year: float = DAILY) -> float:
    """Compound annual growth rate; -1 after ruin, NaN where no float can hold it.

    >>> round(cagr([110.0, 121.0], 100.0, periods_per_year=1), 12)
    0.1
    """
    curve = checks.finite_array("equity", equity)
    growth = max(float(curve[-1] / _capital(capital)), 0.0)  # a debt is no less ruin
    try:
        return float(growth ** (_periods(periods_per_year) / curve.size) - 1)
    except OverflowError:
        return math.nan


def volatility(returns: Any, periods_per_year: float = DAILY) -> float:
    """Sample deviation (ddof 1), annual; exactly 0 of equal returns, NaN of a single one.

    >>> round(volatility([0.01, -0.01, 0.02, -0.02], periods_per_year=3), 12)
    0.031622776602
    """
    return _deviation(checks.finite_array("returns", returns)) * math.sqrt(
        _periods(periods_per_year)
    )


def sharpe(returns: Any, risk_free: float = 0.0, periods_per_year: float = DAILY) -> float:
    """Mean excess return over the sample deviation, annual; NaN where returns do not vary.

    ``risk_free`` is a rate per period. Sharpe (1994), The Sharpe Ratio, Journal of Portfolio
    Management.

    >>> round(sharpe([0.01, 0.03], periods_per_year=2), 12)
    2.0
    """
    values = checks.finite_array("returns", returns)
    risk_free = checks.real_number("risk_free", risk_free)
    deviation = _deviation(values)
    if not deviation > 0:
        return math.nan
    return float((np.mean(values) - risk_free) / deviation * math.sqrt(_periods(periods_per_year)))


def sortino(returns: Any, target: float = 0.0, periods_per_year: float = DAILY) -> float:
    """Mean excess over the downside deviation of *all* periods, annual; NaN without a loss.

    Sortino and Price (1994), Performance Measurement in a Downside Risk Framework, Journal of
    Investing.

    >>> round(sortino([0.04, -0.02, 0.04, 0.0], periods_per_year=4), 12)
    3.0
    """
    excess = checks.finite_array("returns", returns) - checks.real_number("target", target)
    unit = unit_of(excess)
    downside = unit * math.sqrt(float(np.mean(np.minimum(excess / unit, 0.0) ** 2)))
    if not downside > 0:
        return math.nan
    return float(np.mean(excess)) / downside * math.sqrt(_periods(periods_per_year))


def calmar(equity: Any, capital: float, periods_per_year: float = DAILY) -> float:
    """Compound annual growth over the depth of the deepest drawdown; NaN without one.

    Young (1991), Calmar Ratio: A Smoother Tool, Futures.

    >>> round(calmar([80.0, 121.0], 100.0, periods_per_year=1), 12)
    0.5
    """
    depth = max_drawdown(equity, capital).depth
    return cagr(equity, capital, periods_per_year) / -depth if depth < 0 else math.nan


def hit_rate(returns: Any) -> float:
    """Winning periods among those that won or lost; NaN where none did.

    >>> hit_rate([0.01, 0.0, -0.01, 0.02, 0.0, 0.01])
    0.75
    """
    values = checks.finite_array("returns", returns)
    moved = np.count_nonzero(values)
    return float(np.count_nonzero(values > 0) / moved) if moved else math.nan


def costs_paid(traded: Any, cost: float) -> float:
    """Cost rate times the capital that changed side, summed over periods.

    >>> costs_paid([100.0, 0.0, 200.0], 0.01)
    3.0
    """
    return checks.real_number("cost", cost) * float(np.sum(checks.finite_array("traded", traded)))


def turnover(traded: Any, equity: Any, capital: float) -> Floats:
    """Traded capital over the equity before the period; a full flip is 2, 0 without equity.

    >>> turnover([100.0, 110.0], [110.0, 121.0], 100.0).tolist()
    [1.0, 1.0]
    """
    moved = checks.finite_array("traded", traded)
    curve = checks.finite_array("equity", equity)
    if len(moved) != len(curve):
        raise ValueError(f"equity has length {len(curve)}, expected {len(moved)} as traded")
    before = np.concatenate(([_capital(capital)], curve[:-1]))
    found: Floats = np.divide(moved, before, out=np.zeros_like(moved), where=before > 0)
    return found


def _deviation(values: Floats) -> float:
    if values.size < 2:
        return math.nan
    # Equal values have no deviation; the rounding of their mean would give them one.
    if values.max() == values.min():
        return 0.0
    unit = unit_of(values)  # so that squares neither overflow nor vanish
    return float(np.std(values / unit, ddof=1)) * unit


def _capital(capital: Any) -> float:
    return checks.real_number("capital", capital, above=0.0)


def _periods(periods_per_year: Any) -> float:
    return checks.real_number("periods_per_year", periods_per_year, above=0.0)
