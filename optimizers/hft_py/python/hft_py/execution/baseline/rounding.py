"""Whole lots that add up: the method of the largest remainder, with a limit for each slice.

Each slice gets the whole part of its share; the lots that are left go to the largest fractions,
the earlier slice first among equals (Hamilton's method). Where a share is above its slice's limit,
the slice gets its limit and the others share what is left, in their proportions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

# Shares are sums of rounded products: a number so near to a whole one is meant to be whole. It also
# makes both kernel sets, whose last digits could differ, decide alike.
NEAR = 2.0**-30
FRACTION = 1e6

UNLIMITED = 2**62


def apportion(total: int, weights: Sequence[float], limits: Sequence[int]) -> tuple[list[int], int]:
    """Lots for each slice, and the lots that do not fit.

    Parameters
    ----------
    total
        Lots, 0 or more.
    weights
        Nonnegative; where all slices below their limits have weight zero, they share in proportion
        to their limits.
    limits
        Most lots of each slice; ``UNLIMITED`` for none.

    Examples
    --------
    >>> apportion(10, [1.0, 1.0, 1.0], [UNLIMITED] * 3)
    ([4, 3, 3], 0)
    >>> apportion(10, [1.0, 1.0, 2.0], [UNLIMITED, 1, 4])
    ([5, 1, 4], 0)
    >>> apportion(10, [1.0, 1.0], [2, 3])
    ([2, 3], 5)
    """
    capacity = sum(limits)
    if capacity <= total:
        return list(limits), total - capacity
    lots = [0] * len(weights)
    share = list(weights)
    left = total
    below = list(range(len(weights)))
    while True:
        whole = sum_by_eights([share[k] for k in below])
        if whole <= 0.0:
            for k in below:
                share[k] = float(limits[k])
            whole = sum_by_eights([share[k] for k in below])
        # The share in lots, of what is left now.
        wanted = {k: left * (share[k] / whole) for k in below}
        full = [k for k in below if wanted[k] + NEAR >= limits[k]]
        if not full:
            break
        for k in full:
            lots[k] = limits[k]
            left -= limits[k]
        below = [k for k in below if k not in set(full)]
    order = []
    for k in below:
        lots[k] = math.floor(wanted[k] + NEAR)
        left -= lots[k]
        order.append((-round_half_up((wanted[k] - lots[k]) * FRACTION), k))
    for _, k in sorted(order)[:left]:
        lots[k] += 1
    return lots, 0


def sum_by_eights(values: Sequence[float]) -> float:
    """The sum, in the order in which the compiled kernel adds: every eighth, then by twos.

    Examples
    --------
    >>> sum_by_eights([0.5] * 11)
    5.5
    """
    s = [0.0] * 8
    for i, value in enumerate(values):
        s[i % 8] += value
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]))


def round_half_up(x: float) -> int:
    """The nearest whole number."""
    return math.floor(x + 0.5)
