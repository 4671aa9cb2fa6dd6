"""The signature kernel: the inner product of two whole signatures, none of which is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.signatures._inputs import Floats, batch, ensure_fits, path_array

__all__ = ["signature_kernel", "signature_kernel_gram"]

MAX_ORDER = 16
Orders = tuple[int, int]


def signature_kernel(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    *,
    dyadic_order: int | tuple[int, int] = 1,
    threads: int = 1,
    backend: str | None = None,
) -> Floats | float:
    """The kernel of two paths, or of pairs of paths: the inner product of their signatures.

    Parameters
    ----------
    x, y
        ``(..., points, channels)``, of equal leading axes and channels; lengths may differ. For
        lead and lag, or time: :func:`hft_py.signatures.transform_path`.
    dyadic_order
        How often each segment is halved; two numbers for x and y. The error falls by 4 with each.
        Default 1. Raise it until the kernel does not change: at inner products of segments of 1 or
        more it changes much.
    threads, backend
        As in :func:`hft_py.signatures.signature`.

    Returns
    -------
    ``(...)``; a float for two paths. It grows fast with the length of the paths: scale them.

    Raises
    ------
    ValueError, TypeError
        Paths that are none, NaN, fewer than two points, axes or channels that differ.

    Notes
    -----
    Salvi, Cass, Foster, Lyons and Yang (2021): the solver of second order of their equation, as
    pySigLib's ``method="finite_difference"``, with the linear kernel of points. Cells of an
    antidiagonal are computed at once; memory grows with the lengths, time with their product.

    Examples
    --------
    >>> x, y = np.array([[0.0, 0.0], [0.5, 0.2]]), np.array([[0.0, 0.0], [0.1, 0.4]])
    >>> round(signature_kernel(x, y, dyadic_order=6), 6)  # 1 + p + p^2 / 4 + ..., p = 0.13
    1.134287
    """
    one, two = _paths(x, y)
    if one.shape[:-2] != two.shape[:-2]:
        raise ValueError(f"x has shape {one.shape} and y {two.shape}, expected equal leading axes")
    (left, leading), (right, _) = batch(one, 2), batch(two, 2)
    found = kernels("signatures", backend).kernel(
        left, right, _orders(dyadic_order), "each", threads=checks.thread_count(threads)
    )
    shaped: Floats = found.reshape(leading)
    return shaped if leading else float(shaped)


def signature_kernel_gram(
    x: npt.ArrayLike,
    y: npt.ArrayLike | None = None,
    *,
    dyadic_order: int | tuple[int, int] = 1,
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The kernels of each path of ``x`` with each of ``y``.

    Parameters
    ----------
    x, y
        ``(paths, points, channels)``. Without ``y``, of ``x`` with itself: half of it is computed.
    dyadic_order, threads, backend
        As in :func:`signature_kernel`.

    Returns
    -------
    ``(paths of x, paths of y)``.

    Raises
    ------
    ValueError, TypeError, MemoryError
        As for :func:`signature_kernel`.

    Examples
    --------
    >>> paths = np.array([[[0.0], [1.0]], [[0.0], [2.0]]])
    >>> signature_kernel_gram(paths, dyadic_order=8).round(3)
    array([[ 2.28 ,  4.252],
           [ 4.252, 11.302]])
    """
    one, two = _paths(x, x if y is None else y)
    for name, paths in (("x", one), ("y", two)):
        if paths.ndim != 3:
            raise ValueError(f"{name} has shape {paths.shape}, expected (paths, points, channels)")
    ensure_fits((len(one), len(two)), "take fewer paths at a time")
    run, orders = kernels("signatures", backend).kernel, _orders(dyadic_order)
    count = checks.thread_count(threads)
    if y is not None or orders[0] != orders[1]:
        found = run(one, two, orders, "every", threads=count)
        return np.asarray(found).reshape(len(one), len(two))
    gram = np.empty((len(one), len(one)))
    upper = np.triu_indices(len(one))
    gram[upper] = run(one, one, orders, "upper", threads=count)
    return np.asarray(np.triu(gram) + np.triu(gram, 1).T)


def _paths(x: Any, y: Any) -> tuple[Floats, Floats]:
    one, two = path_array("x", x), path_array("y", y)
    if one.shape[-1] != two.shape[-1]:
        raise ValueError(
            f"x has {one.shape[-1]} channels and y {two.shape[-1]}, expected equal numbers"
        )
    return one, two


def _orders(dyadic_order: Any) -> Orders:
    given = dyadic_order if isinstance(dyadic_order, tuple) else (dyadic_order, dyadic_order)
    if len(given) != 2:
        raise ValueError(f"dyadic_order={dyadic_order}, expected one number or two")
    first, second = (
        checks.whole_number("dyadic_order", order, least=0, most=MAX_ORDER) for order in given
    )
    return first, second
