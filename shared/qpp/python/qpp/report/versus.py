"""The chart of what is recommended: its ratio over the baseline and over the best peer.

One row for each study (the head of the report) or for each workload of one study, on one log
axis, with intervals and the band of ratios that are no difference.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qpp import format as fmt
from qpp.report import roles
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, style, themed
from qpp.results import Interval, StudyResult, WorkloadResult
from qpp.summary import Summary, against, fastest, summarise

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


def of_workload(study: StudyResult, workload: WorkloadResult) -> Summary:
    """A workload in one line, as the study's headline is."""
    row = workload.row(study.recommended)
    ours = row if row is not None and row.ratio else fastest(workload)
    return without_wrong(against(workload, ours))


def of_study(study: StudyResult) -> Summary | None:
    """The study's headline."""
    found = summarise(study)
    return None if found is None else without_wrong(found)


def without_wrong(found: Summary) -> Summary:
    """Without a row that failed or disagrees."""
    if found.ours is None or roles.shows_ratio(found.ours):
        return found
    return replace(found, ours=None, over_peer=None)


def versus_chart(
    rows: Sequence[tuple[str, Summary]],
    floor: float | None,
    *,
    shape: Shape = WIDE,
    title: str,
    name: str,
) -> str:
    """Inline SVG with a row for each (name, summary); empty where none has a ratio."""
    drawn = [(text, found) for text, found in rows if _over_baseline(found) is not None]
    if not drawn:
        return ""
    message = "; ".join(_told(text, found) for text, found in drawn)
    figure = _figure(drawn, floor, shape)
    return themed(figure, title=title, description=f"{message}.", name=name)


def _over_baseline(found: Summary) -> Interval | None:
    return found.ours.ratio if found.ours is not None else None


def _over_peer(found: Summary) -> Interval | None:
    ratio = found.over_peer
    return ratio if ratio is not None and 0 < ratio.low <= ratio.high < float("inf") else None


@style()
def _figure(rows: Sequence[tuple[str, Summary]], floor: float | None, shape: Shape) -> Figure:
    height = shape.row * len(rows)
    figure = new_figure(shape.width, TOP + BOTTOM + height)
    axes, width, _ = pixel_axes(figure, shape.gutter, TOP, MARGIN, BOTTOM)
    low, high = _range(rows, roles.band(floor), shape, width)
    last = high / (high / low) ** (30 / width)
    wide = bool(shape.gutter)
    roles.log_axis(axes, low, high, roles.tick_ratio, 9 if wide else 5, last)
    roles.row_axes(axes, height)
    axes.tick_params(axis="x", labelbottom=False)
    roles.noise_band(axes, [0, height], floor)
    for index, (text, found) in enumerate(rows):
        _row(axes, text, found, shape.row * index, shape, width)
    time, over_it = ("time of ", " over ours") if wide else ("over ", "")
    words = [
        ("optimised", f"{time}the baseline{over_it}"),
        ("peer", f"{time}the best peer{over_it}"),
    ]
    roles.legend(axes, words, columns=2, pad=0.9)
    return figure


def _range(
    rows: Sequence[tuple[str, Summary]],
    band: tuple[float, float] | None,
    shape: Shape,
    width: float,
) -> tuple[float, float]:
    ends = [*(band or ()), 1.0]
    words = [(1.0, len(NO_PEER))]
    for _, found in rows:
        for ratio, who in (
            (_over_baseline(found), found.baseline),
            (_over_peer(found), found.peer),
        ):
            if ratio is not None:
                ends.append(ratio.low)
                letters = len(who.implementation) if who else shape.letters
                words.append((max(1.0, ratio.high), 14 + min(letters, shape.letters)))
    low = min(ends) / 1.1
    # Pixels for a factor of e: the largest at which no words run over the right edge.
    scale = min((width - 6.4 * count) / math.log(max(x, 2.0) / low) for x, count in words)
    return low, low * math.exp(width / scale)


def _row(axes: Axes, text: str, found: Summary, y: float, shape: Shape, width: float) -> None:
    at = axes.get_yaxis_transform()
    left = -shape.gutter / width
    name, first, second = (y + line for line in shape.lines)
    axes.plot([left, 1], [y, y], transform=at, color=LIGHT["grid"], linewidth=1.0, clip_on=False)
    wrapped = textwrap.wrap(roles.shorten(text, 62), 33) if shape.gutter else [text]
    for index, line in enumerate(wrapped[:2] or [""]):
        axes.text(
            left,
            name + 16 * (index - (len(wrapped[:2]) - 1) / 2 if shape.gutter else 0),
            roles.shorten(line, 44),
            transform=at,
            va="center_baseline",
            fontweight="bold",
            zorder=5,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": LIGHT["paper"], "edgecolor": "none"},
        )
    base = found.baseline.implementation if found.baseline else "the baseline"
    ratio = _over_baseline(found)
    assert ratio is not None and found.ours is not None  # only such rows are drawn
    _point(axes, ratio, first, "optimised", f"over {roles.shorten(base, shape.letters)}")
    beside = _over_peer(found)
    if beside is None or found.peer is None:
        roles.write(axes, NO_PEER, (1.0, second), 11, color=LIGHT["muted"], fontsize=11.5)
    else:
        peer = roles.shorten(found.peer.implementation, shape.letters)
        _point(axes, beside, second, "peer", f"over {peer}")


def _point(axes: Axes, ratio: Interval, y: float, role: str, text: str) -> None:
    roles.ratio_line(axes, ratio, y, role)
    words = f"{fmt.ratio(ratio.value, roles.TIMES)} {text}"
    mark(
        roles.point(axes, ratio.value, y, role), "versus", f"{words} {roles.bounds(ratio)}".rstrip()
    )
    roles.write(axes, words, (max(1.0, ratio.high), y), 11, color=LIGHT["ink"], fontsize=11.5)


def _told(text: str, found: Summary) -> str:
    ratio, beside = _over_baseline(found), _over_peer(found)
    base = found.baseline.implementation if found.baseline else "the baseline"
    ours = found.ours.implementation if found.ours else ""
    parts = [f"{text}: {ours} {fmt.ratio(ratio.value if ratio else None, roles.TIMES)} over {base}"]
    if beside is not None and found.peer is not None:
        peer = found.peer.implementation
        parts.append(f"{fmt.ratio(beside.value, roles.TIMES)} over {peer}")
    return ", ".join(parts)
