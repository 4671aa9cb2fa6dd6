"""The NumPy baseline: vectorised, in chunks that stay in cache.

What a competent user writes first: a matrix of normals, a running sum, an exponential, a mean.
Only the chunks are not first drafts: sixteen million doubles at once would be fetched from
memory five times. Each block of samples has a generator of its own, so that a result depends on
the seed and not on the split.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo.blocks import BLOCK
from gpu_monte_carlo.moments import chunk_moments, count

# Of one array of a chunk: measured, a flat optimum between calls' cost and the caches' size.
CHUNK_BYTES = 1 << 21


def chunk_paths(observations: int, itemsize: int) -> int:
    """Paths of a chunk: a power of two, so that a block is a whole number of chunks.

    Examples
    --------
    >>> chunk_paths(252, 8)
    1024
    """
    fitting = max(CHUNK_BYTES // (observations * itemsize), 16)
    return int(min(1 << (int(fitting).bit_length() - 1), BLOCK))


def generator(seed: int, block: int) -> np.random.Generator:
    """The generator of one block: SFC64, NumPy's fastest."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block,))))


def block_sums(
    options: Any,
    seed: int,
    first_block: int,
    blocks: int,
    observations: int,
    antithetic: bool,
    control: bool,
    greeks: bool,
    precision: str,
    threads: int = 1,
) -> npt.NDArray[np.float64]:
    """Sums of a range of blocks, ``[blocks, options, moments]``; see ``moments``.

    ``threads`` is of no effect: NumPy runs on one.
    """
    dtype: Any = np.dtype(precision).type
    paths = chunk_paths(observations, np.dtype(precision).itemsize)
    sums = np.zeros((blocks, len(options), count(greeks)))
    normals = np.empty((observations, paths), dtype=dtype)
    for i in range(blocks):
        rng = generator(seed, first_block + i)
        for _ in range(BLOCK // paths):
            rng.standard_normal(out=normals, dtype=dtype)
            sums[i] += chunk_moments(
                np, normals, options, antithetic=antithetic, control=control, greeks=greeks
            )
    return sums
