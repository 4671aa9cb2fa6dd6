"""Checks of probability tables and covariances, and the stationary distribution of a chain."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py import checks
from hft_py.hmm._types import Floats

# Squares and inverses of variances between this and its inverse keep all their digits.
MIN_VARIANCE = 1e-150


def read_only(value: Floats) -> Floats:
    """``value``, closed to writing."""
    value.flags.writeable = False
    return value


def validate_stochastic(name: str, value: Any, ndim: int) -> Floats:
    """``value`` as an array of probabilities whose rows sum to 1."""
    found = checks.finite_array(name, value, ndim=ndim)
    if (found < 0).any():
        raise ValueError(f"{name} has a negative entry, expected probabilities")
    sums = np.atleast_1d(found.sum(axis=-1))
    if not np.allclose(sums, 1.0, rtol=0, atol=1e-8):
        worst = float(sums[np.abs(sums - 1).argmax()])
        raise ValueError(f"{name}: a row sums to {worst}, expected 1")
    return found


def validate_shape(name: str, value: Floats, expected: tuple[int, ...]) -> None:
    """An error where ``value`` has another shape."""
    if value.shape != expected:
        raise ValueError(f"{name} has shape {value.shape}, expected {expected}")


def validate_variances(variances: Floats, full: bool) -> Floats:
    """``variances`` where none is too small or too large; ``full`` are matrices, made symmetric."""
    if full:
        for k, matrix in enumerate(variances):
            validate_positive_definite(f"variances[{k}]", matrix)
        return np.asarray(0.5 * (variances + variances.transpose(0, 2, 1)))
    if not ((variances >= MIN_VARIANCE) & (variances <= 1 / MIN_VARIANCE)).all():
        limits = f"expected {MIN_VARIANCE:g} to {1 / MIN_VARIANCE:g}"
        raise ValueError(f"variances={checks.short(variances.tolist())}, {limits}")
    return variances


def validate_positive_definite(name: str, matrix: Floats) -> None:
    """An error where ``matrix`` is no covariance matrix."""
    scale = np.sqrt(np.abs(np.diag(matrix)))
    if (np.abs(matrix - matrix.T) > 1e-8 * np.outer(scale, scale)).any():
        raise ValueError(f"{name} is not symmetric")
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise ValueError(f"{name} is not positive definite") from None


def stationary_distribution(transition: Floats) -> Floats:
    """The left eigenvector of a transition matrix; of several the one of least norm."""
    found = _state_reduction(transition)
    if found is None:
        k = len(transition)
        system = np.vstack([transition.T - np.eye(k), np.ones(k)])
        solution = np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)[0]
        found = np.clip(solution, 0.0, None)
    return np.asarray(found / found.sum(), dtype=np.float64)


def _state_reduction(transition: Floats) -> Floats | None:
    """Grassmann, Taksar and Heyman's algorithm; None where a state never leads to the first."""
    p = transition.copy()
    k = len(p)
    for last in range(k - 1, 0, -1):
        leaving = p[last, :last].sum()
        if leaving <= 0:
            return None
        p[:last, last] /= leaving
        p[:last, :last] += np.outer(p[:last, last], p[last, :last])
    share = np.ones(k)
    for state in range(1, k):
        share[state] = share[:state] @ p[:state, state]
    found: Floats = share / share.sum()
    return found if np.isfinite(found).all() else None
