"""The chart of a study's ratios: every implementation against the baseline, with intervals.

A forest plot on a log axis: one row per implementation, grouped by workload, the baseline
at 1. A row that disagrees or failed has no point, only its reason. Reused by READMEs
through :func:`save_ratio_chart`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from qpp import format as fmt
from qpp.report import roles
from qpp.report.svg import LIGHT, mark, new_figure, pixel_axes, standalone, style, themed
from qpp.results import Row, StudyResult, WorkloadResult, write_atomically

WIDTH = 940.0
GUTTER = 244.0
MARGIN = 16.0
ROW = 23.0
HEAD = 46.0
TOP = 30.0
BOTTOM = 62.0
VALUE_ROOM = 86.0
REASONS = {
    "disagrees": "disagrees with the baseline: no speed-up",
    "failed": "failed",
    "unavailable": "not available",
    "not applicable": "does not apply",
    "limit": "no baseline to compare with",
    "ok": "no pair of samples",
}


def ratio_chart(study: StudyResult, workloads: Sequence[str] | None = None) -> str:
    """Inline SVG of the ratios of one study; empty where there is nothing to draw.

    ``workloads`` restricts it to some workloads, by name.
    """
    chosen = _chosen(study, workloads)
    if not any(w.rows for w in chosen):
        return ""
    return themed(
        _figure(chosen),
        title=f"{study.title}: speed against the baseline",
        description=_describe(chosen),
        name=f"{study.name}-ratios".replace("_", "-"),
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
        When the file cannot be written; a file that was there survives.
    """
    path = Path(path)
    chart = ratio_chart(study, workloads)
    if not chart:
        raise ValueError(f"study {study.name!r} has no row to draw")
    if path.suffix == ".svg":
        write_atomically(path, standalone(chart))
    elif path.suffix == ".png":
        with style():
            figure = _figure(_chosen(study, workloads))
            figure.savefig(path, dpi=144, facecolor=LIGHT["paper"])
    else:
        raise ValueError(f"path={str(path)!r}: expected a name ending in .svg or .png")


def _chosen(study: StudyResult, names: Sequence[str] | None) -> list[WorkloadResult]:
    return [w for w in study.workloads if names is None or w.name in names]


def _rows(workload: WorkloadResult) -> list[Row]:
    return [r for r in workload.rows if r.role != "baseline"]


@style()
def _figure(workloads: Sequence[WorkloadResult]) -> Figure:
    height = TOP + BOTTOM + sum(HEAD + ROW * len(_rows(w)) for w in workloads)
    figure = new_figure(WIDTH, height)
    axes, width, inner = pixel_axes(figure, GUTTER, TOP, MARGIN, BOTTOM)
    low, high = _range(workloads, width)
    roles.log_axis(axes, low, high, roles.tick_ratio)
    axes.set_ylim(inner, 0)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", labeltop=True, pad=5)
    y = 0.0
    for workload in workloads:
        _heading(axes, workload, y, width)
        y += HEAD
        for row in _rows(workload):
            _draw(axes, workload, row, y - ROW * 0.12)
            y += ROW
    _legend(axes, workloads)
    return figure


def _legend(axes: Axes, workloads: Sequence[WorkloadResult]) -> None:
    """Shape, colour and word for each role that has a row."""
    present = {roles.role(r) for w in workloads for r in _rows(w)}
    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=roles.MARKERS[name],
            color=LIGHT[name],
            markersize=roles.SIZES[name],
            markerfacecolor=LIGHT["paper"] if name == "limit" else LIGHT[name],
            markeredgewidth=1.6 if name == "limit" else 0,
            label=roles.NAMES[name],
        )
        for name in roles.ROLES
        if name in present
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        ncols=len(handles),
        frameon=False,
        fontsize=11,
        labelcolor=LIGHT["muted"],
        borderaxespad=2.4,
        borderpad=0,
        handlelength=1.0,
        handletextpad=0.5,
        columnspacing=2.0,
    )


def _range(workloads: Sequence[WorkloadResult], width: float) -> tuple[float, float]:
    """From the slowest to the fastest, with room for the values written beside the points."""
    values = [1.0]
    for workload in workloads:
        for row in workload.rows:
            if roles.shows_ratio(row) and row.ratio is not None:
                values += [row.ratio.low, row.ratio.high]
            elif (limit := roles.limit_ratio(workload, row)) is not None:
                values.append(limit)
    low, high = roles.span([v for v in values if v > 0])
    left = VALUE_ROOM if low < 0.9 else 30.0
    scale = (high / low) ** (1 / (width - left - VALUE_ROOM))
    return low / scale**left, high * scale**VALUE_ROOM


def _heading(axes: Axes, workload: WorkloadResult, y: float, width: float) -> None:
    at = axes.get_yaxis_transform()
    left = -GUTTER / width
    axes.plot([left, 1], [y, y], transform=at, color=LIGHT["rule"], linewidth=1.0, clip_on=False)
    base = roles.baseline_row(workload)
    name = roles.shorten(workload.name, 90)
    axes.text(
        left, y + 20, name, transform=at, fontweight="bold", fontsize=12.5, va="center_baseline"
    )
    if base is None:
        text = "the baseline has no time here"
    else:
        text = f"1× = {roles.shorten(base.implementation, 40)}, {fmt.seconds(base.median)}"
    axes.text(
        1,
        y + 20,
        text,
        transform=at,
        color=LIGHT["muted"],
        fontsize=11,
        ha="right",
        va="center_baseline",
    )
    bottom = y + HEAD + ROW * len(_rows(workload))
    axes.plot(
        [1, 1], [y + HEAD - ROW * 0.6, bottom - ROW * 0.5], color=LIGHT["baseline"], linewidth=1.4
    )
    if workload.noise is not None:
        band = axes.fill_betweenx(
            [y + HEAD - ROW * 0.6, bottom - ROW * 0.5],
            workload.noise.low,
            workload.noise.high,
            color=LIGHT["baseline"],
            alpha=0.25,
            linewidth=0,
        )
        mark(band, "noise", f"noise floor (A/A) {fmt.interval(workload.noise)}")


def _draw(axes: Axes, workload: WorkloadResult, row: Row, y: float) -> None:
    at = axes.get_yaxis_transform()
    pad = -12 / (WIDTH - GUTTER - MARGIN)
    limit = roles.limit_ratio(workload, row)
    drawn = roles.shows_ratio(row) or limit is not None
    shade = LIGHT["ink"] if drawn else LIGHT["muted"]
    name = roles.shorten(roles.label(row), 34)
    axes.text(pad, y, name, transform=at, ha="right", va="center_baseline", color=shade)
    if limit is not None:
        _point(axes, row, limit, y, f"≤ {fmt.ratio(limit, roles.TIMES)}", hollow=True)
    elif roles.shows_ratio(row) and row.ratio is not None:
        ratio = row.ratio
        tone = roles.colour(row)
        axes.plot([1, ratio.value], [y, y], color=tone, linewidth=2, alpha=0.28)
        axes.plot([ratio.low, ratio.high], [y, y], color=tone, linewidth=1.6)
        for end in (ratio.low, ratio.high):
            axes.plot([end, end], [y - 4, y + 4], color=tone, linewidth=1.6)
        _point(axes, row, ratio.value, y, fmt.ratio(ratio.value, roles.TIMES))
    else:
        text = roles.shorten(_reason(row), 80)
        axes.annotate(
            text,
            (1, y),
            (11, 0),
            textcoords="offset points",
            va="center_baseline",
            color=LIGHT["bad"] if row.status in ("disagrees", "failed") else LIGHT["muted"],
            fontsize=11,
            annotation_clip=False,
        )


def _point(axes: Axes, row: Row, value: float, y: float, text: str, hollow: bool = False) -> None:
    tone = roles.colour(row)
    [point] = axes.plot(
        [value],
        [y],
        roles.MARKERS[roles.role(row)],
        color=tone,
        markersize=roles.SIZES[roles.role(row)],
        markerfacecolor=LIGHT["paper"] if hollow else tone,
        markeredgewidth=1.6 if hollow else 0,
    )
    tip = f"{roles.label(row)}: {fmt.interval(row.ratio) if row.ratio else text}"
    mark(point, "ratio", tip)
    edge = value if row.ratio is None else (row.ratio.high if value >= 1 else row.ratio.low)
    side = 1 if value >= 1 else -1
    axes.annotate(
        text,
        (edge, y),
        (11 * side, 0),
        textcoords="offset points",
        ha="left" if side > 0 else "right",
        va="center_baseline",
        fontsize=11.5,
        fontweight="bold" if row.role == "optimised" else "normal",
        color=LIGHT["muted"] if hollow else LIGHT["ink"],
        annotation_clip=False,
    )


def _reason(row: Row) -> str:
    word = REASONS[row.status]
    return (
        word
        if row.status in ("ok", "disagrees", "limit") or not row.reason
        else (f"{word}: {row.reason}")
    )


def _describe(workloads: Sequence[WorkloadResult]) -> str:
    """What the picture says, in words, for those who cannot see it."""
    parts = []
    for workload in workloads:
        told = [
            f"{roles.label(r)} {fmt.ratio(r.ratio.value) if shown and r.ratio else _reason(r)}"
            for r in _rows(workload)
            for shown in (roles.shows_ratio(r),)
            if r.status != "limit"
        ]
        parts.append(f"{workload.name}: {', '.join(told) or 'no row'}.")
    return "Time of the baseline over the time of each implementation. " + " ".join(parts)
