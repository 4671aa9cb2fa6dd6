"""Covariances shrunk towards a simple target: Ledoit and Wolf, and OAS.

The sample covariance of many assets and few dates has eigenvalues that are too far apart; its
inverse, which optimisers use, is worse or does not exist. A mixture with a target that has few
parameters is better, and the best mixture can be estimated. The result is positive definite where
the target is, also with fewer dates than assets.

The estimate of the best mixture needs sums over all pairs of fourth moments, such as ``sum_ij sum_t
x_ti^2 x_tj^2``. Each of them is a sum over dates of products of sums over assets,
``sum_t (sum_i x_ti^2)^2``, so beside the sample covariance itself, ``O(T n^2)``, everything is
``O(T n + n^2)``.

Sources: Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices"
(2004, identity); "Honey, I shrunk the sample covariance matrix" (2004, constant correlation);
"Improved estimation of the covariance matrix of stock returns" (2003, single factor); Chen,
Wiesel, Eldar and Hero, "Shrinkage algorithms for MMSE covariance estimation" (2010, OAS).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.labels import Labelled
from hft_py.risk._inputs import returns_table
from hft_py.risk._products import gram, unit_of

Floats = npt.NDArray[np.float64]

TARGETS = ("identity", "constant_correlation", "single_factor")


def ledoit_wolf_covariance(
    returns: Any,
    target: str = "identity",
    *,
    missing: str = "raise",
    return_shrinkage: bool = False,
) -> Any:
    """The sample covariance shrunk towards ``target`` by the estimated best amount.

    Parameters
    ----------
    returns
        ``(T, n)``, with at least two dates; means are taken out, ``T`` is the denominator.
    target
        ``"identity"``, the default: the mean variance for every asset, no correlation; equal to
        scikit-learn's ``ledoit_wolf``. ``"constant_correlation"``: the mean correlation for every
        pair. ``"single_factor"``: the betas to the equally weighted mean of the assets.
    missing
        ``"raise"`` or ``"complete"``; the estimate of the shrinkage needs the same dates for all.
    return_shrinkage
        Return ``(covariance, shrinkage)``; a shrinkage of 1 is the target itself.

    Raises
    ------
    ValueError
        As :func:`~hft_py.risk.sample_covariance`; an asset without variance, for
        ``"constant_correlation"``.

    Examples
    --------
    >>> returns = np.random.default_rng(0).normal(size=(50, 3))
    >>> covariance, shrinkage = ledoit_wolf_covariance(returns, return_shrinkage=True)
    >>> covariance.shape, 0 < shrinkage < 1
    ((3, 3), True)
    """
    name = checks.choice("target", target, TARGETS)
    with_shrinkage = checks.flag("return_shrinkage", return_shrinkage)
    table, rows, _ = returns_table(returns, missing, allowed=("raise", "complete"))
    unit = unit_of(rows)
    centred = (rows - rows.mean(axis=0)) / unit
    sample = gram(centred) / len(rows)
    if name == "identity":
        goal, shrinkage = _identity(centred, sample)
    elif name == "constant_correlation":
        goal, shrinkage = _constant_correlation(table, centred, sample)
    else:
        goal, shrinkage = _single_factor(centred, sample)
    return _mixed(table, sample, goal, shrinkage, with_shrinkage, unit)


def oas_covariance(returns: Any, *, missing: str = "raise", return_shrinkage: bool = False) -> Any:
    """Oracle approximating shrinkage towards the identity: for normal returns and few dates.

    Parameters
    ----------
    returns, missing, return_shrinkage
        As for :func:`ledoit_wolf_covariance`. Equal to scikit-learn's ``oas``.

    Notes
    -----
    Chen et al. (2010), equation 23, with the correction that scikit-learn documents: the terms in
    ``1 - 2 / n`` are left out.

    Examples
    --------
    >>> returns = np.random.default_rng(0).normal(size=(50, 3))
    >>> bool(np.linalg.eigvalsh(oas_covariance(returns[:3]))[0] > 0)
    True
    """
    with_shrinkage = checks.flag("return_shrinkage", return_shrinkage)
    table, rows, _ = returns_table(returns, missing, allowed=("raise", "complete"))
    n = rows.shape[1]
    unit = unit_of(rows)
    sample = gram((rows - rows.mean(axis=0)) / unit) / len(rows)
    mean = np.trace(sample) / n
    square = float(np.mean(sample * sample))
    denominator = (len(rows) + 1.0) * (square - mean * mean / n)
    shrinkage = 1.0 if n == 1 or denominator <= 0 else min(1.0, (square + mean**2) / denominator)
    return _mixed(table, sample, mean * np.eye(n), shrinkage, with_shrinkage, unit)


def _mixed(
    table: Labelled,
    sample: Floats,
    goal: Floats,
    shrinkage: float,
    with_shrinkage: bool,
    unit: float,
) -> Any:
    sample *= 1.0 - shrinkage
    sample += shrinkage * goal
    sample *= unit * unit
    found = table.matrix(sample)
    return (found, shrinkage) if with_shrinkage else found


def _identity(rows: Floats, sample: Floats) -> tuple[Floats, float]:
    """Lemmas 3.2 to 3.5, every squared norm divided by ``n``."""
    count, n = rows.shape
    mean = float(np.trace(sample)) / n
    fourth = float(((rows * rows).sum(axis=1) ** 2).sum())
    squares = float((sample * sample).sum())
    distance = squares - n * mean * mean  # d^2
    error = (fourth / count - squares) / count  # b-bar^2
    if distance <= 1e-14 * squares:  # the sample is the target, but for rounding
        return sample.copy(), 0.0
    shrinkage = min(max(error, 0.0), distance) / distance
    return mean * np.eye(n), shrinkage


def _constant_correlation(table: Labelled, rows: Floats, sample: Floats) -> tuple[Floats, float]:
    """Appendix A and B: the target, and ``kappa / T`` within 0 and 1."""
    count, n = rows.shape
    variances = np.diag(sample).copy()
    if (variances <= 0).any():
        place = int(np.flatnonzero(variances <= 0)[0])
        raise ValueError(
            f"returns of {table.names[place]} do not vary: their correlations are not defined, "
            "leave this asset out"
        )
    deviations = np.sqrt(variances)
    if n == 1:
        return sample.copy(), 0.0
    correlations = float((sample / deviations / deviations[:, None]).sum())
    mean = (correlations - n) / (n * (n - 1.0))
    goal = mean * np.outer(deviations, deviations)
    np.fill_diagonal(goal, variances)
    squares = rows * rows
    # pi: the summed asymptotic variances of the entries of the sample covariance.
    pi = float((squares.sum(axis=1) ** 2).sum()) / count - float((sample * sample).sum())
    pi_diagonal = float((squares * squares).sum()) / count - float(variances @ variances)
    # rho: their covariances with the entries of the target. theta_ii,ij = E x_i^3 x_j - s_ii s_ij,
    # times sqrt(s_jj / s_ii), summed over all pairs and then less the diagonal.
    cubes = (squares * rows) @ (1.0 / deviations)
    theta = float(cubes @ (rows @ deviations)) / count - float(deviations @ (sample @ deviations))
    rho = pi_diagonal + mean * (theta - pi_diagonal)
    return goal, _within(pi - rho, sample - goal, count)


def _single_factor(rows: Floats, sample: Floats) -> tuple[Floats, float]:
    """Section 2.4 and appendix B of the paper of 2003, the factor being the mean of the assets."""
    count, _ = rows.shape
    variances = np.diag(sample).copy()
    factor = rows.mean(axis=1)
    betas = sample.mean(axis=1)  # covariances with the factor
    variance = float(betas.mean())
    if variance <= 0:
        return np.diag(variances), 0.0
    goal = np.outer(betas, betas / variance)
    np.fill_diagonal(goal, variances)
    squares = rows * rows
    pi = float((squares.sum(axis=1) ** 2).sum()) / count - float((sample * sample).sum())
    pi_diagonal = float((squares * squares).sum()) / count - float(variances @ variances)
    along = rows @ betas
    # The three terms of r_ijt, summed over all pairs, less the same on the diagonal.
    first = float((factor * squares.sum(axis=1)) @ along) / count
    first -= float(betas @ (sample @ betas))
    first_diagonal = float((squares * rows).T @ factor @ betas) / count
    first_diagonal -= float((betas * betas) @ variances)
    third = float((factor * along) @ (factor * along)) / count
    third -= variance * float(betas @ (sample @ betas))
    third_diagonal = float((factor * factor) @ squares @ (betas * betas)) / count
    third_diagonal -= variance * float((betas * betas) @ variances)
    rho = pi_diagonal + 2.0 * (first - first_diagonal) / variance
    rho -= (third - third_diagonal) / variance**2
    return goal, _within(pi - rho, sample - goal, count)


def _within(excess: float, apart: Floats, count: int) -> float:
    """``(pi - rho) / gamma / T`` between 0 and 1; 0 where the sample is the target."""
    gamma = float((apart * apart).sum())
    return min(max(excess / gamma / count, 0.0), 1.0) if gamma > 0 else 0.0
