"""The maximal information coefficient, MIC_e, and the total information coefficient, TIC_e.

MIC_e says how strong the relationship of two variables is, whatever its shape: 1 for every function
without noise, and near 0 for many rows of independent variables. That it ranks relationships of
different shapes by their noise is what its authors claim and others dispute (Kinney, Atwal, PNAS
111, 2014); for the information itself estimate mutual information. TIC_e is for permutation tests
of independence: by the authors' simulations it has more power than MIC_e. Both take about
``n ** (5 alpha / 2)`` steps: they are for thousands of rows, not for millions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks, results
from hft_py.backend import kernels
from hft_py.information_theory._validation import same_length, variable

Floats = npt.NDArray[np.float64]

__all__ = ["MICResult", "compute_mic"]


@dataclass(frozen=True, eq=False, repr=False)
class MICResult(results.Result):
    """The coefficients of two variables.

    Attributes
    ----------
    mic
        MIC_e, from 0 to 1: the largest entry of the matrix.
    tic
        TIC_e: the sum of the entries. It grows with the number of rows.
    characteristic_matrix
        ``(side, side)``; entry ``[k - 2, l - 2]`` of grids with ``k`` columns (parts of ``x``) and
        ``l`` rows, NaN for grids of more boxes than are allowed.
    boxes
        How many boxes a grid may have, ``n ** alpha``.
    names, backend
        The variables; the kernels that answered.

    Examples
    --------
    >>> found = compute_mic(range(100), range(100))
    >>> found.mic, found["boxes"], found.characteristic_matrix.shape
    (1.0, 15, (6, 6))
    """

    mic: float
    tic: float
    characteristic_matrix: Floats
    boxes: int
    names: tuple[str, ...]
    backend: str

    @property
    def grid(self) -> tuple[int, int]:
        """The numbers of columns and rows of the grid that gives ``mic``."""
        place = int(np.nanargmax(self.characteristic_matrix))
        column, row = divmod(place, len(self.characteristic_matrix))
        return column + 2, row + 2


def compute_mic(
    x: Any,
    y: Any,
    *,
    alpha: float = 0.6,
    clumps: int = 15,
    threads: int = 1,
    backend: str | None = None,
) -> MICResult:
    """MIC_e and TIC_e of two variables.

    Parameters
    ----------
    x, y
        Numbers of one length, 4 or more. Only ranks matter; equal values are never separated.
    alpha
        Grids have at most ``n ** alpha`` boxes (4 at least). Default 0.6, of the authors. A lower
        one, 0.4, is faster and gives TIC_e more power against simple alternatives; a higher one
        sees finer structure.
    clumps
        Boundaries of three parts and more are looked for among so many places for each of them.
        Default 15, of the authors; a number as large as the number of rows makes the search exact.
    threads
        Share the numbers of rows out (Rust only); 0 takes all cores. The result is the same.

    The result is symmetric in ``x`` and ``y`` but for the matrix, which is transposed; a constant
    has 0. Errors are those of :func:`compute_mutual_information`.

    Notes
    -----
    Reshef et al., JMLR 17 (2016): EquicharClump. Two choices are made here: of grids with as many
    rows as columns both kinds count, so that the coefficients are symmetric; and the boundary
    between two parts is exact.

    Examples
    --------
    A sine has no correlation with its argument, but is a function of it:

    >>> x = np.linspace(0, 1, 1000)
    >>> found = compute_mic(x, np.sin(8 * np.pi * x))
    >>> round(found.mic, 6), found.grid
    (1.0, (8, 2))
    >>> compute_mic(x, np.zeros(1000)).mic
    0.0
    """
    pair = (variable("x", x, ndim=(1,), least=4), variable("y", y, ndim=(1,), least=4))
    n = same_length(pair)
    left, right = (np.ascontiguousarray(one.floats()[:, 0]) for one in pair)
    alpha = checks.real_number("alpha", alpha, above=0.0, most=1.0)
    clumps = min(checks.whole_number("clumps", clumps, least=1), n)
    threads = checks.thread_count(threads)
    boxes = max(4, int(n**alpha))
    kernel = kernels("information_theory", backend)
    matrix = kernel.equicharacteristic_matrix(left, right, boxes, clumps, threads)
    matrix = matrix.reshape(boxes // 2 - 1, -1)
    return MICResult(
        mic=float(np.nanmax(matrix)),
        tic=float(np.nansum(matrix)),
        characteristic_matrix=matrix,
        boxes=boxes,
        names=tuple(one.names[0] for one in pair),
        backend=kernel.name,
    )
