"""Time series over commits as inline SVG: one curve per implementation, log scale.

Commits stand at equal distances in order of date. A single commit is a column of points.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from matplotlib.axes import Axes

from qpp import format as fmt
from qpp.history.series import Series
from qpp.report import roles
from qpp.report.markup import clean
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, style, themed

Format = Callable[[float | None], str]
FORMATS: dict[str, Format] = {
    "seconds": fmt.seconds,
    "bytes": fmt.bytes_,
    "x": lambda value: fmt.ratio(value, roles.TIMES),
    "|a-b|": fmt.error,
}
LINE_HEIGHT = 15.0
TICK_ROOM = 62.0
APART = 10.0


@dataclass(frozen=True)
class Look:
    """How one implementation is drawn in every chart of a study."""

    role: str
    colour: str
    dash: tuple[float, tuple[float, ...] | None]


@dataclass(frozen=True)
class Curve:
    """A series with its look, and its abscissae among the commits of the chart."""

    series: Series
    look: Look
    x: list[int]
    y: list[float]
    bounds: list[tuple[float, float] | None]


def looks(names: Sequence[str], role_of: Mapping[str, str]) -> dict[str, Look]:
    """Colour by role; implementations of one role differ in their dashes."""
    seen: dict[str, int] = {}
    made = {}
    for name in names:
        role = role_of.get(name, "peer")
        role = role if role in roles.ROLES else "peer"
        count = seen.get(role, 0)
        seen[role] = count + 1
        made[name] = Look(role, LIGHT[role], roles.DASHES[count % len(roles.DASHES)])
    return made


def day(milliseconds: int) -> str:
    """The date of a commit."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")


@style()
def chart(
    series: Sequence[Series],
    commits: Sequence[tuple[str, int]],
    look_of: Mapping[str, Look],
    *,
    title: str,
    name: str,
    width: float,
    height: float,
    labels: bool = False,
) -> str:
    """One metric of one workload; empty where no series has a figure.

    ``labels`` writes the implementations at the ends of their curves.
    """
    curves = [c for c in (_curve(s, commits, look_of) for s in series) if c.x]
    if not curves:
        return ""
    show = FORMATS[curves[0].series.unit]
    right = 190.0 if labels else 24.0
    figure = new_figure(width, height)
    axes, inner_width, inner = pixel_axes(figure, TICK_ROOM, 34, right, 44)
    floor = _scale(axes, curves, show)
    axes.set_title(
        title, loc="left", fontsize=12, color=LIGHT["soft"], x=-TICK_ROOM / inner_width, pad=14
    )
    axes.grid(axis="x", visible=False)
    _commit_axis(axes, commits, inner_width)
    ends = []
    for place, curve in enumerate(curves):
        y = [max(value, floor) for value in curve.y]
        # Points of a single commit would cover each other.
        aside = (place - (len(curves) - 1) / 2) * APART / inner_width if len(commits) == 1 else 0.0
        _draw(axes, curve, y, commits, show, aside)
        ends.append((y[-1], curve))
    if labels:
        _end_labels(axes, ends, inner)
    description = "; ".join(f"{c.series.implementation} {show(c.y[-1])}" for c in curves)
    return themed(figure, title=title, description=f"Latest: {description}", name=name)


def _curve(
    series: Series, commits: Sequence[tuple[str, int]], look_of: Mapping[str, Look]
) -> Curve:
    position = {commit: i for i, (commit, _) in enumerate(commits)}
    points = [p for p in series.points if p.value is not None and math.isfinite(p.value)]
    return Curve(
        series,
        look_of[series.implementation],
        [position[p.commit] for p in points],
        [p.value or 0.0 for p in points],
        [_bounds(p.low, p.high) for p in points],
    )


def _bounds(low: float | None, high: float | None) -> tuple[float, float] | None:
    if low is None or high is None or not 0 < low <= high < math.inf:
        return None
    return low, high


def _scale(axes: Axes, curves: Sequence[Curve], show: Format) -> float:
    """A log scale over all positive figures; exact zeros stand on the floor, as ``0``."""
    values = [v for c in curves for v in c.y if v > 0]
    values += [b for c in curves for pair in c.bounds if pair for b in pair]
    zero = any(v <= 0 for c in curves for v in c.y)
    low, high = roles.span(values, least=4.0) if values else (0.1, 1.0)
    low, high = low / 1.35, high * 1.35
    ticks = (_binary_ticks if show is fmt.bytes_ else roles.log_ticks)(low, high, 6)
    texts = [roles.plain(show(t)) for t in ticks]
    floor = low
    if zero:
        floor = low / (high / low) ** 0.12
        low = floor / (high / floor) ** 0.06
        ticks, texts = [floor, *ticks], [show(0.0), *texts]
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    roles.set_ticks(axes.yaxis, ticks, texts)
    return floor


def _binary_ticks(low: float, high: float, most: int) -> list[float]:
    """Powers of two: amounts of memory are read in KiB and MiB."""
    ticks = [2.0**e for e in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
    return ticks[:: max(1, math.ceil(len(ticks) / most))]


def _commit_axis(axes: Axes, commits: Sequence[tuple[str, int]], width: float) -> None:
    count = len(commits)
    # A single commit stands at the right, beside its labels.
    axes.set_xlim(*((-0.85, 0.15) if count == 1 else (-0.5, count - 0.7)))
    step = max(1, math.ceil(count * 76 / width))
    shown = list(range(count - 1, -1, -step))[::-1]  # the latest always has its label
    texts = [f"{commits[i][0][:8]}\n{day(commits[i][1])}" for i in shown]
    roles.set_ticks(axes.xaxis, [float(i) for i in shown], texts)
    axes.tick_params(axis="x", labelsize=10)


def _draw(
    axes: Axes,
    curve: Curve,
    y: Sequence[float],
    commits: Sequence[tuple[str, int]],
    show: Format,
    aside: float,
) -> None:
    look, name = curve.look, curve.series.implementation
    if len(y) > 1:
        (line,) = axes.plot(curve.x, y, color=look.colour, linestyle=look.dash, linewidth=1.6)
        mark(line, "series", name)
    for x, at, value, bounds in zip(curve.x, y, curve.y, curve.bounds, strict=True):
        tip = f"{name}: {show(value)}"
        if bounds:
            axes.plot([x + aside] * 2, bounds, color=look.colour, linewidth=3.2, alpha=0.35)
            tip += f" [{show(bounds[0])}, {show(bounds[1])}]"
        commit, date = commits[x]
        (dot,) = axes.plot(
            [x + aside],
            [at],
            marker=roles.LOOKS[look.role].marker,
            markersize=roles.LOOKS[look.role].size - (0.0 if len(y) == 1 else 1.5),
            color=look.colour,
            markeredgecolor=LIGHT["surface"],
            markeredgewidth=0.8,
        )
        mark(dot, "point", f"{tip} · {commit[:8]} · {day(date)}")


def _end_labels(axes: Axes, ends: list[tuple[float, Curve]], height: float) -> None:
    low, high = axes.get_ylim()
    spread = math.log(high) - math.log(low)
    heights = [((math.log(y) - math.log(low)) / spread * height, curve) for y, curve in ends]
    wanted = sorted(heights, key=lambda end: end[0])
    places = roles.push_apart([at for at, _ in wanted], LINE_HEIGHT, height - LINE_HEIGHT / 2)
    for place, (_, curve) in zip(places, wanted, strict=True):
        axes.annotate(
            clean(roles.shorten(curve.series.implementation, 26)),
            (1, 0),
            xycoords="axes fraction",
            xytext=(10, place),
            textcoords="offset points",
            color=curve.look.colour,
            fontsize=11,
            va="center",
            annotation_clip=False,
        )
