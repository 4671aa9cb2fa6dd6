"""What a search records on its way: generations, and the attempts of restarts and retries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hft_py import results
from hft_py.mle.baseline.loop import Array


@dataclass(frozen=True, eq=False, repr=False)
class History(results.Result):
    """A row for every generation, over all restarts of the attempt that won.

    Where polishing found a better point, that is a last row.

    Attributes
    ----------
    evaluations
        Points looked at so far, shape ``(g,)``: the evaluations, and with constraints the
        infeasible points too, at which the objective is not called.
    best
        The best value so far.
    best_params
        Where it is, ``(g, d)``.
    restart
        Which restart the generation belongs to, from 0.
    worst
        Methods with a population: its worst value (of a swarm, of the particles' best points).
        None for CMA-ES and dual annealing.
    sigma, axis_ratio
        CMA-ES: the step size in scaled coordinates, and the longest axis over the shortest.
    mean
        CMA-ES: the mean of the search distribution, ``(g, d)``.
    temperature
        Dual annealing: that of the visiting distribution. Its generations are the points that it
        asks for at once.

    Examples
    --------
    >>> from hft_py.mle import differential_evolution_optimize
    >>> found = differential_evolution_optimize("sphere", [-1], [1], max_iterations=2, seed=1)
    >>> found.history.evaluations, list(found.history.to_frame().columns)
    (array([20., 40., 60.]), ['evaluations', 'best', 'best_x0', 'restart', 'worst'])
    """

    evaluations: Array
    best: Array
    best_params: Array
    restart: Array
    worst: Array | None = None
    sigma: Array | None = None
    axis_ratio: Array | None = None
    mean: Array | None = None
    temperature: Array | None = None

    def to_frame(self) -> Any:
        """A pandas frame with a row for every generation; vectors become a column each.

        Raises
        ------
        ImportError
            Without pandas.
        """
        columns: dict[str, Array] = {}
        for name, value in self.items():
            if value is None:
                continue
            if value.ndim == 1:
                columns[name] = value
            else:
                prefix = "mean" if name == "mean" else "best"
                columns.update({f"{prefix}_x{j}": value[:, j] for j in range(value.shape[1])})
        return results.pandas().DataFrame(columns)


@dataclass(frozen=True, eq=False, repr=False)
class Attempt(results.Result):
    """One restart of CMA-ES, or one retry.

    Attributes
    ----------
    x, fun, constr_violation
        The best point it found, its value and its violation.
    nfev, nit
        Evaluations and generations.
    population_size
        Points of a generation at its start.
    retry
        Which retry it belongs to, from 0.
    stop_reason
        Why it ended.

    Examples
    --------
    >>> from hft_py.mle import cma_es_optimize
    >>> found = cma_es_optimize(
    ...     "rastrigin", [-5] * 3, [5] * 3, restarts="ipop", max_restarts=2, seed=1)
    >>> [attempt.population_size for attempt in found.attempts]
    [7, 14, 28]
    """

    x: Array
    fun: float
    constr_violation: float
    nfev: int
    nit: int
    population_size: int
    retry: int
    stop_reason: str
