"""Generalised simulated annealing with a local search, as ``scipy.optimize.dual_annealing``.

The right choice for a smooth objective with many minima, above all where parameters hardly
interact: long jumps find the region and a few dozen evaluations of a local search the minimum. The
wrong choice for an objective with noise or steps, of which differences give no gradient (then
``local_search=False``, and better another method), and where evaluations are to run in parallel:
points are visited one after the other, so only ``retries`` use several threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle._plan import optimize
from hft_py.mle._population_plans import annealing_plan
from hft_py.mle.result import OptimizeResult


def dual_annealing_optimize(
    objective_fn: Any,
    bounds_lower: npt.ArrayLike,
    bounds_upper: npt.ArrayLike | None = None,
    population_size: int | None = None,
    max_iterations: int = 1_000,
    *,
    initial_temperature: float = 5_230.0,
    restart_temperature_ratio: float = 2e-5,
    visit: float = 2.62,
    accept: float = -5.0,
    local_search: bool = True,
    patience: int = 250,
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
    """Minimise a function in a box by generalised simulated annealing.

    Parameters
    ----------
    objective_fn, bounds_lower, bounds_upper
        What is minimised (or maximised, see ``maximize``), and its finite box, ``(d,)`` each, as in
        :func:`hft_py.mle.differential_evolution_optimize`, which also describes the other
        parameters that are not listed here: ``seed``, ``constraints``, ``integrality``, ``x0``,
        ``target``, ``max_evaluations``, ``init``, ``polish``, ``retries``, ``threads``,
        ``vectorized``, ``executor``, ``data``, ``maximize``, ``progress``, ``backend``.
    population_size
        Points of a first sample of the box, at least 4: the search starts at the best of them, and
        their spread is the unit of the energy. Default 20. Later points come one by one.
    max_iterations
        Temperatures; each costs ``2 d`` evaluations and those of a local search where a better
        point was found. 0 evaluates the first sample only.
    initial_temperature
        0.01 to 50,000. Default 5230, as SciPy has it: the first steps reach the whole box.
    restart_temperature_ratio
        The temperature over the first at which the search starts again from above, between 0 and
        1. Default 2e-5, as SciPy has it: after 1,230 temperatures.
    visit
        ``q_v``, more than 1 and at most 2.9: the larger, the heavier the tails of the steps.
        Default 2.62.
    accept
        ``q_a``, at least -10,000 and less than 1: the smaller, the fewer worse points are accepted.
        Default -5.
    local_search
        Whether a new best point is improved by a local search (BFGS with differences, within the
        box; whole numbers stay). Default: yes.
    patience
        Stop (``"function_tolerance"``) after so many temperatures without a value that is better
        by more than the tolerance. Default 250.
    tolerance, absolute_tolerance
        Values count as equal, and a local search ends, where they differ by at most
        ``absolute_tolerance min(1, s) + tolerance min(|best|, s)``, ``s`` being the median less the
        least value of the first sample.

    Returns
    -------
    OptimizeResult

    Warnings and errors are those of :func:`hft_py.mle.differential_evolution_optimize`.

    References
    ----------
    Tsallis and Stariolo, Physica A 233 (1996). Xiang, Sun, Fan and Gong, Physics Letters A 233
    (1997). Xiang, Gubian, Suomela and Hoeng, The R Journal 5 (2013), for the local search.

    Examples
    --------
    >>> from hft_py.mle import dual_annealing_optimize
    >>> found = dual_annealing_optimize("rastrigin", [-5] * 6, [5] * 6, seed=1, target=1e-8)
    >>> found.stop_reason
    'target_reached'
    """
    return optimize(annealing_plan, locals())
