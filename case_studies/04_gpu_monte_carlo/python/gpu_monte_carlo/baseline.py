"""The NumPy baseline: vectorised, in chunks that stay in cache.

What a competent user writes first: a matrix of normals, a running sum, an exponential, a mean.
Only the chunks are more than that: sixteen million doubles at once would be read from memory five
times. Each block of samples has a generator of its own, so that a result depends on the seed and
not on how the blocks are split.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo._blocks import BLOCK
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.moments import chunk_moments, count

# Of one array of a chunk: measured, a flat optimum between calls' cost and the caches' size.
CHUNK_BYTES = 1 << 21


def chunk_paths(observations: int, itemsize: int) -> int:
    """Paths of a chunk: a power of two, so that a block is a whole number of chunks."""
    fitting = max(CHUNK_BYTES // (observations * itemsize), 16)
    return int(min(1 << (int(fitting).bit_length() - 1), BLOCK))


def generator(seed: int, block: int) -> np.random.Generator:
    """The generator of one block: SFC64, NumPy's fastest."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block,))))


def block_sums(
    options: Any, simulation: Simulation, first_block: int, blocks: int
) -> npt.NDArray[np.float64]:
    """Sums of a range of blocks, ``[blocks, options, moments]``; see ``moments``.

    ``simulation.threads`` has no effect: NumPy uses one thread.
    """
    dtype: Any = np.dtype(simulation.precision).type
    paths = chunk_paths(simulation.observations, dtype().itemsize)
    sums = np.zeros((blocks, len(options), count(simulation.greeks)))
    normals = np.empty((simulation.observations, paths), dtype=dtype)
    for i in range(blocks):
        rng = generator(simulation.seed, first_block + i)
        for _ in range(BLOCK // paths):
            rng.standard_normal(out=normals, dtype=dtype)
            sums[i] += chunk_moments(np, normals, options, simulation)
    return sums
