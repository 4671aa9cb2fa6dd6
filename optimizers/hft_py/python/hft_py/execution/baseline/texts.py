"""Texts of Polars columns: which are there twice, and where one is among others."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int32]


def repeated_text(texts: Any, threads: int) -> int:
    """The row of the first text that was there before, or -1. No text is missing."""
    seen: set[str] = set()
    for row, text in enumerate(texts.to_list()):
        if text in seen:
            return row
        seen.add(text)
    return -1


def match_texts(keys: Any, texts: Any, threads: int) -> Places:
    """The place of each text among the keys, which all differ; -1 where it is not there."""
    place = {text: i for i, text in enumerate(keys.to_list())}
    return np.array([place.get(text, -1) for text in texts.to_list()], dtype=np.int32)


def other_side(texts: Any, codes: Places, buys: npt.NDArray[np.bool_]) -> int:
    """The first row whose text is not that of its order, or -1.

    The text is to be ``"buy"`` where ``buys[codes[row]]`` and ``"sell"`` else; rows of no order
    (a negative code) are not looked at.
    """
    for row, (text, order) in enumerate(zip(texts.to_list(), codes.tolist(), strict=True)):
        if order >= 0 and text != ("buy" if buys[order] else "sell"):
            return row
    return -1
