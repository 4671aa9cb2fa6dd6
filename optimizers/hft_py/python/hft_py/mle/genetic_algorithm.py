"""A genetic algorithm on real numbers: children near similar parents, far from different ones.

The right choice where parameters hardly interact and minima are many: a child takes some
coordinates of either parent, and good ones are kept together. The wrong choice where parameters
interact, as in any curved or rotated valley: use :func:`hft_py.mle.cma_es_optimize`. The last
digits take long whatever the objective; ``polish=True`` finds them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle._plan import optimize
from hft_py.mle._population_plans import genetic_plan
from hft_py.mle.result import OptimizeResult


def genetic_algorithm_optimize(
    objective_fn: Any,
    bounds_lower: npt.ArrayLike,
    bounds_upper: npt.ArrayLike | None = None,
    population_size: int | None = None,
    max_iterations: int = 1_000,
    *,
    crossover: float = 1.0,
    crossover_index: float = 2.0,
    mutation: float | None = None,
    mutation_index: float = 20.0,
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
    """Minimise a function in a box by a real-coded genetic algorithm.

    Parameters
    ----------
    objective_fn, bounds_lower, bounds_upper
        What is minimised (or maximised, see ``maximize``), and its finite box, ``(d,)`` each, as in
        :func:`hft_py.mle.differential_evolution_optimize`, which also describes the other
        parameters that are not listed here: ``seed``, ``constraints``, ``integrality``, ``x0``,
        ``target``, ``max_evaluations``, ``init``, ``polish``, ``retries``, ``threads``,
        ``vectorized``, ``executor``, ``data``, ``maximize``, ``progress``, ``backend``.
    population_size
        Individuals, at least 4. Default: ``20 d``, 100 to 1000: with fewer the
        population agrees before it has found the best region.
    max_iterations
        Generations after the first; each costs ``population_size`` evaluations. 0 evaluates the
        first population only.
    crossover
        Probability that two parents are crossed; of their coordinates every second one is. Default
        1: a child that is its parent again costs an evaluation.
    crossover_index
        ``eta_c`` of the simulated binary crossover, 0 to 1000: the larger, the nearer children
        stay to their parents. Default 2, Deb and Agrawal's: larger ones end in poorer minima.
    mutation
        Probability that a coordinate of a child is mutated. Default ``1 / d``: one a child.
    mutation_index
        ``eta_m`` of the polynomial mutation, 0 to 1000: a step is about ``1 / eta_m`` of the width
        of the box. Default 20.
    tolerance, absolute_tolerance
        Stop (``"converged"``) where worst less best value of the population is at most
        ``absolute_tolerance min(1, s) + tolerance min(|best|, s)``, ``s`` being the median less the
        least value of the first generation. 0 and 0: only when all are equal.

    Returns
    -------
    OptimizeResult

    Warnings and errors are those of :func:`hft_py.mle.differential_evolution_optimize`.

    References
    ----------
    Deb and Agrawal, Complex Systems 9 (1995). Deb and Goyal, Computer Science and Informatics 26
    (1996). Deb, Comput. Methods Appl. Mech. Engrg. 186 (2000).

    Examples
    --------
    >>> from hft_py.mle import genetic_algorithm_optimize
    >>> found = genetic_algorithm_optimize("schwefel", [-500] * 4, [500] * 4, seed=1, target=1e-3)
    >>> found.stop_reason
    'target_reached'
    """
    return optimize(genetic_plan, locals())
