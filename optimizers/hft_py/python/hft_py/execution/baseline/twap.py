"""TWAP: equal slices, or slices of random size around them."""

from __future__ import annotations

from collections.abc import Sequence


def weights(slices: int, draws: Sequence[float], randomise: float) -> list[float]:
    """One for each slice; ``draws`` in (0, 1) move it by up to ``randomise`` either way."""
    if not draws:
        return [1.0] * slices
    return [1.0 + randomise * (2.0 * u - 1.0) for u in draws]
