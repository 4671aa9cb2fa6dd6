"""Paths made ready for a signature: scaled, with a base point, as lead and lag, with time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.signatures._inputs import Floats, ensure_fits, path_array

__all__ = ["transform_path"]


class Transform(NamedTuple):
    """Which transforms a path goes through, in this order."""

    scale: Any = 1.0
    base_point: Any = False
    lead_lag: Any = False
    time_aug: Any = False
    end_time: Any = 1.0


def transform_path(
    path: npt.ArrayLike,
    *,
    scale: npt.ArrayLike = 1.0,
    base_point: bool | npt.ArrayLike = False,
    lead_lag: bool = False,
    time_aug: bool = False,
    end_time: float = 1.0,
) -> Floats:
    """A path after the transforms asked for, in the order of the arguments.

    The functions of this module take the same arguments; this one shows what they do.

    Parameters
    ----------
    path
        ``(..., points, channels)``; a pandas or Polars frame is a path too.
    scale
        A factor, or one for each channel. A signature's level ``k`` grows with its ``k``-th power:
        scale returns of 1 per cent up before they are compared with time.
    base_point
        True puts the point 0 in front, or a point ``(channels,)`` that one, scaled as the path is.
        A signature knows nothing of where a path begins; with a base point it does.
    lead_lag
        Twice the channels, ``(lag, lead)``: first the lead moves to the next point, then the lag.
        The area between the two is half the quadratic variation.
    time_aug
        A last channel that runs evenly from 0 to ``end_time``. A signature does not know how fast
        a path was travelled; with time it does, and determines the path.
    end_time
        The time at the last point.

    Returns
    -------
    ``(..., points', channels')``, the path itself where nothing is asked for.

    Raises
    ------
    ValueError, TypeError
        A path that is none, holds NaN or infinities, has no channel, or fewer than two points (one,
        with a base point); a factor or a point of another length.

    Notes
    -----
    Lead, lag and time are those of pySigLib: the lag comes first.

    Examples
    --------
    >>> transform_path([[1.0], [3.0]], lead_lag=True, time_aug=True)
    array([[1. , 1. , 0. ],
           [1. , 3. , 0.5],
           [3. , 3. , 1. ]])
    >>> transform_path([[1.0], [3.0]], base_point=True, scale=2)
    array([[0.],
           [2.],
           [6.]])
    """
    return transformed(path, Transform(scale, base_point, lead_lag, time_aug, end_time))


def transformed(path: Any, transform: Transform, *, by_step: bool = False) -> Floats:
    """A checked path after a transform; with ``by_step``, time goes on by exactly 1 a step."""
    based = transform.base_point is not False
    found = path_array("path", path, points=1 if based else 2)
    channels = found.shape[-1]
    factor = _by_channel("scale", transform.scale, channels)
    if (factor != 1.0).any():
        found = found * factor
    if based:
        first = 0.0 if transform.base_point is True else transform.base_point
        point = _by_channel("base_point", first, channels)
        point = np.broadcast_to(point * factor, (*found.shape[:-2], 1, channels))
        found = np.concatenate([point, found], axis=-2)
    if checks.flag("lead_lag", transform.lead_lag):
        ensure_fits((*found.shape[:-2], 2 * found.shape[-2] - 1, 2 * channels), "shorten the path")
        twice = np.repeat(found, 2, axis=-2)
        found = np.concatenate([twice[..., :-1, :], twice[..., 1:, :]], axis=-1)
    end = checks.real_number("end_time", transform.end_time)
    if checks.flag("time_aug", transform.time_aug):
        steps = found.shape[-2]
        times = np.arange(float(steps)) if by_step else np.linspace(0.0, end, steps)
        times = np.broadcast_to(times[:, None], (*found.shape[:-1], 1))
        found = np.concatenate([found, times], axis=-1)
    return found


def _by_channel(name: str, value: Any, channels: int) -> Floats:
    """A number for each channel, from one for all or one for each."""
    if np.ndim(value) == 0:
        return np.full(channels, checks.real_number(name, value))
    given = checks.finite_array(name, value, least=0)
    if given.shape != (channels,):
        raise ValueError(f"{name} has shape {given.shape}, expected ({channels},) as the channels")
    return given
