"""Rules that name the pattern of a place from its syntax tree and its profile.

A rule finds code of a certain shape and weighs it by the part of the place's time that the profile
has there: code of the same shape that is cold names nothing. Each module holds the rules of one
family.
"""

from __future__ import annotations

from dataclasses import replace

from qpp.audit.places import Place
from qpp.audit.rules import arrays, frames, plain, recomputed, simulation, system, text
from qpp.audit.rules._match import Match, merged
from qpp.audit.rules._view import View

__all__ = ["Match", "match"]

RULES = (
    *frames.RULES,
    *arrays.RULES,
    *simulation.RULES,
    *plain.RULES,
    *recomputed.RULES,
    *text.RULES,
    *system.RULES,
)
# The least part of a place's time that names its pattern, and that is worth a mention beside it.
NAMED, MENTIONED = 0.3, 0.15


def match(
    place: Place, *, seconds: float | None = None, least: float = MENTIONED
) -> tuple[Match, ...]:
    """The patterns of a place, the best first; at least one, others with ``least`` of its time.

    ``seconds`` is the time that one run of the program spends at the place, by which rules tell
    calls on small arrays from calls on large ones. A place that no rule names is ``library_bound``
    or, where the interpreter has the time, ``unrecognised``.
    """
    view = View(place, seconds)
    by_pattern: dict[str, list[Match]] = {}
    for rule in RULES:
        for found in rule(view):
            by_pattern.setdefault(found.pattern, []).append(found)
    best = [merged(matches) for matches in by_pattern.values()]
    ordered = sorted(best, key=lambda m: -m.confidence)
    if not ordered or ordered[0].explained < NAMED:
        ordered.insert(0, system.fallback(view))
    ordered = [replace(m, confidence=min(m.confidence, 1.0)) for m in ordered]
    return (ordered[0], *(m for m in ordered[1:] if m.explained >= least))
