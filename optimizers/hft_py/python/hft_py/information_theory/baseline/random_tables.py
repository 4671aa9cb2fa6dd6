"""Tables of counts with given margins, as permutations make them, drawn without a permutation.

Row by row, cell by cell, hypergeometric numbers of what is left (Patefield, Appl. Statist. 30,
1981), each by ratio of uniforms (Stadlober, J. Comput. Appl. Math. 31, 1990).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from hft_py.rng import Stream

# Steps of a shuffle that take as long as a draw in compiled code.
_DRAW = 32
# Of the hat over every such distribution.
_WIDTH = 2.0 * math.sqrt(2.0 / math.e)
_MORE = 3.0 - 2.0 * math.sqrt(3.0 / math.e)


def worthwhile(rows: int, columns: int, n: int) -> bool:
    """Whether a table of so many rows and columns is drawn, or ``n`` observations are shuffled."""
    return _DRAW * rows * (columns - 1) < n


def draw(rows: Sequence[int], columns: dict[int, int], stream: Stream) -> list[Counter[int]]:
    """A table with these sums of rows, and of columns by their code: the counts of each row."""
    left = dict(sorted(columns.items()))
    everything = sum(left.values())
    table = []
    for total in rows:
        counts: Counter[int] = Counter()
        missing, others = total, everything
        for code, available in left.items():
            others -= available
            found = hypergeometric(stream, available, others, missing)
            if found:
                counts[code] = found
                left[code] -= found
                missing -= found
        everything -= total
        table.append(counts)
    return table


def hypergeometric(stream: Stream, first: int, second: int, drawn: int) -> int:
    """How many of ``drawn`` are of the first kind, of ``first`` of it and ``second`` others."""
    least, most = max(0, drawn - second), min(drawn, first)
    if least == most:
        return least
    n = first + second
    mean = drawn * first / n
    deviation = math.sqrt(mean * (n - first) / n * (n - drawn) / (n - 1.0) + 0.5)

    def weight(x: int) -> float:
        parts = (x, first - x, drawn - x, second + x - drawn)
        return sum(math.lgamma(part + 1.0) for part in parts)

    highest = weight(int((drawn + 1.0) * (first + 1.0) / (n + 2.0)))
    while True:
        u, v = stream.uniform(), stream.uniform()
        place = mean + 0.5 + (_WIDTH * deviation + _MORE) * (v - 0.5) / u
        if least <= math.floor(place) <= most:
            x = math.floor(place)
            if 2.0 * math.log(u) <= highest - weight(x):
                return x
