"""Maximum likelihood and global optimisation: differential evolution, CMA-ES, standard errors.

>>> from hft_py.mle import cma_es_optimize
>>> found = cma_es_optimize("rosenbrock", [-5] * 3, [5] * 3, seed=3, target=1e-10)
>>> found.stop_reason, found.x.round(4).tolist()
('target_reached', [1.0, 1.0, 1.0])
"""

from hft_py.mle._history import Attempt, History
from hft_py.mle.ask_tell import CMAES, DifferentialEvolution
from hft_py.mle.cma_es import cma_es_optimize
from hft_py.mle.constraints import Constraint
from hft_py.mle.differential_evolution import differential_evolution_optimize
from hft_py.mle.optimizer import MLEOptimizer
from hft_py.mle.result import MLEResult, OptimizeResult
from hft_py.spaces import ParameterSpace

__all__ = [
    "CMAES",
    "Attempt",
    "Constraint",
    "DifferentialEvolution",
    "History",
    "MLEOptimizer",
    "MLEResult",
    "OptimizeResult",
    "ParameterSpace",
    "cma_es_optimize",
    "differential_evolution_optimize",
]
