"""The temperatures of parallel tempering: equispaced in the cumulative communication barrier.

Syed, Bouchard-Cote, Deligiannidis and Doucet (2021, JRSS B 84, section 5): with rejection rates
``r_k`` between neighbours, ``Lambda(beta_k) = r_1 + ... + r_k``; the best ladder of given length
has equal rejection everywhere, that is, equal steps of ``Lambda``.
"""

from __future__ import annotations

import numpy as np

from hft_py.mcmc.baseline.target import Floats

# Ends of the tuning rounds, as fractions of the warm-up; the rest is for the walks to settle.
ROUNDS = (16, 8, 4, 2)


def first_ladder(levels: int) -> Floats:
    """Inverse temperatures to start with: quantiles of Beta(0.3, 1) (Xie et al. 2011)."""
    ladder: Floats = (np.arange(levels) / (levels - 1.0)) ** (1.0 / 0.3)
    return ladder


def respaced(ladder: Floats, rejection: Floats) -> Floats:
    """The ladder with equal steps of the cumulative barrier (piecewise linear between levels).

    Where no swap was ever rejected there is nothing to learn, and the ladder stays.
    """
    barrier = np.concatenate([[0.0], np.cumsum(np.maximum(rejection, 1e-3))])
    if rejection.sum() <= 0.0:
        return ladder
    levels = len(ladder)
    wanted = barrier[-1] * (np.arange(levels) / (levels - 1.0))
    found: Floats = np.interp(wanted, barrier, ladder)
    found[0], found[-1] = 0.0, 1.0
    return found
