"""emcee, as its users call it: the affine-invariant ensemble in Python."""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mcmc.study.workloads import Density, Floats


def walkers(density: Density) -> int:
    """Enough for the dimension, and no fewer than the compiled ensemble has."""
    return max(8, 2 * (density.start.size + 1))


def emcee_draws(
    density: Density, evaluations: int, burn_in: int, *, vectorize: bool
) -> tuple[Floats, Floats]:
    """Draws ``(chain, draw, parameter)`` and log-probabilities ``(chain, draw)``.

    ``evaluations`` in all, ``burn_in`` of them dropped: what the other implementations spend.
    """
    import emcee

    count = walkers(density)
    function = _bounded_batch(density) if vectorize else _bounded(density)
    sampler = emcee.EnsembleSampler(count, density.start.size, function, vectorize=vectorize)
    spread = 0.02 * (density.upper - density.lower)
    noise = np.random.default_rng(1).normal(size=(count, density.start.size))
    start = np.clip(density.start + spread * noise, density.lower, density.upper)
    sampler.random_state = np.random.RandomState(1).get_state()
    sampler.run_mcmc(start, evaluations // count)
    dropped = burn_in // count
    chain: Any = sampler.get_chain(discard=dropped)
    log_probs: Any = sampler.get_log_prob(discard=dropped)
    return np.ascontiguousarray(chain.swapaxes(0, 1)), np.ascontiguousarray(log_probs.T)


def _bounded(density: Density) -> Any:
    """The density of one point, zero outside the box."""
    lower, upper, scalar = density.lower, density.upper, density.scalar

    def log_density(x: Floats) -> float:
        if (x < lower).any() or (x > upper).any():
            return -np.inf
        return scalar(x)

    return log_density


def _bounded_batch(density: Density) -> Any:
    """The density of a batch, zero outside the box."""

    def log_density(points: Floats) -> Floats:
        found = np.full(len(points), -np.inf)
        inside = ((points >= density.lower) & (points <= density.upper)).all(axis=1)
        found[inside] = density.vectorized(points[inside])
        return found

    return log_density
