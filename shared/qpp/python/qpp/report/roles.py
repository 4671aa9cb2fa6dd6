"""What an implementation looks like, in every chart and table: colour and shape by role."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from qpp import format as fmt
from qpp.report.markup import clean
from qpp.report.svg import LIGHT
from qpp.results import Interval, Row, StudyResult, WorkloadResult

ROLES = ("baseline", "optimised", "peer", "component", "limit", "target")
COMPUTED = ("limit", "target")  # roles of a time that was computed, not measured
NAMES = {
    "baseline": "baseline",
    "optimised": "optimised",
    "peer": "peer (what a user would pick instead)",
    "component": "component (a part of the others' work)",
    "limit": "limit (no way of doing this work is faster)",
    "target": "target (set by the study; can be beaten)",
}
MARKERS = {
    "baseline": "s",
    "optimised": "o",
    "peer": "D",
    "component": "^",
    "limit": "v",
    "target": "*",
}
SIZES = {
    "baseline": 6.5,
    "optimised": 8.0,
    "peer": 6.6,
    "component": 7.0,
    "limit": 7.5,
    "target": 10.0,
}
# Several implementations of one role on one chart stay apart by dash and marker.
DASHES: tuple[tuple[float, tuple[float, ...] | None], ...] = (
    (0, None),
    (0, (5, 2.2)),
    (0, (1.2, 2)),
    (0, (7, 2, 1.2, 2)),
)
STEPS: tuple[tuple[int, ...], ...] = ((1,), (1, 3), (1, 2, 5))
TIMES = "×"


def role(row: Row) -> str:
    """A role the palette knows; anything else is drawn like a peer."""
    return row.role if row.role in ROLES else "peer"


def colour(row: Row) -> str:
    """The colour of a row's role, in the light palette."""
    return LIGHT[role(row)]


def label(row: Row) -> str:
    """The name, with the thread count where it is not one."""
    threads = "" if row.threads == 1 else f" · {threads_text(row.threads)}"
    return clean(row.implementation + threads)


def threads_text(threads: int) -> str:
    """``0`` stands for all cores."""
    return "all cores" if threads == 0 else f"{threads} thread{'s' if threads != 1 else ''}"


def shorten(text: str, limit: int) -> str:
    """Cut what would run over its neighbour; the tooltip and the table keep all of it."""
    text = " ".join(clean(text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def baseline_row(workload: WorkloadResult) -> Row | None:
    """The baseline's row, where it ran."""
    found = (r for r in workload.rows if r.role == "baseline" and r.status == "ok")
    return next(found, None)


def computed_ratio(workload: WorkloadResult, row: Row) -> float | None:
    """The ratio of a limit (no row can have a larger one) or of a target (a row can)."""
    base = baseline_row(workload)
    if row.status != "limit" or base is None or not base.median or not row.median:
        return None
    return base.median / row.median


def computed_text(row: Row, ratio: float) -> str:
    """``≤ 70.8×`` for a limit, ``70.8×`` for a target."""
    return ("≤ " if row.role == "limit" else "") + fmt.ratio(ratio, TIMES)


def bounds(ratio: Interval | None) -> str:
    """``[598×, 634×]``: every figure with its unit."""
    return fmt.bounds(ratio, lambda x: fmt.ratio(x, TIMES))


def band(floor: float | None) -> tuple[float, float] | None:
    """The ratios around 1 that a noise floor makes indistinguishable from it.

    >>> band(0.25), band(None), band(float("inf"))
    ((0.8, 1.25), None, None)
    """
    if floor is None or not 0 < floor < math.inf:
        return None
    return 1 / (1 + floor), 1 + floor


def shows_ratio(row: Row) -> bool:
    """Whether a speed-up may be drawn: it ran, it agrees, it is not the baseline itself."""
    if row.status != "ok" or row.role == "baseline" or row.ratio is None:
        return False
    return 0 < row.ratio.low <= row.ratio.value <= row.ratio.high < math.inf


def implementations(study: StudyResult) -> list[str]:
    """Names in the order of their first row."""
    return list(dict.fromkeys(r.implementation for w in study.workloads for r in w.rows))


def log_ticks(low: float, high: float, most: int = 9) -> list[float]:
    """Round values inside the range: powers of ten, or finer steps where it is short.

    >>> log_ticks(0.5, 3000), log_ticks(0.9, 1.6)
    ([1.0, 10.0, 100.0, 1000.0], [1.0, 1.2, 1.4, 1.6])
    """
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in STEPS:
        ticks = _inside([float(f"{m}e{e}") for e in exponents for m in steps], low, high)
        if len(ticks) >= 3:
            return ticks[:: math.ceil(len(ticks) / most)]
    # Less than a decade: equal steps read better than powers.
    rough = (high - low) / min(most, 5)
    unit = 10.0 ** math.floor(math.log10(rough))
    step = unit * next(m for m in (1, 2, 5, 10) if m * unit >= rough)
    first = math.ceil(low / step)
    made = [float(f"{(first + k) * step:.12g}") for k in range(12)]
    return _inside(made, low, high)


def _inside(ticks: Sequence[float], low: float, high: float) -> list[float]:
    return [t for t in ticks if low <= t * (1 + 1e-9) and t <= high * (1 + 1e-9)]


def log_axis(
    axes: Axes,
    low: float,
    high: float,
    of: Callable[[float], str],
    most: int = 9,
    last: float | None = None,
) -> None:
    """A logarithmic x axis over ``[low, high]`` with at most ``most`` plainly written ticks.

    None stands beyond ``last``, where its text would be cut off.
    """
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    _ticks(axes.xaxis, log_ticks(low, high if last is None else last, most), of)


def legend(axes: Axes, present: set[str], wide: bool = True) -> None:
    """Shape, colour and word for each role in the chart, below it."""
    shown = [name for name in ROLES if name in present]
    handles = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=MARKERS[name],
            color=LIGHT[name],
            markersize=SIZES[name],
            markerfacecolor=LIGHT["paper" if name in COMPUTED else name],
            markeredgewidth=1.6 if name in COMPUTED else 0,
            label=NAMES[name] if wide else name,
        )
        for name in shown
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        ncols=3 if wide and len(handles) > 3 else max(1, len(handles)),
        frameon=False,
        fontsize=11,
        labelcolor=LIGHT["muted"],
        borderaxespad=2.4,
        borderpad=0,
        handlelength=1.0,
        handletextpad=0.5,
        columnspacing=2.0,
    )


def log_log_axes(
    axes: Axes,
    x: tuple[float, float],
    y: tuple[float, float],
    of: tuple[Callable[[float], str], Callable[[float], str]],
) -> None:
    """Two logarithmic axes with plainly written ticks."""
    log_axis(axes, *x, of[0])
    axes.set_yscale("log")
    axes.set_ylim(*y)
    _ticks(axes.yaxis, log_ticks(*y), of[1])


def plain(text: str) -> str:
    """A tick's text without the zeros that only measured figures need.

    >>> [plain(t) for t in ("1.00 ms", "20.0x", "0.500x", "100 ns", "1.00e-05x")]
    ['1 ms', '20x', '0.5x', '100 ns', '1e-05x']
    """
    kept = re.sub(r"\.(\d*?)0+(?!\d)", r".\1", text)
    return re.sub(r"\.(?!\d)", "", kept)


def tick_ratio(x: float) -> str:
    """A ratio on an axis."""
    return plain(fmt.ratio(x, TIMES))


def tick_seconds(x: float) -> str:
    """A time on an axis."""
    return plain(fmt.seconds(x))


def tick_number(x: float) -> str:
    """A size on an axis."""
    return f"{x:,.0f}" if 1 <= x < 1e7 else f"{x:g}"


def span(values: Sequence[float], least: float = 10.0) -> tuple[float, float]:
    """The range of positive values, widened around its middle to ``high/low >= least``."""
    low, high = float(np.min(values)), float(np.max(values))
    lack = math.sqrt(max(1.0, least / (high / low)))
    return low / lack, high * lack


def _ticks(axis: object, ticks: list[float], of: Callable[[float], str]) -> None:
    axis.set_major_locator(FixedLocator(ticks))  # type: ignore[attr-defined]
    axis.set_major_formatter(FixedFormatter([of(t) for t in ticks]))  # type: ignore[attr-defined]
    axis.set_minor_locator(NullLocator())  # type: ignore[attr-defined]
