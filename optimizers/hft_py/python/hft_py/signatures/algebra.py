"""Chen's identity: signatures combined, continued by a segment, and inverted."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.signatures._inputs import Floats, batch, channels_of, depth_of, rows, signature_array

__all__ = ["combine", "inverse", "join"]


def combine(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    channels: int,
    depth: int,
    *,
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The signature of a path followed by another: Chen's product.

    Parameters
    ----------
    first, second
        Signatures ``(..., length)``; leading axes broadcast.
    channels, depth
        Of both.
    threads, backend
        As in :func:`hft_py.signatures.signature`.

    Returns
    -------
    ``(..., length)``.

    Raises
    ------
    ValueError, TypeError
        A length that does not fit channels and depth, leading axes that do not broadcast, NaN.

    Examples
    --------
    >>> from hft_py.signatures import signature
    >>> right, up = signature([[0, 0], [1, 0]], 2), signature([[0, 0], [0, 1]], 2)
    >>> combine(right, up, channels=2, depth=2)
    array([1. , 1. , 0.5, 1. , 0. , 0.5])
    """
    d, order = channels_of(channels), depth_of(depth)
    one = signature_array("first", first, d, order)
    two = signature_array("second", second, d, order)
    try:
        one, two = np.broadcast_arrays(one, two)
    except ValueError:
        raise ValueError(
            f"first has shape {one.shape} and second {two.shape}, expected leading axes that "
            "broadcast"
        ) from None
    (left, leading), (right, _) = (batch(np.ascontiguousarray(a), 1) for a in (one, two))
    found = kernels("signatures", backend).combine(
        left, right, d, order, threads=checks.thread_count(threads)
    )
    shaped: Floats = found.reshape(*leading, left.shape[1])
    return shaped


def join(
    signature: npt.ArrayLike,
    segment: npt.ArrayLike,
    depth: int,
    *,
    before: bool = False,
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The signature of a path that goes on by a straight segment.

    Parameters
    ----------
    signature
        Of the path, ``(..., length)``.
    segment
        The increments, ``(..., channels)``, of equal leading axes.
    depth
        Of the signature.
    before
        True for a path that the segment comes before.
    threads, backend
        As in :func:`hft_py.signatures.signature`.

    Returns
    -------
    ``(..., length)``.

    Raises
    ------
    ValueError, TypeError
        A length that does not fit channels and depth, leading axes that differ, NaN.

    Examples
    --------
    >>> from hft_py.signatures import signature
    >>> right = signature([[0, 0], [1, 0]], 2)
    >>> join(right, [0, 1], 2)
    array([1. , 1. , 0.5, 1. , 0. , 0.5])
    """
    order = depth_of(depth)
    increments = rows("segment", segment, "(..., channels)", 1)
    if increments.shape[-1] == 0:
        raise ValueError(f"segment has shape {increments.shape}, expected 1 channel or more")
    path = signature_array("signature", signature, increments.shape[-1], order)
    if path.shape[:-1] != increments.shape[:-1]:
        raise ValueError(
            f"signature has shape {path.shape} and segment {increments.shape}, expected equal "
            "leading axes"
        )
    (flat, leading), (steps, _) = batch(path, 1), batch(increments, 1)
    found = kernels("signatures", backend).join(
        flat,
        steps,
        order,
        before=checks.flag("before", before),
        threads=checks.thread_count(threads),
    )
    shaped: Floats = found.reshape(*leading, flat.shape[1])
    return shaped


def inverse(signature: npt.ArrayLike, channels: int, depth: int) -> Floats:
    """The signature of the path travelled backwards, the inverse in Chen's product.

    Parameters
    ----------
    signature
        ``(..., length)``, of a path: other tensors have another inverse.
    channels, depth
        Of the signature.

    Returns
    -------
    ``(..., length)``: the number of a word is that of the word read backwards, negative for words
    of odd length. No number is computed, so none is rounded.

    Raises
    ------
    ValueError, TypeError
        A length that does not fit channels and depth, NaN.

    Examples
    --------
    >>> from hft_py.signatures import signature
    >>> there = signature([[0, 0], [1, 0], [1, 1]], 2)
    >>> inverse(there, 2, 2)
    array([-1. , -1. ,  0.5,  0. ,  1. ,  0.5])
    >>> combine(there, inverse(there, 2, 2), 2, 2)
    array([0., 0., 0., 0., 0., 0.])
    """
    d, order = channels_of(channels), depth_of(depth)
    path = signature_array("signature", signature, d, order)
    places, signs = _backwards(d, order)
    found: Floats = path[..., places] * signs
    return found


@functools.lru_cache(maxsize=8)
def _backwards(channels: int, depth: int) -> tuple[npt.NDArray[np.intp], Floats]:
    """Where each word read backwards is, and its sign."""
    places, signs, begin = [], [], 0
    for k in range(1, depth + 1):
        words = np.arange(channels**k).reshape((channels,) * k)
        places.append(begin + words.transpose().ravel())
        signs.append(np.full(channels**k, (-1.0) ** k))
        begin += channels**k
    return np.concatenate(places), np.concatenate(signs)
