"""Results: of a search, under the names of SciPy's ``OptimizeResult``, and of a fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hft_py import checks, results
from hft_py.mle.baseline.loop import Array
from hft_py.mle.information import wald_intervals

MESSAGES = {
    "target_reached": "a value as good as the target was found",
    "converged": "the values of the whole population agree within the tolerance",
    "function_tolerance": "values no longer differ by more than the tolerance",
    "parameter_tolerance": "steps have become shorter than the tolerance",
    "no_effect_axis": "a step along an axis of the search no longer changes the mean",
    "no_effect_coordinate": "a step in a coordinate no longer changes the mean",
    "condition_number": "the search distribution has become too flat to go on",
    "step_too_large": "the steps grow without end: the objective has no minimum here, or sigma "
    "was far too small",
    "stagnation": "best and median values have not improved for a long time",
    "max_iterations": "the number of iterations is used up",
    "max_evaluations": "the number of evaluations is used up",
    "max_restarts": "the number of restarts is used up",
    "retries_done": "every retry has come to its end",
    "stopped_by_callback": "the progress callback returned False",
}
"""The message of each stop reason."""

SUCCESS_REASONS = (
    "target_reached",
    "converged",
    "function_tolerance",
    "parameter_tolerance",
    "no_effect_axis",
    "no_effect_coordinate",
)
"""The stop reasons that mean success."""


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
    """

    x: Array
    fun: float
    constr_violation: float
    nfev: int
    nit: int
    population_size: int
    retry: int
    stop_reason: str


@dataclass(frozen=True, eq=False, repr=False)
class OptimizeResult(results.Result):
    """The best point of a search; names as in ``scipy.optimize.OptimizeResult``.

    Attributes
    ----------
    x, fun
        The best point, shape ``(d,)``, and its value. Also ``best_params`` and ``best_value``.
    success
        Whether the search converged or reached the target (:data:`SUCCESS_REASONS`), at a feasible
        point. Not so where a budget ran out.
    status
        0 success, 1 a budget used up, 2 stopped by the callback, 3 the search could not go on,
        4 no feasible point found.
    message, stop_reason
        Why it stopped: the message, and its name in :data:`MESSAGES`.
    nfev, nit
        Evaluations of the objective and generations, over all restarts and retries.
    constr_violation
        By how much ``x`` violates the constraints; 0 where feasible.
    n_invalid
        Points at which the objective was NaN.
    history
        A row for every generation, see :class:`History`.
    attempts
        Every restart of every retry.
    seed
        The seed, also where it was drawn: it reproduces the run.
    backend
        The kernels that ran, ``"rust"`` or ``"python"``.
    """

    x: Array
    fun: float
    success: bool
    status: int
    message: str
    stop_reason: str
    nfev: int
    nit: int
    constr_violation: float
    n_invalid: int
    seed: int
    backend: str
    history: History = field(repr=False)
    attempts: tuple[Attempt, ...] = field(default=(), repr=False)

    def _names(self) -> list[str]:
        return [*super()._names(), "best_params", "best_value"]

    @property
    def best_params(self) -> Array:
        """``x`` by its other name."""
        return self.x

    @property
    def best_value(self) -> float:
        """``fun`` by its other name."""
        return self.fun

    def to_frame(self) -> Any:
        """The history as a pandas frame."""
        return self.history.to_frame()

    def plot(self, axes: Any = None, *, floor: float | None = None) -> Any:
        """The best value against evaluations.

        Parameters
        ----------
        axes
            Where to draw. Default: a new figure.
        floor
            The known minimum; the distance to it is then drawn, on a logarithmic scale. Default:
            the values themselves, logarithmic where they are positive and span more than ten.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        from hft_py.mle.plotting import convergence

        return convergence(self, axes, floor)


@dataclass(frozen=True, eq=False, repr=False)
class MLEResult(results.Result):
    """Estimates, their standard errors and intervals, and criteria of information.

    ``d`` parameters in the order of the spaces.

    Attributes
    ----------
    params
        Estimates by name; whole numbers as ``int``.
    best_params
        The same as an array ``(d,)``.
    log_likelihood
        Its maximum.
    standard_errors
        Roots of the diagonal of ``covariance``, ``(d,)``; NaN for whole numbers, for an estimate on
        its bound, and where the log-likelihood is flat.
    covariance
        The inverse of the observed information, ``(d, d)``.
    confidence_intervals
        ``(d, 2)`` at ``confidence``, Wald's: ``estimate -+ z standard error``, in the logarithm for
        a parameter on that scale, so that it stays positive. Cut at the bounds.
    aic, bic
        ``2 d - 2 l`` and ``d ln n - 2 l``; BIC is NaN without the number of observations.
    success, stop_reason
        Of the search.
    warnings
        Messages about what is doubtful; empty if nothing is.
    names, log_scale, bounds, confidence, n_observations
        What was asked for.
    search
        The search itself, an :class:`OptimizeResult` whose ``fun`` is minus the log-likelihood.
    """

    params: dict[str, float | int]
    log_likelihood: float
    standard_errors: Array
    covariance: Array = field(repr=False)
    confidence_intervals: Array
    aic: float
    bic: float
    best_params: Array = field(repr=False)
    success: bool
    stop_reason: str
    warnings: tuple[str, ...]
    names: tuple[str, ...] = field(repr=False)
    log_scale: Any = field(repr=False)
    bounds: Array = field(repr=False)
    confidence: float
    n_observations: int | None
    search: OptimizeResult = field(repr=False)

    def interval(self, confidence: float) -> Array:
        """Confidence intervals at another level, ``(d, 2)``.

        Raises
        ------
        ValueError
            A level that is not between 0 and 1.
        """
        return wald_intervals(
            self.best_params,
            self.standard_errors,
            self.log_scale,
            self.bounds,
            checks.real_number("confidence", confidence, above=0.0, below=1.0),
        )

    def to_frame(self) -> Any:
        """A pandas frame with a row for every parameter.

        ``z`` is the estimate over its standard error, for the hypothesis that the parameter is 0;
        it means nothing of a parameter that cannot be 0, as a scale.

        Raises
        ------
        ImportError
            Without pandas.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = self.best_params / self.standard_errors
        return results.pandas().DataFrame(
            {
                "estimate": self.best_params,
                "standard_error": self.standard_errors,
                "z": ratio,
                "lower": self.confidence_intervals[:, 0],
                "upper": self.confidence_intervals[:, 1],
            },
            index=list(self.names),
        )

    def plot(self, axes: Any = None) -> Any:
        """The negative log-likelihood against evaluations.

        Raises
        ------
        ImportError
            Without matplotlib.
        """
        axes = self.search.plot(axes)
        axes.set_ylabel("negative log-likelihood")
        return axes


def status_of(reason: str, success: bool, violation: float) -> int:
    """The number of :class:`OptimizeResult`."""
    if violation > 0.0:
        return 4
    if success:
        return 0
    if reason in ("max_iterations", "max_evaluations", "max_restarts", "retries_done"):
        return 1
    return 2 if reason == "stopped_by_callback" else 3
