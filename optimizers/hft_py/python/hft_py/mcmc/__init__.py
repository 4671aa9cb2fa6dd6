"""Markov chain Monte Carlo: four samplers with one interface, and diagnostics of their draws.

>>> from hft_py.mcmc import mcmc_optimize
>>> run = mcmc_optimize(lambda x: -0.5 * float(x @ x), [-5, -5], [5, 5], [1, 1], seed=1)
>>> run.samples.shape, bool((run.r_hat < 1.01).all())
((4, 9000, 2), True)
"""

from hft_py.mcmc.diagnostics import (
    compute_autocorrelation_time,
    compute_effective_sample_size,
    compute_r_hat,
)
from hft_py.mcmc.distribution import ParameterDistribution
from hft_py.mcmc.optimizer import MCMCOptimizer
from hft_py.mcmc.result import MCMCResult
from hft_py.mcmc.sampling import SAMPLERS, mcmc_optimize
from hft_py.spaces import ParameterSpace

__all__ = [
    "SAMPLERS",
    "MCMCOptimizer",
    "MCMCResult",
    "ParameterDistribution",
    "ParameterSpace",
    "compute_autocorrelation_time",
    "compute_effective_sample_size",
    "compute_r_hat",
    "mcmc_optimize",
]
