"""Maximum likelihood of a model with named parameters, with standard errors."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from hft_py import checks
from hft_py._estimator import Estimator
from hft_py.backend import requested_backend
from hft_py.errors import InvalidValuesWarning
from hft_py.mle._log_scale import LogScaled
from hft_py.mle.baseline.loop import Array
from hft_py.mle.cma_es import cma_es_optimize
from hft_py.mle.differential_evolution import differential_evolution_optimize
from hft_py.mle.dual_annealing import dual_annealing_optimize
from hft_py.mle.genetic_algorithm import genetic_algorithm_optimize
from hft_py.mle.information import covariance_of, observed_information, wald_intervals
from hft_py.mle.particle_swarm import particle_swarm_optimize
from hft_py.mle.result import MLEResult, OptimizeResult
from hft_py.named import NamedPoint, named_objective
from hft_py.objectives import resolve
from hft_py.objectives.references import PARAMETERS
from hft_py.spaces import ParameterSpace, Spaces

# Methods with a population, which take whole numbers.
POPULATION: dict[str, Callable[..., OptimizeResult]] = {
    "differential_evolution": differential_evolution_optimize,
    "particle_swarm": particle_swarm_optimize,
    "genetic_algorithm": genetic_algorithm_optimize,
    "dual_annealing": dual_annealing_optimize,
}
METHODS = ("cma_es", *POPULATION)


class MLEOptimizer(Estimator):
    """Fit a model by maximum likelihood: the log-likelihood is **maximised**.

    Parameters
    ----------
    param_spaces
        A :class:`hft_py.mle.ParameterSpace` for each parameter, or SciPy's pair ``(lower, upper)``,
        in the order in which the log-likelihood takes them.
    log_likelihood
        The log-likelihood of parameters ``(d,)``, of all observations together: any kind of
        objective of :mod:`hft_py.objectives`. ``-inf`` and NaN where the parameters are
        impossible; how often is in ``search.n_invalid``, and no warning is given.
    named
        True: the log-likelihood, a Python callable, is given a dict by name, with whole numbers as
        ``int`` and categories as themselves. Default None: a vector; where its only parameter is
        called ``params``, one that is read by name too (:class:`hft_py.named.NamedPoint`).
    vectorized, executor, data
        See :func:`hft_py.objectives.resolve`.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Raises
    ------
    TypeError, ValueError
        No parameter spaces, names used twice, or what is no objective.

    Examples
    --------
    >>> import numpy as np
    >>> from hft_py.mle import MLEOptimizer, ParameterSpace
    >>> x = np.random.default_rng(0).normal(0.1, 2.0, size=400)
    >>> spaces = [ParameterSpace("mu", (-1, 1)), ParameterSpace("sigma", (0.1, 10), log=True)]
    >>> fit = MLEOptimizer(spaces, "gaussian", data=x).optimize(seed=1)
    >>> bool(np.isclose(fit.params["mu"], x.mean(), atol=1e-5))
    True
    >>> bool(np.isclose(fit.standard_errors[0], x.std() / 20, rtol=1e-4))
    True
    """

    def __init__(
        self,
        param_spaces: Iterable[ParameterSpace | tuple[float, float]],
        log_likelihood: Any,
        *,
        named: bool | None = None,
        vectorized: bool = False,
        executor: Any = None,
        data: Any = None,
        backend: str | None = None,
    ) -> None:
        param_spaces = tuple(param_spaces) if isinstance(param_spaces, Iterator) else param_spaces
        self._given = {
            "param_spaces": param_spaces,
            "log_likelihood": log_likelihood,
            "named": named,
            "vectorized": vectorized,
            "executor": executor,
            "data": data,
            "backend": backend,
        }
        self.spaces = Spaces(param_spaces, log_likelihood)
        function = named_objective(log_likelihood, self.spaces, named, vectorized)
        self._objective = resolve(
            function, len(self.spaces), vectorized, executor, data, name="log_likelihood"
        )
        _check_order(self.spaces.names, log_likelihood)
        self._n_data = _length(data if data is not None else getattr(log_likelihood, "data", None))
        requested_backend(backend)  # an unknown name is an error here
        self._backend = backend

    def optimize(
        self,
        method: str | None = None,
        *,
        initial_params: Any = None,
        n_observations: int | None = None,
        confidence: float = 0.95,
        polish: bool | str = True,
        **options: Any,
    ) -> MLEResult:
        """Maximise the log-likelihood, then measure its curvature.

        Parameters
        ----------
        method
            ``"differential_evolution"`` (default where the spaces are finite),
            ``"particle_swarm"``, ``"genetic_algorithm"``, ``"dual_annealing"``; or ``"cma_es"``,
            which takes fewer evaluations where the likelihood is smooth with few maxima, and is the
            default where a space is infinite: with ``restarts="ipop"`` and two restarts at most.
        initial_params
            Where to start: values in order, or by name. Default: the middle of the spaces.
        n_observations
            For BIC. Default: the length of the data given, if they are one series.
        confidence
            Level of the intervals, between 0 and 1.
        polish
            A local search at the end, as the curvature is taken at the maximum.
        **options
            Handed to the method's function, as :func:`hft_py.mle.cma_es_optimize`: ``seed``,
            ``sigma``, ``max_iterations``, ``threads``, ``progress``, ...

        Returns
        -------
        MLEResult

        Raises
        ------
        TypeError, ValueError
            An argument makes no sense; the message names it.
        """
        level = checks.real_number("confidence", confidence, above=0.0, below=1.0)
        count = self._n_data
        if n_observations is not None:
            count = checks.whole_number("n_observations", n_observations, least=1)
        with warnings.catch_warnings():
            # NaN is how a likelihood rejects impossible parameters.
            warnings.simplefilter("ignore", InvalidValuesWarning)
            search = self._search(method, initial_params, polish, options)
        point = search.x
        top = -search.fun
        spaces = self.spaces
        bounds = np.stack([spaces.lower, spaces.upper], axis=1)
        messages: list[str] = []
        if not search.success:
            messages.append(f"the search did not converge: {search.message}")
        errors, covariance = np.full(len(point), np.nan), np.full((len(point), len(point)), np.nan)
        if math.isfinite(top):
            covariance = self._covariance(point, messages)
            errors = np.sqrt(np.diag(covariance))
        intervals = wald_intervals(point, errors, spaces.log_scale, bounds, level)
        free = spaces.lower < spaces.upper
        for name, interval, bound in zip(spaces.names, intervals, bounds, strict=True):
            if bound[0] < bound[1] and (interval == bound).all():
                messages.append(
                    f"{name}: the interval is the whole space; the data do not determine it"
                )
        return MLEResult(
            params=spaces.named(point),
            log_likelihood=top,
            standard_errors=errors,
            covariance=covariance,
            confidence_intervals=intervals,
            aic=2.0 * free.sum() - 2.0 * top,
            bic=math.nan if count is None else free.sum() * math.log(count) - 2.0 * top,
            best_params=NamedPoint(point, spaces.names, spaces),
            success=search.success,
            stop_reason=search.stop_reason,
            warnings=tuple(messages),
            names=spaces.names,
            log_scale=spaces.log_scale,
            bounds=bounds,
            confidence=level,
            n_observations=count,
            search=search,
            backend=search.backend,
        )

    def _covariance(self, point: Array, messages: list[str]) -> Array:
        spaces = self.spaces
        held = spaces.lower == spaces.upper
        found = observed_information(
            self._objective, point, spaces.lower, spaces.upper, spaces.integrality | held
        )
        each = zip(spaces.names, held, found.problems, found.doubts, strict=True)
        for name, fixed, problem, doubt in each:
            if problem is not None and not fixed:
                messages.append(f"{name}: no standard error, {problem}")
            if doubt is not None:
                messages.append(f"{name}: the standard error is doubtful, {doubt}")
        covariance, definite = covariance_of(found.hessian)
        if not definite:
            messages.append(
                "the information is not positive definite: no standard errors; the point is no "
                "maximum, or parameters cannot be distinguished"
            )
        return covariance

    def _search(
        self, method: Any, initial_params: Any, polish: Any, options: dict[str, Any]
    ) -> OptimizeResult:
        spaces = self.spaces
        integral = bool(spaces.integrality.any())
        if method is None:
            finite = bool(np.isfinite([spaces.lower, spaces.upper]).all())
            discrete = integral or bool(options.get("constraints"))
            method = METHODS[1] if finite or discrete else METHODS[0]
        checks.choice("method", method, METHODS)
        if method == METHODS[0] and integral:
            raise ValueError(
                'method="cma_es" and a whole-number parameter do not go together: '
                'expected "differential_evolution"'
            )
        lower, upper = spaces.lower, spaces.upper
        first = None if initial_params is None else spaces.point(initial_params)
        if first is not None:
            first = checks.inside("initial_params", first, lower, upper)
        objective = self._objective.negative()
        log = spaces.log_scale & ~spaces.integrality
        threads = checks.thread_count(options.get("threads", 1))
        scaled = LogScaled(objective, log, lower, upper, threads) if log.any() else None
        if scaled is not None and options.get("constraints"):
            raise ValueError("constraints and log=True do not go together: expected log=False")
        if scaled is not None:
            low, high = scaled.to_search(lower), scaled.to_search(upper)
            start = None if first is None else scaled.to_search(first)
            objective = scaled
        else:
            low, high, start = lower, upper, first
        common = {"backend": self._backend, "polish": polish, **options}
        if method == METHODS[0]:
            if start is None and not np.isfinite(high - low).all():
                start = spaces.middle if scaled is None else scaled.to_search(spaces.middle)
            common = {"restarts": "ipop", "max_restarts": 2, **common}
            _check_options(cma_es_optimize, method, options)
            found = cma_es_optimize(objective, low, high, start, **common)
        else:
            # Tighter than the default, as the curvature is taken at the maximum.
            common = {"tolerance": 1e-12, **common}
            _check_options(POPULATION[method], method, options)
            found = POPULATION[method](
                objective, low, high, integrality=spaces.integrality, x0=start, **common
            )
        return found if scaled is None else found.moved(scaled.to_parameters)


def _check_options(optimise: Callable[..., Any], method: str, options: dict[str, Any]) -> None:
    if "maximize" in options:
        raise TypeError(
            f"maximize={options['maximize']!r}: leave it out, a log-likelihood is always maximised"
        )
    known = inspect.signature(optimise).parameters
    for name in options:
        if name not in known:
            raise TypeError(
                f'{name} is not an argument of method="{method}": leave it out, or choose the '
                "method that takes it"
            )


def _check_order(names: tuple[str, ...], log_likelihood: Any) -> None:
    """A built-in takes its parameters in its own order: its names in another are a mistake."""
    known = PARAMETERS.get(str(getattr(log_likelihood, "name", log_likelihood)), ())
    if sorted(names) == sorted(known) and tuple(names) != known:
        raise ValueError(
            f"param_spaces are in the order {', '.join(names)}, expected {', '.join(known)}, as "
            "the built-in takes them"
        )


def _length(data: Any) -> int | None:
    if data is None or isinstance(data, dict):
        return None
    found = np.asarray(data)
    return len(found) if found.ndim == 1 else None
