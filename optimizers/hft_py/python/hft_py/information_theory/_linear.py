"""Columns as directions: what least squares and normal scores have in common."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
EPSILON = float(np.finfo(np.float64).eps)


def even_scale(values: Floats, axis: int | None = None) -> Floats:
    """Times the power of two for which the largest is near 1, so that squares are in range."""
    found: Floats = np.ldexp(values, -np.frexp(np.abs(values).max(axis=axis))[1])
    return found


def unit_columns(values: Floats) -> Floats:
    """Each column of ``(n, d)`` less its mean, of length 1; a constant becomes zero."""
    centred = values - values.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=0)
    # Rounding alone leaves so much of a constant.
    least = len(values) * EPSILON * np.abs(values).max(axis=0, initial=0.0)
    found: Floats = centred / np.where(lengths > least, lengths, np.inf)
    return found


def basis(columns: Floats) -> Floats:
    """Orthonormal columns that span those of ``columns``, which have length 1 or less."""
    left, lengths, _ = np.linalg.svd(columns, full_matrices=False)
    found: Floats = left[:, lengths > len(columns) * EPSILON]
    return found


def without(columns: Floats, explained: Floats) -> Floats:
    """What orthonormal columns ``explained`` leave of each column."""
    found: Floats = columns - explained @ (explained.T @ columns)
    return found
