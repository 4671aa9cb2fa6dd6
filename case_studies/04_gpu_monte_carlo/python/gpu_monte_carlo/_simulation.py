"""What a kernel simulates."""

from __future__ import annotations

from dataclasses import dataclass

GREEKS = ("delta", "vega", "gamma", "theta", "rho")
"""In the order of a kernel's sums."""


@dataclass(frozen=True)
class Simulation:
    """Everything that a kernel needs, apart from the options and the range of blocks.

    A path has ``observations`` steps, of ``lengths`` in a common unit (0 to 1) where they are not
    all equal; with ``unobserved`` the last one leads to the exercise, whose price is in no average.

    Every kernel is a function ``block_sums(options, simulation, first_block, blocks)`` of option
    rows ``[m, 15]`` that returns sums ``[blocks, m, moments]``. Kernels are module-level
    functions, so that an executor of processes can pickle them.
    """

    seed: int
    observations: int
    antithetic: bool = False
    control: bool = False
    greeks: bool = False
    precision: str = "float64"
    threads: int = 1
    lengths: tuple[float, ...] | None = None
    unobserved: bool = False
