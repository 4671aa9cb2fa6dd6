"""Signatures of paths, of all beginnings of a path, and of all its windows."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.signatures._inputs import Floats, batch, depth_of, ensure_fits, length_of
from hft_py.signatures.transforms import Transform, transformed

__all__ = ["rolling_signature", "running_signature", "signature"]


def signature(
    path: npt.ArrayLike,
    depth: int,
    *,
    scale: npt.ArrayLike = 1.0,
    base_point: bool | npt.ArrayLike = False,
    lead_lag: bool = False,
    time_aug: bool = False,
    end_time: float = 1.0,
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The signature of a path, up to level ``depth``: its iterated integrals.

    Parameters
    ----------
    path
        ``(..., points, channels)``, joined by straight lines; leading axes are a batch.
    depth
        Levels: :func:`hft_py.signatures.signature_length` numbers come of it.
    scale, base_point, lead_lag, time_aug, end_time
        Transforms of the path: :func:`hft_py.signatures.transform_path`.
    threads
        Threads to use, 0 for all cores. Default 1. Paths are shared out, and a long path (16,384
        segments) is cut into several; the numbers are the same for any count.
    backend
        ``"auto"``, ``"rust"`` or ``"python"``.

    Returns
    -------
    ``(..., length)``: level by level, words of a level in lexicographic order, as
    :func:`hft_py.signatures.words` lists them. The leading 1 is left out.

    Raises
    ------
    ValueError, TypeError
        A path that is none, or has NaN, infinities, or fewer than two points; a depth below 1.
    MemoryError
        The result is larger than the machine's memory; the message says how large.

    Notes
    -----
    Chen (1957). Every number is a sum of products of increments, computed with a relative error
    of at most ``(points + 8 depth) 2^-53``, of the same sum with all increments made positive. The
    numbers of a path do not depend on the paths beside it. They are the same on all processors with
    a fused multiply-add; one without differs within that bound.

    Examples
    --------
    >>> signature([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]], 2)
    array([1. , 1. , 0.5, 1. , 0. , 0.5])
    >>> signature(np.zeros((4, 10, 3)), 3, time_aug=True).shape
    (4, 84)
    """
    order = depth_of(depth)
    transform = Transform(scale, base_point, lead_lag, time_aug, end_time)
    paths, leading = batch(transformed(path, transform), 2)
    length = length_of(paths.shape[-1], order)
    ensure_fits((*leading, length), "lower depth")
    found = kernels("signatures", backend).signature(
        paths, order, threads=checks.thread_count(threads)
    )
    return _shaped(found, (*leading, length))


def running_signature(
    path: npt.ArrayLike,
    depth: int,
    *,
    scale: npt.ArrayLike = 1.0,
    base_point: bool | npt.ArrayLike = False,
    lead_lag: bool = False,
    time_aug: bool = False,
    end_time: float = 1.0,
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The signatures of all beginnings of a path: up to its second point, its third, and so on.

    Parameters
    ----------
    path, depth, scale, base_point, lead_lag, time_aug, threads, backend
        As in :func:`signature`; threads share out the paths of a batch.
    end_time
        The time at the last point of the path; a beginning ends earlier.

    Returns
    -------
    ``(..., points - 1, length)``; with a base point ``(..., points, length)``. Appending points to
    a path changes no row, unless with ``time_aug``, whose steps become smaller.

    Raises
    ------
    ValueError, TypeError, MemoryError
        As for :func:`signature`.

    Examples
    --------
    >>> running_signature([[0.0], [1.0], [3.0]], 2)
    array([[1. , 0.5],
           [3. , 4.5]])
    """
    order = depth_of(depth)
    transform = Transform(scale, base_point, lead_lag, time_aug, end_time)
    paths, leading = batch(transformed(path, transform), 2)
    every = 2 if lead_lag else 1
    shape = (*leading, (paths.shape[1] - 1) // every, length_of(paths.shape[-1], order))
    ensure_fits(shape, "lower depth, or use rolling_signature with a step")
    found = kernels("signatures", backend).running(
        paths, order, every=every, threads=checks.thread_count(threads)
    )
    return _shaped(found, shape)


def rolling_signature(
    path: npt.ArrayLike,
    depth: int,
    window: int,
    *,
    step: int = 1,
    scale: npt.ArrayLike = 1.0,
    lead_lag: bool = False,
    time_aug: bool = False,
    end_time: float = 1.0,
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The signatures of all windows of a path.

    Parameters
    ----------
    path, depth, scale, lead_lag, time_aug, backend
        As in :func:`signature`. A base point would be another one in each window: prepend it to a
        result by :func:`hft_py.signatures.join`.
    window
        Points in a window, 2 or more.
    step
        Points from the beginning of a window to that of the next. Default 1.
    end_time
        The time at the end of each window, which begins at 0.
    threads
        Threads to use, 0 for all cores.

    Returns
    -------
    ``(..., (points - window) // step + 1, length)``: row ``i`` is the signature of
    ``path[i * step : i * step + window]``. Appending points to a path changes no row.

    Raises
    ------
    ValueError, TypeError, MemoryError
        As for :func:`signature`; a window longer than the path.

    Notes
    -----
    Two segments and one product a window, whatever its length, without inverses: a window is
    cut at a point that it shares with its neighbours, and both parts grow outwards from there. The
    bound on the errors is that of :func:`signature` of the window alone. Multiplying by the inverse
    of what leaves instead, ``exp(-x) S``, adds up the errors of all windows before, and they grow
    with the powers of the path's movement since the first.

    Examples
    --------
    >>> rolling_signature([[0.0], [1.0], [3.0], [3.0]], 2, window=3)
    array([[3. , 4.5],
           [2. , 2. ]])
    """
    order = depth_of(depth)
    width = checks.whole_number("window", window, least=2)
    distance = checks.whole_number("step", step, least=1)
    transform = Transform(scale, False, lead_lag, time_aug, end_time)
    paths, leading = batch(transformed(path, transform, by_step=True), 2)
    finer = 2 if lead_lag else 1
    points = (paths.shape[1] - 1) // finer + 1
    if points < width:
        raise ValueError(f"window={width}, expected at most the {points} points of path")
    count = (points - width) // distance + 1
    shape = (*leading, count, length_of(paths.shape[-1], order))
    ensure_fits(shape, "lower depth, or raise step")
    found = kernels("signatures", backend).rolling(
        paths,
        order,
        segments=finer * (width - 1),
        step=finer * distance,
        threads=checks.thread_count(threads),
    )
    if time_aug:
        found *= _powers_of_time(paths.shape[-1], order, end_time / (finer * (width - 1)))
    return _shaped(found, shape)


def _powers_of_time(channels: int, depth: int, step: float) -> Floats:
    """By word, the step of time to the power of how often the last channel is in the word."""
    letters: Floats = np.append(np.ones(channels - 1), step)
    levels: list[Floats] = [letters]
    for _ in range(1, depth):
        levels.append(np.outer(levels[-1], letters).ravel())
    return np.concatenate(levels)


def _shaped(found: Any, shape: tuple[int, ...]) -> Floats:
    rows: Floats = found.reshape(shape)
    return rows
