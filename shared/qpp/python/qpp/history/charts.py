"""The time of one workload over commits, as inline SVG: a curve for each implementation.

Commits are equally spaced, oldest first. A point is the fastest sample of a run, the bar
above it ends at the median. A ring with a number marks a change beyond noise.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from matplotlib.axes import Axes

from qpp import format as fmt
from qpp.history.changes import Change
from qpp.history.listing import what
from qpp.history.series import Point, Row
from qpp.report import roles
from qpp.report.markup import clean
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, style, themed

LINE_HEIGHT = 15.0
TICKS, TOP, LABELS, EDGE, BOTTOM = 62.0, 14.0, 200.0, 26.0, 46.0  # margins in pixels
HASH = 78.0  # pixels that the label of a commit takes


@dataclass(frozen=True)
class Curve:
    """One implementation: its place among the commits, and its row there."""

    name: str
    role: str
    dash: tuple[float, tuple[float, ...] | None]
    rows: Sequence[tuple[int, Row]]


def curves(points: Sequence[Point], study: str, workload: str) -> list[Curve]:
    """Every implementation that has a time on a workload; those of one role differ in dashes."""
    role_of: dict[str, str] = {}
    for point in points:
        role_of |= point.studies[study].roles
    found, seen = [], dict.fromkeys(roles.ROLES, 0)
    for name, role in sorted(role_of.items(), key=lambda item: roles.ROLES.index(item[1])):
        rows = [(i, p.studies[study].rows.get((workload, name))) for i, p in enumerate(points)]
        drawn = [(i, row) for i, row in rows if row is not None and row.fastest]
        if drawn:
            dash = roles.DASHES[seen[role] % len(roles.DASHES)]
            seen[role] += 1
            found.append(Curve(name, role, dash, drawn))
    return found


@style()
def chart(
    points: Sequence[Point],
    drawn: Sequence[Curve],
    numbered: Sequence[tuple[int, Change]],
    *,
    title: str,
    name: str,
    width: float,
    labels: bool,
) -> str:
    """The curves of one workload.

    ``numbered``: the changes to mark, each with its number in the list below the chart. ``labels``
    writes the implementations at the ends of their curves. ``name`` prefixes every id.
    """
    height = max(260.0, TOP + BOTTOM + LINE_HEIGHT * len(drawn) + 40)
    figure = new_figure(width, height)
    right = LABELS if labels else EDGE
    axes, inner_width, inner_height = pixel_axes(figure, TICKS, TOP, right, BOTTOM)
    values = [v for c in drawn for _, r in c.rows for v in (r.fastest, r.median) if v]
    low, high = roles.span(values, least=4.0)
    axes.set_yscale("log")
    axes.set_ylim(low / 1.5, high * 1.5)
    ticks = roles.log_ticks(low / 1.5, high * 1.5, 6)
    roles.set_ticks(axes.yaxis, ticks, [roles.tick_seconds(t) for t in ticks])
    axes.grid(axis="x", visible=False)
    _commit_axis(axes, points, inner_width)
    for curve in drawn:
        _draw(axes, curve, points)
    for number, change in numbered:
        _ring(axes, number, change, points, drawn)
    if labels:
        _end_labels(axes, drawn, inner_height)
    latest = "; ".join(f"{c.name} {fmt.seconds(c.rows[-1][1].fastest)}" for c in drawn)
    return themed(figure, title=title, description=f"Latest: {latest}", name=name)


def day(milliseconds: int) -> str:
    """The date of a commit."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")


def _commit_axis(axes: Axes, points: Sequence[Point], width: float) -> None:
    count = len(points)
    edge = 0.5 if count > 1 else 1.0
    axes.set_xlim(-edge, count - 1 + edge)
    step = max(1, math.ceil(count * HASH / width))
    shown = list(range(count - 1, -1, -step))[::-1]  # the latest always has its label
    texts = [f"{points[i].commit[:8]}\n{day(points[i].date)}" for i in shown]
    roles.set_ticks(axes.xaxis, [float(i) for i in shown], texts)
    axes.tick_params(axis="x", labelsize=10)


def _draw(axes: Axes, curve: Curve, points: Sequence[Point]) -> None:
    x = [i for i, _ in curve.rows]
    y = [row.fastest or 0.0 for _, row in curve.rows]
    look, colour = roles.LOOKS[curve.role], LIGHT[curve.role]
    edge: dict[str, Any] = {"mec": LIGHT["surface"], "mew": 0.8, "clip_on": False}
    (line,) = axes.plot(x, y, color=colour, linestyle=curve.dash, linewidth=1.6)
    mark(line, "series", curve.name)
    for i, row in curve.rows:
        bar = [row.fastest or 0.0, row.median or 0.0]
        axes.plot([i, i], bar, color=colour, linewidth=3.2, alpha=0.3)
        (dot,) = axes.plot([i], bar[:1], look.marker, ms=look.size - 1.5, color=colour, **edge)
        times = f"{fmt.seconds(row.fastest)} (median {fmt.seconds(row.median)})"
        mark(dot, "point", f"{curve.name}: {times} · {points[i].commit[:8]}")


def _ring(
    axes: Axes, number: int, change: Change, points: Sequence[Point], drawn: Sequence[Curve]
) -> None:
    curve = next((c for c in drawn if c.name == change.implementation), None)
    at = points.index(change.after)
    row = next((row for i, row in curve.rows if i == at), None) if curve else None
    if row is None or not row.fastest:
        return
    style: dict[str, Any] = {"color": LIGHT["bad" if change.bad else "good"], "clip_on": False}
    (ring,) = axes.plot([at], [row.fastest], "o", ms=15, mfc="none", mew=2.0, **style)
    mark(ring, change.kind, f"{number}: {what(change)} · {change.after.name}")
    style |= {"fontsize": 11, "fontweight": "bold", "ha": "right", "textcoords": "offset points"}
    axes.annotate(str(number), (at, row.fastest), xytext=(-10, 9), **style)


def _end_labels(axes: Axes, drawn: Sequence[Curve], height: float) -> None:
    low, high = (math.log(y) for y in axes.get_ylim())
    ends = [(math.log(c.rows[-1][1].fastest or 1.0), c) for c in drawn]
    heights = sorted(((y - low) / (high - low) * height, i) for i, (y, _) in enumerate(ends))
    places = roles.push_apart([at for at, _ in heights], LINE_HEIGHT, height - LINE_HEIGHT / 2)
    for place, (_, i) in zip(places, heights, strict=True):
        curve = drawn[i]
        axes.annotate(
            clean(f"{roles.shorten(curve.name, 22)}  {fmt.seconds(curve.rows[-1][1].fastest)}"),
            (1, 0),
            xycoords="axes fraction",
            xytext=(10, place),
            textcoords="offset points",
            color=LIGHT[curve.role],
            fontsize=11,
            va="center",
            annotation_clip=False,
        )
