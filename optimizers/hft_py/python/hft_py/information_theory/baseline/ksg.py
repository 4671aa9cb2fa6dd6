"""Mutual information of continuous variables by k nearest neighbours, with SciPy's k-d tree.

With ``e`` the distance of a point to its k-th neighbour in all coordinates together (maximum norm)
and ``n_x`` the number of other points nearer than ``e`` in ``x`` alone, the terms of a point are

* ``psi(k) + psi(n) - psi(n_x + 1) - psi(n_y + 1)``: Kraskov, Stoegbauer, Grassberger, Physical
  Review E 69, 066138 (2004), equation 8;
* ``psi(k) - psi(n_xz + 1) - psi(n_yz + 1) + psi(n_z + 1)``: Frenzel, Pompe, Physical Review Letters
  99, 204101 (2007), equation 5.

Where more than ``k`` points are equal ``e`` is zero. Then all counts are of equal points, and ``k``
is theirs too, the point itself counted: Gao, Kannan, Oh, Viswanath, NIPS 2017.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.special import digamma

Floats = npt.NDArray[np.float64]

# A radius so small that only equal points are nearer.
_EQUAL = np.finfo(np.float64).tiny


def ksg_information(x: Floats, y: Floats, z: Floats | None, k: int, threads: int) -> Floats:
    """Terms of each row, ``(n,)``, whose mean is the information given ``z`` in nats; ``k < n``."""
    known = [] if z is None else [z]
    radii, k_of_each = _neighbours(np.hstack([x, y, *known]), k, threads)
    others = float(len(x)) if z is None else _within(z, radii, threads) + 1
    terms: Floats = digamma(k_of_each) + digamma(others)
    for space in (x, y):
        terms -= digamma(_within(np.hstack([space, *known]), radii, threads) + 1)
    return terms


def _neighbours(points: Floats, k: int, threads: int) -> tuple[Floats, Floats]:
    """Distances to the k-th neighbours, no less than ``_EQUAL``, and ``k`` of each point."""
    # A point is the nearest to itself.
    distances, _ = cKDTree(points).query(points, [k + 1], p=np.inf, workers=threads)
    radii: Floats = distances[:, 0]
    k_of_each = np.full(len(points), float(k))
    equal = radii == 0
    if equal.any():
        radii = np.where(equal, _EQUAL, radii)
        k_of_each[equal] = _within(points, radii, threads)[equal] + 1
    return radii, k_of_each


def _within(points: Floats, radii: Floats, threads: int) -> Floats:
    """How many other points are nearer to each than its radius."""
    tree = cKDTree(points)
    # SciPy counts points at the radius as well.
    below = np.nextafter(radii, 0)
    counts = tree.query_ball_point(points, below, p=np.inf, workers=threads, return_length=True)
    found: Floats = counts - 1.0
    return found
