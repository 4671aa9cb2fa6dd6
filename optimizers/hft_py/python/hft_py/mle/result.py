"""Results: of a search, under the names of SciPy's ``OptimizeResult``, and of a fit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hft_py import checks, results
from hft_py.mle._history import Attempt, History
from hft_py.mle.baseline.loop import Array
from hft_py.mle.information import wald_intervals
from hft_py.named import NamedPoint


@dataclass(frozen=True, eq=False, repr=False)
class OptimizeResult(results.Result):
    """The best point of a search; names as in ``scipy.optimize.OptimizeResult``.

    Attributes
    ----------
    x, fun
        The best point, shape ``(d,)``, and its value. Also ``best_params`` and ``best_value``.
    success
        Whether the search converged or reached the target (:data:`SUCCESS_REASONS`), at a feasible
        point. Not so where a budget ran out. A constant objective converges in every method: each
        point is as good as any other.
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
    maximize
        Whether the largest value was looked for.

    Examples
    --------
    >>> from hft_py.mle import cma_es_optimize
    >>> found = cma_es_optimize("sphere", [-1, -1], [1, 1], seed=1)
    >>> found.success, found.best_params is found.x, found.best_value == found["fun"]
    (True, True, True)
    >>> len(found.to_frame()) == found.nit
    True
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
    maximize: bool = field(default=False, repr=False)

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

    def negated(self) -> OptimizeResult:
        """The result of a search of the negative objective, in the objective's own sign."""
        history = self.history
        worst = None if history.worst is None else -history.worst
        return dataclasses.replace(
            self,
            fun=-self.fun,
            history=dataclasses.replace(history, best=-history.best, worst=worst),
            attempts=tuple(dataclasses.replace(a, fun=-a.fun) for a in self.attempts),
            maximize=not self.maximize,
        )

    def moved(self, points: Callable[[Array], Array]) -> OptimizeResult:
        """The result in other coordinates, which ``points`` gives of any number of rows."""
        history = self.history
        mean = None if history.mean is None else points(history.mean)
        return dataclasses.replace(
            self,
            x=points(self.x),
            history=dataclasses.replace(
                history, best_params=points(history.best_params), mean=mean
            ),
            attempts=tuple(dataclasses.replace(a, x=points(a.x)) for a in self.attempts),
        )

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
        The same as an array ``(d,)`` that is read by name too.
    log_likelihood
        Its maximum.
    standard_errors
        Roots of the diagonal of ``covariance``, ``(d,)``; NaN for whole numbers, for an estimate on
        its bound, where the log-likelihood is flat, and for held parameters.
    covariance
        The inverse of the observed information, ``(d, d)``.
    confidence_intervals
        ``(d, 2)`` at ``confidence``, Wald's: ``estimate -+ z standard error``, in the logarithm for
        a parameter on that scale, so that it stays positive. Cut at the bounds.
    aic, bic
        ``2 k - 2 l`` and ``k ln n - 2 l`` of ``k`` parameters, held ones not counted; BIC is NaN
        without the number of observations.
    success, stop_reason
        Of the search.
    warnings
        Messages about what is doubtful; empty if nothing is.
    names, log_scale, bounds, confidence, n_observations
        What was asked for.
    search
        The search itself, an :class:`OptimizeResult` whose ``fun`` is minus the log-likelihood.
    backend
        The kernels that searched.

    Examples
    --------
    >>> from hft_py.mle import MLEOptimizer, ParameterSpace
    >>> waits = np.random.default_rng(8).exponential(0.25, size=900)
    >>> rate = ParameterSpace("rate", (0.01, 100), log=True)
    >>> exponential = lambda p: 900 * np.log(p[0]) - p[0] * waits.sum()
    >>> fit = MLEOptimizer([rate], exponential).optimize(seed=1)
    >>> fit.interval(0.5).round(2), fit.to_frame()["estimate"].round(2).to_dict()
    (array([[3.98, 4.16]]), {'rate': 4.07})
    """

    params: dict[str, float | int]
    log_likelihood: float
    standard_errors: Array
    covariance: Array = field(repr=False)
    confidence_intervals: Array
    aic: float
    bic: float
    best_params: NamedPoint = field(repr=False)
    success: bool
    stop_reason: str
    warnings: tuple[str, ...]
    names: tuple[str, ...] = field(repr=False)
    log_scale: Any = field(repr=False)
    bounds: Array = field(repr=False)
    confidence: float
    n_observations: int | None
    search: OptimizeResult = field(repr=False)
    backend: str = field(default="", compare=False)

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
