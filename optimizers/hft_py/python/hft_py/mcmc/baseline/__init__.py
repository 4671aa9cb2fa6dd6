"""The kernels in NumPy: readable, exact, and the reference for the compiled ones."""

from hft_py.mcmc.baseline.adaptive_metropolis import adaptive_metropolis
from hft_py.mcmc.baseline.de_mc import de_mc
from hft_py.mcmc.baseline.diagnostics import (
    autocorrelation_time,
    diagnose,
    effective_sample_size,
    r_hat,
)
from hft_py.mcmc.baseline.ensemble import ensemble
from hft_py.mcmc.baseline.tempering import parallel_tempering

__all__ = [
    "adaptive_metropolis",
    "autocorrelation_time",
    "de_mc",
    "diagnose",
    "effective_sample_size",
    "ensemble",
    "parallel_tempering",
    "r_hat",
]
