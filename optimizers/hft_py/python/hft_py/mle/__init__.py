"""Maximum likelihood with standard errors, and global optimisation by five methods.

>>> from hft_py.mle import cma_es_optimize
>>> found = cma_es_optimize("rosenbrock", [-5] * 3, [5] * 3, seed=3, target=1e-10)
>>> found.stop_reason, found.x.round(4).tolist()
('target_reached', [1.0, 1.0, 1.0])
"""

from hft_py.mle._history import Attempt, History
from hft_py.mle.ask_tell import (
    CMAES,
    DifferentialEvolution,
    DualAnnealing,
    GeneticAlgorithm,
    ParticleSwarm,
)
from hft_py.mle.cma_es import cma_es_optimize
from hft_py.mle.constraints import Constraint
from hft_py.mle.differential_evolution import differential_evolution_optimize
from hft_py.mle.dual_annealing import dual_annealing_optimize
from hft_py.mle.genetic_algorithm import genetic_algorithm_optimize
from hft_py.mle.optimizer import MLEOptimizer
from hft_py.mle.particle_swarm import particle_swarm_optimize
from hft_py.mle.result import MLEResult, OptimizeResult
from hft_py.spaces import ParameterSpace

__all__ = [
    "CMAES",
    "Attempt",
    "Constraint",
    "DifferentialEvolution",
    "DualAnnealing",
    "GeneticAlgorithm",
    "History",
    "MLEOptimizer",
    "MLEResult",
    "OptimizeResult",
    "ParameterSpace",
    "ParticleSwarm",
    "cma_es_optimize",
    "differential_evolution_optimize",
    "dual_annealing_optimize",
    "genetic_algorithm_optimize",
    "particle_swarm_optimize",
]
