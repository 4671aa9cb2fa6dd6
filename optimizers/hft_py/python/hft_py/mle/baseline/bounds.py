"""Bound handling: a coordinate outside its bounds is changed before it is evaluated.

Every rule changes the point itself, so the optimiser learns from the point evaluated. (With a
penalty on repaired points it would attribute the value of one point to another.)

``reflect``: folded back at the bound, as often as needed; keeps the distance to the bound.
``fold``: the same, but smooth (CMA-ES only): within 5 % of the range from a bound ``x`` is a
parabola in the search's own coordinate ``u``, so an optimum on the bound looks like any other. In
the first ``3 d`` generations, as long as steps are wide, points are drawn anew instead.
``resample``: drawn anew; uniformly in the bounds in differential evolution, from the search
distribution in CMA-ES.
``midpoint``: half-way from the parent to the bound it crossed (JADE, Zhang and Sanderson 2009).
``clip``: put on the bound.
"""

from __future__ import annotations

import math

MARGIN = 0.05  # of the range: where the smooth part of ``fold`` begins
RULES = ("reflect", "resample", "midpoint", "clip")


def reflected(value: float, lower: float, upper: float) -> float:
    """``value`` folded into ``[lower, upper]``; one bound may be infinite."""
    if lower <= value <= upper:
        return value
    if not math.isfinite(value):
        return lower if math.isfinite(lower) else upper
    if math.isinf(upper):
        return lower + (lower - value)
    if math.isinf(lower):
        return upper - (value - upper)
    width = upper - lower
    if width == 0.0:
        return lower
    # The remainder of the distance in two widths, of the sign of the divisor.
    place = math.fmod(value - lower, 2.0 * width)
    if place < 0.0:
        place += 2.0 * width
    if place > width:
        place = 2.0 * width - place
    return min(max(lower + place, lower), upper)


def folded(u: float, lower: float, upper: float, margin: float) -> float:
    """``x(u)``: the point in ``[lower, upper]`` of a coordinate of the search."""
    u = reflected(u, lower - margin, upper + margin)
    if u < lower + margin:
        x = lower + (u - (lower - margin)) ** 2 / (4.0 * margin)
    elif u > upper - margin:
        x = upper - (u - (upper + margin)) ** 2 / (4.0 * margin)
    else:
        x = u
    return min(max(x, lower), upper)


def unfolded(x: float, lower: float, upper: float, margin: float) -> float:
    """The coordinate ``u`` of a point, nearest to the box."""
    if x < lower + margin:
        return lower - margin + 2.0 * math.sqrt(margin * max(x - lower, 0.0))
    if x > upper - margin:
        return upper + margin - 2.0 * math.sqrt(margin * max(upper - x, 0.0))
    return x


def repaired(
    rule: str, value: float, lower: float, upper: float, parent: float, uniform: float
) -> float:
    """A coordinate of a trial, brought into its bounds by ``rule``."""
    if lower <= value <= upper:
        return value
    if rule == "reflect":
        return reflected(value, lower, upper)
    if rule == "resample":
        return min(lower + uniform * (upper - lower), upper)
    if rule == "midpoint":
        bound = lower if value < lower else upper
        return min(max(0.5 * (parent + bound), lower), upper)
    return lower if value < lower else upper


def whole(value: float, lower: float, upper: float) -> float:
    """The whole number nearest to ``value`` between ``ceil(lower)`` and ``floor(upper)``."""
    return min(max(math.floor(value + 0.5), math.ceil(lower)), math.floor(upper)) + 0.0
