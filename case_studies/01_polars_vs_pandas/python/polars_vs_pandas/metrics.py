"""Every figure of a backtest, each in one place.

``equity`` is the curve after each day, ``[D]``, in currency; ``returns`` the simple
returns of those days; ``capital`` what it started from. All are finite (the backtest
ensures it). Annual figures assume ``periods_per_year`` rows a year: 252 unless given here;
a backtest judges by its dates.
Where a figure is undefined (no deviation, no losing day, a benchmark that does not vary)
it is NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from polars_vs_pandas._arrays import Floats

DAILY = 252.0
"""Trading days of a US exchange."""


def total_return(equity: Floats, capital: float) -> float:
    """Last equity over starting capital, less one.

    Examples
    --------
    >>> round(total_return(np.array([110.0, 121.0]), 100.0), 12)
    0.21
    """
    return float(equity[-1] / capital - 1)


def cagr(equity: Floats, capital: float, periods_per_year: float = DAILY) -> float:
    """Compound annual growth rate: (last / start) ** (periods_per_year / D) - 1; -1 after ruin.

    NaN where no float can hold it (a few days of fortune, taken to the power of a year).

    Examples
    --------
    >>> round(cagr(np.full(504, 121.0), 100.0), 12)  # 21 % in two years
    0.1
    """
    try:
        return float(float(equity[-1] / capital) ** (periods_per_year / equity.size) - 1)
    except OverflowError:
        return math.nan


def volatility(returns: Floats, periods_per_year: float = DAILY) -> float:
    """Annualised sample deviation: std(returns, ddof=1) * sqrt(periods_per_year).

    Exactly 0 where all returns are equal; NaN for a single day.

    Examples
    --------
    >>> round(volatility(np.array([0.01, -0.01, 0.02, -0.02]), periods_per_year=3), 12)
    0.031622776602
    """
    return _deviation(returns) * math.sqrt(periods_per_year)


def sharpe(returns: Floats, risk_free: float = 0.0, periods_per_year: float = DAILY) -> float:
    """Sharpe ratio: mean excess return over its sample deviation, times sqrt(periods_per_year).

    ``risk_free`` is a rate per period. Denominator with ddof 1. NaN where the returns
    do not vary. Source: Sharpe, The Sharpe Ratio, Journal of Portfolio Management 1994
    (ex post form); sqrt-of-time annualisation assumes uncorrelated returns (Lo 2002).

    Examples
    --------
    >>> round(sharpe(np.array([0.01, 0.03]), periods_per_year=2), 12)  # .02 / .0141.. * sqrt 2
    2.0
    """
    deviation = _deviation(returns)
    if not deviation > 0:
        return math.nan
    return float((np.mean(returns) - risk_free) / deviation * math.sqrt(periods_per_year))


def sortino(returns: Floats, target: float = 0.0, periods_per_year: float = DAILY) -> float:
    """Sortino ratio: mean excess return over the downside deviation, annual as Sharpe's.

    Downside deviation: sqrt(mean(min(r - target, 0) ** 2)), the mean over *all* days
    (not the losing ones alone, and no ddof). NaN without a losing day. Source: Sortino
    and Price, Performance Measurement in a Downside Risk Framework, Journal of Investing
    1994.

    Examples
    --------
    >>> round(sortino(np.array([0.04, -0.02, 0.04, 0.0]), periods_per_year=4), 12)  # .015 / .01 * 2
    3.0
    """
    excess = returns - target
    downside = math.sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2)))
    if not downside > 0:
        return math.nan
    return float(np.mean(excess)) / downside * math.sqrt(periods_per_year)


@dataclass(frozen=True)
class Drawdown:
    """The deepest fall: ``depth`` <= 0 as a fraction of the peak before it.

    ``peak`` and ``trough`` are positions in the equity curve, ``recovery`` the first
    later one at or above the peak, ``None`` if there is none. ``peak`` is -1 where the
    fall began at the starting capital. Without any fall: depth 0, peak = trough = -1.
    """

    depth: float
    peak: int
    trough: int
    recovery: int | None


def drawdowns(equity: Floats, capital: float) -> Floats:
    """Equity over its running maximum (the starting capital included), less one; <= 0.

    Examples
    --------
    >>> drawdowns(np.array([80.0, 120.0, 90.0]), 100.0).round(12).tolist()
    [-0.2, 0.0, -0.25]
    """
    highest: Floats = np.maximum(np.maximum.accumulate(equity), capital)
    result: Floats = equity / highest - 1
    return result


def max_drawdown(equity: Floats, capital: float) -> Drawdown:
    """The deepest drawdown and where it lies (the first one among equals).

    Examples
    --------
    >>> max_drawdown(np.array([120.0, 90.0, 100.0, 130.0]), 100.0)
    Drawdown(depth=-0.25, peak=0, trough=1, recovery=3)
    """
    falls = drawdowns(equity, capital)
    trough = int(np.argmin(falls))
    if falls[trough] == 0:
        return Drawdown(0.0, -1, -1, None)
    before = equity[: trough + 1]
    peak = int(np.argmax(before)) if before.max() > capital else -1
    height = capital if peak < 0 else equity[peak]
    later = np.flatnonzero(equity[trough:] >= height)
    recovery = int(trough + later[0]) if later.size else None
    return Drawdown(float(falls[trough]), peak, trough, recovery)


def hit_rate(returns: Floats) -> float:
    """Winning days among the days that won or lost; NaN where none did.

    Days without a position return exactly 0 and are left out.

    Examples
    --------
    >>> hit_rate(np.array([0.01, 0.0, -0.01, 0.02, 0.0, 0.01]))
    0.75
    """
    moved = np.count_nonzero(returns)
    return float(np.count_nonzero(returns > 0) / moved) if moved else math.nan


def costs_paid(traded: Floats, cost: float) -> float:
    """Cost rate times the capital that changed side, summed over days, in currency.

    What was charged: on the day an asset is ruined it may exceed what was left.

    Examples
    --------
    >>> costs_paid(np.array([100.0, 0.0, 200.0]), 0.01)
    3.0
    """
    return cost * float(np.sum(traded))


def turnover(traded: Floats, equity: Floats, capital: float) -> Floats:
    """Traded capital over the equity before the day, ``[D]``; a full flip is 2.

    0 where there is no equity left.

    Examples
    --------
    >>> turnover(np.array([100.0, 110.0]), np.array([110.0, 121.0]), 100.0).tolist()
    [1.0, 1.0]
    """
    before = np.concatenate(([capital], equity[:-1]))
    result: Floats = np.divide(traded, before, out=np.zeros_like(traded), where=before > 0)
    return result


@dataclass(frozen=True)
class Capm:
    """Regression on a benchmark: r - r_f = alpha + beta * (b - r_f) + e.

    ``alpha`` is annual (the intercept times the periods per year), ``beta`` has no unit;
    ``alpha_t`` and ``beta_t`` are their t-values against zero with ``days - 2`` degrees
    of freedom, ``r_squared`` the share of variance explained.

    Examples
    --------
    >>> market = np.array([0.01, -0.02, 0.03, 0.0])
    >>> fit = capm(2 * market, market)
    >>> type(fit).__name__, round(fit.beta, 12), fit.days
    ('Capm', 2.0, 4)
    """

    alpha: float
    beta: float
    alpha_t: float
    beta_t: float
    r_squared: float
    days: int


def capm(
    returns: Floats, benchmark: Floats, risk_free: float = 0.0, periods_per_year: float = DAILY
) -> Capm:
    """Alpha and beta by ordinary least squares, with classical standard errors.

    Residual variance with D - 2 in the denominator. t-values are NaN where the fit is
    exact and the coefficient 0; all five figures are NaN for fewer than three days and
    for a benchmark that does not vary. Source: Jensen, The Performance of Mutual Funds in the
    Period 1945-1964, Journal of Finance 1968; Greene, Econometric Analysis, chapter 4.

    Examples
    --------
    >>> fit = capm(np.array([1.0, 2.0, 4.0, 5.0]), np.array([1.0, 2.0, 3.0, 4.0]))
    >>> round(fit.beta, 12), round(fit.alpha / 252, 12), round(fit.beta_t, 12)
    (1.4, -0.5, 9.899494936612)
    """
    y, x = returns - risk_free, benchmark - risk_free
    days = y.size
    if days < 3 or x.max() == x.min():
        return Capm(math.nan, math.nan, math.nan, math.nan, math.nan, days)
    y_unit, x_unit = _unit(y), _unit(x)
    y, x = y / y_unit, x / x_unit
    dx, dy = x - x.mean(), y - y.mean()
    sxx, sxy, syy = float(dx @ dx), float(dx @ dy), float(dy @ dy)
    beta = sxy / sxx
    alpha = float(y.mean() - beta * x.mean())
    residuals = dy - beta * dx
    variance = float(residuals @ residuals) / (days - 2)
    beta_error = math.sqrt(variance / sxx)
    alpha_error = math.sqrt(variance * (1 / days + float(x.mean()) ** 2 / sxx))
    return Capm(
        alpha=alpha * y_unit * periods_per_year,
        beta=beta * (y_unit / x_unit),
        alpha_t=_ratio(alpha, alpha_error),
        beta_t=_ratio(beta, beta_error),
        r_squared=sxy * sxy / (sxx * syy) if syy > 0 else math.nan,
        days=days,
    )


def summary(
    equity: Floats,
    returns: Floats,
    traded: Floats,
    capital: float,
    cost: float,
    periods_per_year: float = DAILY,
) -> dict[str, float]:
    """The figures of one backtest by name; where the drawdown lies is not a figure."""
    return {
        "periods_per_year": periods_per_year,
        "total_return": total_return(equity, capital),
        "cagr": cagr(equity, capital, periods_per_year),
        "volatility": volatility(returns, periods_per_year),
        "sharpe": sharpe(returns, periods_per_year=periods_per_year),
        "sortino": sortino(returns, periods_per_year=periods_per_year),
        "max_drawdown": max_drawdown(equity, capital).depth,
        "hit_rate": hit_rate(returns),
        "mean_turnover": float(np.mean(turnover(traded, equity, capital))),
        "costs_paid": costs_paid(traded, cost),
    }


def _deviation(values: Floats) -> float:
    if values.size < 2:
        return math.nan
    # Equal values have no deviation; the rounding of their mean would give them one.
    if values.max() == values.min():
        return 0.0
    unit = _unit(values)
    return float(np.std(values / unit, ddof=1)) * unit


def _unit(values: Floats) -> float:
    """A power of two near the largest value: in it, squares neither overflow nor vanish.

    Dividing by it rounds nothing that matters, so ordinary figures keep every bit.
    """
    return math.ldexp(1.0, math.frexp(float(np.max(np.abs(values))))[1] - 1)


def _ratio(value: float, error: float) -> float:
    if error > 0:
        return value / error
    return math.nan if value == 0 else math.copysign(math.inf, value)
