"""The optimum of Almgren and Chriss's model where slices have limits: a quadratic program."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

from hft_py.results import optional

Floats = npt.NDArray[np.float64]


def solve_trades(impact: float, risk: float, limits: Floats) -> Floats:
    """``min impact sum n^2 + risk sum x^2`` with ``sum n = 1`` and ``0 <= n <= limits``.

    The variables are the holdings ``x_1 .. x_(N-1)``, so that the matrix has three diagonals.
    """
    clarabel = optional("clarabel", "portfolio", "an optimum under limits")
    n = len(limits)
    if n == 1:
        return np.ones(1)
    scale = max(impact, risk)
    impact, risk = impact / scale, risk / scale
    # Trades are first - D x, with x_0 = 1 and x_N = 0.
    differences = sparse.diags([np.ones(n - 1), -np.ones(n - 1)], [0, -1], shape=(n, n - 1))
    start = np.zeros(n)
    start[0] = 1.0
    quadratic = 2.0 * (impact * differences.T @ differences + risk * sparse.identity(n - 1))
    linear = -2.0 * impact * (differences.T @ start)
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-12
    solution = clarabel.DefaultSolver(
        sparse.csc_matrix(sparse.triu(quadratic)),
        linear,
        sparse.csc_matrix(sparse.vstack([differences, -differences])),
        np.concatenate([start, limits - start]),
        [clarabel.NonnegativeConeT(2 * n)],
        settings,
    ).solve()
    if str(solution.status) not in ("Solved", "AlmostSolved"):
        raise RuntimeError(f"Clarabel ended with {solution.status}")
    trades: Floats = np.clip(start - differences @ np.array(solution.x), 0.0, limits)
    return trades
