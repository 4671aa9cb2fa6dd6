"""Random numbers from counters: Philox4x32-10, shared word for word with the Rust kernels.

A :class:`Stream` is named by a seed, a number (of a chain, an individual, a restart) and a purpose.
Its ``i``-th block of four 32-bit words is a function of these and of ``i`` alone, so streams are
independent of each other, of the order in which they are drawn and of the thread that draws.

A block gives two 64-bit words: ``w0 + 2^32 w1``, then ``w2 + 2^32 w3``. Draws consume words in
order: a uniform or an integer one word, a pair of normals two. The second normal of a pair is kept
for the next call that needs one; uniforms and integers leave it there. Words, uniforms and integers
agree with Rust in every bit, normals to a few units in the last place.

Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011;
Box and Muller, Ann. Math. Statist. 29 (1958).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.checks import whole_number

Words = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

_MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL = 0x9E3779B9, 0xBB67AE85
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_12 = np.uint64(12)

_FIRST, _AHEAD = 64, 4096  # words made at first, and at most, ahead of their use


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, ...]:
    """Ten rounds of Philox4x32 on arrays of counters; every word is below 2**32."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(10):
        first = _MULTIPLIERS[0] * c0
        second = _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (second >> _32) ^ c1 ^ np.uint64(k0),
            second & _LOW,
            (first >> _32) ^ c3 ^ np.uint64(k1),
            first & _LOW,
        )
        k0 = (k0 + _WEYL[0]) & 0xFFFFFFFF
        k1 = (k1 + _WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


def words(
    seed: int, streams: npt.ArrayLike, purpose: int, start: npt.ArrayLike, count: int
) -> Words:
    """Words ``start`` to ``start + count`` of several streams at once.

    Parameters
    ----------
    seed
        ``0 <= seed < 2**64``.
    streams
        Their numbers, of shape ``(n,)``, each below 2**32.
    purpose
        Below 2**32.
    start
        The first word, one for all or one for each stream.
    count
        How many words of each.

    Returns
    -------
    array of uint64, of shape (n, count)

    Examples
    --------
    >>> bool((words(7, [3], 1, 0, 5)[0, 2:] == words(7, [3], 1, 2, 3)[0]).all())
    True
    """
    numbers = np.asarray(streams, dtype=np.uint64).reshape(-1, 1)
    first = np.broadcast_to(np.asarray(start, dtype=np.uint64).reshape(-1, 1), numbers.shape)
    ahead: Words = np.arange((count + 3) // 2, dtype=np.uint64)
    blocks: Words = np.add(first >> np.uint64(1), ahead, dtype=np.uint64)
    shape = blocks.shape
    w0, w1, w2, w3 = philox(
        (
            blocks & _LOW,
            blocks >> _32,
            np.broadcast_to(numbers, shape),
            np.full(shape, purpose, dtype=np.uint64),
        ),
        (seed & 0xFFFFFFFF, seed >> 32),
    )
    made = np.empty((*shape, 2), dtype=np.uint64)
    made[..., 0] = w0 | (w1 << _32)
    made[..., 1] = w2 | (w3 << _32)
    flat = made.reshape(shape[0], -1)
    odd = (first & np.uint64(1)).astype(np.intp)
    if not odd.any():
        return flat[:, :count]
    return np.take_along_axis(flat, odd + np.arange(count), axis=1)


def unit(word: Words) -> Floats:
    """Words as numbers in the open interval (0, 1): ``(x + 1/2) / 2^52``, ``x`` the upper 52 bits.

    52 bits and not 53: with 53, adding the half rounds, and the largest becomes 1.
    """
    return ((word >> _12).astype(np.float64) + 0.5) * 2.0**-52


def box_muller(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Two independent normals of two uniforms: the cosine's comes first."""
    radius = np.sqrt(-2.0 * np.log(first))
    angle = 2.0 * np.pi * second
    return radius * np.cos(angle), radius * np.sin(angle)


def below(word: Words, bound: int | npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Words as integers below ``bound`` (at most 2**32 - 1), by multiplication."""
    wide = np.asarray(bound, dtype=np.uint64)
    whole = (word >> _32) * wide + (((word & _LOW) * wide) >> _32)
    return (whole >> _32).astype(np.int64)


class Stream:
    """A sequence of random numbers.

    Words are made in blocks ahead of their use, so drawing one at a time is cheap.

    Parameters
    ----------
    seed
        ``0 <= seed < 2**64``.
    stream
        The number of the chain, individual or restart, below 2**32.
    purpose
        What the numbers are for, below 2**32: two purposes of one chain do not share numbers.

    Examples
    --------
    >>> draws = Stream(7, stream=0, purpose=1)
    >>> bool((draws.uniforms(3) == Stream(7, 0, 1).uniforms(5)[:3]).all())
    True
    """

    def __init__(self, seed: int, stream: int = 0, purpose: int = 0) -> None:
        self.seed = whole_number("seed", seed, least=0, most=2**64 - 1)
        self.stream = whole_number("stream", stream, least=0, most=2**32 - 1)
        self.purpose = whole_number("purpose", purpose, least=0, most=2**32 - 1)
        self._position = 0
        self._spare: float | None = None
        self._made = np.empty(0, dtype=np.uint64)
        self._start = 0
        self._ahead = _FIRST

    @property
    def position(self) -> int:
        """Words consumed so far."""
        return self._position

    def seek(self, position: int) -> None:
        """Go to a word; a kept normal is dropped."""
        self._position = whole_number("position", position, least=0)
        self._spare = None

    def words(self, n: int) -> Words:
        """The next ``n`` 64-bit words."""
        offset = self._position - self._start
        if offset < 0 or offset + n > len(self._made):
            self._made = words(
                self.seed, self.stream, self.purpose, self._position, max(n, self._ahead)
            )[0]
            self._ahead = min(4 * self._ahead, _AHEAD)
            self._start = self._position
            offset = 0
        self._position += n
        return self._made[offset : offset + n]

    def uniforms(self, n: int) -> Floats:
        """The next ``n`` uniform numbers in (0, 1)."""
        return unit(self.words(n))

    def normals(self, n: int) -> Floats:
        """The next ``n`` standard normal numbers."""
        if n == 0:
            return np.empty(0)
        spare = self._spare is not None
        pairs = (n - spare + 1) // 2
        both = np.empty(spare + 2 * pairs)
        if self._spare is not None:
            both[0] = self._spare
        uniforms = self.uniforms(2 * pairs)
        both[spare::2], both[spare + 1 :: 2] = box_muller(uniforms[0::2], uniforms[1::2])
        self._spare = float(both[n]) if len(both) > n else None
        return both[:n]

    def integers(self, n: int, bound: int) -> npt.NDArray[np.int64]:
        """The next ``n`` integers in ``[0, bound)``, ``bound`` below 2**32.

        By multiplication, whose bias is below ``bound / 2**64``. A bound of 0 gives 0.
        """
        return below(self.words(n), bound)

    def uniform(self) -> float:
        """The next uniform number."""
        return float(self.uniforms(1)[0])

    def normal(self) -> float:
        """The next standard normal number."""
        return float(self.normals(1)[0])

    def integer(self, bound: int) -> int:
        """The next integer in ``[0, bound)``."""
        return int(self.integers(1, bound)[0])
