"""Compares two commits: what became slower, bigger or less exact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from qpp.history import HistoryError
from qpp.history.checkout import Checkout
from qpp.history.series import Point, Series, collect

Verdict = Literal["worse", "better", "same", "broken", "fixed", "new", "gone"]
THRESHOLD = 1.25


@dataclass(frozen=True)
class Change:
    """One series at two commits. ``factor`` is head over base: above one is worse."""

    series: Series
    base: float | None
    head: float | None
    factor: float | None
    verdict: Verdict


def compare(
    base: str,
    head: str,
    *,
    checkout: Checkout,
    results: Path | None = None,
    threshold: float = THRESHOLD,
) -> list[Change]:
    """Compare what is stored for two commits, worst first.

    A figure changed when it differs by more than ``threshold`` and the two 99 %
    intervals (where asv stored them) do not touch. Times taken minutes apart on a busy
    machine differ for no reason: trust the slowdown, which comes from interleaved runs.

    Raises
    ------
    HistoryError
        A commit is unknown, has no stored results, or they share no machine.
    """
    if not threshold > 1:
        raise HistoryError(f"threshold {threshold:g}: expected a factor above 1")
    folder = results or checkout.results
    series = collect(folder)
    old, new = checkout.resolve(base), checkout.resolve(head)
    machines = []
    for name, commit in ((base, old), (head, new)):
        found = {s.machine for s in series if s.at(commit)}
        if not found:
            raise HistoryError(
                f"nothing is stored for {name} ({commit[:8]}) under {folder}: "
                "check it out and run `qpp history record`"
            )
        machines.append(found)
    shared = machines[0] & machines[1]
    if not shared:
        raise HistoryError(f"{base} and {head} were recorded on different machines")
    changes = [
        _change(s, s.at(old), s.at(new), threshold)
        for s in series
        if s.machine in shared and (s.at(old) or s.at(new))
    ]
    order = ("broken", "worse", "better", "fixed", "new", "gone", "same")
    return sorted(changes, key=lambda c: (order.index(c.verdict), -(c.factor or 0.0)))


def regressions(changes: Iterable[Change]) -> list[Change]:
    """The changes for the worse."""
    return [c for c in changes if c.verdict in ("broken", "worse")]


def _change(series: Series, base: Point | None, head: Point | None, threshold: float) -> Change:
    old, new = (p.value if p else None for p in (base, head))
    factor, verdict = None, "same"
    if base is None or head is None:
        verdict = "new" if base is None else "gone"
    elif old is None or new is None:
        if old is not new:
            verdict = "fixed" if old is None else "broken"
    else:
        factor = 1.0 if old == new else new / old if old else float("inf")
        if not _overlap(base, head) and not 1 / threshold <= factor <= threshold:
            verdict = "worse" if factor > 1 else "better"
    return Change(series, old, new, factor, cast(Verdict, verdict))


def _overlap(base: Point, head: Point) -> bool:
    ends = (base.low, base.high, head.low, head.high)
    if any(end is None for end in ends):
        return False
    low, high, other_low, other_high = (end or 0.0 for end in ends)
    return low <= other_high and other_low <= high
