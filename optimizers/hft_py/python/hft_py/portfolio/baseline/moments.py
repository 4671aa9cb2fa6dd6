"""Mean and sample covariance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def moments(returns: Floats) -> tuple[Floats, Floats]:
    """The mean ``(n,)`` and the sample covariance ``(n, n)`` of returns ``(T, n)``."""
    with np.errstate(invalid="ignore", over="ignore"):  # the caller looks at what is found
        shifted = returns - returns[0]
        mean = shifted.mean(axis=0)
        centred = shifted - mean
        return returns[0] + mean, centred.T @ centred / (len(returns) - 1)
