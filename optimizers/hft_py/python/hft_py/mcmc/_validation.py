"""Checks of the arguments that only samplers take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.objectives import references

Floats = npt.NDArray[np.float64]
DEFAULT_CHAINS = 4
MAX_COUNT = 2**31


def chain_count(n_chains: Any, sampler: str, dimension: int) -> int:
    """The number of chains; the default of an ensemble grows with its dimension, held ones less."""
    count = checks.whole_number("n_chains", n_chains, least=1, most=MAX_COUNT)
    if sampler != "ensemble":
        return count
    least = max(4, 2 * dimension)
    if count == DEFAULT_CHAINS < least:
        return 2 * (dimension + 1)
    if count < least or count % 2:
        raise ValueError(
            f'n_chains={count}, expected an even number, at least {least}, for sampler="ensemble"'
        )
    return count


def check_coordinates(lower: Floats, upper: Floats, integral: Any, logs: Any) -> None:
    """Whole-number parameters need whole bounds, logarithmic ones a positive lower bound."""
    for index in np.flatnonzero(logs & ~(lower > 0)):
        raise ValueError(
            f"bounds_lower[{index}]={lower[index]}, expected more than 0 where log_scale is True"
        )
    for name, side in (("bounds_lower", lower), ("bounds_upper", upper)):
        finite = np.where(np.isfinite(side), side, 0.0)
        wrong = integral & ((finite != np.floor(finite)) | (np.abs(finite) >= 2.0**52))
        for index in np.flatnonzero(wrong):
            raise ValueError(
                f"{name}[{index}]={side[index]}, expected a whole number where integrality is True"
            )


def parameter_names(given: Any, objective: Any, dimension: int) -> tuple[str, ...]:
    """Names for tables and pictures; a built-in log-likelihood has its own."""
    if given is None:
        return references.parameter_names(objective, dimension)
    names = (given,) if isinstance(given, str) else given
    if not isinstance(names, Iterable) or not all(isinstance(n, str) and n for n in names):
        raise TypeError(f"param_names={checks.short(given)}, expected strings")
    found = tuple(names)
    if len(found) != dimension or len(set(found)) != dimension:
        raise ValueError(f"param_names={checks.short(given)}, expected {dimension} different names")
    return found
