"""Entropies of counts, in whole numbers: the formulas are in ``src/information_theory``.

With ``n`` observations, of which ``c`` are in a cell, the plug-in, Miller and Madow's and
Grassberger's entropy are ``(total - sum of term(c)) / n`` bits. Terms are rounded to multiples of a
power of two and summed as integers, so a sum does not depend on the order of the cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from scipy.special import digamma

_LN2 = math.log(2.0)


def _plugin(count: int) -> tuple[int, float]:
    exponent = count.bit_length() - 1
    return count * exponent, count * math.log2(count / 2.0**exponent)


def _miller_madow(count: int) -> tuple[int, float]:
    whole, rest = _plugin(count)
    return whole, rest - 0.5 / _LN2


def _grassberger(count: int) -> tuple[int, float]:
    return 0, count * ((float(digamma(count // 2 + 0.5)) + _LN2) / _LN2)


# A whole number of bits, and a rest: the smaller the rest, the less is rounded.
_TERMS: dict[str, Callable[[int], tuple[int, float]]] = {
    "plugin": _plugin,
    "miller_madow": _miller_madow,
    "grassberger": _grassberger,
}


class Terms:
    """The terms of an estimator for ``n`` observations, as integers; ``unit`` bits each."""

    def __init__(self, estimator: str, n: int) -> None:
        self._term = _TERMS[estimator]
        self._n = n
        self._power = 62 - (n * n.bit_length()).bit_length()
        self.unit = 1.0 / (n * 2.0**self._power)
        self.total = self._units((_plugin if estimator == "grassberger" else self._term)(n))
        self._made: dict[int, int] = {0: 0, n: self.total}  # a constant has no entropy

    def of(self, count: int) -> int:
        """The term of a count."""
        term = self._made.get(count)
        if term is None:
            term = self._made[count] = self._units(self._term(count))
        return term

    def _units(self, term: tuple[int, float]) -> int:
        whole, rest = term
        return (whole << self._power) + round(rest * 2.0**self._power)

    def sum(self, counts: Iterable[int]) -> int:
        """The sum of the terms of counts."""
        return sum(map(self.of, counts))
