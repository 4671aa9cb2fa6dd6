"""Checks of paths and signatures, made once, before any kernel is called."""

from __future__ import annotations

import math
import os
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import checks

Floats = npt.NDArray[np.float64]
Leading = tuple[int, ...]
MAX_DEPTH = 64  # of two channels or more, no deeper signature fits a memory
MAX_DIMENSIONS = 32


def channels_of(channels: Any) -> int:
    """A number of channels, at least 1."""
    return checks.whole_number("channels", channels, least=1)


def depth_of(depth: Any) -> int:
    """A depth, of at least 1."""
    return checks.whole_number("depth", depth, least=1, most=MAX_DEPTH)


def length_of(channels: int, depth: int) -> int:
    """Numbers in a signature: ``d + d^2 + ... + d^N``."""
    return sum(channels**k for k in range(1, depth + 1))


def path_array(name: str, path: Any, *, points: int = 2) -> Floats:
    """``path`` as finite numbers ``(..., points, channels)``, with so many points at least."""
    found = rows(name, path, "(..., points, channels); one channel is path[:, None]", 2)
    if found.shape[-1] == 0:
        raise ValueError(f"{name} has shape {found.shape}, expected 1 channel or more")
    if found.shape[-2] < points:
        raise ValueError(
            f"{name} has shape {found.shape}: {found.shape[-2]} points, expected {points} or more"
        )
    return found


def signature_array(name: str, value: Any, channels: int, depth: int) -> Floats:
    """``value`` as signatures ``(..., length)`` of that many channels and levels."""
    found = rows(name, value, "(..., length)", 1)
    length = length_of(channels, depth)
    if found.shape[-1] != length:
        raise ValueError(
            f"{name} has shape {found.shape}, expected {length} numbers on the last axis for "
            f"{channels} channels and depth {depth}"
        )
    return found


def rows(name: str, value: Any, expected: str, least: int) -> Floats:
    """``value`` as a C-contiguous array of finite numbers of ``least`` dimensions or more."""
    if not hasattr(value, "ndim"):  # a list, or a list of arrays
        value = np.asarray(value)
    if value.ndim < least:
        raise ValueError(f"{name} has {value.ndim} dimensions, expected {expected}")
    dimensions = tuple(range(least, MAX_DIMENSIONS + 1))
    found = checks.array(name, value, ndim=dimensions, least=0)
    with np.errstate(all="ignore"):
        total = float(found.sum())
    if not math.isfinite(total):  # one number first: a mask would be an eighth of the path
        checks.finite_array(name, found, ndim=dimensions, least=0)
    return found


def batch(found: Floats, axes: int) -> tuple[Floats, Leading]:
    """The leading axes as one, and their lengths; ``axes`` are those behind them."""
    leading = found.shape[: found.ndim - axes]
    return found.reshape(math.prod(leading), *found.shape[found.ndim - axes :]), leading


def ensure_fits(shape: Leading, remedy: str) -> None:
    """A ``MemoryError`` with the size, where an array is larger than this machine's memory."""
    size, memory = 8 * math.prod(shape), _memory()
    if memory is not None and size > memory:
        raise MemoryError(
            f"the result would have shape {shape}: {_amount(size)}, more than the "
            f"{_amount(memory)} of this machine; {remedy}"
        )


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None  # Windows: NumPy's own error comes instead


def _amount(size: int) -> str:
    for unit, name in ((10**24, "YB"), (10**15, "PB"), (10**12, "TB"), (10**9, "GB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}" if size < 10**30 else f"{float(size):.0e} bytes"
    return f"{size / 10**6:.3g} MB"
