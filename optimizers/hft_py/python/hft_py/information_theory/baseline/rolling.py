"""The information in every window, each counted anew."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hft_py.information_theory.baseline.information import Codes, information


def rolling(
    x: Codes, nx: int, y: Codes | None, ny: int, z: None, nz: int, window: int, estimator: str
) -> npt.NDArray[np.float64]:
    """``I(X; Y)``, not clipped, ``H(X)`` and ``H(Y)`` in bits, a row for each window."""
    return np.array(
        [
            information(
                x[end - window : end],
                nx,
                None if y is None else y[end - window : end],
                ny,
                None,
                1,
                estimator,
            )
            for end in range(window, len(x) + 1)
        ]
    )
