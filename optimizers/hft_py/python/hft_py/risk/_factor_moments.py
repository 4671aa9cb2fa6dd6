"""Second moments of a factor model: the covariance of factors, and specific variances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hft_py.risk._products import mirrored
from hft_py.risk.covariance import ewma_covariance

Floats = npt.NDArray[np.float64]
GROUPS = 10  # of assets by capitalisation


def factor_covariance(
    returns: Floats,
    shares: Floats,
    first: int,
    volatility_decay: float,
    correlation_decay: float,
    lags: int,
) -> Floats:
    """The covariance of factor returns, ``(k, k)``, that keeps the constraint of the last date.

    Where sectors stand beside a market (``first`` is 1), the sector with the largest mean share is
    left out of the estimate, and its row is what the constraint of the last date makes of the
    others: ``sum_s share_s f_s = 0`` holds for the forecast too, which the returns of other dates,
    with other shares, would not give.

    Parameters
    ----------
    returns
        ``(D, k)``, sectors from column ``first`` on.
    shares
        The sectors' shares of the benchmark ``(dates, sectors)``, the last date last.
    """
    k, sectors = returns.shape[1], shares.shape[1]
    basis = np.eye(k)
    if first and sectors:
        total = shares.sum(axis=1, keepdims=True)
        mean = (shares / np.where(total > 0, total, 1.0)).mean(axis=0)
        out = int(np.argmax(mean))
        if shares[-1, out] <= 0:  # it has left the benchmark
            out = int(np.argmax(shares[-1]))
        basis[first + out, first : first + sectors] = -shares[-1] / shares[-1, out]
        basis = np.delete(basis, first + out, axis=1)
        returns = np.delete(returns, first + out, axis=1)
    # A sector without assets on any date has no variance, and no correlations.
    moved = (returns != 0).any(axis=0)
    found = np.zeros((returns.shape[1], returns.shape[1]))
    found[np.ix_(moved, moved)] = ewma_covariance(
        returns[:, moved],
        volatility_decay,
        correlation_decay=correlation_decay,
        newey_west_lags=lags,
    )
    return mirrored(basis @ found @ basis.T)


def specific_variances(
    squares: Floats, known: npt.NDArray[np.bool_], caps: Floats, shrinkage: float
) -> Floats:
    """Specific variances ``(n,)`` from mean squares, shrunk within groups of like capitalisation.

    Menchero, Orr and Wang (2011), section 5.2, equations 5.7 to 5.9. An asset that is not ``known``
    has the mean volatility of its group; NaN where there is no capitalisation.
    """
    found = np.where(known, squares, np.nan)
    priced = np.isfinite(caps)
    order = np.argsort(np.where(priced, caps, np.inf), kind="stable")[: int(priced.sum())]
    if shrinkage == 0 and known[order].all():
        return found
    for group in np.array_split(order, min(GROUPS, max(len(order), 1))):
        inside = group[known[group]]
        if not len(inside):
            continue
        volatility = np.sqrt(squares[inside])
        mean = float(np.average(volatility, weights=caps[inside]))
        apart = np.abs(volatility - mean)
        spread = float(np.sqrt(np.mean(apart**2)))
        weight = np.zeros(len(inside))
        if spread > 0:
            weight = shrinkage * apart / (spread + shrinkage * apart)
        found[inside] = (weight * mean + (1.0 - weight) * volatility) ** 2
        found[group[~known[group]]] = mean**2
    return found
