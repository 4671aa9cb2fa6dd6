"""Differential evolution: a population that steps by the differences of its own members.

The right choice for objectives with many local minima, for whole-number parameters and for
constraints, in up to some tens of dimensions. On a smooth objective with one minimum
:func:`hft_py.mle.cma_es_optimize` needs a fraction of the evaluations.

``strategy="jde"``, the default, tunes itself; ``"lshade"`` usually needs the fewest evaluations
when the budget is known; the rest are the classics (:mod:`hft_py.mle.baseline.classic` has their
formulas).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle._evolution_plan import evolution_plan
from hft_py.mle._plan import optimize
from hft_py.mle.result import OptimizeResult


def differential_evolution_optimize(
    objective_fn: Any,
    bounds_lower: npt.ArrayLike,
    bounds_upper: npt.ArrayLike | None = None,
    population_size: int | None = None,
    max_iterations: int = 1_000,
    *,
    strategy: str = "jde",
    seed: int | np.random.Generator | None = None,
    constraints: Any = (),
    integrality: npt.ArrayLike | None = None,
    x0: npt.ArrayLike | None = None,
    tolerance: float = 1e-8,
    absolute_tolerance: float = 1e-12,
    target: float | None = None,
    max_evaluations: int | None = None,
    mutation: float | tuple[float, float] = (0.5, 1.0),
    crossover: float = 0.7,
    boundary: str = "midpoint",
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
    """Minimise a function in a box by differential evolution.

    Parameters
    ----------
    objective_fn
        What is minimised (or maximised, see ``maximize``), of a point of shape ``(d,)``: a
        callable, a vectorised one, a compiled one, or the name of a built-in
        (:mod:`hft_py.objectives`). NaN counts as the worst value, is counted in ``n_invalid`` and
        warned of once; a value infinitely good is an error.
    bounds_lower, bounds_upper
        The box, shape ``(d,)``, finite; or SciPy's pairs ``[(lower, upper), ...]``, or its
        ``Bounds``, alone. No point outside is ever evaluated. Where the two are equal the parameter
        is held: results and the objective have it at its place, and defaults that grow with ``d``
        count the others.
    population_size
        Individuals, in all and not per parameter; at least 4 (6 for ``"rand2bin"``, 5 for
        ``"best2bin"``). Default: ``5 d``, and ``10 d`` for ``"lshade"``, which shrinks; 20 to 1000.
    max_iterations
        Generations after the first; each costs ``population_size`` evaluations. 0 evaluates the
        first population only.
    strategy
        ``"jde"`` (default, nothing to tune), ``"lshade"`` (give the budget), ``"rand1bin"``,
        ``"best1bin"``, ``"rand_to_best1"``, ``"current_to_best1"``, ``"best2bin"``, ``"rand2bin"``;
        also as the papers write them, ``"rand/1/bin"``, ``"rand-to-best/1"``, ``"jDE"``.
    seed
        ``0 <= seed < 2**64``, or a ``numpy.random.Generator``, which is advanced by one draw. The
        same seed gives the same run in both backends, whatever the number of threads. Default:
        drawn from the system, and kept in the result.
    constraints
        A :class:`hft_py.mle.Constraint`, a callable ``g`` (``g(x) <= 0`` is feasible), SciPy's
        ``NonlinearConstraint`` or ``LinearConstraint``, or a sequence of them. Compared by Deb's
        rules; the objective is called at feasible points only.
    integrality
        Shape ``(d,)`` of truth values: which parameters are whole numbers. They are rounded before
        they are evaluated, and the rounded point is the one kept.
    x0
        A point that joins the first population, within the bounds.
    tolerance, absolute_tolerance
        Stop (``"converged"``) where worst less best value of the population is at most
        ``absolute_tolerance min(1, s) + tolerance min(|best|, s)``, ``s`` being the median less the
        least value of the first generation: small units and large constants do not end a search
        before it began. 0 and 0: only when all are equal.
    target
        Stop (``"target_reached"``) at a value as good. Default: none.
    max_evaluations
        Never exceeded. Default: what ``max_iterations`` allows.
    mutation
        ``F`` of the classic strategies, 0 to 2; of two numbers, drawn between them every
        generation (dither). Default ``(0.5, 1)``, as SciPy has it. ``"jde"`` and ``"lshade"`` find
        their own.
    crossover
        Probability that a coordinate is the mutant's, for the classic strategies. Default 0.7.
    boundary
        What becomes of a coordinate outside: ``"midpoint"`` of parent and bound (default: loses
        the least of the step), ``"reflect"``, ``"resample"`` (uniformly), ``"clip"``.
    init
        ``"latin_hypercube"`` (default), ``"uniform"``, or the first population itself, ``(n, d)``.
    polish
        True: a local search (L-BFGS-B) from the best point, kept where better, within
        ``max_evaluations``; or ``"Nelder-Mead"``, and always that where there are constraints.
        Default: none, so the number of evaluations is what was asked for.
    retries
        Independent runs that share their best points (:mod:`hft_py.mle.retries`); each may use
        the whole budget. Default 1.
    threads
        1 (default), or more for compiled and built-in objectives; 0 for all cores. One retry a
        thread, or with one retry the points of a generation. Never changes the result.
    vectorized, executor, data
        See :func:`hft_py.objectives.resolve`: batches are ``(population_size, d)``.
    maximize
        Look for the largest value. ``fun``, ``target``, the history and progress are in the
        objective's own sign; NaN still counts as the worst. Default: the smallest.
    progress
        False (default), True for a bar, or a callable; its steps are evaluations. One that returns
        False ends the run, and what there is is returned.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Returns
    -------
    OptimizeResult

    Warns
    -----
    InvalidValuesWarning
        The objective was NaN somewhere.

    Raises
    ------
    ValueError, TypeError
        An argument makes no sense; the message names it.
    ObjectiveError
        The objective was minus infinity, or a compiled one returned a fatal code. Exceptions of a
        callable are not wrapped.

    References
    ----------
    Storn and Price, J. Global Optimization 11 (1997). Brest et al., IEEE TEC 10 (2006), jDE. Tanabe
    and Fukunaga, CEC 2014, L-SHADE. Deb, Comput. Methods Appl. Mech. Engrg. 186 (2000).

    Examples
    --------
    >>> from hft_py.mle import differential_evolution_optimize
    >>> found = differential_evolution_optimize("rastrigin", [-5] * 4, [5] * 4, seed=1)
    >>> found.stop_reason, bool(found.fun < 1e-8)
    ('converged', True)
    >>> differential_evolution_optimize("rastrigin", [(-5, 5)] * 4, seed=1) == found
    True
    """
    return optimize(evolution_plan, locals())
