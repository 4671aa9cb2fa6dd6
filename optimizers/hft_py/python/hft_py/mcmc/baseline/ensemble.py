"""Affine-invariant ensemble: the stretch move of Goodman and Weare (2010, CAMCoS 5).

Walkers move along the line to a partner from the other half of the ensemble, by a factor of density
``g(z) ~ 1/sqrt(z)`` on ``[1/a, a]``; the two halves take turns, so that all walkers of a half can
be evaluated at once (Foreman-Mackey et al. 2013). Nothing to tune, and correlation between
parameters costs nothing; weak above about twenty dimensions.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hft_py.mcmc.baseline.draws import STRETCH, Draws
from hft_py.mcmc.baseline.population import Population, sampler


@sampler
def ensemble(
    population: Population,
    *,
    stretch: float,
    seed: int,
) -> dict[str, Any]:
    """One ensemble; the number of walkers is even."""
    walkers, dimension = population.x.shape
    half, x = walkers // 2, population.x
    draws = Draws("uniforms", seed, range(walkers), STRETCH, 3)
    for _ in population.iterations():
        u = draws.take()
        for moved, others in ((slice(0, half), half), (slice(half, walkers), 0)):
            root = (stretch - 1.0) * u[moved, 0] + 1.0
            z = root * root / stretch
            partner = x[others + np.minimum((u[moved, 1] * half).astype(np.int64), half - 1)]
            proposal = partner + z[:, None] * (x[moved] - partner)
            log_ratio = (dimension - 1.0) * np.log(z) + population.propose(proposal, moved)
            population.accept(np.log(u[moved, 2]) < log_ratio, moved)
    return population.record.result()
