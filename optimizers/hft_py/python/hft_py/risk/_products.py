"""Weighted sums of products of returns: every covariance of this module is made of them.

``X' W X`` is one call of BLAS (``dsyrk``, half of the products by symmetry) where the weights are
taken into the rows; NumPy calls it for ``Y.T @ Y``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BLOCK = 64  # rows looked at together


def unit_of(values: Floats) -> float:
    """A power of two near the largest number, by which values are divided without rounding.

    Squares and fourth powers of what is left neither overflow nor vanish.
    """
    largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    return math.ldexp(1.0, math.frexp(largest)[1] - 1) if largest > 0 else 1.0


def mirrored(values: Floats) -> Floats:
    """The mean of a matrix and its transpose: symmetric to the last bit."""
    return 0.5 * (values + values.T)


def exponential_weights(count: int, decay: float) -> Floats:
    """``decay`` to the number of dates after each one."""
    weights: Floats = decay ** np.arange(count - 1.0, -1.0, -1.0)
    return weights


def gram(rows: Floats, weights: Floats | None = None) -> Floats:
    """``sum_t w_t x_t x_t'``, ``(n, n)``."""
    scaled = rows if weights is None else rows * np.sqrt(weights)[:, None]
    found: Floats = scaled.T @ scaled
    return found


def negligible_rows(rows: Floats, weights: Floats) -> int:
    """How many of the first rows change no sum of products by more than its last bits.

    A row counts only where ``T w_t x_ti^2`` reaches 2**-56 of ``sum_t w_t x_ti^2`` for some asset
    ``i``; by Cauchy-Schwarz the products of two assets are bounded by both. With exponential
    weights this leaves the last few hundred rows, however many there are.
    """
    first = len(rows)
    total = np.zeros(rows.shape[1])
    for end in range(len(rows), 0, -BLOCK):  # the latest first: sums so far are the larger part
        start = max(end - BLOCK, 0)
        squares = np.square(rows[start:end])
        squares *= weights[start:end, None]
        total += squares.sum(axis=0)
        counts = (squares > 2.0**-56 / len(rows) * total).any(axis=1)
        if counts.any():
            first = start + int(np.argmax(counts))
    return first if first < len(rows) else 0


def newey_west(rows: Floats, weights: Floats, lags: int) -> Floats:
    """``sum_t w_t (x_t x_t' + sum_l k_l (x_t x_{t-l}' + x_{t-l} x_t'))``, Bartlett's ``k_l``.

    ``k_l = 1 - l / (L + 1)`` (Newey and West 1987). The lagged rows are summed before the product,
    so any number of lags costs one more matrix product. What precedes the first row counts as zero.
    """
    found = gram(rows, weights)
    if lags:
        lagged = np.zeros_like(rows)
        for lag in range(1, min(lags, len(rows) - 1) + 1):
            lagged[lag:] += (1.0 - lag / (lags + 1.0)) * rows[:-lag]
        cross = (rows * weights[:, None]).T @ lagged
        found += cross + cross.T
    return found


def pairwise(
    rows: Floats, seen: Mask, weights: Floats, lags: int, centred: bool
) -> tuple[Floats, Floats, Floats]:
    """Sums over the rows that two assets share: of products, of weights, and how many they are.

    ``centred`` takes the mean of either asset over the shared rows out of the products. With lags,
    a product of different dates is there where both are.
    """
    # Zeros stand for gaps in sums only; the weights of each pair are summed beside them.
    filled = np.where(seen, rows, 0.0)
    if centred:
        filled -= np.where(seen, filled.sum(axis=0) / np.maximum(seen.sum(axis=0), 1), 0.0)
    here = seen.astype(np.float64)
    products = newey_west(filled, weights, lags)
    total = gram(here, weights)
    count = gram(here)
    if centred:
        sums = (filled * weights[:, None]).T @ here  # of the row's asset, where both are seen
        with np.errstate(invalid="ignore", divide="ignore"):
            products -= np.where(total > 0, sums * sums.T / total, 0.0)
    return products, total, count
