"""Particle swarm: points that move, each towards its own best and its neighbours' best.

The right choice for a quick look at an objective of few parameters whose shape is unknown, and for
objectives that are noisy or have steps: only the order of the values matters. The wrong
choice for a narrow valley that is not along an axis, and where the last digits count:
:func:`hft_py.mle.cma_es_optimize` needs a fraction of the evaluations there. With many minima in
ten dimensions or more it seldom finds the best one, as
:func:`hft_py.mle.differential_evolution_optimize` does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle._plan import optimize
from hft_py.mle._population_plans import swarm_plan
from hft_py.mle.result import OptimizeResult


def particle_swarm_optimize(
    objective_fn: Any,
    bounds_lower: npt.ArrayLike,
    bounds_upper: npt.ArrayLike | None = None,
    population_size: int | None = None,
    max_iterations: int = 1_000,
    *,
    phi: float = 4.1,
    neighbours: int = 1,
    seed: int | np.random.Generator | None = None,
    constraints: Any = (),
    integrality: npt.ArrayLike | None = None,
    x0: npt.ArrayLike | None = None,
    tolerance: float = 1e-8,
    absolute_tolerance: float = 1e-12,
    target: float | None = None,
    max_evaluations: int | None = None,
    init: Any = "latin_hypercube",
    polish: bool | str = False,
    retries: int = 1,
    threads: int = 1,
    vectorized: bool = False,
    executor: Any = None,
    data: Any = None,
    maximize: bool = False,
    progress: Any = False,
    backend: str | None = None,
) -> OptimizeResult:
    """Minimise a function in a box by a particle swarm.

    Parameters
    ----------
    objective_fn, bounds_lower, bounds_upper
        What is minimised (or maximised, see ``maximize``), and its finite box, ``(d,)`` each, as in
        :func:`hft_py.mle.differential_evolution_optimize`, which also describes the other
        parameters that are not listed here: ``seed``, ``constraints``, ``integrality``, ``x0``,
        ``target``, ``max_evaluations``, ``init``, ``polish``, ``retries``, ``threads``,
        ``vectorized``, ``executor``, ``data``, ``maximize``, ``progress``, ``backend``.
    population_size
        Particles, at least 4. Default: 40, whatever the dimension; more do not gather as early, and
        take longer.
    max_iterations
        Generations after the first; each costs ``population_size`` evaluations. 0 evaluates the
        first population only.
    phi
        How strongly a particle is drawn, to its own best and its neighbours' in equal parts; more
        than 4, at most 10. It gives the constriction coefficient
        ``2 / (phi - 2 + sqrt(phi^2 - 4 phi))``: 0.7298 for 4.1, the default and the value of Clerc
        and Kennedy. Larger values contract sooner.
    neighbours
        On either side of a particle in the ring. Default 1, the slowest to gather at one point;
        with half of ``population_size`` every particle knows the best of all.
    tolerance, absolute_tolerance
        Stop (``"converged"``) where worst less best value of the particles' best points is at most
        ``absolute_tolerance min(1, s) + tolerance min(|best|, s)``, ``s`` being the median less the
        least value of the first generation. 0 and 0: only when all are equal.

    Returns
    -------
    OptimizeResult

    Warnings and errors are those of :func:`hft_py.mle.differential_evolution_optimize`.

    References
    ----------
    Clerc and Kennedy, IEEE TEC 6 (2002). Kennedy and Mendes, CEC 2002 (the ring). Deb, Comput.
    Methods Appl. Mech. Engrg. 186 (2000), for the constraints.

    Examples
    --------
    >>> from hft_py.mle import particle_swarm_optimize
    >>> found = particle_swarm_optimize("ackley", [-30] * 4, [30] * 4, seed=1, target=1e-6)
    >>> found.stop_reason
    'target_reached'
    """
    return optimize(swarm_plan, locals())
