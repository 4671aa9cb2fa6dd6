"""The nearest allocation that the constraints allow."""

from __future__ import annotations

import numpy as np

from hft_py.signatures._inputs import Floats


def project(wish: Floats, lower: float, upper: float) -> Floats:
    """The point nearest to ``wish`` ``(..., assets)`` with a sum of 1 and weights in the bounds.

    It is ``clip(wish - shift, lower, upper)`` with the shift at which the sum is 1. The sum is
    piecewise linear in the shift and falls from one corner, ``wish - upper`` or ``wish - lower``,
    to the next: between two of them the shift is interpolated.
    """
    corners = np.sort(np.concatenate([wish - upper, wish - lower], axis=-1), axis=-1)
    clipped = np.clip(wish[..., None, :] - corners[..., :, None], lower, upper)
    sums = clipped.sum(axis=-1)
    after = np.clip((sums > 1.0).sum(axis=-1), 1, sums.shape[-1] - 1)[..., None]
    (low, high), (more, less) = (
        [np.take_along_axis(table, after - 1 + i, axis=-1) for i in (0, 1)]
        for table in (corners, sums)
    )
    share = np.divide(more - 1.0, more - less, out=np.zeros_like(more), where=more > less)
    found: Floats = np.clip(wish - (low + share * (high - low)), lower, upper)
    return found


def towards(held: Floats, wish: Floats, most: float | None) -> Floats:
    """From one allocation towards another, until ``most`` of the wealth is bought or sold."""
    traded = float(np.abs(wish - held).sum())
    if most is None or traded <= most:
        return wish
    found: Floats = held + (most / traded) * (wish - held)
    return found
