"""The Python kernels: every method as one would first write it.

A loop over individuals in NumPy. They offer what ``hft_py._rust.mle`` offers, draw the same random
numbers in the same order, and so make the same generations.
"""

from __future__ import annotations

from typing import Any

from hft_py.mle.baseline.annealing import DualAnnealing
from hft_py.mle.baseline.classic import PARTNERS, Classic
from hft_py.mle.baseline.cma import CMAES
from hft_py.mle.baseline.constants import Constants, cma_constants
from hft_py.mle.baseline.evolution import Evolution
from hft_py.mle.baseline.genetic import GeneticAlgorithm
from hft_py.mle.baseline.jde import SelfAdaptive
from hft_py.mle.baseline.lshade import SuccessHistory
from hft_py.mle.baseline.swarm import ParticleSwarm

__all__ = [
    "CMAES",
    "STRATEGIES",
    "Constants",
    "DifferentialEvolution",
    "DualAnnealing",
    "GeneticAlgorithm",
    "ParticleSwarm",
    "cma_constants",
]

STRATEGIES = (*PARTNERS, "jde", "lshade")


def DifferentialEvolution(  # noqa: N802  # named as the class it makes, in both kernel sets
    *, strategy: str, mutation: tuple[float, float], crossover: float, **shared: Any
) -> Evolution:
    """The differential evolution of a strategy."""
    if strategy == "jde":
        return SelfAdaptive(**shared)
    if strategy == "lshade":
        return SuccessHistory(**shared)
    return Classic(strategy=strategy, mutation=mutation, crossover=crossover, **shared)
