"""What a kernel simulates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Simulation:
    """Everything that a kernel needs, apart from the options and the range of blocks.

    Every kernel is a function ``block_sums(options, simulation, first_block, blocks)`` of option
    rows ``[m, 8]`` that returns sums ``[blocks, m, moments]``. Kernels are module-level
    functions, so that an executor of processes can pickle them.
    """

    seed: int
    observations: int
    antithetic: bool = False
    control: bool = False
    greeks: bool = False
    precision: str = "float64"
    threads: int = 1
