"""The source of the fused CUDA kernel, ``kernel.cu``, and the options that it is compiled with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo._simulation import Simulation

GROUP = 256
GROUPS_PER_BLOCK = 64
SOURCE = Path(__file__).with_name("kernel.cu").read_text(encoding="utf-8")


def macros(simulation: Simulation) -> tuple[str, ...]:
    """Compiler options that choose what is compiled.

    Examples
    --------
    >>> macros(Simulation(seed=0, observations=1, control=True, precision="float32"))
    ('-DSINGLE=1', '-DANTITHETIC=0', '-DCONTROL=1', '-DGREEKS=0', '-DDATES=0', '-DLATER=0')
    """
    chosen = {
        "SINGLE": simulation.precision == "float32",
        "ANTITHETIC": simulation.antithetic,
        "CONTROL": simulation.control,
        "GREEKS": simulation.greeks,
        "DATES": simulation.lengths is not None,
        "LATER": simulation.unobserved,
    }
    return tuple(f"-D{name}={int(value)}" for name, value in chosen.items())


def dates(simulation: Simulation) -> npt.NDArray[np.float64]:
    """Length of each step, its root and its end, ``[steps, 3]``; nothing where all are equal."""
    lengths = np.array(simulation.lengths or (), dtype=np.float64)
    return np.stack([lengths, np.sqrt(lengths), np.cumsum(lengths)], axis=1)
