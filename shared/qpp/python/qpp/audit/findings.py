"""From measured places to findings: pattern, remedy, and the bound on what it brings.

The bound is Amdahl's, with the gain that is reachable: a place with share ``s`` of the time makes
the program at most ``1 / ((1 - s) + s / r)`` times faster, where ``s`` is the upper end of the
share's interval and ``r`` the gain of the pattern on the whole place, but for what waits. What is
expected takes the share itself, and ``r`` on the part of the place that the pattern explains. Time
in a library, and waiting, have ``r = 1``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from qpp.audit.document import Finding
from qpp.audit.places import Place
from qpp.audit.remedies import REMEDIES, measured
from qpp.audit.rules import MENTIONED, Match, match
from qpp.audit.source import Comprehension, Loop, Source

# A finding is worth a change if what is expected at the lower end of its share is at least this.
WORTH = {"hours": 1.1, "days": 1.2, "weeks": 1.5}
# Working days that an effort stands for, for the order of the roadmap.
DAYS = {"hours": 0.5, "days": 3.0, "weeks": 15.0}
FIRST = 3
WAITS = 0.1  # of a place: less waiting than that may be for other programs, and lowers no bound


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
    best, *every = match(place, seconds=seconds, least=0.0)
    looped = _looped(place)
    others = [
        other
        for other in every
        if other.explained >= MENTIONED and (looped or other.pattern != "python_number_loop")
    ]
    remedy, share = REMEDIES[best.pattern], place.share
    small = any(other.pattern == "small_array_numpy" for other in others)
    variant = remedy.variants.get("small" if small else "" if looped else "called", {})
    computing = 1.0 - place.waiting / share.value if share.value > 0 else 0.0
    gain = reachable(remedy.gain, computing if computing <= 1.0 - WAITS else 1.0)
    expected = reachable(remedy.gain, min(best.explained, computing))
    ratio, machine = measured(remedy.shown)
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
        bound=bound(share.high, gain),
        expected=bound(share.value, expected),
        explained=min(best.explained, computing),
        worth=bound(share.low, expected) >= WORTH[remedy.effort],
        title=variant.get("title", remedy.title),
        mechanism=variant.get("mechanism", remedy.mechanism),
        remedy=variant.get("remedy", remedy.remedy),
        caution=remedy.caution,
        effort=remedy.effort,
        risk=remedy.risk,
        gain=gain,
        gain_source=remedy.source,
        also=tuple(other.pattern for other in others),
        traces=tuple(other.pattern for other in every if other not in others),
        evidence=_evidence(place, best, others),
        before=remedy.before,
        after=remedy.after,
        study=remedy.shown.study if remedy.shown is not None and ratio is not None else None,
        study_ratio=ratio,
        study_machine=machine,
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
    """The bound of several findings at once; their places do not overlap."""
    return _together([(f.bound, f.share_high) for f in found])


def expected_together(found: Iterable[Finding]) -> float:
    """What several findings at once are expected to bring."""
    return _together([(f.expected, f.share) for f in found])


def _together(alone: Sequence[tuple[float, float]]) -> float:
    """What several changes bring at once, from the gain and the share of each.

    Each saves ``1 - 1 / gain`` of the time. Where the shares sum to more than 1, as the upper ends
    of intervals may, they are scaled to it.
    """
    saved = sum(1.0 - 1.0 / gain for gain, _ in alone)
    return 1.0 / (1.0 - saved / max(1.0, sum(share for _, share in alone)))


def first(found: Sequence[Finding], count: int = FIRST) -> tuple[Finding, ...]:
    """The first findings that are worth it, by their share."""
    return tuple(f for f in found if f.worth)[:count]


def roadmap(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that are worth it, the most time saved for a working day first."""
    worth = (f for f in found if f.worth)
    return tuple(sorted(worth, key=lambda f: -(f.expected - 1.0) / DAYS[f.effort]))


def nothing_worth(found: Iterable[Finding]) -> bool:
    """Whether no finding is worth a change."""
    return not any(f.worth for f in found)


def not_found(found: Iterable[Finding]) -> tuple[str, ...]:
    """The patterns that were looked for and are not there."""
    seen = {name for f in found for name in (f.pattern, *f.also, *f.traces)}
    return tuple(sorted(set(REMEDIES) - seen - {"library_bound", "unrecognised", "waiting"}))


def _looped(place: Place) -> bool:
    """Whether a loop is in a place or around it, and not only around the calls of its function."""
    around = (*ast.walk(place.node), *place.source.above(place.node))
    return any(isinstance(node, Loop | Comprehension) for node in around)


def _evidence(place: Place, best: Match, others: Sequence[Match]) -> tuple[str, ...]:
    said = list(best.evidence)
    called = sorted(place.calls().items(), key=lambda item: -item[1])[:3]
    parts = [(name, part / (place.share.value or 1.0)) for name, part in called]
    said += [f"`{name}`: {part:.0%} of the time here" for name, part in parts if part >= 0.005]
    if place.count is not None:
        said.append(f"ran {place.count:,} times")
    said += _called(place)
    said.extend(f"also {o.pattern}: {text}" for o in others for text in o.evidence)
    return tuple(re.sub(r"(\d)%(?!\w)", r"\1 %", text) for text in said)


def _called(place: Place) -> Iterator[str]:
    """Who calls the function of a place, and how often, as far as the profile and counts tell."""
    outside = [(s, n) for s, n in place.callers if s.function(_at(s, n)) != place.function]
    if not place.function or not outside:
        return
    source, line = outside[-1]
    where = source.path.name if source.cells else f"{source.path.name}, line {line}"
    name = source.function(_at(source, line))
    often = f"{place.called:,} times, " if place.called else ""
    yield f"called {often}from `{name}` ({where})" if name else f"called {often}from {where}"


def _at(source: Source, line: int) -> ast.AST:
    return source.statement(line) or source.tree
