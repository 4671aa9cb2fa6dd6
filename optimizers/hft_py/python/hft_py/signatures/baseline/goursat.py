"""The signature kernel by its differential equation.

Salvi, Cass, Foster, Lyons and Yang (2021), SIAM J. Math. Data Sci. 3: the inner product of the
whole signatures of two paths solves a Goursat problem, ``d^2 k / ds dt = <dx/ds, dy/dt> k`` with
``k = 1`` on both axes. Their scheme of second order on a grid of halved segments.
"""

from __future__ import annotations

import numpy as np

from hft_py.signatures.baseline.tensors import Floats


def kernel(x: Floats, y: Floats, orders: tuple[int, int], pairs: str, threads: int = 1) -> Floats:
    """Signature kernels of paths ``(batch, points, channels)``.

    ``pairs``: ``"each"`` of ``x`` with the one of ``y`` at its place, ``"every"`` of ``x`` with
    every of ``y``, row by row, or ``"upper"``, these without what is left of the diagonal.
    ``orders`` says how often the segments of each path are halved.
    """
    dx, dy = _halved(x, orders[0]), _halved(y, orders[1])
    if pairs == "every":
        dx, dy = np.repeat(dx, len(y), axis=0), np.tile(dy, (len(x), 1, 1))
    elif pairs == "upper":
        rows, columns = np.triu_indices(len(x))
        dx, dy = dx[rows], dy[columns]
    row = np.ones((len(dy), dy.shape[1] + 1))
    for i in range(dx.shape[1]):
        products = np.einsum("bc,bjc->bj", dx[:, i], dy)
        sides = 1.0 + products / 2.0 + products**2 / 12.0
        corner = 1.0 - products**2 / 12.0
        below = row
        row = np.ones_like(below)
        for j in range(dy.shape[1]):
            row[:, j + 1] = (row[:, j] + below[:, j + 1]) * sides[:, j] - below[:, j] * corner[:, j]
    return row[:, -1].copy()


def _halved(paths: Floats, order: int) -> Floats:
    """The increments, each in ``2^order`` equal parts."""
    return np.repeat(np.diff(paths, axis=1) / 2**order, 2**order, axis=1)
