"""Ids by their hashes: which are there twice, and where one is among others."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int32]


def repeated_hash(values: Words) -> int:
    """The place of the first hash that was there before, or -1."""
    order = np.argsort(values, kind="stable")
    again = values[order[1:]] == values[order[:-1]]
    return int(order[1:][again].min(initial=len(values))) if again.any() else -1


def match_hashes(keys: tuple[Words, Words], values: tuple[Words, Words]) -> Places:
    """The place of each value among the keys, -1 where it is not there.

    Both are given by their hashes of two functions; the keys' by the first all differ.
    """
    order = np.argsort(keys[0])
    place = np.minimum(np.searchsorted(keys[0][order], values[0]), len(order) - 1)
    row = order[place]
    found: Any = np.where((keys[0][row] == values[0]) & (keys[1][row] == values[1]), row, -1)
    return np.asarray(found, dtype=np.int32)
