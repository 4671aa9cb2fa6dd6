"""Paths and what they pay, path by path: the definition that everything else is tested against."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from gpu_monte_carlo.option import AsianOption


def prices(option: AsianOption, normals: Any, xp: Any = np) -> Any:
    """Prices today and after each step, ``[steps + 1, paths]``, from normals ``[steps, paths]``."""
    _, _, a, b, *_ = option.row()
    dtype = normals.dtype.type
    length = xp.ones((1, 1)) if option.lengths is None else xp.asarray(option.lengths)[:, None]
    root, drift = ((x * y).astype(dtype) for x, y in ((xp.sqrt(length), b), (length, a)))
    steps = xp.cumsum(normals * root + drift, axis=0)
    start = xp.full((1, normals.shape[1]), option.spot, dtype=normals.dtype)
    return xp.concatenate([start, dtype(option.spot) * xp.exp(steps)])


def payoffs(option: AsianOption, normals: Any) -> npt.NDArray[np.float64]:
    """Discounted payoff of each path, ``[paths]``, from normals ``[steps, paths]``.

    Examples
    --------
    >>> option = AsianOption(100, 90, 0.0, 0.0, 0.2, 1.0, 2)
    >>> still = np.full((2, 1), 0.2 * np.sqrt(0.5) / 2)  # the drift, undone
    >>> payoffs(option, still).round(12)
    array([10.])
    """
    path = prices(option, normals)
    past = np.empty((len(option.past_fixings), path.shape[1]))
    past.T[:] = option.past_fixings
    seen = np.concatenate([past, path[1 - option.includes_spot : 1 + option.observations]])
    if option.average == "arithmetic":
        average = seen.mean(axis=0)
    else:
        average = np.exp(np.log(seen).mean(axis=0))
    strike = average if option.strike_type == "floating" else option.strike
    underlying = path[-1] if option.strike_type == "floating" else average
    gain: npt.NDArray[np.float64] = option.phi * (underlying - strike)
    return option.discount * np.maximum(gain, 0.0)
