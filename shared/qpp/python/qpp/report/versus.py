"""The chart of what is recommended: its ratio over the baseline and over the best peer.

One row for each study (the head of the report) or for each workload of one study, on one log
axis, with intervals and the band of ratios that are no difference.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qpp import format as fmt
from qpp.report import roles
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, style, themed
from qpp.results import Interval, StudyResult, WorkloadResult
from qpp.summary import Summary, summarise

NO_PEER = "no peer was measured"


@dataclass(frozen=True)
class Shape:
    """Measures in CSS pixels. ``gutter`` 0 writes the names above the rows."""

    width: float
    gutter: float
    row: float
    lines: tuple[float, float, float]  # heights of the name and of the two ratios in a row
    letters: int  # of the name of what was compared with


WIDE = Shape(1000, 250, 42, (21, 12, 30), letters=24)
NARROW = Shape(380, 0, 62, (12, 31, 48), letters=15)
TOP = 30.0
BOTTOM = 34.0
MARGIN = 8.0


class Point(NamedTuple):
    """One ratio of a row: the time of ``over`` over that of ``of``, with the role of its mark."""

    ratio: Interval
    role: str
    of: str
    over: str


def of_study(study: StudyResult, workload: WorkloadResult | None = None) -> Summary | None:
    """The study's headline, or one workload likewise, without a row that failed or disagrees."""
    found = summarise(study if workload is None else replace(study, workloads=(workload,)))
    if found is None or found.ours is None or roles.shows_ratio(found.ours):
        return found
    return replace(found, ours=None, over_peer=None)


def versus_chart(
    rows: Sequence[tuple[str, Summary | None, float]],
    *,
    shape: Shape = WIDE,
    title: str,
    name: str,
) -> str:
    """Inline SVG with a row for each (name, summary, noise floor); empty where none has a ratio."""
    drawn = [
        (text, points, floor)
        for text, found, floor in rows
        if found is not None and (points := _points(found))
    ]
    if not drawn:
        return ""
    told = "; ".join(
        f"{text}: {points[0].of} " + ", ".join(f"{_times(p)} over {p.over}" for p in points)
        for text, points, _ in drawn
    )
    return themed(_figure(drawn, shape), title=title, description=f"{told}.", name=name)


def _points(found: Summary) -> list[Point]:
    """The ratio over the baseline and that over the best peer; none without the first."""
    if found.ours is None or found.ours.ratio is None:
        return []
    base = found.baseline.implementation if found.baseline else "the baseline"
    ours = found.ours.implementation
    points = [Point(found.ours.ratio, "optimised", ours, base)]
    ratio = found.over_peer
    if found.peer and ratio and 0 < ratio.low <= ratio.high < math.inf:
        points.append(Point(ratio, "peer", ours, found.peer.implementation))
    return points


def _times(point: Point) -> str:
    return fmt.ratio(point.ratio.value, roles.TIMES)


@style()
def _figure(rows: Sequence[tuple[str, list[Point], float]], shape: Shape) -> Figure:
    height = shape.row * len(rows)
    figure = new_figure(shape.width, TOP + BOTTOM + height)
    axes, width, _ = pixel_axes(figure, shape.gutter, TOP, MARGIN, BOTTOM)
    low, high = _range(rows, shape, width)
    last = high / (high / low) ** (30 / width)
    wide = bool(shape.gutter)
    roles.log_axis(axes, low, high, roles.tick_ratio, 9 if wide else 5, last)
    roles.row_axes(axes, height)
    axes.tick_params(axis="x", labelbottom=False)
    for index, (_, _, floor) in enumerate(rows):
        roles.noise_band(axes, [shape.row * index, shape.row * (index + 1)], floor)
    for index, (text, points, _) in enumerate(rows):
        y = shape.row * index
        _name(axes, text, y, shape, width)
        for point, line in zip(points, shape.lines[1:], strict=False):
            _point(axes, point, y + line, shape.letters)
        if len(points) == 1:
            at = (1.0, y + shape.lines[2])
            roles.write(axes, NO_PEER, at, 11, color=LIGHT["muted"], fontsize=11.5)
    time, over_it = ("time of ", " over ours") if wide else ("over ", "")
    words = [
        ("optimised", f"{time}the baseline{over_it}"),
        ("peer", f"{time}the best peer{over_it}"),
    ]
    roles.legend(axes, words, columns=2, pad=0.9)
    return figure


def _range(
    rows: Sequence[tuple[str, list[Point], float]], shape: Shape, width: float
) -> tuple[float, float]:
    points = [point for _, found, _ in rows for point in found]
    bands = [roles.band(floor)[0] for *_, floor in rows]
    low = min([*bands, *(p.ratio.low for p in points)]) / 1.1
    words = [(1.0, len(NO_PEER))]
    words += [(max(1.0, p.ratio.high), 14 + min(len(p.over), shape.letters)) for p in points]
    # Pixels for a factor of e: the largest at which no words run over the right edge.
    scale = min((width - 6.4 * count) / math.log(max(x, 2.0) / low) for x, count in words)
    return low, low * math.exp(width / scale)


def _name(axes: Axes, text: str, y: float, shape: Shape, width: float) -> None:
    at = axes.get_yaxis_transform()
    left = -shape.gutter / width
    axes.plot([left, 1], [y, y], transform=at, color=LIGHT["grid"], linewidth=1.0, clip_on=False)
    lines = textwrap.wrap(roles.shorten(text, 62), 33)[:2] if shape.gutter else [text]
    for index, line in enumerate(lines or [""]):
        up = 16 * (index - (len(lines) - 1) / 2 if shape.gutter else 0)
        box = {"boxstyle": "square,pad=0.1", "facecolor": LIGHT["paper"], "edgecolor": "none"}
        style: Any = {"fontweight": "bold", "zorder": 5, "bbox": box}
        roles.text(axes, left, y + shape.lines[0] + up, roles.shorten(line, 44), **style)


def _point(axes: Axes, point: Point, y: float, letters: int) -> None:
    ratio = point.ratio
    roles.ratio_line(axes, ratio, y, point.role)
    words = f"{_times(point)} over {roles.shorten(point.over, letters)}"
    drawn = roles.point(axes, ratio.value, y, point.role)
    mark(drawn, "versus", f"{words} {roles.bounds(ratio)}".rstrip())
    roles.write(axes, words, (max(1.0, ratio.high), y), 11, color=LIGHT["ink"], fontsize=11.5)
