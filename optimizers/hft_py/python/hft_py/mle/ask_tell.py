"""Searches by ask and tell, for objectives that are evaluated elsewhere.

The same kernels as in the functions (:func:`hft_py.mle.differential_evolution_optimize` and the
others) run, and with one seed the same generations come out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from hft_py import backend as backends
from hft_py import checks
from hft_py.mle._aggregate import RestartSequence, aggregate
from hft_py.mle._cma_plan import cma_plan
from hft_py.mle._evolution_plan import evolution_plan
from hft_py.mle._plan import Plan
from hft_py.mle._population_plans import annealing_plan, genetic_plan, swarm_plan
from hft_py.mle._runner import Run
from hft_py.mle.baseline.loop import Array
from hft_py.mle.result import OptimizeResult


class AskTell:
    """A search whose loop is the caller's."""

    def __init__(self, make_plan: Callable[..., Plan], arguments: dict[str, Any]) -> None:
        """From the arguments of a subclass: its ``locals()``."""
        own = ("self", "__class__", "backend")
        kernels = backends.kernels("mle", arguments["backend"])
        self._plan = make_plan(**{k: v for k, v in arguments.items() if k not in own})
        self._backend = kernels.name
        self._kernel = self._plan.kernel(kernels)
        self._asked: Array | None = None

    @property
    def stop_reason(self) -> str | None:
        """None while the search goes on, then why it stopped."""
        return self._kernel.stop_reason

    def ask(self) -> Array:
        """The points of the next generation, shape ``(n, d)``; the same until :meth:`tell`."""
        if self._asked is None:
            self._asked = self._kernel.ask()
        return self._asked.copy()

    def tell(
        self, points: npt.ArrayLike, values: npt.ArrayLike, violations: npt.ArrayLike | None = None
    ) -> None:
        """The values at ``points``, which are those that were evaluated.

        They may differ from those asked for (rounded, repaired): the search learns from the point
        it is told. ``violations``, where there are constraints, are 0 at feasible points. NaN
        values count as the worst. Both have shape ``(n,)``, or ``(n, 1)`` where each is an array of
        one number.

        Raises
        ------
        ValueError
            Nothing was asked for, another number of points, values of another shape, or points
            outside the bounds.
        """
        if self._asked is None:
            raise ValueError("tell() before ask(): ask for the points of the next generation first")
        lower, upper = self._plan.problem.lower, self._plan.problem.upper
        evaluated = checks.finite_array("points", points, ndim=2)
        if evaluated.shape != self._asked.shape:
            raise ValueError(
                f"points has shape {evaluated.shape}, expected {self._asked.shape} as asked for"
            )
        checks.within("points", evaluated, lower, upper)
        found = _fitting("values", values, len(evaluated))
        amounts = None if violations is None else _fitting("violations", violations, len(evaluated))
        if amounts is not None and (amounts < 0.0).any():
            raise ValueError("violations has negative entries, expected 0 at feasible points")
        self._kernel.tell(evaluated, -found if self._plan.problem.maximize else found, amounts)
        self._asked = None

    def result(self) -> OptimizeResult:
        """What was found so far; ``stop_reason`` is ``"stopped_by_callback"`` before the end.

        Raises
        ------
        ValueError
            Before the first :meth:`tell`.
        """
        if not self._kernel.evaluations:
            raise ValueError("result() before tell(): nothing is known yet")
        reason = self._kernel.stop_reason or "stopped_by_callback"
        run = Run(self._kernel, reason, self._kernel.evaluations, self._backend, over=False)
        sequence = RestartSequence([run], [self._plan.population_size], reason)
        found = aggregate([sequence], self._plan.problem.seed)
        return found.negated() if self._plan.problem.maximize else found


def _fitting(name: str, numbers: Any, expected: int) -> Array:
    found = checks.array(name, numbers, ndim=(1, 2))
    if found.shape[1:] == (1,):
        found = found[:, 0]
    if found.ndim != 1:
        raise ValueError(f"{name} has shape {found.shape}, expected ({expected},)")
    if len(found) != expected:
        raise ValueError(f"{name} has length {len(found)}, expected {expected} as points has")
    return found


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
        seed: int | None = None,
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
        seed: int | None = None,
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
        seed: int | None = None,
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
        seed: int | None = None,
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
        seed: int | None = None,
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
