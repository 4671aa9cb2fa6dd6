"""Places with shares, bands and lines, from the tallies of the profiled runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qpp.audit.attribution import Charge
from qpp.audit.grouping import Group, Grouping
from qpp.audit.places import Line, Place, Share
from qpp.audit.source import Source
from qpp.audit.tally import Amounts, Position, Tally, interval

LEAST = 0.002  # share of the smallest place that is kept
Native = Mapping[Position, tuple[float, float]]


@dataclass(frozen=True)
class Located:
    """A place and its share in each profiled run."""

    place: Place
    shares: tuple[float, ...]


def locate(
    tallies: Sequence[Tally], sources: Mapping[str, Source], native: Native
) -> tuple[Located, ...]:
    """The places, the largest first."""
    grouping = Grouping(tallies, sources)
    owner = {item: group for group in grouping.groups() for item in group.items}
    members: dict[Group, list[dict[Charge, Amounts]]] = {}
    for number, one in enumerate(tallies):
        for charge, amounts in one.charges.items():
            group = owner[grouping.item(charge.where)]
            runs = members.setdefault(group, [{} for _ in tallies])
            runs[number][charge] = amounts
    work = [one.work for one in tallies]
    samples = sum(w.wall * one.rate for w, one in zip(work, tallies, strict=True))
    found = [
        Located(_place(group, runs, work, samples, sources, native), _shares(runs, work))
        for group, runs in members.items()
    ]
    kept = [one for one in found if one.place.share.value >= LEAST]
    return tuple(sorted(kept, key=lambda one: -one.place.share.value))


def _place(
    group: Group,
    runs: Sequence[Mapping[Charge, Amounts]],
    work: Sequence[Amounts],
    samples: float,
    sources: Mapping[str, Source],
    native: Native,
) -> Place:
    by_line: dict[Position, list[dict[Charge, Amounts]]] = {}
    for number, charges in enumerate(runs):
        for charge, amounts in charges.items():
            line = by_line.setdefault(charge.where, [{} for _ in runs])
            line[number][charge] = amounts
    lines = [_line(where, charges, work, samples, native) for where, charges in by_line.items()]
    heaviest = max(
        (charge for charges in runs for charge in charges),
        key=lambda c: sum(charges[c].wall for charges in runs if c in charges),
    )
    return Place(
        sources[group.file],
        group.node,
        _share(runs, work, samples, native),
        tuple(sorted(lines, key=lambda line: -line.share.value)),
        waiting=_mean(runs, work, "waiting", "wall"),
        callers=tuple((sources[f.file], f.line) for f in heaviest.chain[:-1]),
    )


def _line(
    where: Position,
    runs: Sequence[Mapping[Charge, Amounts]],
    work: Sequence[Amounts],
    samples: float,
    native: Native,
) -> Line:
    calls: dict[str, float] = defaultdict(float)
    callbacks: dict[Position, float] = defaultdict(float)
    for charges, total in zip(runs, work, strict=True):
        for charge, amounts in charges.items():
            part = amounts.wall / (total.wall or 1.0) / len(runs)
            if charge.call:
                calls[charge.call] += part
            if charge.callback:
                callbacks[charge.callback] += part
    return Line(
        *where,
        _share(runs, work, samples, native),
        dict(sorted(calls.items(), key=lambda call: -call[1])),
        dict(callbacks),
        _mean(runs, work, "waiting", "wall"),
    )


def _mean(
    runs: Sequence[Mapping[Charge, Amounts]], work: Sequence[Amounts], part: str, whole: str
) -> float:
    shares = [
        sum(float(getattr(amounts, part)) for amounts in charges.values())
        / (float(getattr(total, whole)) or 1.0)
        for charges, total in zip(runs, work, strict=True)
    ]
    return sum(shares) / len(shares)


def _shares(runs: Sequence[Mapping[Charge, Amounts]], work: Sequence[Amounts]) -> tuple[float, ...]:
    return tuple(
        sum(amounts.wall for amounts in charges.values()) / (total.wall or 1.0)
        for charges, total in zip(runs, work, strict=True)
    )


def _share(
    runs: Sequence[Mapping[Charge, Amounts]],
    work: Sequence[Amounts],
    samples: float,
    native: Native,
) -> Share:
    cpu = sum(amounts.cpu for charges in runs for amounts in charges.values())
    kernel = sum(amounts.system for charges in runs for amounts in charges.values())
    system = min(1.0, kernel / cpu) if cpu else 0.0
    seen = [
        native[where] for where in {c.where for charges in runs for c in charges} if where in native
    ]
    total = sum(seconds for _, seconds in seen)
    compiled = sum(seconds for seconds, _ in seen) / total if total else 0.0
    return Share(
        *interval(_shares(runs, work), samples),
        cpu=_mean(runs, work, "cpu", "cpu"),
        python=(1.0 - system) * (1.0 - compiled),
        native=(1.0 - system) * compiled,
        system=system,
    )
