"""The chart of a workload's ratios: every implementation against the baseline, with intervals.

A forest plot on a log axis, the baseline at 1. A row that disagrees or failed has no point, only
its reason. READMEs have it as a file, by :func:`save_ratio_chart`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qpp import format as fmt
from qpp.files import write_atomically
from qpp.report import roles
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, standalone, style, themed
from qpp.results import Row, StudyResult, WorkloadResult
from qpp.statistics import noise_floors
from qpp.summary import baseline_row

REASONS = {
    "disagrees": "disagrees with the baseline: no speed-up",
    "failed": "failed",
    "unavailable": "not available",
    "not applicable": "does not apply",
    "limit": "no baseline to compare with",
    "ok": "no ratio to draw",
}


@dataclass(frozen=True)
class Layout:
    """Measures in CSS pixels. ``gutter`` 0 writes the names above the rows."""

    width: float
    gutter: float
    row: float
    head: float
    margin: float
    value_room: float  # what a value written beside its point needs
    letters: int  # of a reason, before it is cut

    @property
    def inner(self) -> float:
        """The width of the axes."""
        return self.width - self.gutter - self.margin


WIDE = Layout(940, 244, row=23, head=46, margin=16, value_room=86, letters=80)
NARROW = Layout(380, 0, row=40, head=82, margin=14, value_room=74, letters=46)
TOP = 30.0
BOTTOM = 62.0


def ratio_chart(
    study: StudyResult,
    workload: WorkloadResult,
    *,
    layout: Layout = WIDE,
    name: str = "",
) -> str:
    """Inline SVG of the ratios on one workload of a study; empty where there is nothing to draw.

    ``name`` prefixes the ids of the drawing, by default the study's own name.
    """
    rows = [r for r in workload.rows if r.role != "baseline"]
    if not rows:
        return ""
    told = ", ".join(f"{roles.label(r)} {_told(r)}" for r in rows)
    return themed(
        _figure(workload, rows, layout, noise_floors(study.workloads)[workload.name]),
        title=f"{study.title}: speed against the baseline",
        description=f"Time of the baseline over the time of each implementation. {workload.name}: "
        f"{told}.",
        name=name or f"{re.sub('[^A-Za-z0-9]+', '-', study.name)}-ratios",
    )


def save_ratio_chart(study: StudyResult, workload: WorkloadResult, path: str | Path) -> None:
    """Write the chart as an SVG file that follows the reader's theme.

    Raises
    ------
    ValueError
        The workload has no row beside the baseline.
    ResultError
        The file cannot be written.
    """
    chart = ratio_chart(study, workload)
    if not chart:
        raise ValueError(f"workload {workload.name!r} of {study.name!r} has no row to draw")
    write_atomically(path, standalone(chart))


@style()
def _figure(workload: WorkloadResult, rows: list[Row], layout: Layout, floor: float) -> Figure:
    inner = layout.head + layout.row * len(rows)
    figure = new_figure(layout.width, TOP + BOTTOM + inner)
    axes, *_ = pixel_axes(figure, layout.gutter, TOP, layout.margin, BOTTOM)
    wide = bool(layout.gutter)
    roles.log_axis(axes, *_range(workload, layout, floor), roles.tick_ratio, 9 if wide else 4)
    roles.row_axes(axes, inner)
    _heading(axes, workload, layout)
    roles.noise_band(axes, [layout.head - (14 if wide else 30), inner - 12], floor)
    for index, row in enumerate(rows):
        _draw(axes, workload, row, layout.head + layout.row * index - 3, layout)
    present = {roles.role(r) for r in rows}
    words = [(n, look.name if wide else n) for n, look in roles.LOOKS.items() if n in present]
    columns = 3 if wide and len(words) > 3 else len(words)
    roles.legend(axes, words, columns, pad=2.4)
    return figure


def _range(workload: WorkloadResult, layout: Layout, floor: float) -> tuple[float, float]:
    values = [1.0]
    for row in workload.rows:
        if roles.shows_ratio(row) and row.ratio is not None:
            values += [row.ratio.low, row.ratio.high]
        elif (computed := roles.computed_ratio(workload, row)) is not None:
            values.append(computed)
    # The noise band carries no label: it widens the range and needs no room beside it.
    written_left = min(values) < 0.9
    low, high = roles.span([*values, *roles.band(floor)])
    left = layout.value_room if written_left else 30.0 if layout.gutter else 6.0
    scale = (high / low) ** (1 / (layout.inner - left - layout.value_room))
    return low / scale**left, high * scale**layout.value_room


def _heading(axes: Axes, workload: WorkloadResult, layout: Layout) -> None:
    at = axes.get_yaxis_transform()
    left = -layout.gutter / layout.inner
    axes.plot([left, 1], [0, 0], transform=at, color=LIGHT["rule"], linewidth=1.0, clip_on=False)
    base = baseline_row(workload)
    name = roles.shorten(workload.name, 90 if layout.gutter else 46)
    roles.text(axes, left, 20, name, fontweight="bold", fontsize=12.5)
    text = "the baseline has no time here"
    if base is not None:
        time = fmt.seconds(base.median) + (" (extrapolated)" if base.parts > 1 else "")
        text = f"1× = {roles.shorten(base.implementation, 34)}, {time}"
    # Below the name where the drawing is narrow, at the right end of its line where it is wide.
    where, side = ((1, 20), "right") if layout.gutter else ((0, 38), "left")
    roles.text(axes, *where, text, color=LIGHT["muted"], fontsize=11, ha=side)


def _draw(axes: Axes, workload: WorkloadResult, row: Row, y: float, layout: Layout) -> None:
    computed = roles.computed_ratio(workload, row)
    drawn = roles.shows_ratio(row) or computed is not None
    wide = bool(layout.gutter)
    # In a narrow drawing the names stand right of the baseline's line, whose place varies.
    roles.write(
        axes,
        roles.shorten(roles.label(row), 34),
        (0, y) if wide else (1, y),
        (-12, 0) if wide else (8, 15),
        xycoords=axes.get_yaxis_transform() if wide else "data",
        ha="right" if wide else "left",
        color=LIGHT["ink"] if drawn else LIGHT["muted"],
    )
    if computed is not None:
        _point(axes, row, computed, y, roles.computed_text(row, computed), hollow=True)
    elif roles.shows_ratio(row) and row.ratio is not None:
        roles.ratio_line(axes, row.ratio, y, roles.role(row))
        for end in (row.ratio.low, row.ratio.high):
            axes.plot([end, end], [y - 4, y + 4], color=roles.colour(row), linewidth=1.6)
        _point(axes, row, row.ratio.value, y, fmt.ratio(row.ratio.value, roles.TIMES))
    else:
        tone = LIGHT["bad"] if row.status in ("disagrees", "failed") else LIGHT["muted"]
        reason = roles.shorten(_reason(row), layout.letters)
        roles.write(axes, reason, (1, y), 11 if wide else 8, color=tone, fontsize=11)


def _point(axes: Axes, row: Row, value: float, y: float, text: str, hollow: bool = False) -> None:
    tip = f"{roles.label(row)}: {fmt.interval(row.ratio) if row.ratio else text}"
    mark(roles.point(axes, value, y, roles.role(row), hollow=hollow), "ratio", tip)
    right = value >= 1
    edge = value if row.ratio is None else row.ratio.high if right else row.ratio.low
    roles.write(
        axes,
        text,
        (edge, y),
        11 if right else -11,
        ha="left" if right else "right",
        fontsize=11.5,
        fontweight=roles.weight(row),
        color=LIGHT["muted"] if hollow else LIGHT["ink"],
    )


def _told(row: Row) -> str:
    shown = row.ratio if roles.shows_ratio(row) else None
    return fmt.ratio(shown.value) if shown else _reason(row)


def _reason(row: Row) -> str:
    word = REASONS[row.status]
    if row.status in ("ok", "disagrees", "limit") or not row.reason:
        return word
    return f"{word}: {row.reason}"
