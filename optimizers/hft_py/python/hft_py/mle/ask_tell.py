"""Searches by ask and tell, for objectives that are evaluated elsewhere.

The same kernels as in the functions (:func:`hft_py.mle.differential_evolution_optimize` and the
others) run, and with one seed the same generations come out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle._ask_tell import AskTell
from hft_py.mle._cma_plan import cma_plan
from hft_py.mle._evolution_plan import evolution_plan
from hft_py.mle._population_plans import annealing_plan, genetic_plan, swarm_plan


class DifferentialEvolution(AskTell):
    """Differential evolution by ask and tell.

    Takes the arguments of :func:`hft_py.mle.differential_evolution_optimize` that concern the
    search itself, ``maximize`` included: values are told in the user's sign.

    Examples
    --------
    >>> search = DifferentialEvolution([-5, -5], [5, 5], max_iterations=300, seed=1)
    >>> while not search.stop_reason:
    ...     points = search.ask()
    ...     search.tell(points, (points**2).sum(axis=1))
    >>> bool(search.result().fun < 1e-9)
    True
    """

    def __init__(
        self,
        bounds_lower: npt.ArrayLike,
        bounds_upper: npt.ArrayLike | None = None,
        population_size: int | None = None,
        max_iterations: int = 1_000,
        *,
        strategy: str = "jde",
        seed: int | np.random.Generator | None = None,
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
        maximize: bool = False,
        backend: str | None = None,
    ) -> None:
        super().__init__(evolution_plan, locals())


class CMAES(AskTell):
    """CMA-ES by ask and tell, without restarts.

    Takes the arguments of :func:`hft_py.mle.cma_es_optimize` that concern the search itself,
    ``maximize`` included: values are told in the user's sign.

    Examples
    --------
    >>> search = CMAES([-5, -5], [5, 5], [3.0, -2.0], seed=1)
    >>> while not search.stop_reason:
    ...     points = search.ask()
    ...     search.tell(points, (points**2).sum(axis=1))
    >>> search.stop_reason, bool(search.result().fun < 1e-10)
    ('function_tolerance', True)
    """

    def __init__(
        self,
        bounds_lower: npt.ArrayLike,
        bounds_upper: npt.ArrayLike | None = None,
        initial_params: npt.ArrayLike | None = None,
        sigma: float = 0.3,
        max_iterations: int | None = None,
        population_size: int | None = None,
        *,
        active: bool = True,
        separable: bool | None = None,
        boundary: str = "fold",
        seed: int | np.random.Generator | None = None,
        tolerance: float = 1e-12,
        parameter_tolerance: float = 1e-12,
        target: float | None = None,
        max_evaluations: int | None = None,
        maximize: bool = False,
        backend: str | None = None,
    ) -> None:
        super().__init__(cma_plan, locals())


class ParticleSwarm(AskTell):
    """A particle swarm by ask and tell.

    Takes the arguments of :func:`hft_py.mle.particle_swarm_optimize` that concern the search
    itself, ``maximize`` included: values are told in the user's sign.

    Examples
    --------
    >>> search = ParticleSwarm([-5, -5], [5, 5], seed=1)
    >>> while not search.stop_reason:
    ...     points = search.ask()
    ...     search.tell(points, (points**2).sum(axis=1))
    >>> bool(search.result().fun < 1e-8)
    True
    """

    def __init__(
        self,
        bounds_lower: npt.ArrayLike,
        bounds_upper: npt.ArrayLike | None = None,
        population_size: int | None = None,
        max_iterations: int = 1_000,
        *,
        phi: float = 4.1,
        neighbours: int = 1,
        seed: int | np.random.Generator | None = None,
        integrality: npt.ArrayLike | None = None,
        x0: npt.ArrayLike | None = None,
        tolerance: float = 1e-8,
        absolute_tolerance: float = 1e-12,
        target: float | None = None,
        max_evaluations: int | None = None,
        init: Any = "latin_hypercube",
        maximize: bool = False,
        backend: str | None = None,
    ) -> None:
        super().__init__(swarm_plan, locals())


class GeneticAlgorithm(AskTell):
    """A genetic algorithm by ask and tell.

    Takes the arguments of :func:`hft_py.mle.genetic_algorithm_optimize` that concern the search
    itself, ``maximize`` included: values are told in the user's sign.

    Examples
    --------
    >>> search = GeneticAlgorithm([-5, -5], [5, 5], seed=1)
    >>> while not search.stop_reason:
    ...     points = search.ask()
    ...     search.tell(points, (points**2).sum(axis=1))
    >>> bool(search.result().fun < 1e-8)
    True
    """

    def __init__(
        self,
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
        integrality: npt.ArrayLike | None = None,
        x0: npt.ArrayLike | None = None,
        tolerance: float = 1e-8,
        absolute_tolerance: float = 1e-12,
        target: float | None = None,
        max_evaluations: int | None = None,
        init: Any = "latin_hypercube",
        maximize: bool = False,
        backend: str | None = None,
    ) -> None:
        super().__init__(genetic_plan, locals())


class DualAnnealing(AskTell):
    """Generalised simulated annealing by ask and tell.

    Takes the arguments of :func:`hft_py.mle.dual_annealing_optimize` that concern the search
    itself, ``maximize`` included: values are told in the user's sign. Its batches have one point,
    and in a local search ``d``.

    Examples
    --------
    >>> search = DualAnnealing([-5, -5], [5, 5], patience=5, seed=1)
    >>> while not search.stop_reason:
    ...     points = search.ask()
    ...     search.tell(points, (points**2).sum(axis=1))
    >>> bool(search.result().fun < 1e-8)
    True
    """

    def __init__(
        self,
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
        integrality: npt.ArrayLike | None = None,
        x0: npt.ArrayLike | None = None,
        tolerance: float = 1e-8,
        absolute_tolerance: float = 1e-12,
        target: float | None = None,
        max_evaluations: int | None = None,
        init: Any = "latin_hypercube",
        maximize: bool = False,
        backend: str | None = None,
    ) -> None:
        super().__init__(annealing_plan, locals())
