"""The information that is left where one variable is permuted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import rng
from hft_py.information_theory.baseline.information import (
    Codes,
    Counts,
    information,
    margins,
    of_margins,
)
from hft_py.information_theory.baseline.random_tables import draw, worthwhile
from hft_py.rng import Stream

_MASK = 2**64 - 1


def permuted(
    x: Codes,
    nx: int,
    y: Codes | None,
    ny: int,
    z: Codes | None,
    nz: int,
    estimator: str,
    seed: int,
    pair: int,
    first: int,
    count: int,
    threads: int,
) -> npt.NDArray[np.float64]:
    """``I(X; Y | Z)`` in bits, not clipped, of ``count`` permutations of ``x`` from ``first`` on.

    Permutation ``p`` of a pair is the stream ``(seed, pair, p)`` of random numbers. With few cells
    for many observations the table of counts is drawn, which has the same distribution.
    """
    numbers = range(first, first + count)
    _, of_xz, of_yz, of_z = margins(x, y, z)
    columns = Counter(x.tolist())
    if nx * ny * nz <= max(4 * len(x), 2**16) and worthwhile(len(of_yz), len(columns), len(x)):
        groups = sorted(of_yz.items(), key=lambda item: item[0][::-1])
        rows = [total for _, total in groups]
        values = []
        for number in numbers:
            table = draw(rows, columns, Stream(seed, pair, number))
            joint: Counts = Counter()
            of_xz = Counter()
            for ((b, c), _), row in zip(groups, table, strict=True):
                for a, cell in row.items():
                    joint[a, b, c] = cell
                    of_xz[a, c] += cell
            tables = (joint, of_xz, of_yz, of_z)
            values.append(of_margins(tables, (nx, ny, nz), estimator, len(x))[0])
        return np.array(values)
    return np.array(
        [information(shuffled(x, seed, pair, p), nx, y, ny, z, nz, estimator)[0] for p in numbers]
    )


def shuffled(values: Codes, seed: int, pair: int, permutation: int) -> Codes:
    """Durstenfeld's shuffle (CACM 7, 1964), two indices from each 64-bit word.

    As in Brackett-Rozinsky and Lemire, arXiv:2408.06213, without the rejection.
    """
    items: list[Any] = values.tolist()
    left = len(items)
    words = rng.words(seed, [pair], permutation, 0, (left + 1) // 2)[0]
    for word in words.tolist():
        if left < 2:
            break
        product = word * left
        last = left - 1
        index = product >> 64
        items[last], items[index] = items[index], items[last]
        index = ((product & _MASK) * last) >> 64
        items[last - 1], items[index] = items[index], items[last - 1]
        left -= 2
    return np.array(items, dtype=values.dtype)
