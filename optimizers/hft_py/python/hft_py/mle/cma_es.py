"""CMA-ES: a normal distribution that learns the shape of the objective.

The right choice for continuous parameters that interact, smooth or noisy, from two to some hundred
dimensions; above that ``separable=True`` learns the scales alone at a cost of ``O(d)``. Objectives
with many minima need ``restarts``. For whole numbers and hard constraints use
:func:`hft_py.mle.differential_evolution_optimize`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle._cma_plan import cma_plan
from hft_py.mle._plan import optimize
from hft_py.mle.result import OptimizeResult


def cma_es_optimize(
    objective_fn: Any,
    bounds_lower: npt.ArrayLike,
    bounds_upper: npt.ArrayLike | None = None,
    initial_params: npt.ArrayLike | None = None,
    sigma: float = 0.3,
    max_iterations: int | None = None,
    population_size: int | None = None,
    *,
    restarts: str | None = None,
    max_restarts: int = 9,
    active: bool = True,
    separable: bool | None = None,
    boundary: str = "fold",
    seed: int | np.random.Generator | None = None,
    constraints: Any = (),
    tolerance: float = 1e-12,
    parameter_tolerance: float = 1e-12,
    target: float | None = None,
    max_evaluations: int | None = None,
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
    """Minimise a function by the covariance matrix adaptation evolution strategy.

    Parameters
    ----------
    objective_fn
        What is minimised (or maximised, see ``maximize``), of a point of shape ``(d,)``: a
        callable, a vectorised one, a compiled one, or the name of a built-in
        (:mod:`hft_py.objectives`). NaN counts as the worst value, is counted in ``n_invalid`` and
        warned of once; a value infinitely good is an error.
    bounds_lower, bounds_upper
        The box, shape ``(d,)``; may be infinite. Or pairs, as in
        :func:`hft_py.mle.differential_evolution_optimize`. No point outside is ever evaluated.
    initial_params
        The first mean, within the bounds. Default: the middle of the box, which must then be
        finite. Restarts begin anywhere in the box.
    sigma
        The first step size, as a share of the width of the box; in the parameter's own units
        where a bound is infinite. Default 0.3: the first steps span the box. Smaller where the
        start is good; at most 10 widths.
    max_iterations
        Generations of each run. Default ``100 + 150 (d + 3)^2 / sqrt(population_size)``.
    population_size
        Points of a generation, at least 2. Default ``4 + int(3 ln d)``; larger for noisy and for
        multimodal objectives.
    restarts
        None (default), ``"ipop"`` or ``"bipop"`` (:mod:`hft_py.mle.restarts`).
    max_restarts
        How often the population may be doubled; restarts of small populations (``"bipop"``) do not
        count. Default 9, the last with 512 times the first population: give ``target`` or
        ``max_evaluations`` as well.
    active
        Unlearn directions of bad steps. Default: yes.
    separable
        Learn the diagonal only. Default: from 500 dimensions.
    boundary
        What becomes of a point outside: ``"fold"`` (default), ``"reflect"``, ``"resample"`` (drawn
        anew, up to 100 times, then put on the bound) or ``"clip"``
        (:mod:`hft_py.mle.baseline.bounds`). The search learns from the point that was evaluated.
        Where the optimum lies in a corner, resampled and clipped points mislead the step size, and
        the search stalls; folded ones do not.
    seed
        ``0 <= seed < 2**64``, or a ``numpy.random.Generator``, which is advanced by one draw. The
        same seed gives the same run, up to rounding in both backends, whatever the number of
        threads. Default: drawn from the system, and kept in the result.
    constraints
        As in :func:`hft_py.mle.differential_evolution_optimize`; candidates are ranked by Deb's
        rules.
    tolerance
        Stop (``"function_tolerance"``) where the values of a generation, and the best of the last
        ``10 + 30 d / population_size``, differ by no more; in units of the first generation's
        spread (the median less the least) where that is less than 1, as it is of an objective in
        small units; and never finer than the value's own rounding.
    parameter_tolerance
        Stop where steps are shorter than this many first step sizes.
    target
        Stop (``"target_reached"``) at a value as good. Default: none.
    max_evaluations
        Never exceeded, restarts included; each retry has its own. Default: no limit.
    retries
        Independent searches, restarts and all, that share their best points
        (:mod:`hft_py.mle.retries`). Default 1.
    polish, threads, vectorized, executor, data, backend
        As in :func:`hft_py.mle.differential_evolution_optimize`.
    maximize
        Look for the largest value. ``fun``, ``target``, the history and progress are in the
        objective's own sign; NaN still counts as the worst. Default: the smallest.
    progress
        False (default), True for a bar, or a callable; its steps are evaluations, restarts
        included, of those that ``max_evaluations`` allows or, without it, of the first run's. One
        that returns False ends the search, and what there is is returned.

    Returns
    -------
    OptimizeResult

    Warnings and errors are those of :func:`hft_py.mle.differential_evolution_optimize`.

    References
    ----------
    Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772. Ros and Hansen, PPSN 2008
    (separable). Auger and Hansen, CEC 2005 (IPOP). Hansen, BBOB 2009 (BIPOP).

    Examples
    --------
    >>> from hft_py.mle import cma_es_optimize
    >>> found = cma_es_optimize("rosenbrock", [-5] * 3, [5] * 3, seed=1, target=1e-8)
    >>> found.stop_reason
    'target_reached'
    """
    return optimize(cma_plan, locals())
