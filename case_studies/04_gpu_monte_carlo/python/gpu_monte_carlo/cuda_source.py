"""The source of the fused CUDA kernel, ``kernel.cu``, and the options that it is compiled with."""

from __future__ import annotations

from pathlib import Path

from gpu_monte_carlo._simulation import Simulation

GROUP = 256
GROUPS_PER_BLOCK = 64
SOURCE = Path(__file__).with_name("kernel.cu").read_text(encoding="utf-8")


def macros(simulation: Simulation) -> tuple[str, ...]:
    """Compiler options that choose what is compiled.

    Examples
    --------
    >>> macros(Simulation(seed=0, observations=1, control=True, precision="float32"))
    ('-DSINGLE=1', '-DANTITHETIC=0', '-DCONTROL=1', '-DGREEKS=0')
    """
    chosen = {
        "SINGLE": simulation.precision == "float32",
        "ANTITHETIC": simulation.antithetic,
        "CONTROL": simulation.control,
        "GREEKS": simulation.greeks,
    }
    return tuple(f"-D{name}={int(value)}" for name, value in chosen.items())
