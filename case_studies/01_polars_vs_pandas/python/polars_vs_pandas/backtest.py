"""Running one backtest: checks the inputs and calls the chosen implementation."""

from __future__ import annotations

from typing import Any

import numpy as np

from polars_vs_pandas import _kernels as kernels
from polars_vs_pandas import _validation as validation
from polars_vs_pandas import metrics
from polars_vs_pandas._benchmark import align
from polars_vs_pandas._panel import Frame
from polars_vs_pandas.result import BacktestResult


def run_backtest(
    signal: Frame,
    returns: Frame,
    *,
    window: int = 100,
    k_long: float = 1.0,
    k_short: float = 1.0,
    cost: float = 1e-4,
    capital: float = 1e6,
    implementation: str = "auto",
    threads: int = 1,
    benchmark: Any = None,
    periods_per_year: float | None = None,
) -> BacktestResult:
    """Backtest a long/short strategy that trades when a signal leaves its usual range.

    At each row t >= ``window``: sigma is the sample standard deviation (ddof 1) of the
    signal over rows t - window .. t - 1 (not t itself: nothing looks ahead). The position
    is +1 where signal > k_long * sigma, -1 where signal < -k_short * sigma, else 0, and 0
    where sigma is 0. It is held to row t + 1; per asset,

        capital[t+1] = max(0, capital[t] * (1 + position[t] * return[t+1]
                              - cost * |position[t] - position[t-1]|))

    so a flip costs twice. Each asset starts with ``capital / N`` and no position, and is
    never rebalanced against the others. Nothing is closed out at the end.

    Parameters
    ----------
    signal, returns
        Tables ``[T, N]`` of the same rows and columns: pandas frames (dates in the
        index), Polars frames (dates in the one temporal column, or none) or NumPy arrays.
        ``returns`` are simple returns of the day of their row; ``signal`` is known at the
        close of its row. Dates (or whatever labels the rows: numbers, text) must be
        sorted, without duplicates, the same in both; those with a time zone must be the same
        instants, and are shown as the clocks of the signal's zone show them. NumPy arrays and
        pandas frames of float64 are borrowed, whatever their strides.
    window
        Rows of the deviation, 2 to T - 2. Default 100: about five months of days.
    k_long, k_short
        Thresholds in deviations, >= 0. Default 1: about one day in six on either side
        for a normal signal.
    cost
        Charged on an asset's capital per unit of position changed. Default one basis
        point, a liquid stock's half-spread.
    capital
        To start with, > 0, in currency. Everything is proportional to it.
    implementation
        ``"auto"`` (Rust where the extension imports, else Polars with NumPy),
        ``"baseline"`` (the naive loop), ``"pandas_vectorised"``, ``"polars_numpy"``,
        ``"numba_fused"``, ``"rust_fused"``. They agree to rounding; the last three also
        where a signal of whole numbers meets its threshold exactly (no position); the
        first two round a deviation and may decide such a tie either way.
        ``"pandas_vectorised"`` shares the errors of pandas' own rolling deviation: see
        the README.
    threads
        For ``rust_fused``: 1 by default, since a backtest is usually one of many; 0 for
        all cores. The others ignore it.
    benchmark
        Simple returns to regress on (CAPM), as for :meth:`BacktestResult.capm`. An array
        may have a value per row of ``returns``, or per day of the result. Copied. Where
        it cannot be regressed on (constant, or fewer than three days), alpha, beta and
        their t-values are NaN.
    periods_per_year
        Rows a year, > 0, by which annual figures scale. By default the dates decide: 252 for
        days of a five-day week (most of its days occur), 365 where both days of the weekend
        occur like the others; 52, 26, 24, 12, 6, 4, 2 or 1 where the rows counted a year come
        within 8 % of it; else that count. Rows within a day multiply this by their usual
        number a date, or the mean where none is usual; where they lie on one or two dates,
        which may be cut, annual figures are NaN. 252 without dates (numbers, text, durations).

    Returns
    -------
    BacktestResult
        On the dates of rows window + 1 .. T - 1.

    Raises
    ------
    ValueError
        For any input that breaks the above, naming the argument; infinite values,
        columns of nothing but NaN, and an equity too large for a float, too.
    ImportError
        Where a named implementation's package is missing, with the remedy.

    Notes
    -----
    NaN policy: a NaN signal, today or within the window, means position 0; a NaN return
    counts as 0. Masked values of a NumPy array are NaN.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(7)
    >>> returns = 0.01 * rng.standard_normal((1_000, 5))
    >>> signal = rng.standard_normal((1_000, 5))
    >>> signal[:-1] += 20 * returns[1:]  # correlated with the next return
    >>> result = run_backtest(signal, returns, window=50)
    >>> result.equity.shape, result.positions.shape
    ((949,), (949, 5))
    >>> bool(result.metrics["sharpe"] > 1)
    True
    """
    market = validation.market(signal, returns)
    rows = market.signal.shape[0]
    window = validation.window(window, rows)
    k_long = validation.not_negative("k_long", k_long)
    k_short = validation.not_negative("k_short", k_short)
    cost = validation.not_negative("cost", cost)
    capital = validation.positive("capital", capital)
    threads = validation.threads(threads)
    yearly = validation.periods_per_year(periods_per_year, market.dates)
    chosen = validation.implementation(implementation)
    dates = market.dates[window + 1 :]
    against = None
    if benchmark is not None:
        if getattr(benchmark, "shape", None) == (rows,) and not hasattr(benchmark, "index"):
            benchmark = benchmark[window + 1 :]
        against = align(benchmark, market.instants[window + 1 :], market.zone)

    fixed = {"threads": threads} if chosen == "rust_fused" else {}
    native = kernels.KERNELS[chosen].native
    with np.errstate(over="ignore", invalid="ignore"):  # checked once, in the outcome
        equity, daily, traded, positions = kernels.kernel(chosen, **fixed)(
            native(market.signal), native(market.returns), window, k_long, k_short, cost, capital
        )
    validation.outcome(equity, traded, capital)
    return BacktestResult(
        equity=equity,
        returns=daily,
        positions=positions,
        turnover=metrics.turnover(traded, equity, capital),
        traded=traded,
        dates=dates,
        start=market.dates[window],
        assets=market.assets,
        window=window,
        k_long=k_long,
        k_short=k_short,
        cost=cost,
        capital=capital,
        implementation=chosen,
        periods_per_year=yearly,
        benchmark=against,
        zone=market.zone,
        instants=None if market.zone is None else market.instants[window + 1 :],
    )
