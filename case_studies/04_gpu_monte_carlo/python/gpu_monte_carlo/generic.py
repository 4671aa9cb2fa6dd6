"""The baseline's arithmetic on any array namespace: CuPy as a drop-in, and on the device.

The paths are materialised, chunk by chunk, as in NumPy; only the namespace is another. Two
forms, as in the published comparison: ``drop_in`` brings every chunk's sums home as it goes, and
``on_device`` leaves them where they are until the end. With NumPy as the namespace both are
tested without a GPU.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from gpu_monte_carlo import baseline
from gpu_monte_carlo.blocks import BLOCK
from gpu_monte_carlo.memory import in_pieces
from gpu_monte_carlo.moments import chunk_moments, count

Draw = Callable[[int, tuple[int, int], Any], Any]
# Blocks whose sums are kept on the device before they come home.
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
    home: Callable[[Any], Any] | None,
    options: Any,
    first_block: int,
    blocks: int,
    observations: int,
    antithetic: bool,
    control: bool,
    greeks: bool,
    precision: str,
) -> Any:
    """Sums of a range of blocks, ``[blocks, options, moments]``, on ``xp``'s device.

    ``home`` brings one block's sums to the host at once (``None``: they stay).
    """
    dtype = np.dtype(precision).type
    holder: Any = np if home is not None else xp
    sums = holder.zeros((blocks, len(options), count(greeks)), dtype=np.float64)
    for i in range(blocks):
        normals = draw(first_block + i, (observations, BLOCK), dtype)
        found = chunk_moments(
            xp, normals, options, antithetic=antithetic, control=control, greeks=greeks
        )
        sums[i] = found if home is None else home(found)
    return sums


def _cupy_sums(keep: bool, options: Any, seed: int, first: int, blocks: int, *how: Any) -> Any:
    cupy: Any = importlib.import_module("cupy")
    draw = draw_cupy(seed)
    home = None if keep else cupy.asnumpy

    def piece(at: int, size: int) -> Any:
        return block_sums(cupy, draw, home, options, at, size, *how)

    pool = cupy.get_default_memory_pool()
    full = (cupy.cuda.memory.OutOfMemoryError,)
    need = f"{BLOCK:,} paths of {how[0]:,} observations"
    found = in_pieces(piece, first, blocks, PIECE, full, pool.free_all_blocks, need)
    return (cupy if keep else np).concatenate(found)


def drop_in(
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
) -> Any:
    """CuPy in NumPy's place; sums of every chunk come home."""
    how = (observations, antithetic, control, greeks, precision)
    return _cupy_sums(False, options, seed, first_block, blocks, *how)


def on_device(
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
) -> Any:
    """CuPy, and nothing comes home: the sums are device arrays."""
    how = (observations, antithetic, control, greeks, precision)
    return _cupy_sums(True, options, seed, first_block, blocks, *how)


@functools.cache
def device_name() -> str:
    """What the current CUDA device calls itself."""
    cupy: Any = importlib.import_module("cupy")
    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
    name = properties["name"]
    return name.decode() if isinstance(name, bytes) else str(name)
