"""Checks of what the allocators share: covariances, returns, prices."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import labels
from hft_py.labels import Labelled

# Rounding makes eigenvalues this far below zero, relative to the largest.
PSD_TOLERANCE = 1e-8


def covariance(value: Any, name: str = "covariance", *, definite: bool = True) -> Labelled:
    """A symmetric positive semi-definite matrix with labels, every variance positive.

    Eigenvalues down to ``-1e-8`` times the largest count as zero: estimates have such.

    Parameters
    ----------
    definite
        Check the eigenvalues, in ``n**3`` operations; a caller that factorises the matrix anyway
        checks there.

    Raises
    ------
    TypeError, ValueError
        What :func:`hft_py.labels.square` refuses; a variance that is not positive; a negative
        eigenvalue.
    """
    found = labels.square(name, value)
    variances = np.diag(found.values)
    if not (variances > 0).all():
        i = int(np.flatnonzero(~(variances > 0))[0])
        raise ValueError(
            f"{name} has the variance {variances[i]} for {found.assets[i]!r}, expected more than "
            "0: leave the asset out"
        )
    if definite:
        no_negative(name, np.linalg.eigvalsh(found.values))
    return found


def no_negative(name: str, eigenvalues: Any) -> None:
    """An error where the smallest of ascending eigenvalues is negative beyond rounding."""
    if eigenvalues[0] < -PSD_TOLERANCE * max(eigenvalues[-1], 0.0):
        raise ValueError(
            f"{name} has the eigenvalue {eigenvalues[0]:.6g}, expected none below 0: repair it by "
            "hft_py.risk.repair_covariance"
        )


def returns(value: Any, name: str = "returns", *, least: int = 2) -> Labelled:
    """Simple returns by date and asset: finite, above -1 where a price could have made them."""
    found = labels.panel(name, value, least=least)
    constant = np.ptp(found.values, axis=0) == 0
    if constant.any():
        asset = found.assets[int(np.flatnonzero(constant)[0])]
        raise ValueError(
            f"{name} of {asset!r} never vary (variance 0), expected some: leave the asset out"
        )
    return found


def positive(name: str, prices: Labelled) -> Labelled:
    """The prices, none of them 0 or less; NaN may be among them."""
    if (prices.values <= 0).any():
        i, j = (int(k) for k in np.argwhere(prices.values <= 0)[0])
        raise ValueError(
            f"{name} of {prices.assets[j]!r} is {prices.values[i, j]} in row {i}, expected more "
            "than 0"
        )
    return prices
