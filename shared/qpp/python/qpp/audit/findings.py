"""From measured places to findings: pattern, remedy, and the bound on what it brings.

The bound is Amdahl's, with the gain that is reachable: a place with share ``s`` of the time makes
the program at most ``1 / ((1 - s) + s / r)`` times faster, where ``r`` is the gain of the pattern
on the part of the place that the pattern explains. Time in a library, and waiting, have ``r = 1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from qpp.audit.document import Finding
from qpp.audit.places import Place
from qpp.audit.remedies import REMEDIES, measured
from qpp.audit.rules import Match, match

# A finding is worth a change if its bound, at the lower end of its share, is at least this.
WORTH = {"hours": 1.1, "days": 1.2, "weeks": 1.5}
# Working days that an effort stands for, for the order of the roadmap.
DAYS = {"hours": 0.5, "days": 3.0, "weeks": 15.0}
FIRST = 3
EXCERPT = 40


class Measured(Protocol):
    """What findings need of a measurement."""

    @property
    def places(self) -> tuple[Place, ...]: ...
    @property
    def bare_seconds(self) -> float: ...
    @property
    def imports_share(self) -> float: ...


def findings(measured_run: Measured) -> tuple[Finding, ...]:
    """A finding for each place, in the order of the places.

    ``bare_seconds`` and ``imports_share`` give the seconds that a run spends at a place.
    """
    work = measured_run.bare_seconds * (1.0 - measured_run.imports_share)
    return tuple(finding(place, work * place.share.value) for place in measured_run.places)


def finding(place: Place, seconds: float | None = None) -> Finding:
    """The finding of one place at which a run spends ``seconds``."""
    best, *others = match(place, seconds=seconds)
    remedy, share = REMEDIES[best.pattern], place.share
    computing = 1.0 - place.waiting / share.value if share.value > 0 else 0.0
    gain = reachable(remedy.gain, min(best.explained, computing))
    ratio, machine = measured(remedy.shown)
    lines = place.source.lines[place.first_line - 1 : place.last_line][:EXCERPT]
    return Finding(
        file=str(place.source.path),
        first_line=place.first_line,
        last_line=place.last_line,
        function=place.function,
        pattern=best.pattern,
        share=share.value,
        share_low=share.low,
        share_high=share.high,
        share_cpu=share.cpu,
        python_share=share.python,
        native_share=share.native,
        system_share=share.system,
        bound=bound(share.value, gain),
        worth=bound(share.low, gain) >= WORTH[remedy.effort],
        mechanism=remedy.mechanism,
        remedy=remedy.remedy,
        caution=remedy.caution,
        effort=remedy.effort,
        risk=remedy.risk,
        gain=gain,
        gain_source=remedy.source,
        also=tuple(other.pattern for other in others),
        evidence=_evidence(place, best, others),
        before=remedy.before,
        after=remedy.after,
        study=remedy.shown.study if remedy.shown is not None and ratio is not None else None,
        study_ratio=ratio,
        study_machine=machine,
        excerpt=tuple(lines),
        allocated=place.allocated,
        cell=place.source.cell(place.first_line),
    )


def bound(share: float, gain: float) -> float:
    """How many times faster a program becomes at most, if a share of it becomes ``gain`` faster.

    >>> round(bound(0.9, 100.0), 2)
    9.17
    >>> bound(0.9, 1.0)
    1.0
    """
    share = min(max(share, 0.0), 1.0)
    return 1.0 / ((1.0 - share) + share / max(gain, 1.0))


def reachable(gain: float, explained: float) -> float:
    """The gain on a whole place of which the pattern explains a part.

    >>> round(reachable(100.0, 0.5), 2)
    1.98
    """
    return bound(explained, gain)


def bound_together(found: Iterable[Finding]) -> float:
    """The bound of several findings at once; their places do not overlap.

    Where errors make the shares sum to more than 1 they are scaled to it.
    """
    chosen = list(found)
    total = sum(f.share for f in chosen)
    scale = 1.0 / max(total, 1.0)
    kept = sum(f.share * scale / max(f.gain, 1.0) for f in chosen)
    return 1.0 / ((1.0 - total * scale) + kept)


def first(found: Sequence[Finding], count: int = FIRST) -> tuple[Finding, ...]:
    """The first findings that are worth it, by their share."""
    return tuple(f for f in found if f.worth)[:count]


def roadmap(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are worth it, the most time saved for a working day first."""
    worth = (f for f in found if f.worth)
    return tuple(sorted(worth, key=lambda f: -(f.bound - 1.0) / DAYS[f.effort]))


def nothing_worth(found: Iterable[Finding]) -> bool:
    """Whether no finding is worth a change."""
    return not any(f.worth for f in found)


def not_found(found: Iterable[Finding]) -> tuple[str, ...]:
    """The patterns that were looked for and are not there."""
    seen = {name for f in found for name in (f.pattern, *f.also)}
    return tuple(sorted(set(REMEDIES) - seen - {"library_bound", "unrecognised", "waiting"}))


def _evidence(place: Place, best: Match, others: Sequence[Match]) -> tuple[str, ...]:
    share = place.share
    said = list(best.evidence)
    said.append(
        f"processor time here: {share.python:.0%} Python and NumPy's handling of calls, "
        f"{share.native:.0%} other compiled code, {share.system:.0%} system"
    )
    called = sorted(place.calls().items(), key=lambda item: -item[1])[:3]
    said.extend(f"{name}: {part:.1%} of the program's time" for name, part in called if part > 0)
    if place.count is not None:
        said.append(f"ran {place.count:,} times")
    said.extend(f"also {o.pattern}: {text}" for o in others for text in o.evidence)
    return tuple(said)


__all__ = [
    "bound",
    "bound_together",
    "finding",
    "findings",
    "first",
    "not_found",
    "nothing_worth",
    "reachable",
    "roadmap",
]
