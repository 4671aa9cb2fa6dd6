"""The truncated tensor algebra: products, exponentials and logarithms.

A tensor is a list of its levels, ``(..., d), (..., d^2), ..., (..., d^N)``; what stands at level 0
is said by the function. Words of a level are in lexicographic order.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Levels = list[Floats]


def split(rows: Floats, channels: int, depth: int) -> Levels:
    """The levels of flat tensors ``(..., d + d^2 + ... + d^N)``."""
    ends = np.cumsum([channels**k for k in range(1, depth + 1)])
    return np.split(rows, ends[:-1], axis=-1)


def flat(levels: Levels) -> Floats:
    """The levels one after the other."""
    return np.concatenate(levels, axis=-1)


def outer(first: Floats, second: Floats) -> Floats:
    """The tensor product of two levels."""
    product = first[..., :, None] * second[..., None, :]
    return product.reshape(*product.shape[:-2], first.shape[-1] * second.shape[-1])


def multiply(first: Levels, second: Levels) -> Levels:
    """``(1 + first)(1 + second) - 1``: Chen's product of two signatures."""
    found = []
    for k in range(len(first)):
        level = first[k] + second[k]
        for j in range(k):
            level = level + outer(first[j], second[k - 1 - j])
        found.append(level)
    return found


def exponential(segment: Floats, depth: int) -> Levels:
    """``exp(x) - 1``: the signature of a segment ``x``, ``x^k / k!`` at level ``k``."""
    levels = [segment]
    for k in range(2, depth + 1):
        levels.append(outer(levels[-1], segment / k))
    return levels


def combine(first: Floats, second: Floats, channels: int, depth: int, threads: int = 1) -> Floats:
    """Products of signatures ``(batch, length)``, row by row."""
    return flat(multiply(split(first, channels, depth), split(second, channels, depth)))


def logarithm(rows: Floats, channels: int, depth: int, threads: int = 1) -> Floats:
    """Logarithms of signatures ``(batch, length)``: ``u - u^2 / 2 + u^3 / 3 - ...``."""
    u = split(rows, channels, depth)
    power = u
    found = u
    for n in range(2, depth + 1):
        power = _product(power, u)
        found = [a + (-1) ** (n + 1) / n * b for a, b in zip(found, power, strict=True)]
    return flat(found)


def _product(first: Levels, second: Levels) -> Levels:
    """``first second``, with 0 at level 0 of both."""
    found = [np.zeros_like(level) for level in first]
    for k in range(len(first)):
        for j in range(k):
            found[k] = found[k] + outer(first[j], second[k - 1 - j])
    return found
