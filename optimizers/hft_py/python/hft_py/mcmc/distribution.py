"""The distribution of one parameter over the draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mcmc.baseline.diagnostics import deviation
from hft_py.results import Result
from hft_py.spaces import ParameterSpace


@dataclass(frozen=True, eq=False, repr=False)
class ParameterDistribution(Result):
    """The draws of one parameter, all chains together.

    Attributes
    ----------
    name
        The parameter.
    samples
        Its draws ``(n,)``; of categories, their positions.
    mean, std
        Of the draws; NaN for categories, and without draws.
    quantiles
        By level: 0.05, 0.25, 0.5, 0.75 and 0.95.
    frequencies
        Share of the draws by value, for whole numbers and categories; empty for real numbers.

    Examples
    --------
    >>> window = ParameterSpace("window", (1, 3), integer=True)
    >>> distribution(window, np.array([1.0, 2.0, 2.0, 3.0])).frequencies
    {1: 0.25, 2: 0.5, 3: 0.25}
    """

    name: str
    samples: npt.NDArray[np.float64] = field(repr=False)
    mean: float
    std: float
    quantiles: dict[float, float]
    frequencies: dict[Any, float]


LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def distribution(space: ParameterSpace, samples: npt.NDArray[np.float64]) -> ParameterDistribution:
    """The distribution of a parameter's draws ``(n,)``."""
    numeric = space.categories is None and samples.size > 0
    values, counts = np.unique(samples, return_counts=True) if space.integer else ((), ())
    shares = zip(values, counts, strict=True)
    return ParameterDistribution(
        name=space.name,
        samples=samples,
        mean=float(samples.mean()) if numeric else float("nan"),
        std=deviation(samples) if numeric else float("nan"),
        quantiles=dict(zip(LEVELS, np.quantile(samples, LEVELS).tolist(), strict=True))
        if numeric
        else {},
        frequencies={space.value(v): float(c / samples.size) for v, c in shares},
    )
