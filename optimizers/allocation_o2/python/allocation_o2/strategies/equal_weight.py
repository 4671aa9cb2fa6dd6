"""The same weight for every asset."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class EqualWeight:
    """The same weight for every asset."""

    min_observations = 1

    def predict(self, prices: Floats) -> Floats:
        """One over the number of assets."""
        return np.full(len(prices), 1.0 / len(prices))
