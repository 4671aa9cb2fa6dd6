"""Polars with NumPy: fast without a compiled extension.

Polars computes the rolling deviation, once per column, and NumPy the rest on a block of
columns at a time: every temporary is a block, not a frame, and is written in place.
Complexity O(T * N), independent of the window; Python-side memory O(T * block). Choose it
where no compiled extension may be installed.

Source of the exact centring: Sterbenz's lemma, x - m is exact where m/2 <= x <= 2m
(Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., theorem 2.5).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from polars_vs_pandas._arrays import Floats, Output, Positions, Rule, Run, daily_returns

# A block's float64 work arrays should lie in the second-level cache together with what
# Polars hands over; fewer, wider blocks than that gain nothing but memory.
BLOCK_CELLS = 65_536

# Relative distance from the threshold within which the rolling deviation is not trusted:
# a thousand times its error on ordinary signals, and yet met by none of their cells.
NEAR = 1e-9


def backtest(signal: pl.DataFrame, returns: pl.DataFrame, run: Run) -> Output:
    """Polars for the window, NumPy for the matrix.

    Frames of Float64 columns without a date. Other parameters and the result as
    :func:`polars_vs_pandas.baseline.backtest`. Polars spreads columns over its own
    thread pool: set ``POLARS_MAX_THREADS`` before the import to confine it.

    Accuracy of the deviation: Polars is safe where outliers leave the window. Its error
    grows with offset over deviation; a column that lies far from zero throughout is
    centred first, without rounding, and loses nothing. Cells within ``NEAR`` of their
    threshold, as the ties of ranks and scores, are decided again from their own window.
    """
    window, k_long, k_short, cost, capital = run
    rows, assets = signal.height - window - 1, signal.width
    equity, traded = np.zeros(rows), np.zeros(rows)
    positions = np.empty((assets, rows), dtype=np.int8)
    plan = blocks(rows, assets)
    work = np.empty((3, plan[0][1], rows))
    for first, width in plan:
        held = positions[first : first + width]
        values = _columns(signal, first, width)
        sigma = deviation(values, window)
        decide(values, sigma, k_long, k_short, work[0, :width], out=held)
        earned = _columns(returns, first, width)[:, window + 1 :]
        compound(held, earned, cost, capital / assets, work[:, :width], equity, traded)
    return equity, daily_returns(equity, capital), traded, positions.T


def sweep(
    signal: pl.DataFrame,
    returns: pl.DataFrame,
    window: int,
    rules: Sequence[Rule],
    capital: float,
    threads: int = 1,
) -> tuple[Floats, Floats]:
    """Equity and traded capital, each ``[C, T - W - 1]``, of C rules at one window.

    The deviation of a block of columns is computed once and serves all rules. ``threads``
    has no effect: Polars has its own thread pool.
    """
    rows, assets = signal.height - window - 1, signal.width
    equity, traded = np.zeros((len(rules), rows)), np.zeros((len(rules), rows))
    plan = blocks(rows, assets)
    work = np.empty((3, plan[0][1], rows))
    positions = np.empty((plan[0][1], rows), dtype=np.int8)
    for first, width in plan:
        held, scratch = positions[:width], work[:, :width]
        values = _columns(signal, first, width)
        sigma = deviation(values, window)
        earned = _columns(returns, first, width)[:, window + 1 :]
        for rule, (k_long, k_short, cost) in enumerate(rules):
            decide(values, sigma, k_long, k_short, scratch[0], out=held)
            compound(held, earned, cost, capital / assets, scratch, equity[rule], traded[rule])
    return equity, traded


def blocks(rows: int, assets: int) -> list[tuple[int, int]]:
    """``(first, width)`` of each block of columns.

    Examples
    --------
    >>> blocks(rows=30_000, assets=5)
    [(0, 2), (2, 2), (4, 1)]
    """
    width = min(assets, max(1, BLOCK_CELLS // rows))
    return [(first, min(width, assets - first)) for first in range(0, assets, width)]


def deviation(values: Floats, window: int) -> Floats:
    """Sample deviation (ddof 1) of the window before each decision, ``[N, T - W - 1]``.

    ``values`` is ``[N, T]`` in C order. The rows are rolled over as one long series: that
    spares Polars a task for each, and windows that straddle two rows are left out. Rows
    that stay within a factor of two of their middle are centred first, without rounding.
    """
    low, high = np.fmin.reduce(values, axis=1), np.fmax.reduce(values, axis=1)
    far = ((low > 0) & (high <= 2 * low)) | ((high < 0) & (low >= 2 * high))
    if far.any():
        values = values - np.where(far, low + (high - low) / 2, 0.0)[:, None]
    rolling = pl.Series(values.ravel()).rolling_std(window)
    complete = rolling.slice(window - 1).to_numpy()  # no null left: borrowed, not copied
    assets, rows = values.shape
    step = complete.itemsize
    shape, strides = (assets, rows - window - 1), (rows * step, step)
    return np.lib.stride_tricks.as_strided(complete, shape, strides, writeable=False)


def decide(
    values: Floats, sigma: Floats, k_long: float, k_short: float, work: Floats, out: Positions
) -> None:
    """Positions from the signal ``[N, T]`` and the deviation before it, ``[N, T - W - 1]``."""
    window = values.shape[1] - sigma.shape[1] - 1
    with np.errstate(all="ignore"):  # no deviation: infinite or NaN, and no position
        score = np.divide(values[:, window:-1], sigma, out=work)
    moving = sigma > 0  # false where sigma is NaN
    long, short = score > k_long * (1 + NEAR), score < -k_short * (1 + NEAR)
    near = (score > k_long * (1 - NEAR)) ^ long
    near |= (score < -k_short * (1 - NEAR)) ^ short
    long &= moving
    short &= moving
    np.subtract(long.view(np.int8), short.view(np.int8), out=out)
    if near.any():
        _decide_again(values, np.nonzero(near), window, k_long, k_short, out)


def _decide_again(
    values: Floats,
    cells: tuple[npt.NDArray[np.intp], ...],
    window: int,
    k_long: float,
    k_short: float,
    out: Positions,
) -> None:
    """Positions of some cells from their own windows, as the fused passes decide them.

    Sums about a member of the window, and neither a root nor a quotient (``src/window.rs``
    has the bound on the error): exact on whole numbers below about 2**26 / W.
    """
    windows = np.lib.stride_tricks.sliding_window_view(values, window, axis=1)
    at_once = max(1, BLOCK_CELLS // window)
    for first in range(0, cells[0].size, at_once):
        asset, row = (index[first : first + at_once] for index in cells)
        today, past = values[asset, row + window], windows[asset, row]
        with np.errstate(over="ignore", invalid="ignore"):
            past -= past[:, -1:].copy()
            scaled_variance = window * np.einsum("ij,ij->i", past, past) - past.sum(axis=1) ** 2
            k = np.where(today > 0, k_long, k_short)
            outside = window * (window - 1.0) * (today * today) > k * k * scaled_variance
        outside &= scaled_variance > 0
        out[asset, row] = np.where(outside, np.sign(today), 0.0)


def compound(
    positions: Positions,
    earned: Floats,
    cost: float,
    start: float,
    work: Floats,
    equity: Floats,
    traded: Floats,
) -> None:
    """Add a block's capital to ``equity`` and what it traded to ``traded`` (``[T - W - 1]``).

    ``work`` is scratch, ``[3, N, T - W - 1]``. The operations follow the loop's, factor by
    factor, so that only the order of the sum over assets differs from it.
    """
    changes, accounts, charged = work
    moved = positions.copy()  # bytes: an eighth of the traffic, until a float is needed
    np.subtract(positions[:, 1:], positions[:, :-1], out=moved[:, 1:])
    np.abs(moved, out=moved)
    changes[...] = moved
    charged[...] = positions

    np.multiply(earned, charged, out=accounts)
    if np.isnan(accounts.min()):
        accounts[np.isnan(accounts)] = 0.0
    accounts += 1.0
    accounts -= np.multiply(changes, cost, out=charged)
    if accounts.min() < 0.0:
        np.maximum(accounts, 0.0, out=accounts)
    accounts[:, 0] *= start
    np.multiply.accumulate(accounts, axis=1, out=accounts)

    equity += accounts.sum(axis=0)
    traded[0] += changes[:, 0].sum() * start
    traded[1:] += np.einsum("ij,ij->j", changes[:, 1:], accounts[:, :-1])


def _columns(frame: pl.DataFrame, first: int, width: int) -> Floats:
    """Columns of a frame as rows of an array, ``[width, T]`` in C order; null becomes NaN."""
    rows = np.empty((width, frame.height))
    for i, row in enumerate(rows):
        row[:] = frame.to_series(first + i).to_numpy()  # borrowed where there is no null
    return rows
