"""Where the faster of two implementations changes as the work grows.

A crossing is stated only where the two differ on both sides of it: at a size before and at a
size after, the interval of their ratio excludes 1 and the ratio is further from 1 than the
noise floor of that workload. Sizes in between, where they do not differ, are called level.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from qpp import format as fmt
from qpp.report import roles
from qpp.results import Row, ScalingCurve, StudyResult
from qpp.statistics import is_noise, noise_floors
from qpp.summary import over


@dataclass(frozen=True)
class Line:
    """One implementation over the sizes at which it ran and agreed."""

    rows: tuple[Row, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]

    @property
    def row(self) -> Row:
        """Its row at the largest size."""
        return self.rows[-1]


@dataclass(frozen=True)
class Crossing:
    """``faster`` overtakes ``slower`` near ``x``; ``level``: sizes at which they do not differ."""

    x: float
    y: float
    faster: str
    slower: str
    level: tuple[float, ...] = ()

    def told(self, label: str) -> str:
        """The crossing in words; ``label`` says what ``x`` is."""
        where = f" at {label} ≈ {fmt.number(self.x)}"
        if self.level:
            first, last = (roles.tick_number(self.level[i]) for i in (0, -1))
            apart = f"at {label} = {first}"
            where = f": level {apart if first == last else f'between {label} = {first} and {last}'}"
        return f"{self.faster} overtakes {self.slower}{where}"


def lines(study: StudyResult, curve: ScalingCurve) -> list[Line]:
    """The curves of one chart, in the order of the study."""
    sizes = sorted(curve.points.items(), key=lambda item: item[1])
    results = {w.name: w for w in study.workloads}
    found = []
    for name in dict.fromkeys(r.implementation for w in study.workloads for r in w.rows):
        rows = [(results[w].row(name), x) for w, x in sizes if w in results and x > 0]
        points = [
            (row, x, row.median)
            for row, x in rows
            if row is not None and row.status in ("ok", "limit") and row.median
        ]
        if len(points) > 1:
            found.append(Line(*zip(*points, strict=True)))
    return found


def crossings(study: StudyResult, curve: ScalingCurve) -> list[Crossing]:
    """The crossings of what the study recommends with the others, in order of size.

    Where it recommends nothing, of any two.
    """
    noise = noise_floors(study.workloads)
    floors = {x: noise[name] for name, x in curve.points.items() if name in noise}
    rivals = [line for line in lines(study, curve) if line.row.role not in roles.COMPUTED]
    known = {line.row.implementation for line in rivals}
    found: list[Crossing] = []
    for one, two in combinations(rivals, 2):
        names = {one.row.implementation, two.row.implementation}
        if study.recommended in names or study.recommended not in known:
            found += _between(one, two, floors)
    return sorted(found, key=lambda c: (c.x, c.faster, c.slower))


def _differ(one: Row, two: Row, floor: float) -> bool:
    ratio = over(one, two)
    if ratio is None or ratio.low <= 1 <= ratio.high:
        return False
    return not is_noise(ratio.value, floor)


def _between(one: Line, two: Line, floors: Mapping[float, float]) -> list[Crossing]:
    a, b = (dict(zip(line.x, line.rows, strict=True)) for line in (one, two))
    shared = [x for x in a if x in b]
    gap = {x: math.log((a[x].median or 1.0) / (b[x].median or 1.0)) for x in shared}
    apart = [x for x in shared if _differ(a[x], b[x], floors[x])]
    found = []
    for left, right in pairwise(apart):
        if gap[left] * gap[right] >= 0:
            continue
        inside = [x for x in shared if left <= x <= right]
        steps = pairwise(inside)
        start, end = next((s, e) for s, e in steps if gap[s] * gap[left] >= 0 >= gap[e] * gap[left])
        share = gap[start] / (gap[start] - gap[end]) if gap[start] != gap[end] else 0.5
        x = math.exp(math.log(start) + share * math.log(end / start))
        first, last = a[start].median or 1.0, a[end].median or 1.0
        y = math.exp(math.log(first) + share * math.log(last / first))
        names = (one.row.implementation, two.row.implementation)
        faster, slower = names if gap[right] < 0 else names[::-1]
        found.append(Crossing(x, y, faster, slower, tuple(inside[1:-1])))
    return found
