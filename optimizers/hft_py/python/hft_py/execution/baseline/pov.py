"""POV: a share of the volume, and what it is behind, within a limit for each slice."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hft_py.execution.baseline.rounding import NEAR


def follow(
    total: int, rate: float, volumes: Sequence[float], limits: Sequence[int], carry: float
) -> tuple[list[int], int]:
    """Lots for each slice, and the lots that are left at the end.

    ``carry`` is how many lots the parent is behind at the start; what a slice cannot take because
    of its limit, the following ones try.

    Examples
    --------
    >>> follow(100, 0.1, [300.0, 300.0, 300.0], [2**62, 20, 50], 0.0)
    ([30, 20, 40], 10)
    """
    lots, done, target = [], 0, carry
    for volume, limit in zip(volumes, limits, strict=True):
        target += rate * volume
        wanted = math.floor(target + NEAR) - done
        lots.append(max(0, min(wanted, limit, total - done)))
        done += lots[-1]
    return lots, total - done
