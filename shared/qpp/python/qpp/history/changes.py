"""What became slower or faster from one point to the next, beyond the noise of both.

Two runs of the same code differ: a machine has slow minutes and slow days, and a kernel of
microseconds depends on where its memory lies. So the fastest samples are compared (from run to run
of the same code, medians on a virtual machine move by tens of per cent, most fastest samples by a
few), and always relative to the code that did not change: the baselines and the
peers, which ran in turns with ours. A row of ours became slower where

1. the fastest sample of the newer run is slower than the fastest quarter of the older one's;
2. its fastest sample changed by more than the noise, beside the baseline and the peers on the
   same workload and also beside those of the whole run (the median of their changes is the
   machine's): one baseline that was rewritten, or a slow moment during one workload, is not
   taken for a change of ours.

The noise is the largest of 10 %, the A/A controls of the study in both runs (the same code in two
processes), and twice the change that four of five baselines and peers stay within (what a second
run does to code that did not change); where the last is more than 30 % no time is judged. A row of
``t`` threads is at most ``t / (t - 1)`` times slower when something else takes one of its cores,
which the baselines and peers of one thread do not show: that much is noise for it. With
fewer than three baselines and peers the time itself must have changed by as much; where it is the
only row of its study that changed in this direction, by twice as much. ``faster`` is the same the
other way round.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from qpp.history.series import Point, Row, of_study, studies_of

Kind = Literal["slower", "faster", "broken", "repaired"]
LEAST = 0.10
MOST = 0.30
FEW = 3
STEADY = 0.8  # of the baselines and peers
OURS = "optimised"
REFERENCES = ("baseline", "peer")


@dataclass(frozen=True)
class Change:
    """One row of ours that changed between two points.

    ``factor`` is the newer time over the older one, the machine's own change taken out; ``None``
    where the row fails or disagrees in one of them.
    """

    study: str
    workload: str
    implementation: str
    kind: Kind
    factor: float | None
    before: Point
    after: Point

    @property
    def bad(self) -> bool:
        """Whether it is a change for the worse."""
        return self.kind in ("slower", "broken")


@dataclass(frozen=True)
class Drift:
    """What happened between two runs to the code that did not change (natural logarithms).

    ``overall`` is the median change, ``by_workload`` those of a study's workload, ``scatter`` what
    four of five stay within beside ``overall``, ``few`` whether it rests on too few
    implementations: a change of one of them could not be told from one of the machine.
    """

    overall: float
    few: bool
    scatter: float
    by_workload: dict[tuple[str, str], float]

    @property
    def too_noisy(self) -> bool:
        """Whether a change of 30 % could not be told from noise."""
        return 2 * self.scatter > math.log1p(MOST)


def drift(before: Point, after: Point) -> Drift:
    """Compare the baselines and peers of two points."""
    found: dict[tuple[str, str], list[float]] = {}
    names: set[tuple[str, str]] = set()
    for study in before.studies.keys() & after.studies.keys():
        old, new = before.studies[study], after.studies[study]
        for key in old.rows.keys() & new.rows.keys():
            if new.roles[key[1]] in REFERENCES:
                change = _change(old.rows[key], new.rows[key])
                if change is not None:
                    found.setdefault((study, key[0]), []).append(change)
                    names.add((study, key[1]))
    every = np.array(list(itertools.chain.from_iterable(found.values())) or [0.0])
    overall = float(np.median(every))
    scatter = float(np.quantile(np.abs(every - overall), STEADY))
    by_workload = {k: float(np.median(v)) for k, v in found.items()}
    return Drift(overall, len(names) < FEW, scatter, by_workload)


def between(before: Point, after: Point, study: str) -> list[Change]:
    """The changes of one study between two points that hold it, largest first."""
    drifted = drift(before, after)
    old, new = before.studies[study], after.studies[study]
    controls = [math.log1p(value) for s in (old, new) for value in s.noise.values()]
    noise = max(math.log1p(LEAST), 2 * drifted.scatter, *controls)
    found: list[Change] = []
    for key in old.rows.keys() & new.rows.keys():
        workload, name = key
        if new.roles[name] != OURS:
            continue
        local = drifted.by_workload.get((study, workload), drifted.overall)
        drifts = (local, drifted.overall, *([0.0] if drifted.few else []))
        one, two = old.rows[key], new.rows[key]
        if one.median is None or two.median is None:
            if one.median is not two.median:
                kind: Kind = "repaired" if one.median is None else "broken"
                found.append(Change(study, workload, name, kind, None, before, after))
        elif not drifted.too_noisy and (
            moved := _moved(one, two, drifts, max(noise, _one_core(new.threads[name])))
        ):
            kind = "slower" if moved > 0 else "faster"
            found.append(Change(study, workload, name, kind, math.exp(moved), before, after))
    alone = {kind for kind in ("slower", "faster") if sum(c.kind == kind for c in found) == 1}
    sure = [c for c in found if c.kind not in alone or abs(math.log(c.factor or 1)) > 2 * noise]
    return sorted(sure, key=lambda c: (-abs(math.log(c.factor or 1e9)), c.workload, c.kind))


def _moved(old: Row, new: Row, drifts: Sequence[float], noise: float) -> float | None:
    """The change of a row beside the code that did not change, where it is beyond the noise."""
    change = _change(old, new)
    for sign, one, two in ((1, old, new), (-1, new, old)):  # slower, faster
        if change is not None and one.quartile and two.fastest:
            least = min(sign * (change - d) for d in drifts)
            apart = math.log(two.fastest / one.quartile)
            if least > noise and apart > max(sign * d for d in drifts):
                return sign * least
    return None


def _one_core(threads: int) -> float:
    """What the loss of one core can do to a row (a logarithm)."""
    return math.log(threads / (threads - 1)) if threads > 1 else 0.0


def _change(old: Row, new: Row) -> float | None:
    return math.log(new.fastest / old.fastest) if new.fastest and old.fastest else None


def unjudged(points: Sequence[Point]) -> str:
    """How many steps from point to point are too noisy to be judged, in words."""
    steps = [drift(*pair).too_noisy for pair in itertools.pairwise(points)]
    return f" ({sum(steps)} of {len(steps)} steps too noisy to be judged)" if any(steps) else ""


def along(points: Sequence[Point]) -> Iterator[Change]:
    """The changes of every study from each of its points to the next, oldest first."""
    for study in studies_of(points):
        for before, after in itertools.pairwise(of_study(points, study)):
            yield from between(before, after, study)
