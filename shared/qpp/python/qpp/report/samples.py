"""The chart of a workload's timings: every sample, the box of the middle half, the median.

Two panels share their rows: the times themselves, and the same samples over their own
median, because the scatter of one implementation vanishes on an axis that spans them all.
"""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from qpp import format as fmt
from qpp.report import roles
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, style, themed
from qpp.results import Row, WorkloadResult
from qpp.summary import plural

WIDTH = 940.0
GUTTER = 244.0
MIDDLE = 104.0
LEFT_PANEL = 300.0
MARGIN = 16.0
ROW = 27.0
TOP = 30.0
BOTTOM = 26.0
GOLDEN = 0.618033988749895


@style()
def timing_chart(workload: WorkloadResult, name: str) -> str:
    """Inline SVG of the samples on log axes; empty where no row ran and agrees."""
    rows = [r for r in workload.rows if r.status == "ok" and any(s > 0 for s in r.seconds)]
    if not rows:
        return ""
    figure = new_figure(WIDTH, TOP + BOTTOM + ROW * len(rows))
    right = WIDTH - GUTTER - LEFT_PANEL
    times, width, _ = pixel_axes(figure, GUTTER, TOP, right, BOTTOM)
    scatter, *_ = pixel_axes(figure, GUTTER + LEFT_PANEL + MIDDLE, TOP, MARGIN, BOTTOM)
    samples = [np.array([s for s in row.seconds if s > 0]) for row in rows]
    _axis(times, np.concatenate(samples), 3.0, "time of one call")
    relative = [s / np.median(s) for s in samples]
    _axis(scatter, np.concatenate(relative), 1.3, "the same, over its own median")
    for index, row in enumerate(rows):
        y = ROW * (index + 0.5)
        _strip(times, row, samples[index], y, "samples")
        _strip(scatter, row, relative[index], y, "relative")
        _names(times, row, y, width)
        for axes in (times, scatter):
            axes.set_ylim(ROW * len(rows), 0)
    text = [
        f"{roles.label(r)}: median {fmt.seconds(r.median)}, {plural(len(r.seconds), 'sample')}"
        for r in rows
    ]
    return themed(
        figure,
        title=f"Distribution of the timings, {workload.name}",
        description="Seconds of one call on a logarithmic axis. " + "; ".join(text) + ".",
        name=name,
    )


def _axis(axes: Axes, values: npt.NDArray[np.float64], least: float, title: str) -> None:
    low, high = roles.span(values.tolist(), least)
    edge = (high / low) ** 0.04
    of = roles.tick_seconds if least > 2 else roles.tick_ratio
    roles.log_axis(axes, low / edge, high * edge, of, most=5)
    axes.set_yticks([])
    axes.set_title(title, loc="left", fontsize=11, color=LIGHT["muted"], pad=10)


def _strip(axes: Axes, row: Row, values: npt.NDArray[np.float64], y: float, kind: str) -> None:
    tone = roles.colour(row)
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    box = Rectangle((low, y - 7), high - low, 14, facecolor=tone, alpha=0.22, linewidth=0)
    axes.add_patch(box)
    # Jitter by the golden ratio: evenly spread and the same in every rendering.
    jitter = (np.arange(values.size) * GOLDEN % 1.0 - 0.5) * 12
    [dots] = axes.plot(
        values,
        y + jitter,
        roles.LOOKS[roles.role(row)].marker,
        color=tone,
        markersize=3.6,
        markeredgewidth=0,
        alpha=0.55,
    )
    median, minimum = fmt.seconds(row.median), fmt.seconds(row.minimum)
    count = plural(len(row.seconds), "sample")
    mark(dots, kind, f"{roles.label(row)}: median {median}, minimum {minimum}, {count}")
    axes.plot([middle, middle], [y - 9, y + 9], color=tone, linewidth=2.2)


def _names(axes: Axes, row: Row, y: float, width: float) -> None:
    roles.text(axes, -12 / width, y, roles.shorten(roles.label(row), 34), ha="right")
    time = fmt.seconds(row.median)
    roles.text(axes, 1 + 80 / width, y, time, ha="right", fontweight=roles.weight(row))
