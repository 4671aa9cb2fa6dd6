"""Backtests of weights: they drift with prices between rebalances, and trades cost.

Targets of a date are traded at its close and earn from the next date on. Weights of an allocator
use no price after their own date, so later data change none of them.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, labels
from hft_py.labels import Kind
from hft_py.portfolio import _validation
from hft_py.portfolio._drift import drift
from hft_py.portfolio._targets import targets_by_row
from hft_py.results import Result
from hft_py.risk import metrics

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class WeightsBacktest(Result):
    """A backtest, from the date after the first trade on.

    Attributes
    ----------
    equity
        Value after each date, ``(D,)``.
    returns
        Of the portfolio, after costs, ``(D,)``.
    weights
        What earned each date's return: after the trades of the close before, ``(D, n)``.
    targets
        What was traded into, by date of the trade, ``(k, n)``.
    turnover
        Value traded at the close before each date over the equity then, ``(D,)``: 1 for buying
        everything, 2 for selling it and buying something else.
    costs
        Charged on each date, in currency, ``(D,)``.
    metrics
        ``total_return``, ``cagr``, ``volatility``, ``sharpe``, ``sortino``, ``max_drawdown``,
        ``calmar``, ``hit_rate``, ``mean_turnover``, ``costs_paid``.
    dates, trade_dates
        Of the returns and of the targets; row numbers where prices have no dates.
    assets
        The labels.

    Examples
    --------
    >>> found = backtest_weights([0.5, 0.5], [[1.0, 1.0], [1.1, 1.0], [1.1, 1.2]])
    >>> found.equity.round(4).tolist(), found.weights.round(4).tolist()[1]
    ([1.05, 1.15], [0.5238, 0.4762])
    """

    equity: Any
    returns: Any
    weights: Any
    targets: Any
    turnover: Any
    costs: Any
    metrics: dict[str, float]
    dates: Any
    trade_dates: Any
    assets: tuple[Hashable, ...]

    def plot(self) -> Any:
        """Weights over time and turnover, as a Matplotlib figure."""
        from hft_py.portfolio.plotting_weights import weights_over_time

        return weights_over_time(self)


def backtest_weights(
    weights: Any,
    prices: Any,
    *,
    rebalance: int | str | None = None,
    lookback: int = 252,
    expanding: bool = False,
    cost: Any = 0.0,
    capital: float = 1.0,
    periods_per_year: float = metrics.DAILY,
) -> WeightsBacktest:
    """Follow a portfolio through prices.

    Parameters
    ----------
    weights
        What to trade into: a frame with a row for each date of a trade (its dates among those of
        ``prices``), or an array ``(T, n)`` in which rows of NaN trade nothing; a vector or mapping,
        traded into on every rebalance; or an allocator, called with the returns known then: a
        function such as :func:`~hft_py.portfolio.compute_risk_parity_weights`, or an estimator with
        ``fit`` and ``weights_``. What weights leave of one is cash without interest; they may be
        negative.
    prices
        ``(T, n)``, positive, an array or a frame with dates. NaN where an asset has none: it must
        not be held then, and an allocator is not given it unless the whole window is there.
    rebalance
        For a vector or an allocator: every so many rows, or at the last close of each ``"week"``,
        ``"month"``, ``"quarter"`` or ``"year"``. Default: once, at the start.
    lookback
        Returns that an allocator is given, 252 by default; the first trade waits for them.
    expanding
        Give the allocator every return so far instead of the last ``lookback``.
    cost
        Per unit of value traded, 0.001 for ten basis points; one for all, or by asset. It is taken
        from the position that the trade leaves, or from cash.
    capital
        To start with, in currency.
    periods_per_year
        By which annual figures scale. Default: daily prices.

    Raises
    ------
    TypeError, ValueError
        Prices not positive, or missing where an asset is held; trade dates that prices do not
        have; unknown or missing assets; a negative cost; nothing to trade.

    Notes
    -----
    The same numbers as ``polars_vs_pandas.run_backtest`` where both apply: positions that are
    long or flat, or no cost. There a short position is kept at a constant share of its capital;
    here it drifts.

    Examples
    --------
    >>> from hft_py.portfolio import compute_inverse_volatility_weights
    >>> noise = np.random.default_rng(0).normal(size=(300, 2))
    >>> prices = 100 * np.exp(np.cumsum([0.01, 0.02] * noise, axis=0))
    >>> found = backtest_weights(
    ...     compute_inverse_volatility_weights, prices, rebalance=20, lookback=60, cost=0.001
    ... )
    >>> found.equity.shape, found.targets.shape
    ((239,), (12, 2))
    """
    given = labels.panel("prices", prices, allow_nan=True, least=2)
    market = _validation.positive("prices", given)
    fees = labels.vector("cost", cost, market.assets)
    if (fees < 0).any():
        raise ValueError(f"cost has {fees.min()}, expected 0 or more")
    start = checks.real_number("capital", capital, above=0.0)
    yearly = checks.real_number("periods_per_year", periods_per_year, above=0.0)
    returns = market.values[1:] / market.values[:-1] - 1.0
    rows, targets = targets_by_row(weights, market, returns, rebalance, lookback, expanding)
    first = rows[0]
    equity, turnover, paid, held = drift(returns, rows, targets, fees)
    before = np.concatenate(([1.0], equity[:-1]))
    earned = np.divide(equity, before, out=np.ones_like(equity), where=before > 0) - 1.0
    costs = paid * before * start
    kind, assets = market.kind, market.assets
    times = np.arange(len(market.values)) if market.dates is None else market.dates
    dates, trade_dates = times[first + 1 :], times[rows]

    def series(values: Floats, name: str) -> Any:
        return _series(kind, values, dates, name)

    own_dates = None if market.dates is None else dates
    return WeightsBacktest(
        equity=series(start * equity, "equity"),
        returns=series(earned, "return"),
        weights=labels.panel_like(kind, assets, held, own_dates),
        targets=labels.panel_like(
            kind, assets, targets, None if market.dates is None else trade_dates
        ),
        turnover=series(turnover, "turnover"),
        costs=series(costs, "cost"),
        metrics=summary(start * equity, earned, turnover, costs, start, yearly),
        dates=dates,
        trade_dates=trade_dates,
        assets=assets,
    )


def summary(
    equity: Floats,
    returns: Floats,
    turnover: Floats,
    costs: Floats,
    capital: float,
    periods_per_year: float,
) -> dict[str, float]:
    """The figures of a backtest by name."""
    return {
        "total_return": metrics.total_return(equity, capital),
        "cagr": metrics.cagr(equity, capital, periods_per_year),
        "volatility": metrics.volatility(returns, periods_per_year),
        "sharpe": metrics.sharpe(returns, periods_per_year=periods_per_year),
        "sortino": metrics.sortino(returns, periods_per_year=periods_per_year),
        "max_drawdown": metrics.max_drawdown(equity, capital).depth,
        "calmar": metrics.calmar(equity, capital, periods_per_year),
        "hit_rate": metrics.hit_rate(returns),
        "mean_turnover": float(turnover.mean()),
        "costs_paid": float(costs.sum()),
    }


def _series(kind: Kind, values: Floats, dates: Any, name: str) -> Any:
    """One number a date in the package of the prices."""
    if kind == "numpy":
        return values
    if kind == "pandas":
        from hft_py.results import pandas

        return pandas().Series(values, index=dates, name=name)
    from hft_py.results import optional

    frame = optional("polars", "frames", "a Polars frame").DataFrame
    return frame({"date": dates, name: values})
