"""Words over the channels: how many there are, their order, and Lyndon's.

The number of a signature that belongs to the word ``(i1, ..., ik)`` is the iterated integral of the
channels ``i1``, ..., ``ik``, in this order.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np
import numpy.typing as npt
from scipy import sparse

from hft_py.signatures._inputs import channels_of, depth_of, length_of

__all__ = ["log_signature_length", "lyndon_words", "signature_length", "words"]

Word = tuple[int, ...]
MAX_WORDS = 10_000_000


def signature_length(channels: int, depth: int) -> int:
    """Numbers in a signature: ``d + d^2 + ... + d^N``, the leading 1 left out.

    Parameters
    ----------
    channels
        Channels of the path, after its transforms: twice as many with lead and lag, one more with
        time.
    depth
        Levels of the signature.

    Raises
    ------
    ValueError, TypeError
        One of them is no whole number of 1 or more; a depth above 64.

    Examples
    --------
    >>> signature_length(5, 4)
    780
    """
    return length_of(channels_of(channels), depth_of(depth))


def log_signature_length(channels: int, depth: int) -> int:
    """Numbers in a log-signature in a Lyndon basis: the number of Lyndon words up to ``depth``.

    Parameters
    ----------
    channels, depth
        As in :func:`signature_length`.

    Raises
    ------
    ValueError, TypeError
        As for :func:`signature_length`.

    Notes
    -----
    Witt's formula: ``(1/k) sum_(j | k) mu(j) d^(k/j)`` words of length ``k``.

    Examples
    --------
    >>> [log_signature_length(2, depth) for depth in range(1, 7)]
    [2, 3, 5, 8, 14, 23]
    """
    d = channels_of(channels)
    lengths = range(1, depth_of(depth) + 1)
    divisors = {k: [j for j in range(1, k + 1) if k % j == 0] for k in lengths}
    return sum(sum(_moebius(j) * d ** (k // j) for j in divisors[k]) // k for k in lengths)


def words(channels: int, depth: int) -> list[Word]:
    """The words in the order of a signature's numbers; letters are channels, from 0.

    Parameters
    ----------
    channels, depth
        As in :func:`signature_length`.

    Raises
    ------
    ValueError, TypeError
        As for :func:`signature_length`; more than ten million words.

    Examples
    --------
    >>> words(2, 2)
    [(0,), (1,), (0, 0), (0, 1), (1, 0), (1, 1)]
    """
    d, n = _listed(channels, depth)
    letters = range(d)
    return [w for k in range(1, n + 1) for w in itertools.product(letters, repeat=k)]


def lyndon_words(channels: int, depth: int) -> list[Word]:
    """The Lyndon words in the order of a log-signature's numbers: by length, then lexicographic.

    A Lyndon word comes, in the lexicographic order, before each of its proper suffixes.

    Parameters
    ----------
    channels, depth
        As in :func:`signature_length`.

    Raises
    ------
    ValueError, TypeError
        As for :func:`words`.

    Examples
    --------
    >>> lyndon_words(2, 3)
    [(0,), (1,), (0, 1), (0, 0, 1), (0, 1, 1)]
    """
    return list(_lyndon_words(*_listed(channels, depth)))


@functools.lru_cache(maxsize=64)
def _lyndon_words(d: int, n: int) -> tuple[Word, ...]:
    """Duval (1988), Theoret. Comput. Sci. 60: each from the one before, in lexicographic order."""
    found, word = [], [-1]
    while word:
        word[-1] += 1
        found.append(tuple(word))
        word = [word[i % len(word)] for i in range(n)]
        while word and word[-1] == d - 1:
            word.pop()
    return tuple(sorted(found, key=lambda w: (len(w), w)))


def index_of(word: Word, channels: int) -> int:
    """Where the number of a word is in a signature."""
    place = 0
    for letter in word:
        place = place * channels + letter
    return length_of(channels, len(word) - 1) + place


@functools.lru_cache(maxsize=64)
def lyndon_places(channels: int, depth: int) -> npt.NDArray[np.intp]:
    """Where the Lyndon words are among all words."""
    return np.array([index_of(w, channels) for w in _lyndon_words(channels, depth)])


@functools.lru_cache(maxsize=16)
def brackets_from_words(channels: int, depth: int) -> sparse.csr_array:
    """The matrix from the coefficients of Lyndon words in a Lie series to those of their brackets.

    The bracket of a Lyndon word ``w`` is ``[u, v]``, with ``v`` its longest proper suffix that is
    Lyndon (the standard bracketing). Multiplied out it is ``w`` plus later words, so the
    matrix from brackets to words is triangular with ones on its diagonal; this is its inverse, of
    integers.
    """
    lyndon = _lyndon_words(channels, depth)
    place = {w: i for i, w in enumerate(lyndon)}
    expanded: dict[Word, dict[Word, int]] = {}
    below: list[dict[int, int]] = [{} for _ in lyndon]  # rows: brackets in which a word occurs
    for w in lyndon:
        expanded[w] = {w: 1} if len(w) == 1 else _bracket(*(expanded[p] for p in _factors(w)))
        for word, count in expanded[w].items():
            if word in place and word != w:
                below[place[word]][place[w]] = count
    inverse: list[dict[int, int]] = []
    for i, row in enumerate(below):
        found = {i: 1}
        for j, count in row.items():
            for k, value in inverse[j].items():
                found[k] = found.get(k, 0) - count * value
        inverse.append({k: v for k, v in found.items() if v})
    entries = [(i, k, v) for i, row in enumerate(inverse) for k, v in row.items()]
    rows, columns, values = zip(*entries, strict=True)
    shape = (len(lyndon), len(lyndon))
    return sparse.csr_array((np.array(values, dtype=float), (rows, columns)), shape=shape)


def _factors(word: Word) -> tuple[Word, Word]:
    """A Lyndon word cut before its longest proper Lyndon suffix: the least of its suffixes."""
    at = min(range(1, len(word)), key=lambda i: word[i:])
    return word[:at], word[at:]


def _bracket(first: dict[Word, int], second: dict[Word, int]) -> dict[Word, int]:
    """``first second - second first``, multiplied out."""
    found: dict[Word, int] = {}
    for (u, a), (v, b) in itertools.product(first.items(), second.items()):
        found[u + v] = found.get(u + v, 0) + a * b
        found[v + u] = found.get(v + u, 0) - a * b
    return {w: count for w, count in found.items() if count}


def _listed(channels: int, depth: int) -> tuple[int, int]:
    d, n = channels_of(channels), depth_of(depth)
    if length_of(d, n) > MAX_WORDS:
        raise ValueError(
            f"depth={n} with {d} channels has {length_of(d, n):,} words, expected at most "
            f"{MAX_WORDS:,}"
        )
    return d, n


def _moebius(number: int) -> int:
    sign, rest = 1, number
    for prime in range(2, number + 1):
        if rest % prime == 0:
            rest //= prime
            if rest % prime == 0:
                return 0
            sign = -sign
    return sign
