"""Emissions: densities of observations, and their parameters from weighted observations.

Each state's parameters are a row of ``theta``:

``gaussian``
    means (D), variances (D); the dimensions are independent given the state.
``gaussian_full``
    means (D), the covariance matrix row by row (D * D).
``student_t``
    location, squared scale, degrees of freedom; one dimension.
``categorical``
    probabilities of the symbols 0, 1, ...; the observation is the symbol, as a float.

Sources: Rabiner, Proc. IEEE 77 (1989); for Student's t, Liu and Rubin, Statistica Sinica 5 (1995).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy  # scipy.special is loaded when first used

from hft_py.hmm._types import Floats
from hft_py.hmm.baseline import partial

LOG_TAU = math.log(2 * math.pi)
# Degrees of freedom: above two, so that the variance exists; at two hundred nearly Gaussian.
DOF = (2.1, 200.0)
# A state with fewer expected observations than this keeps its parameters.
EMPTY = 1e-100
# The least log-density, so that differences of log-densities are finite.
MIN_LOG_DENSITY = -1e300


@dataclass(frozen=True)
class Priors:
    """Priors and limits that keep parameters regular, relative to the variance of the data."""

    reference: Floats  # variance of each dimension over all data, (D,)
    floor: float  # least variance of a state, in units of ``reference``
    emission: float  # pseudo-observations of each state, of variance ``reference`` or spread evenly
    transition: float  # pseudo-transitions in each cell

    def log_density(self, kind: str, transition: Floats, theta: Floats) -> float:
        """Logarithm of the prior's density, up to a constant."""
        total = 0.0
        if self.transition > 0:
            total += self.transition * float(np.log(transition).sum())
        if self.emission > 0:
            total += self.emission * _log_prior(kind, theta, self.reference)
        return total


def _log_prior(kind: str, theta: Floats, reference: Floats) -> float:
    d = len(reference)
    if kind == "categorical":
        return float(np.log(theta).sum()) / int(theta.shape[1])
    if kind == "gaussian_full":
        total = 0.0
        for row in theta:
            covariance = row[d:].reshape(d, d)
            total += float(np.linalg.slogdet(covariance)[1])
            total += float(np.diag(np.linalg.inv(covariance)) @ reference)
        return -0.5 * total
    variances = theta[:, 1:2] if kind == "student_t" else theta[:, d:]
    return -0.5 * float((np.log(variances) + reference / variances).sum())


def log_densities(kind: str, theta: Floats, x: Floats) -> Floats:
    """``log p(x_t | state k)``, of shape ``(T, K)``; of the known columns where some are missing.

    Zero where all are.
    """
    absent = np.isnan(x)
    missing = np.asarray(absent.all(axis=1))
    if kind == "categorical":
        with np.errstate(divide="ignore"):
            table = np.log(theta.T)
        rows: Floats = table[np.where(missing, 0, x[:, 0]).astype(int)]
        rows[missing] = 0.0
        return rows
    columns = [_log_density(kind, row, x) for row in theta]
    found: Floats = np.stack(columns, axis=1)
    some = absent.any(axis=1) & ~missing
    if some.any():
        found[some] = partial.log_densities(kind, theta, x[some], _log_density)
    found = np.maximum(found, MIN_LOG_DENSITY)
    found[missing] = 0.0
    return found


def _log_density(kind: str, row: Floats, x: Floats) -> Any:
    d = x.shape[1]
    if kind == "gaussian":
        mean, variance = row[:d], row[d:]
        constant = -0.5 * (d * LOG_TAU + float(np.log(variance).sum()))
        return constant - 0.5 * ((x - mean) ** 2 / variance).sum(axis=1)
    if kind == "gaussian_full":
        factor = np.linalg.cholesky(row[d:].reshape(d, d))
        whitened = (x - row[:d]).T
        # Row by row and not by LAPACK, whose sums depend on how many columns there are.
        for i in range(d):
            for j in range(i):
                whitened[i] -= factor[i, j] * whitened[j]
            whitened[i] /= factor[i, i]
        constant = -0.5 * d * LOG_TAU - float(np.log(np.diag(factor)).sum())
        return constant - 0.5 * (whitened**2).sum(axis=0)
    location, scale, dof = row
    half = 0.5 * (dof + 1)
    constant = float(
        scipy.special.gammaln(half) - scipy.special.gammaln(0.5 * dof)
    ) - 0.5 * math.log(dof * math.pi * scale)
    return constant - half * np.log1p((x[:, 0] - location) ** 2 / (dof * scale))


def update(kind: str, theta: Floats, x: Floats, gamma: Floats, priors: Priors) -> Floats:
    """The parameters that maximise the expected log-density, plus the prior's.

    ``gamma`` are the probabilities of the states, ``(T, K)``; empty states keep their ``theta``.
    """
    present = ~np.isnan(x).all(axis=1)
    x, gamma = x[present], gamma[present]
    new = theta.copy()
    for k, row in enumerate(theta):
        weight = gamma[:, k]
        if weight.sum() + (priors.emission if kind == "categorical" else 0.0) > EMPTY:
            new[k] = _row(kind, row, x, weight, priors)
    return new


def _row(kind: str, old: Floats, x: Floats, weight: Floats, priors: Priors) -> Floats:
    total, pseudo, reference = float(weight.sum()), priors.emission, priors.reference
    if kind == "categorical":
        counts = np.bincount(x[:, 0].astype(int), weights=weight, minlength=len(old))
        return np.asarray((counts + pseudo / len(old)) / (total + pseudo), dtype=np.float64)
    if kind == "student_t":
        return _student_t(old, x[:, 0], weight, priors)
    if kind == "gaussian":
        totals, sums, squares = partial.diagonal_moments(x, weight)
        seen = np.tile(totals > EMPTY, 2)
        with np.errstate(divide="ignore", invalid="ignore"):
            variance = (squares + pseudo * reference) / (totals + pseudo)
            new = np.concatenate([sums / totals, np.maximum(variance, priors.floor * reference)])
        return np.where(seen, new, old)
    filled, spread = partial.completed(old, x, weight)
    mean = weight @ filled / total
    deviation = filled - mean
    products = (deviation * weight[:, None]).T @ deviation + spread
    products = 0.5 * (products + products.T)
    covariance = (products + pseudo * np.diag(reference)) / (total + pseudo)
    return np.concatenate([mean, floored(covariance, priors.floor * reference).ravel()])


def floored(covariance: Floats, least: Floats) -> Floats:
    """``covariance``, raised by ``diag(least)`` where it is nearly singular."""
    try:
        pivots = np.diag(np.linalg.cholesky(covariance)) ** 2
    except np.linalg.LinAlgError:
        return covariance + np.diag(least)
    return covariance if (pivots >= least).all() else covariance + np.diag(least)


def _student_t(old: Floats, x: Floats, weight: Floats, priors: Priors) -> Floats:
    """One step of Liu and Rubin's EM: gamma weights of the observations are latent too."""
    location, scale, dof = (float(v) for v in old)
    total = float(weight.sum())
    precision = (dof + 1) / (dof + (x - location) ** 2 / scale)
    weighted = weight * precision
    location = float(weighted @ x / weighted.sum())
    squares = float(weighted @ (x - location) ** 2)
    reference = float(priors.reference[0])
    scale = (squares + priors.emission * reference) / (total + priors.emission)
    scale = max(scale, priors.floor * reference)
    excess = float(weight @ (np.log(precision) - precision)) / total
    return np.array([location, scale, degrees_of_freedom(dof, excess)])


def degrees_of_freedom(old: float, excess: float) -> float:
    """The root of Liu and Rubin's equation for the degrees of freedom, kept within ``DOF``.

    ``excess`` is the weighted mean of ``log u - u`` over the latent precisions ``u``.
    """
    half = 0.5 * (old + 1)
    constant = 1.0 + excess + float(scipy.special.digamma(half)) - math.log(half)

    def slope(dof: float) -> float:
        return math.log(0.5 * dof) - float(scipy.special.digamma(0.5 * dof)) + constant

    low, high = DOF
    if slope(low) <= 0:
        return low
    if slope(high) >= 0:
        return high
    # The slope falls from above zero to below it: bisection of the logarithm, to the last digit.
    for _ in range(60):
        middle = math.sqrt(low * high)
        if slope(middle) > 0:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)
