"""The fused kernel on a CUDA device, compiled at run time through CuPy (no toolkit needed).

CuPy is imported inside the functions, so the module imports without it.
"""

from __future__ import annotations

import functools
import importlib
from typing import Any

import numpy as np

from gpu_monte_carlo._blocks import BLOCK
from gpu_monte_carlo._memory import in_pieces
from gpu_monte_carlo._simulation import Simulation
from gpu_monte_carlo.cuda_source import GROUP, GROUPS_PER_BLOCK, SOURCE, dates, macros
from gpu_monte_carlo.moments import count
from gpu_monte_carlo.philox import LOW

# Of the groups' sums between the two kernels.
PARTIAL_BYTES = 64 << 20


@functools.cache
def _compiled(chosen: tuple[str, ...]) -> Any:
    cupy: Any = importlib.import_module("cupy")
    return cupy.RawModule(code=SOURCE, options=("--std=c++14", *chosen))


def piece_blocks(options: int, moments: int) -> int:
    """Blocks of one launch, so that the groups' sums stay within ``PARTIAL_BYTES``."""
    return max(1, PARTIAL_BYTES // (8 * GROUPS_PER_BLOCK * options * moments))


def block_sums_on_device(
    options: Any, simulation: Simulation, first_block: int, blocks: int
) -> Any:
    """Sums of a range of blocks as a device array, ``[blocks, options, moments]``."""
    cupy: Any = importlib.import_module("cupy")
    module = _compiled(macros(simulation))
    asian, fold = module.get_function("asian"), module.get_function("fold")
    moments = count(simulation.greeks)
    many = len(options)
    key = np.uint32(simulation.seed & LOW), np.uint32(simulation.seed >> 32)

    def piece(first: int, size: int) -> Any:
        table, when = cupy.asarray(options), cupy.asarray(dates(simulation))
        groups = size * GROUPS_PER_BLOCK
        partial = cupy.empty((groups, many, moments), dtype=cupy.float64)
        sums = cupy.empty((size, many, moments), dtype=cupy.float64)
        start, steps = np.uint64(first * BLOCK), np.int32(simulation.observations)
        asian((groups, many), (GROUP,), (table, *key, start, steps, when, partial))
        columns, total = np.uint64(many * moments), sums.size
        fold((-(-total // GROUP),), (GROUP,), (partial, columns, np.uint64(total), sums))
        return sums

    pool = cupy.get_default_memory_pool()
    full = (cupy.cuda.memory.OutOfMemoryError,)
    largest = piece_blocks(many, moments)
    need = f"the sums of {many:,} options"
    found = in_pieces(piece, first_block, blocks, largest, full, pool.free_all_blocks, need)
    return cupy.concatenate(found)


def block_sums(options: Any, simulation: Simulation, first_block: int, blocks: int) -> Any:
    """The same, on the host."""
    return block_sums_on_device(options, simulation, first_block, blocks).get()


def numbers(
    seed: int, first_path: int, paths: int, steps: int, precision: str, kind: str = "uniform"
) -> Any:
    """The kernel's own uniforms or normals, ``[paths, steps]``, on the host: for tests."""
    cupy: Any = importlib.import_module("cupy")
    module = _compiled(macros(Simulation(seed, steps, precision=precision)))
    out = cupy.empty((paths, steps), dtype=precision)
    key = np.uint32(seed & LOW), np.uint32(seed >> 32)
    what = np.int32(kind == "uniform")
    args = (*key, np.uint64(first_path), np.uint64(paths), np.int32(steps), what, out)
    module.get_function("numbers")((-(-paths // GROUP),), (GROUP,), args)
    return out.get()
