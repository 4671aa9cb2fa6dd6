"""Implementation shortfall: Almgren and Chriss's optimal trajectory.

With ``kappa tau`` the urgency of a slice of length ``tau`` and ``r = exp(-kappa tau)``, the trades
(eq. 18 of "Optimal execution of portfolio transactions", J. Risk 3, 2000) are in proportion to
``r^j + r^(2N-1-j)``, ``j = 0..N-1``: equal for ``r = 1``, all at once for ``r = 0``. With
``p_j = r^j`` that is ``p_j + p_N p_(N-1-j)``; eight powers after the other come from three squares.
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
    two, four = r * r, (r * r) * (r * r)
    short = [1.0, r, two, r * two, four, r * four, two * four, r * (two * four)]
    powers: list[float] = []
    before = 1.0
    while len(powers) < slices:
        powers += [before * one for one in short]
        before *= four * four
    del powers[slices:]
    whole = powers[-1] * r
    return [early + whole * late for early, late in zip(powers, reversed(powers), strict=True)]
