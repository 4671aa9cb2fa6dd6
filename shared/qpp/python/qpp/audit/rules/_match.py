"""What a rule finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Match:
    """A pattern that a place shows.

    ``explained`` is the fraction of the place's time that the pattern's remedy replaces;
    ``confidence`` weighs it by how surely the evidence means the pattern. ``lines`` are those of
    the place's file that were weighed.
    """

    pattern: str
    evidence: tuple[str, ...]
    confidence: float
    explained: float = 1.0
    lines: frozenset[int] = frozenset()


def merged(found: list[Match]) -> Match:
    """Matches of one pattern as one: those at other lines add to the surest."""
    first, *others = sorted(found, key=lambda m: -m.confidence)
    for other in others:
        if not other.lines & first.lines and other.explained > 0:
            first = Match(
                first.pattern,
                (*first.evidence, *other.evidence),
                first.confidence + other.confidence,
                min(1.0, first.explained + other.explained),
                first.lines | other.lines,
            )
    return first
