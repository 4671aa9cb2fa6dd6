"""VWAP: each slice in proportion to the volume expected in it."""

from __future__ import annotations

from collections.abc import Sequence


def weights(volumes: Sequence[float]) -> list[float]:
    """The expected volumes."""
    return list(volumes)
