"""The baseline's arithmetic on any array namespace: CuPy as a drop-in, and on the device.

The paths are materialised, chunk by chunk, as in NumPy; only the namespace differs. Two forms, as
in the published comparison: ``drop_in`` copies the sums of every block to the host, ``on_device``
keeps them on the device until the end. Tests run both without a GPU, with NumPy as the namespace.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from gpu_monte_carlo import baseline
from gpu_monte_carlo._blocks import BLOCK
from gpu_monte_carlo._memory import in_pieces
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.moments import chunk_moments, count

Draw = Callable[[int, tuple[int, int], Any], Any]
# Blocks whose sums are kept on the device before they are copied to the host.
PIECE = 4096


def draw_numpy(seed: int) -> Draw:
    """Normals of a block from the baseline's generator."""

    def draw(block: int, shape: tuple[int, int], dtype: Any) -> Any:
        return baseline.generator(seed, block).standard_normal(shape, dtype=dtype)

    return draw


def draw_cupy(seed: int) -> Draw:
    """Normals of a block from cuRAND's Philox: seeding it costs nothing, unlike XORWOW."""
    cupy: Any = importlib.import_module("cupy")
    method = cupy.cuda.curand.CURAND_RNG_PSEUDO_PHILOX4_32_10
    state = cupy.random.RandomState(seed=0, method=method)

    def draw(block: int, shape: tuple[int, int], dtype: Any) -> Any:
        words = np.random.SeedSequence(seed, spawn_key=(block,)).generate_state(1, np.uint64)
        state.seed(words[0])
        return state.standard_normal(shape, dtype=dtype)

    return draw


def block_sums(
    xp: Any,
    draw: Draw,
    to_host: Callable[[Any], Any] | None,
    options: Any,
    simulation: Simulation,
    first_block: int,
    blocks: int,
) -> Any:
    """Sums of a range of blocks, ``[blocks, options, moments]``, on ``xp``'s device.

    ``to_host`` copies each block's sums to the host; with ``None`` they stay on the device.
    """
    holder: Any = np if to_host is not None else xp
    sums = holder.zeros((blocks, len(options), count(simulation.greeks)), dtype=np.float64)
    dtype = np.dtype(simulation.precision).type
    for i in range(blocks):
        normals = draw(first_block + i, (simulation.observations, BLOCK), dtype)
        found = chunk_moments(xp, normals, options, simulation)
        sums[i] = found if to_host is None else to_host(found)
    return sums


def _cupy_sums(
    on_device: bool, options: Any, simulation: Simulation, first_block: int, blocks: int
) -> Any:
    cupy: Any = importlib.import_module("cupy")
    draw = draw_cupy(simulation.seed)
    to_host = None if on_device else cupy.asnumpy

    def piece(first: int, size: int) -> Any:
        return block_sums(cupy, draw, to_host, options, simulation, first, size)

    pool = cupy.get_default_memory_pool()
    full = (cupy.cuda.memory.OutOfMemoryError,)
    need = f"{BLOCK:,} paths of {simulation.observations:,} observations"
    found = in_pieces(piece, first_block, blocks, PIECE, full, pool.free_all_blocks, need)
    return (cupy if on_device else np).concatenate(found)


# CuPy in NumPy's place: the sums of every block are copied to the host.
drop_in = functools.partial(_cupy_sums, False)
# CuPy, with sums that stay device arrays.
on_device = functools.partial(_cupy_sums, True)
