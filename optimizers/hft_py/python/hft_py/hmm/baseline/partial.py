"""Rows with some of their columns missing: the known ones count (Gaussian emissions).

The density of such a row is the marginal one of its known columns. New parameters: where columns
are independent given the state, each is estimated from its own known values. With a full covariance
matrix the missing values are latent: each is replaced by its mean given the known ones, and the
products of two of them by theirs, which is one step of expectation maximisation.

Source: Little and Rubin, "Statistical Analysis with Missing Data" (2002), section 11.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.hmm._types import Floats

Flags = npt.NDArray[np.bool_]


def patterns(x: Floats) -> Iterator[tuple[Flags, Flags]]:
    """Each combination of known columns that occurs, ``(D,)``, and which rows have it, ``(T,)``."""
    known = ~np.isnan(x)
    for columns in np.unique(known, axis=0):
        yield columns, (known == columns).all(axis=1)


def log_densities(kind: str, theta: Floats, x: Floats, one: Callable[..., Any]) -> Floats:
    """Marginal log-densities ``(T, K)``; ``one(kind, row, x)`` gives those of complete rows."""
    d = x.shape[1]
    found = np.empty((len(x), len(theta)))
    for columns, rows in patterns(x):
        values = np.ascontiguousarray(x[rows][:, columns])
        for k, row in enumerate(theta):
            if kind == "gaussian_full":
                variances = row[d:].reshape(d, d)[np.ix_(columns, columns)].ravel()
            else:
                variances = row[d:][columns]
            found[rows, k] = one(kind, np.concatenate([row[:d][columns], variances]), values)
    return found


def diagonal_moments(x: Floats, weight: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each column's known values: total weight, sum, and sum of squares about the mean."""
    known = ~np.isnan(x)
    totals = weight @ known
    sums = weight @ np.where(known, x, 0.0)
    mean = sums / np.where(totals > 0, totals, 1.0)
    squares = weight @ np.where(known, (x - mean) ** 2, 0.0)
    return totals, sums, squares


def completed(old: Floats, x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """The rows with missing values replaced by their means given the known ones, ``(T, D)``.

    Beside them the weighted sum of the covariances of what was replaced, ``(D, D)``; both under the
    parameters ``old`` of one state.
    """
    d = x.shape[1]
    mean, covariance = old[:d], old[d:].reshape(d, d)
    filled, spread = x.copy(), np.zeros((d, d))
    gaps = np.isnan(x).any(axis=1)
    for known, of_gaps in patterns(x[gaps]):
        rows = np.flatnonzero(gaps)[of_gaps]
        lost = ~known
        across = covariance[np.ix_(lost, known)]
        slopes = np.linalg.solve(covariance[np.ix_(known, known)], across.T).T
        filled[np.ix_(rows, lost)] = mean[lost] + (x[rows][:, known] - mean[known]) @ slopes.T
        spread[np.ix_(lost, lost)] += weight[rows].sum() * (
            covariance[np.ix_(lost, lost)] - slopes @ across.T
        )
    return filled, spread
