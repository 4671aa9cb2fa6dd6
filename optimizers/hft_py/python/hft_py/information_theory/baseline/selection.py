"""The information that each column of a matrix shares with a target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from hft_py.information_theory.baseline.binning import bin_codes
from hft_py.information_theory.baseline.information import Codes, information

Floats = npt.NDArray[np.float64]


def relevance(
    matrix: Floats, edges: Sequence[Floats], y: Codes, ny: int, estimator: str, threads: int
) -> Floats:
    """``I(X; Y)``, not clipped, ``H(X)`` and ``H(Y)`` in bits, for each column of ``matrix`` as X.

    ``edges`` are the inner edges of each column's bins.
    """
    return np.array(
        [
            information(bin_codes(column, inner), len(inner) + 1, y, ny, None, 1, estimator)
            for column, inner in zip(matrix.T, edges, strict=True)
        ]
    )
