"""Parts of a model: checked once, copied, and closed to writing; and what its chain does."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks

Floats = npt.NDArray[np.float64]
# Inverses and squares of variances within this are numbers that have all their digits.
LEAST_VARIANCE = 1e-150


def frozen(value: Floats) -> Floats:
    value.flags.writeable = False
    return value


def stochastic(name: str, value: Any, ndim: int) -> Floats:
    found = checks.finite_array(name, value, ndim=ndim)
    if (found < 0).any():
        raise ValueError(f"{name} has a negative entry, expected probabilities")
    sums = found.sum(axis=-1)
    if not np.allclose(sums, 1.0, rtol=0, atol=1e-8):
        worst = float(np.ravel(sums)[np.abs(np.ravel(sums) - 1).argmax()])
        raise ValueError(f"{name}: a row sums to {worst}, expected 1")
    return found


def stationary(transition: Floats) -> Floats:
    """The left eigenvector of a transition matrix, as shares; of several the one of least norm."""
    share = reduced(transition)
    if share is None:
        k = len(transition)
        system = np.vstack([transition.T - np.eye(k), np.ones(k)])
        found = np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)[0]
        share = np.clip(found, 0.0, None)
    shares: Floats = share / share.sum()
    return shares


def reduced(transition: Floats) -> Floats | None:
    """The stationary distribution; None where states are not all in touch with the first."""
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


def positive_definite(name: str, matrix: Floats) -> None:
    scale = np.sqrt(np.abs(np.diag(matrix)))
    if (np.abs(matrix - matrix.T) > 1e-8 * np.outer(scale, scale)).any():
        raise ValueError(f"{name} is not symmetric")
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        raise ValueError(f"{name} is not positive definite") from None
