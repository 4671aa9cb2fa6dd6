"""The fused pass of the Rust kernel, as an expert writes it in Numba.

Same algorithm and the same bound on the error (``src/window.rs`` explains both): suffix
sums of the tile before, prefix sums of this one, both about a shift inside every window.
The inner loop runs across assets, free of branches and with one array for all state, so
that LLVM checks few aliases and vectorises it for the host's registers. Reassociation is
allowed (without it the two row sums keep the loop scalar: seven times slower) and so are
fused multiply-adds; NaN and infinities keep their meaning.

Tried and slower here: separate row sums, column blocks of 16 to 256 assets (their views
are strided), separate state arrays, 8-bit comparisons instead of selected values.

Complexity O(T N), whatever the window; extra memory 16 W N bytes. Right for a team that
wants no build step; the first call compiles (seconds), nothing is cached on disk.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from polars_vs_pandas._arrays import Floats, Output, Run, daily_returns


@njit(boundscheck=False, error_model="numpy", fastmath={"reassoc", "contract"}, nogil=True)
def _fused(signal, returns, window, k_long, k_short, cost, capital):  # type: ignore[no-untyped-def]
    rows, assets = signal.shape
    count = rows - window - 1
    equity = np.empty(count)
    traded = np.empty(count)
    positions = np.empty((count, assets), np.int8)
    suffix = np.empty((window, 2, assets))
    state = np.empty((5, assets))
    prefix_1, prefix_2, shift, wealth, before = state[0], state[1], state[2], state[3], state[4]
    wealth[:] = capital / assets
    before[:] = 0.0
    w = float(window)
    pairs = w * (w - 1.0)
    long_2 = k_long * k_long
    short_2 = k_short * k_short
    for start in range(window, rows - 1, window):
        for j in range(assets):
            shift[j] = signal[start - 1, j]
            prefix_1[j] = 0.0
            prefix_2[j] = 0.0
            suffix[window - 1, 0, j] = signal[start - 1, j] - shift[j]  # NaN stays NaN
            suffix[window - 1, 1, j] = suffix[window - 1, 0, j]
        for i in range(window - 2, -1, -1):
            for j in range(assets):
                d = signal[start - window + i, j] - shift[j]
                suffix[i, 0, j] = suffix[i + 1, 0, j] + d
                suffix[i, 1, j] = suffix[i + 1, 1, j] + d * d
        for i in range(min(window, rows - 1 - start)):
            t = start + i
            row_equity = 0.0
            row_traded = 0.0
            for j in range(assets):
                s = signal[t, j]
                t1 = prefix_1[j] + suffix[i, 0, j]
                t2 = prefix_2[j] + suffix[i, 1, j]
                scaled_variance = w * t2 - t1 * t1
                k_2 = long_2 if s > 0.0 else short_2
                active = (scaled_variance > 0.0) & (pairs * (s * s) > k_2 * scaled_variance)
                sign = 1.0 if s > 0.0 else -1.0
                position = sign if active else 0.0
                r = returns[t + 1, j]
                gain = position * r if active & (r == r) else 0.0
                change = abs(position - before[j])
                row_traded += change * wealth[j]
                grown = wealth[j] * ((1.0 + gain) - cost * change)
                grown = grown if grown > 0.0 else 0.0
                wealth[j] = grown
                row_equity += grown
                before[j] = position
                positions[t - window, j] = np.int8(position)
                d = s - shift[j]
                prefix_1[j] += d
                prefix_2[j] += d * d
            equity[t - window] = row_equity
            traded[t - window] = row_traded
    return equity, traded, positions


def backtest(signal: Floats, returns: Floats, run: Run) -> Output:
    """The fused pass; float64 arrays in C order are borrowed, anything else is copied once.

    Result as :func:`polars_vs_pandas.baseline.backtest`.
    """
    signal = np.ascontiguousarray(signal, dtype=np.float64)
    returns = np.ascontiguousarray(returns, dtype=np.float64)
    equity, traded, positions = _fused(signal, returns, int(run.window), *map(float, run[1:]))
    return equity, daily_returns(equity, run.capital), traded, positions
