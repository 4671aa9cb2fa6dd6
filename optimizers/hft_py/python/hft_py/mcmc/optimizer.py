"""Sampling by named parameters."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from hft_py import checks
from hft_py._estimator import Estimator
from hft_py.mcmc.distribution import ParameterDistribution, distribution
from hft_py.mcmc.result import MCMCResult
from hft_py.mcmc.sampling import mcmc_optimize
from hft_py.named import NamedPoint, named_objective
from hft_py.spaces import ParameterSpace, Spaces

__all__ = ["MCMCOptimizer"]

_BY_SPACES = {"bounds_lower", "bounds_upper", "integrality", "log_scale", "param_names"}


class MCMCOptimizer(Estimator):
    """Draw the parameters of a strategy or a model from a density over them.

    The objective is **maximised**: draws are frequent where it is high, ``best_params`` is the
    highest point that was evaluated.

    Parameters
    ----------
    param_spaces
        A list of `ParameterSpace`, or of SciPy's pairs ``(lower, upper)``; their order is the order
        of the objective's vector.
    objective
        The log-density of a vector, any kind of :mod:`hft_py.objectives`. Whole numbers are whole
        floats, categories their positions. For a strategy, for instance its Sharpe ratio over a
        temperature: the draws then show how broad the good region is, not only where its top lies.
    named
        True: the objective, a Python callable, is given a dict by name, with whole numbers as
        ``int`` and categories as themselves. Default None: a vector; where its only parameter is
        called ``params``, one that is read by name too (:class:`hft_py.named.NamedPoint`).
    proposal_std
        Standard deviation of first steps: one number, one for each space, or by name. Default:
        ``proposal_std`` of the spaces, else a tenth of the width.
    **options
        Defaults for `optimize`: anything of `mcmc_optimize` except the objective, bounds and flags.

    Attributes
    ----------
    result_
        The last `MCMCResult`.
    best_params_
        The best point by name.

    Examples
    --------
    >>> spaces = [ParameterSpace("entry_z", (1.5, 3.0)), ParameterSpace("exit_z", (0.0, 1.0))]
    >>> def log_density(params):
    ...     return -50 * ((params["entry_z"] - 2) ** 2 + (params["exit_z"] - 0.5) ** 2)
    >>> optimizer = MCMCOptimizer(spaces, log_density, seed=1)
    >>> result = optimizer.optimize(n_iterations=4_000)
    >>> round(result.best_params["entry_z"], 1), round(result.best_params["exit_z"], 1)
    (2.0, 0.5)
    >>> 0.1 < result["acceptance_rate"] < 0.4
    True
    >>> round(optimizer.get_parameter_distribution("entry_z").mean, 1)
    2.0
    >>> optimizer.set_params(seed=2, burn_in=500).get_params()["seed"]
    2
    """

    result_: MCMCResult
    best_params_: dict[str, Any]
    _optional = frozenset(inspect.signature(mcmc_optimize).parameters) - _BY_SPACES

    def __init__(
        self,
        param_spaces: Iterable[ParameterSpace | tuple[float, float]],
        objective: Any,
        *,
        named: bool | None = None,
        proposal_std: Any = None,
        **options: Any,
    ) -> None:
        param_spaces = tuple(param_spaces) if isinstance(param_spaces, Iterator) else param_spaces
        self._given = {
            "param_spaces": param_spaces,
            "objective": objective,
            "named": named,
            "proposal_std": proposal_std,
            **options,
        }
        self.param_spaces = Spaces(param_spaces, objective)
        self.objective = objective
        self.named = named
        self.proposal_std = proposal_std
        self.options = options
        _check_options(options)
        if "initial_scale" in options and proposal_std is not None:
            raise TypeError("proposal_std and initial_scale are the same: expected one of them")
        batches = bool(options.get("vectorized", False))
        self._function = named_objective(objective, self.param_spaces, named, batches)
        self._scale = self._initial_scale()

    def _initial_scale(self) -> Any:
        """Steps in the order of the spaces, None where nobody asked for any."""
        spaces, given = self.param_spaces, self.proposal_std
        own = {s.name: s.proposal_std for s in spaces if s.proposal_std is not None}
        if isinstance(given, Mapping):
            unknown = sorted(set(given) - set(spaces.names))
            if unknown:
                raise ValueError(f"proposal_std names {unknown[0]!r}, which is not a parameter")
            own |= given
        elif given is not None:
            return given
        if not own:
            return None
        with np.errstate(divide="ignore"):
            ends = np.array([spaces.lower, spaces.upper])
            widths = np.diff(np.where(spaces.log_scale, np.log(np.abs(ends)), ends), axis=0)[0]
        default = np.where(np.isfinite(widths), 0.1 * widths, 0.1)
        return [own.get(name, step) for name, step in zip(spaces.names, default, strict=True)]

    def optimize(
        self, initial_params: Mapping[str, float] | Iterable[float] | None = None, **options: Any
    ) -> MCMCResult:
        """Run the sampler.

        Parameters
        ----------
        initial_params
            By name, or a vector in the order of the spaces. Default: the middle of each space, on
            the scale of its steps.
        **options
            Anything of `mcmc_optimize`; they win over those of the constructor.
        """
        _check_options(options)
        spaces = self.param_spaces
        start: Any = initial_params
        if start is None:
            start = spaces.middle
        elif isinstance(start, Mapping):
            start = spaces.point(start)
        else:
            start = list(start) if isinstance(start, Iterator) else start
            if any(s.categories for s in spaces) and np.ndim(start) == 1:
                start = spaces.point(start)  # categories by themselves
        found = mcmc_optimize(
            self._function,
            spaces.lower,
            spaces.upper,
            start,
            **{"initial_scale": self._scale, **self.options, **options},
            integrality=spaces.integrality,
            log_scale=spaces.log_scale,
            param_names=spaces.names,
        )
        best = NamedPoint(found.best_params, spaces.names, spaces)
        self.result_ = dataclasses.replace(found, best_params=best)
        self.best_params_ = best.to_dict()
        return self.result_

    def _last(self, what: str) -> MCMCResult:
        if not hasattr(self, "result_"):
            raise AttributeError(f"{what}: call optimize() first")
        return self.result_

    @property
    def acceptance_rate(self) -> float:
        """Share of proposals accepted after the warm-up, over all chains of the last run."""
        return self._last("acceptance_rate").acceptance_rate

    def get_parameter_distribution(self, name: str) -> ParameterDistribution:
        """The draws of one parameter in the last run, all chains together, with their moments.

        Raises
        ------
        KeyError
            No such parameter.
        AttributeError
            Before :meth:`optimize`.
        """
        result, spaces = self._last("get_parameter_distribution"), self.param_spaces
        if name not in spaces.names:
            raise KeyError(f"{name!r} is not a parameter: {', '.join(spaces.names)}")
        index = spaces.names.index(name)
        return distribution(spaces[index], result.samples[:, :, index].ravel())

    def __repr__(self) -> str:
        return f"MCMCOptimizer({list(self.param_spaces.names)}, {checks.short(self.objective)})"


def _check_options(options: Mapping[str, Any]) -> None:
    for name in options:
        if name in _BY_SPACES:
            raise TypeError(f"{name} is given by param_spaces: leave it out")
