"""The chart of a study's ratios: every implementation against the baseline, with intervals.

A forest plot on a log axis: one row per implementation, grouped by workload, the baseline
at 1. A row that disagrees or failed has no point, only its reason. Reused by READMEs
through :func:`save_ratio_chart`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from qpp import format as fmt
from qpp.report import roles
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, standalone, style, themed
from qpp.results import ResultError, Row, StudyResult, WorkloadResult, write_atomically
from qpp.summary import baseline_row, noise_floor

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

    @property
    def lift(self) -> float:
        """How far above its row's line a name stands."""
        return 0.0 if self.gutter else 15.0


WIDE = Layout(940, 244, row=23, head=46, margin=16, value_room=86, letters=80)
NARROW = Layout(380, 0, row=40, head=82, margin=14, value_room=74, letters=46)
TOP = 30.0
BOTTOM = 62.0


def ratio_chart(
    study: StudyResult,
    workloads: Sequence[str] | None = None,
    *,
    layout: Layout = WIDE,
    floor: float | None = None,
    name: str = "",
) -> str:
    """Inline SVG of the ratios of one study; empty where there is nothing to draw.

    ``workloads`` restricts it to some workloads, by name. ``floor`` is the noise floor of the
    run, by default that of the study. ``name`` prefixes the ids of the drawing, by default the
    study's own name.
    """
    chosen = _chosen(study, workloads)
    if not any(_rows(w) for w in chosen):
        return ""
    return themed(
        _figure(chosen, layout, noise_floor(study) if floor is None else floor),
        title=f"{study.title}: speed against the baseline",
        description=_describe(chosen),
        name=name or f"{re.sub('[^A-Za-z0-9]+', '-', study.name)}-ratios",
    )


def save_ratio_chart(
    study: StudyResult, path: str | Path, workloads: Sequence[str] | None = None
) -> None:
    """Write the chart to ``path``: ``.svg`` follows the reader's theme, ``.png`` is light.

    Raises
    ------
    ValueError
        On any other suffix, or where the study has nothing to draw.
    ResultError
        When the file cannot be written.
    """
    path = Path(path)
    chart = ratio_chart(study, workloads)
    if not chart:
        raise ValueError(f"study {study.name!r} has no row to draw")
    if path.suffix == ".svg":
        write_atomically(path, standalone(chart))
    elif path.suffix == ".png":
        try:
            with style():
                figure = _figure(_chosen(study, workloads), WIDE, noise_floor(study))
                figure.savefig(path, dpi=144, facecolor=LIGHT["paper"])
        except OSError as error:
            raise ResultError(f"cannot write {path}: {error.strerror or error}") from error
    else:
        raise ValueError(f"path={str(path)!r}: expected a name ending in .svg or .png")


def _chosen(study: StudyResult, names: Sequence[str] | None) -> list[WorkloadResult]:
    return [w for w in study.workloads if names is None or w.name in names]


def _rows(workload: WorkloadResult) -> list[Row]:
    return [r for r in workload.rows if r.role != "baseline"]


@style()
def _figure(workloads: Sequence[WorkloadResult], layout: Layout, floor: float | None) -> Figure:
    inner = sum(layout.head + layout.row * len(_rows(w)) for w in workloads)
    figure = new_figure(layout.width, TOP + BOTTOM + inner)
    axes, *_ = pixel_axes(figure, layout.gutter, TOP, layout.margin, BOTTOM)
    wide = bool(layout.gutter)
    roles.log_axis(axes, *_range(workloads, layout, floor), roles.tick_ratio, 9 if wide else 4)
    roles.row_axes(axes, inner)
    y = 0.0
    for workload in workloads:
        _heading(axes, workload, y, layout)
        top = y + layout.head - (14 if wide else 30)
        bottom = y + layout.head + layout.row * len(_rows(workload)) - 12
        roles.noise_band(axes, [top, bottom], floor)
        y += layout.head
        for row in _rows(workload):
            _draw(axes, workload, row, y - 3, layout)
            y += layout.row
    present = {roles.role(r) for w in workloads for r in _rows(w)}
    words = [(n, look.name if wide else n) for n, look in roles.LOOKS.items() if n in present]
    columns = 3 if wide and len(words) > 3 else max(1, len(words))
    roles.legend(axes, words, columns, pad=2.4)
    return figure


def _range(
    workloads: Sequence[WorkloadResult], layout: Layout, floor: float | None
) -> tuple[float, float]:
    values = [1.0]
    for workload in workloads:
        for row in workload.rows:
            if roles.shows_ratio(row) and row.ratio is not None:
                values += [row.ratio.low, row.ratio.high]
            elif (computed := roles.computed_ratio(workload, row)) is not None:
                values.append(computed)
    # The noise band carries no label: it widens the range and needs no room beside it.
    written_left = min(values) < 0.9
    values += roles.band(floor) or ()
    low, high = roles.span(values)
    left = layout.value_room if written_left else 30.0 if layout.gutter else 6.0
    scale = (high / low) ** (1 / (layout.inner - left - layout.value_room))
    return low / scale**left, high * scale**layout.value_room


def _heading(axes: Axes, workload: WorkloadResult, y: float, layout: Layout) -> None:
    at = axes.get_yaxis_transform()
    left = -layout.gutter / layout.inner
    axes.plot([left, 1], [y, y], transform=at, color=LIGHT["rule"], linewidth=1.0, clip_on=False)
    base = baseline_row(workload)
    name = roles.shorten(workload.name, 90 if layout.gutter else 46)
    title = axes.text(left, y + 20, name, transform=at, fontweight="bold", fontsize=12.5)
    if base is None:
        text = "the baseline has no time here"
    else:
        text = f"1× = {roles.shorten(base.implementation, 34)}, {fmt.seconds(base.median)}"
    # Below the name where the drawing is narrow, at the right end of its line where it is wide.
    where, side = ((1, y + 20), "right") if layout.gutter else ((0, y + 38), "left")
    message = axes.text(*where, text, transform=at, color=LIGHT["muted"], fontsize=11, ha=side)
    for written in (title, message):
        written.set_verticalalignment("center_baseline")


def _draw(axes: Axes, workload: WorkloadResult, row: Row, y: float, layout: Layout) -> None:
    computed = roles.computed_ratio(workload, row)
    drawn = roles.shows_ratio(row) or computed is not None
    wide = bool(layout.gutter)
    # In a narrow drawing the names stand right of the baseline's line, whose place varies.
    roles.write(
        axes,
        roles.shorten(roles.label(row), 34),
        (0, y) if wide else (1, y),
        (-12, 0) if wide else (8, layout.lift),
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
    edge = value if row.ratio is None else (row.ratio.high if value >= 1 else row.ratio.low)
    right = value >= 1
    roles.write(
        axes,
        text,
        (edge, y),
        11 if right else -11,
        ha="left" if right else "right",
        fontsize=11.5,
        fontweight="bold" if row.role == "optimised" else "normal",
        color=LIGHT["muted"] if hollow else LIGHT["ink"],
    )


def _reason(row: Row) -> str:
    word = REASONS[row.status]
    if row.status in ("ok", "disagrees", "limit") or not row.reason:
        return word
    return f"{word}: {row.reason}"


def _describe(workloads: Sequence[WorkloadResult]) -> str:
    parts = []
    for workload in workloads:
        text = []
        for row in _rows(workload):
            shown = row.ratio if roles.shows_ratio(row) else None
            text.append(f"{roles.label(row)} {fmt.ratio(shown.value) if shown else _reason(row)}")
        parts.append(f"{workload.name}: {', '.join(text) or 'no row'}.")
    return "Time of the baseline over the time of each implementation. " + " ".join(parts)
