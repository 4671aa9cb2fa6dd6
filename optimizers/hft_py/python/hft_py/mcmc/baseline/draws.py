"""Random numbers of all members of a population, an iteration at a time.

The purposes name the streams; both kernel sets draw the same numbers in the same order.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hft_py.mcmc.baseline.target import Floats
from hft_py.rng import Stream

# Purposes of streams, shared with src/mcmc/mod.rs; 64 and up belong to this module.
PROPOSAL, ACCEPT, STRETCH, MOVE, REFERENCE, SWAP, START = range(64, 71)
_BLOCK = 256


class Draws:
    """``count`` numbers a member and iteration, drawn in blocks of iterations."""

    def __init__(self, kind: str, seed: int, streams: Sequence[int], purpose: int, count: int):
        self.streams = [Stream(seed, stream, purpose) for stream in streams]
        self.kind, self.count = kind, count
        self.block = np.empty((0, len(self.streams), count))
        self.next = 0

    def take(self) -> Floats:
        """The numbers of the next iteration, shape ``(members, count)``."""
        if self.next == len(self.block):
            size = _BLOCK * self.count
            drawn = [getattr(stream, self.kind)(size) for stream in self.streams]
            self.block = np.stack([np.reshape(d, (_BLOCK, self.count)) for d in drawn], axis=1)
            self.next = 0
        self.next += 1
        row: Floats = self.block[self.next - 1]
        return row
