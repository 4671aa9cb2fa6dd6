"""Implementation shortfall: Almgren and Chriss's optimal trajectory.

With ``kappa tau`` the urgency of a slice of length ``tau`` and ``r = exp(-kappa tau)``, the trades
(eq. 18 of "Optimal execution of portfolio transactions", J. Risk 3, 2000) are in proportion to
``r^(j-1) + r^(2N-j)``, ``j = 1..N``: equal for ``r = 1``, all at once for ``r = 0``.
"""

from __future__ import annotations

import math


def decay(urgency: float, permanent: float, tau: float) -> float:
    """``exp(-kappa tau)``, from ``cosh(kappa tau) = 1 + (kappa~ tau)^2 / 2``.

    ``urgency`` is ``lambda sigma^2 / eta`` and ``permanent`` is ``gamma / (2 eta)``. NaN where the
    permanent impact of a slice is as large as its temporary one: there is no optimum.
    """
    rest = 1.0 - permanent * tau
    if rest <= 0.0:
        return math.nan
    half = 0.5 * tau * math.sqrt(urgency / rest)
    root = math.sqrt(1.0 + half * half) + half
    return 1.0 / (root * root)


def weights(slices: int, r: float) -> list[float]:
    """The trades, in proportion."""
    early = [1.0]
    for _ in range(2 * slices - 1):
        early.append(early[-1] * r)
    return [early[j] + early[2 * slices - 1 - j] for j in range(slices)]
