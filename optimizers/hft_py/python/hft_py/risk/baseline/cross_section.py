"""Cross-sectional regressions of returns on lagged exposures, date by date, in NumPy.

Of each date ``t``: weighted least squares of the returns of ``t`` on the exposures of ``t - lag``,
``min_f sum_i w_i (r_i - x_i' f)^2``, the weights fixed at ``t - lag`` too. Factors are a market of
ones, one-hot sectors, and styles, in this order. Market and sectors are collinear, so the sector
returns are held to a sum of zero, weighted by the sectors' shares ``c`` of the benchmark: with a
sector ``d`` left out, the others have the columns ``x_s - (c_s / c_d) x_d``.

Sources: Menchero, Orr and Wang (2011), The Barra US Equity Model (USE4); Grinold and Kahn (1999),
Active Portfolio Management, chapter 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_solve
from scipy.linalg.lapack import dpotrf

from hft_py.risk._exposures import all_exposures

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DONE, TOO_FEW, COLLINEAR = 0, 1, 2  # status: COLLINEAR + the first factor that others explain
PIVOT = 1e-12  # a factor whose unexplained share of squares is less is collinear


def cross_section(
    returns: Floats,
    styles: list[Floats],
    sectors: npt.NDArray[np.int32] | None,
    n_sectors: int,
    caps: Floats | None,
    universe: Mask | None,
    market: bool,
    lag: int,
    standardise: bool,
    benchmark_power: float,
    regression_power: float,
    least: int,
    threads: int = 1,
) -> tuple[Any, ...]:
    """All regressions.

    Parameters
    ----------
    returns, caps, universe
        ``(T, n)``; NaN where there is none. Without ``caps`` all assets weigh the same.
    styles
        Arrays ``(T, n)``, one a style; or ``(T, n, k)``, which hold ``k`` styles each.
    sectors
        The number of each asset's sector, ``(n,)`` or ``(T, n)``; -1 where it has none.
    least
        The fewest assets of a regression.

    Returns
    -------
    Factor returns ``(D, k)`` and specific returns ``(D, n)`` of the ``D = T - lag`` dates,
    R squared, number of assets, means and scales of the styles ``(D, k)`` (where standardised),
    shares of the sectors ``(D, n_sectors)``, and status.
    """
    dates, n = returns.shape
    columns = _columns(styles)
    first = int(market) + n_sectors
    factors, count = first + len(columns), dates - lag
    factor_returns = np.full((count, factors), np.nan)
    specific = np.full((count, n), np.nan)
    r_squared, assets = np.full(count, np.nan), np.zeros(count, dtype=np.int64)
    means, scales = np.zeros((count, len(columns))), np.ones((count, len(columns)))
    shares = np.zeros((count, n_sectors))
    status = np.zeros(count, dtype=np.int64)
    everywhere = np.ones(n, dtype=bool)
    for place in range(count):
        then, now = place, place + lag
        cap = np.ones(n) if caps is None else caps[then]
        priced = np.isfinite(cap) & (cap > 0)
        inside = everywhere if universe is None else universe[then]
        x = np.stack([column[then] for column in columns], axis=1) if columns else np.empty((n, 0))
        codes = sectors if sectors is None or sectors.ndim == 1 else sectors[then]
        full, means[place], scales[place], shares[place] = all_exposures(
            returns[then], cap, priced & inside, x, codes, n_sectors,
            market=market, standardise=standardise, power=benchmark_power,
        )  # fmt: skip
        covered = np.isfinite(full).all(axis=1) & np.isfinite(returns[now])
        used = covered & priced & (everywhere if universe is None else universe[now])
        assets[place] = used.sum()
        if assets[place] < least:
            status[place] = TOO_FEW
            continue
        weights = cap[used] ** regression_power
        found, status[place] = _solve(
            full[used], returns[now, used], weights, shares[place], int(market), market
        )
        if status[place]:
            continue
        factor_returns[place] = found
        specific[place, covered] = returns[now, covered] - full[covered] @ found
        squares = weights @ returns[now, used] ** 2
        if squares > 0:
            r_squared[place] = 1.0 - weights @ specific[place, used] ** 2 / squares
    return factor_returns, specific, r_squared, assets, means, scales, shares, status


def _columns(styles: list[Floats]) -> list[Floats]:
    return [
        column
        for style in styles
        for column in ([style] if style.ndim == 2 else np.moveaxis(style, 2, 0))
    ]


def _solve(
    x: Floats, y: Floats, weights: Floats, shares: Floats, first: int, constrained: bool
) -> tuple[Floats, int]:
    """Factor returns, and the status: by the normal equations of the factors that are left."""
    k = x.shape[1]
    basis = np.eye(k)
    sector = np.arange(first, first + len(shares))
    present = (x[:, sector] != 0).any(axis=0)
    gone = list(sector[~present])  # a sector without assets has a return of 0
    if constrained and present.any():
        left_out = int(np.argmax(np.where(present, shares, -1.0)))
        if shares[left_out] > 0:
            basis[first + left_out, sector] = -shares / shares[left_out]
            gone.append(first + left_out)
    basis = np.delete(basis, gone, axis=1)
    kept = np.delete(np.arange(k), gone)
    reduced = x @ basis
    gram = reduced.T @ (reduced * weights[:, None])
    right = reduced.T @ (weights * y)
    scale = np.sqrt(np.diag(gram))
    scale[scale == 0] = 1.0
    gram /= scale * scale[:, None]
    factor, failed = dpotrf(gram, lower=1)
    small = np.flatnonzero(~(np.diag(factor)[: failed - 1 if failed else None] ** 2 > PIVOT))
    if failed or small.size:
        place = int(small[0]) if small.size else failed - 1
        return np.full(k, np.nan), COLLINEAR + int(kept[place])
    found: Floats = basis @ (cho_solve((factor, True), right / scale) / scale)
    return found, DONE
