"""Log-signatures: the same information in fewer numbers, without the algebraic relations."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hft_py import checks
from hft_py.backend import kernels
from hft_py.signatures._inputs import Floats, batch, channels_of, depth_of, signature_array
from hft_py.signatures.paths import signature
from hft_py.signatures.transforms import Transform, transformed
from hft_py.signatures.words import brackets_from_words, lyndon_places

__all__ = ["BASES", "log_signature", "to_log_signature"]

BASES = ("lyndon", "words", "expanded")


def log_signature(
    path: npt.ArrayLike,
    depth: int,
    *,
    basis: str = "lyndon",
    scale: npt.ArrayLike = 1.0,
    base_point: bool | npt.ArrayLike = False,
    lead_lag: bool = False,
    time_aug: bool = False,
    end_time: float = 1.0,
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The logarithm of the signature of a path.

    Parameters
    ----------
    path, depth, scale, base_point, lead_lag, time_aug, end_time, threads, backend
        As in :func:`hft_py.signatures.signature`.
    basis
        ``"lyndon"`` (default): coefficients of the brackets of Lyndon words, as iisignature and
        pySigLib's method 2; the number of ``(0, 1)`` is the signed area between the path and its
        chord. ``"words"``: coefficients of the Lyndon words themselves in the logarithm,
        multiplied out, as pySigLib's method 1 and signax; cheaper, and as good for learning.
        ``"expanded"``: the logarithm on all words, as pySigLib's method 0.

    Returns
    -------
    ``(..., length)``: :func:`hft_py.signatures.log_signature_length` numbers in the order of
    :func:`hft_py.signatures.lyndon_words`; :func:`hft_py.signatures.signature_length` in the
    expanded one.

    Raises
    ------
    ValueError, TypeError, MemoryError
        As for :func:`hft_py.signatures.signature`; an unknown basis.

    Examples
    --------
    >>> log_signature([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]], 2)
    array([1. , 1. , 0.5])
    """
    order = depth_of(depth)
    kind = checks.choice("basis", basis, BASES)
    found = transformed(path, Transform(scale, base_point, lead_lag, time_aug, end_time))
    rows = signature(found, order, threads=threads, backend=backend)
    return _logarithm(rows, found.shape[-1], order, kind, threads, backend)


def to_log_signature(
    signature: npt.ArrayLike,
    channels: int,
    depth: int,
    *,
    basis: str = "lyndon",
    threads: int = 1,
    backend: str | None = None,
) -> Floats:
    """The log-signature that belongs to a signature, of a window for example.

    Parameters
    ----------
    signature
        ``(..., length)``.
    channels, depth
        Of the signature.
    basis
        As in :func:`log_signature`.
    threads, backend
        As in :func:`hft_py.signatures.signature`.

    Returns
    -------
    As :func:`log_signature`.

    Raises
    ------
    ValueError, TypeError
        A length that does not fit channels and depth, NaN, an unknown basis.

    Examples
    --------
    >>> to_log_signature([1.0, 1.0, 0.5, 1.0, 0.0, 0.5], channels=2, depth=2)
    array([1. , 1. , 0.5])
    """
    d, order = channels_of(channels), depth_of(depth)
    kind = checks.choice("basis", basis, BASES)
    rows = signature_array("signature", signature, d, order)
    return _logarithm(rows, d, order, kind, threads, backend)


def _logarithm(
    rows: Floats, channels: int, depth: int, basis: str, threads: int, backend: str | None
) -> Floats:
    flat, leading = batch(rows, 1)
    found: Floats = kernels("signatures", backend).logarithm(
        flat, channels, depth, threads=checks.thread_count(threads)
    )
    if basis != "expanded":
        found = found[:, lyndon_places(channels, depth)]
    if basis == "lyndon":
        found = np.ascontiguousarray((brackets_from_words(channels, depth) @ found.T).T)
    return found.reshape(*leading, found.shape[1])
