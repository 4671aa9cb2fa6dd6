"""Philox4x32-7: random numbers that are a function of a counter.

A counter of four 32-bit words and a key of two go through seven rounds of multiplication and
exclusive or, the fewest that pass every test of BigCrush. It has no state: any
thread computes the numbers of any path, and no split of a run changes a bit.

Here key = (seed low, seed high), counter = (path low, group, path high, stream), where a
group is four steps; the words are those of single and of double precision alike. The
uniforms are those of the Rust and CUDA generators, bit for bit. This one is for any array namespace
(``numpy``, ``cupy``): a reference and a fallback, not fast.

Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC'11.
"""

from __future__ import annotations

from typing import Any

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 7
STREAM = 0
LOW = 0xFFFFFFFF
GROUP = 4  # steps whose normals one call gives


def philox(
    xp: Any, counter: Any, key: tuple[int, int], rounds: int = ROUNDS
) -> tuple[Any, Any, Any, Any]:
    """Four words, as uint64 arrays that hold 32 bits, for four such arrays.

    Parameters
    ----------
    xp
        The array namespace.
    counter
        Four uint64 arrays that broadcast, each below ``2**32``.
    key
        Two integers below ``2**32``.
    rounds
        Seven; ten is what its authors propose where a margin is wanted.

    Examples
    --------
    >>> import numpy as np
    >>> zero = np.zeros(1, dtype=np.uint64)
    >>> [f"{int(w[0]):08x}" for w in philox(np, (zero,) * 4, (0, 0))]
    ['5f6fb709', '0d893f64', '4f121f81', '4f730a48']
    """
    c0, c1, c2, c3 = (xp.asarray(c, dtype=xp.uint64) for c in counter)
    k0, k1 = key
    low, shift = xp.uint64(LOW), xp.uint64(32)
    m0, m1 = (xp.uint64(m) for m in MULTIPLIERS)
    for _ in range(rounds):
        p0, p1 = m0 * c0, m1 * c2
        c0 = (p1 >> shift) ^ c1 ^ xp.uint64(k0)
        c1 = p1 & low
        c2 = (p0 >> shift) ^ c3 ^ xp.uint64(k1)
        c3 = p0 & low
        k0, k1 = (k0 + WEYL[0]) & LOW, (k1 + WEYL[1]) & LOW
    return c0, c1, c2, c3


def words(xp: Any, seed: int, first_path: int, paths: int, groups: int) -> tuple[Any, ...]:
    """The four words of every group of every path, each ``[paths, groups]``."""
    path = xp.arange(paths, dtype=xp.uint64)[:, None] + xp.uint64(first_path)
    group = xp.arange(groups, dtype=xp.uint64)[None, :]
    stream = xp.uint64(STREAM) + xp.zeros((1, 1), dtype=xp.uint64)
    counter = (path & xp.uint64(LOW), group, path >> xp.uint64(32), stream)
    return philox(xp, counter, (seed & LOW, seed >> 32))


def uniforms(
    xp: Any, seed: int, first_path: int, paths: int, steps: int, precision: str = "float64"
) -> Any:
    """Uniform numbers in (0, 1], ``[paths, steps]``, those of which normals are made.

    ``(x + 0.5) 2^-32`` of each word ``x``: exact in double precision, rounded in single.

    Examples
    --------
    >>> import numpy as np
    >>> u = uniforms(np, seed=1, first_path=0, paths=3, steps=5)
    >>> np.array_equal(u[1:], uniforms(np, 1, 1, 2, 5))  # any path by itself
    True
    """
    groups = -(-steps // GROUP)
    dtype = xp.dtype(precision).type
    half, scale = dtype(0.5), dtype(2.0**-32)
    columns = [
        (word.astype(dtype) + half) * scale for word in words(xp, seed, first_path, paths, groups)
    ]
    return xp.stack(columns, axis=-1).reshape(paths, groups * GROUP)[:, :steps]


def normals(
    xp: Any, seed: int, first_path: int, paths: int, steps: int, precision: str = "float64"
) -> Any:
    """Standard normal numbers, ``[paths, steps]``, by Box and Muller.

    ``r = sqrt(-2 ln u1)``, ``z0 = r cos 2 pi u2``, ``z1 = r sin 2 pi u2``.

    Examples
    --------
    >>> import numpy as np
    >>> bool(abs(normals(np, 7, 0, 500, 100).mean()) < 0.02)
    True
    """
    even = steps + steps % 2
    u = uniforms(xp, seed, first_path, paths, even, precision)
    radius = xp.sqrt(-2 * xp.log(u[:, 0::2]))
    angle = u[:, 1::2] * u.dtype.type(6.283185307179586)
    z = xp.stack([radius * xp.cos(angle), radius * xp.sin(angle)], axis=-1)
    return z.reshape(paths, even)[:, :steps]
