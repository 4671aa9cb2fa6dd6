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
from hft_py.mcmc.baseline.record import Record
from hft_py.mcmc.baseline.target import Floats, Target


def ensemble(
    objective: Any,
    start: Floats,
    start_values: Floats,
    lower: Floats,
    upper: Floats,
    codes: Any,
    *,
    n_iterations: int,
    burn_in: int,
    thin: int,
    stretch: float,
    seed: int,
    threads: int = 1,
    progress: Any = None,
) -> dict[str, Any]:
    """One ensemble from ``start`` (coordinates, shape ``(walkers, d)``, walkers even)."""
    target = Target(objective, lower, upper, codes)
    x, values = start.copy(), start_values.copy()
    parameters, jacobian = target.parameters(x), target.log_jacobian(x)
    members, dimension = x.shape
    half = members // 2
    draws = Draws("uniforms", seed, range(members), STRETCH, 3)
    record = Record(target, parameters, values, n_iterations, burn_in, thin, progress, members)
    for _ in range(n_iterations):
        u = draws.take()
        accepted = np.zeros(members)
        for moved, others in ((slice(0, half), half), (slice(half, members), 0)):
            root = (stretch - 1.0) * u[moved, 0] + 1.0
            z = root * root / stretch
            partner = x[others + np.minimum((u[moved, 1] * half).astype(np.int64), half - 1)]
            proposal = partner + z[:, None] * (x[moved] - partner)
            proposed, found = target.evaluate(proposal)
            proposed_jacobian = target.log_jacobian(proposal)
            log_ratio = (dimension - 1.0) * np.log(z) + (
                (found - values[moved]) + (proposed_jacobian - jacobian[moved])
            )
            accept = np.log(u[moved, 2]) < log_ratio
            x[moved] = np.where(accept[:, None], proposal, x[moved])
            parameters[moved] = np.where(accept[:, None], proposed, parameters[moved])
            values[moved] = np.where(accept, found, values[moved])
            jacobian[moved] = np.where(accept, proposed_jacobian, jacobian[moved])
            accepted[moved] = accept
            record.see(proposed, found)
        if not record.keep(parameters, values, accepted):
            break
    return record.result()
