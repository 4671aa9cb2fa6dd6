"""Signatures of paths: the exponentials of their segments, multiplied one after the other.

Chen, Ann. of Math. 65 (1957): the signature of two paths, one after the other, is the product of
theirs; that of a segment is its exponential.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hft_py.signatures.baseline.tensors import (
    Floats,
    Levels,
    exponential,
    flat,
    multiply,
    split,
)


def signature(paths: Floats, depth: int, threads: int = 1) -> Floats:
    """Signatures of paths ``(batch, points, channels)``: ``(batch, length)``."""
    for levels in _prefixes(np.diff(paths, axis=1), depth):
        found = levels
    return flat(found)


def running(paths: Floats, depth: int, every: int = 1, threads: int = 1) -> Floats:
    """Signatures up to every ``every``-th segment: ``(batch, (points - 1) // every, length)``."""
    rows = [
        flat(levels)
        for i, levels in enumerate(_prefixes(np.diff(paths, axis=1), depth), start=1)
        if i % every == 0
    ]
    return np.stack(rows, axis=1)


def rolling(paths: Floats, depth: int, segments: int, step: int = 1, threads: int = 1) -> Floats:
    """Signatures of windows, each computed anew: ``(batch, windows, length)``.

    All windows take their next segment at once.
    """
    increments = np.diff(paths, axis=1)
    starts = increments.shape[1] - segments
    windows = np.lib.stride_tricks.sliding_window_view(increments, starts + 1, axis=1)
    # (batch, segment of the window, channel, window) to (batch, segment, window, channel).
    by_segment = windows.swapaxes(2, 3)[:, :, ::step]
    for levels in _prefixes(by_segment, depth):
        found = levels
    return flat(found)


def join(
    rows: Floats, segments: Floats, depth: int, before: bool = False, threads: int = 1
) -> Floats:
    """Signatures ``(batch, length)`` of paths that go on by segments ``(batch, channels)``.

    Or, with ``before``, of paths that come after them.
    """
    path = split(rows, segments.shape[1], depth)
    segment = exponential(segments, depth)
    return flat(multiply(segment, path) if before else multiply(path, segment))


def _prefixes(increments: Floats, depth: int) -> Iterator[Levels]:
    """The signature of the first segment, of the first two, and so on (axis 1)."""
    levels = exponential(increments[:, 0], depth)
    yield levels
    for i in range(1, increments.shape[1]):
        levels = multiply(levels, exponential(increments[:, i], depth))
        yield levels
