"""Scaling curves: time against size, log-log, with the crossings marked and numbered."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from qpp import format as fmt
from qpp.report import roles
from qpp.report.crossings import Crossing, Line, lines
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, style, themed
from qpp.results import ScalingCurve, StudyResult

WIDTH = 940.0
HEIGHT = 460.0
LEFT = 70.0
RIGHT = 232.0
TOP = 16.0
BOTTOM = 50.0
LABEL = 19.0


@style()
def scaling_chart(
    study: StudyResult, curve: ScalingCurve, found: Sequence[Crossing], name: str
) -> str:
    """Inline SVG of one scaling chart, with its crossings; empty where no curve has two points."""
    drawn = lines(study, curve)
    if not drawn:
        return ""
    figure = new_figure(WIDTH, HEIGHT)
    axes, width, height = pixel_axes(figure, LEFT, TOP, RIGHT, BOTTOM)
    x = roles.span([v for line in drawn for v in line.x], least=1.5)
    y = roles.span([v for line in drawn for v in line.y])
    edge = (x[1] / x[0]) ** 0.03
    roles.log_axis(axes, x[0] / edge, x[1] * edge, roles.tick_number)
    low, high = y[0] / (y[1] / y[0]) ** 0.08, y[1] * (y[1] / y[0]) ** 0.06
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    ticks = roles.log_ticks(low, high)
    roles.set_ticks(axes.yaxis, ticks, [roles.tick_seconds(t) for t in ticks])
    axes.set_xlabel(f"{roles.shorten(curve.label, 60)} (log scale)", labelpad=8)
    used: dict[str, int] = {}
    for line in drawn:
        index = used[line.row.role] = used.get(line.row.role, -1) + 1
        _line(axes, line, index)
    _labels(axes, drawn, height)
    text = [crossing.told(curve.label) for crossing in found]
    _rings(axes, found, text, width)
    text = text or ["no crossing in the measured range"]
    return themed(
        figure,
        title=curve.title,
        description=f"Median time against {curve.label}, both logarithmic. {'; '.join(text)}.",
        name=name,
    )


def _line(axes: Axes, line: Line, index: int) -> None:
    role = roles.role(line.row)
    tone = roles.colour(line.row)
    hollow = role in roles.COMPUTED
    dash = roles.DASHES[(index + hollow) % len(roles.DASHES)]
    axes.plot(line.x, line.y, color=tone, linewidth=1.8, linestyle=dash, zorder=3)
    [points] = axes.plot(
        line.x,
        line.y,
        roles.LOOKS[role].marker,
        color=tone,
        markersize=roles.LOOKS[role].size - 0.5,
        markerfacecolor=LIGHT["paper"] if hollow or index else tone,
        markeredgewidth=1.5,
        clip_on=False,
        zorder=4,
    )
    text = ", ".join(
        f"{roles.tick_number(x)}: {fmt.seconds(y)}" for x, y in zip(line.x, line.y, strict=True)
    )
    mark(points, "curve", f"{roles.label(line.row)}: {text}")


def _labels(axes: Axes, drawn: Sequence[Line], height: float) -> None:
    low, high = axes.get_ylim()
    scale = height / math.log(high / low)
    wanted = sorted(drawn, key=lambda line: -line.y[-1])
    places = [math.log(high / line.y[-1]) * scale for line in wanted]
    placed = roles.push_apart(places, LABEL, height)
    for line, y, at in zip(wanted, places, placed, strict=True):
        row = line.row
        tone = roles.colour(row)
        fraction = 1 - at / height
        axes.annotate(
            "",
            (1.0, 1 - y / height),
            (1.028, fraction),
            xycoords="axes fraction",
            textcoords="axes fraction",
            arrowprops={"arrowstyle": "-", "color": tone, "linewidth": 0.9, "alpha": 0.6},
            annotation_clip=False,
        )
        style: Any = {"transform": axes.transAxes, "color": tone, "fontweight": roles.weight(row)}
        roles.text(axes, 1.036, fraction, roles.shorten(roles.label(row), 32), **style)


def _rings(axes: Axes, found: Sequence[Crossing], text: Sequence[str], width: float) -> None:
    low, high = axes.get_xlim()
    taken: list[float] = []  # the right end of the last label on each level, in pixels
    for number, crossing in enumerate(found, start=1):
        at = math.log(crossing.x / low) / math.log(high / low) * width
        level = next((i for i, end in enumerate(taken) if at - 34 > end), len(taken))
        taken[level : level + 1] = [at + 34]
        x, floor = crossing.x, axes.get_ylim()[0]
        dotted: Any = (0, (1, 2.5))
        axes.plot([x, x], [floor, crossing.y], color=LIGHT["ink"], lw=1, ls=dotted, zorder=2)
        [ring] = axes.plot(
            [x],
            [crossing.y],
            "o",
            markersize=17,
            markerfacecolor=LIGHT["paper"],
            markeredgecolor=LIGHT["ink"],
            markeredgewidth=1.4,
            zorder=5,
        )
        mark(ring, "crossing", text[number - 1])
        centred: dict[str, Any] = {"ha": "center", "zorder": 6}
        ring_at = (x, crossing.y)
        roles.write(axes, str(number), ring_at, 0, fontweight="bold", fontsize=10, **centred)
        box = {"boxstyle": "round,pad=0.2", "facecolor": LIGHT["paper"], "edgecolor": "none"}
        label, shift = f"≈ {fmt.number(x)}", (0, 11 + 17 * level)
        roles.write(axes, label, (x, floor), shift, fontsize=11, bbox=box, **centred)
