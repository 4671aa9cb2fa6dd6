"""Sampling by named parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hft_py import checks
from hft_py.mcmc.result import MCMCResult
from hft_py.mcmc.sampling import mcmc_optimize
from hft_py.spaces import ParameterSpace, Spaces

__all__ = ["MCMCOptimizer"]


class MCMCOptimizer:
    """Draw the parameters of a strategy or a model from a density over them.

    Parameters
    ----------
    param_spaces
        A list of `ParameterSpace`; their order is the order of the objective's vector.
    objective
        The log-density of a vector, any kind of :mod:`hft_py.objectives`. Whole numbers are whole
        floats. For a strategy, for instance its Sharpe ratio over a temperature: the draws
        then show how broad the good region is, not only where its top lies.
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
    >>> def log_density(x):
    ...     return -50 * ((x[0] - 2) ** 2 + (x[1] - 0.5) ** 2)
    >>> optimizer = MCMCOptimizer(spaces, log_density, seed=1)
    >>> result = optimizer.optimize(n_iterations=4_000)
    >>> {name: round(value, 1) for name, value in optimizer.best_params_.items()}
    {'entry_z': 2.0, 'exit_z': 0.5}
    >>> 0.1 < optimizer.acceptance_rate < 0.4
    True
    """

    result_: MCMCResult
    best_params_: dict[str, float | int]

    def __init__(
        self, param_spaces: Iterable[ParameterSpace], objective: Any, **options: Any
    ) -> None:
        self.param_spaces = Spaces(param_spaces)
        self.objective = objective
        self.options = options
        _check_options(options)

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
        elif isinstance(start, Iterator):
            start = list(start)
        self.result_ = mcmc_optimize(
            self.objective,
            spaces.lower,
            spaces.upper,
            start,
            **{**self.options, **options},
            integrality=spaces.integrality,
            log_scale=spaces.log_scale,
            param_names=spaces.names,
        )
        self.best_params_ = spaces.named(self.result_.best_params)
        return self.result_

    @property
    def acceptance_rate(self) -> float:
        """Share of proposals accepted after the warm-up, over all chains of the last run."""
        if not hasattr(self, "result_"):
            raise AttributeError("acceptance_rate: call optimize() first")
        return float(self.result_.acceptance.mean())

    def __repr__(self) -> str:
        return f"MCMCOptimizer({list(self.param_spaces.names)}, {checks.short(self.objective)})"


def _check_options(options: Mapping[str, Any]) -> None:
    for name in options:
        if name in {"bounds_lower", "bounds_upper", "integrality", "log_scale", "param_names"}:
            raise TypeError(f"{name} is given by param_spaces: leave it out")
