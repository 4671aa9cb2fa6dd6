"""Colour and shape of each role, and the axes, points and legends that the charts share."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

from qpp import format as fmt
from qpp.report.markup import clean
from qpp.report.svg import LIGHT, mark
from qpp.results import Interval, Row, WorkloadResult
from qpp.summary import baseline_row, plural

COMPUTED = ("limit", "target")  # roles of a time that was computed, not measured


@dataclass(frozen=True)
class Look:
    """Marker, its size in pixels, and the words of a role in a legend."""

    marker: str
    size: float
    name: str


LOOKS = {
    "baseline": Look("s", 6.5, "baseline"),
    "optimised": Look("o", 8.0, "optimised"),
    "peer": Look("D", 6.6, "peer (what a user would pick instead)"),
    "component": Look("^", 7.0, "component (a part of the others' work)"),
    "limit": Look("v", 7.5, "limit (no way of doing this work is faster)"),
    "target": Look("*", 10.0, "target (set by the study; can be beaten)"),
}
ROLES = tuple(LOOKS)
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
    """A known role; anything else is drawn like a peer."""
    return row.role if row.role in ROLES else "peer"


def colour(row: Row) -> str:
    """The colour of a row's role, in the light palette."""
    return LIGHT[role(row)]


def label(row: Row) -> str:
    """The name, with the thread count where it is not one; 0 stands for all cores."""
    threads = plural(row.threads, "thread") if row.threads else "all cores"
    return clean(row.implementation + ("" if row.threads == 1 else f" · {threads}"))


def extrapolated(row: Row) -> str:
    """The mark of a time that was multiplied, and of a ratio over it; empty otherwise."""
    return f"extrapolated: {fmt.in_part(row.parts)}" if row.parts > 1 else ""


def shorten(text: str, limit: int) -> str:
    """Cut a text that would overlap its neighbour; the tooltip and the table show all of it."""
    text = " ".join(clean(text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


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


def band(floor: float) -> tuple[float, float]:
    """The ratios around 1 that a noise floor makes indistinguishable from it.

    >>> band(0.25)
    (0.8, 1.25)
    """
    return 1 / (1 + floor), 1 + floor


def shows_ratio(row: Row) -> bool:
    """Whether a speed-up may be drawn: it ran, it agrees, it is not the baseline itself."""
    if row.status != "ok" or row.role == "baseline" or row.ratio is None:
        return False
    return 0 < row.ratio.low <= row.ratio.value <= row.ratio.high < math.inf


def log_ticks(low: float, high: float, most: int = 9) -> list[float]:
    """Round values inside the range: powers of ten, or finer steps where it is short.

    >>> log_ticks(0.5, 3000), log_ticks(0.9, 1.6)
    ([1.0, 10.0, 100.0, 1000.0], [1.0, 1.2, 1.4, 1.6])
    """
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for steps in STEPS:
        made = [float(f"{m}e{e}") for e in exponents for m in steps]
        if len(ticks := _inside(made, low, high)) >= 3:
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
    ticks = log_ticks(low, high if last is None else last, most)
    set_ticks(axes.xaxis, ticks, [of(t) for t in ticks])


def legend(axes: Axes, words: Sequence[tuple[str, str]], columns: int, pad: float) -> None:
    """Shape, colour and words of each (role, words), below the chart."""
    handles = [
        Line2D([], [], linestyle="", label=text, **_marker(role, hollow=role in COMPUTED))
        for role, text in words
    ]
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        ncols=columns,
        frameon=False,
        fontsize=11,
        labelcolor=LIGHT["muted"],
        borderaxespad=pad,
        borderpad=0,
        handlelength=1.0,
        handletextpad=0.5,
        columnspacing=2.0,
    )


def _marker(role: str, *, hollow: bool = False) -> dict[str, Any]:
    return {
        "marker": LOOKS[role].marker,
        "color": LIGHT[role],
        "markersize": LOOKS[role].size,
        "markerfacecolor": LIGHT["paper"] if hollow else LIGHT[role],
        "markeredgewidth": 1.6 if hollow else 0,
    }


def point(axes: Axes, x: float, y: float, role: str, *, hollow: bool = False) -> Line2D:
    """The mark of a role at a value."""
    [drawn] = axes.plot([x], [y], linestyle="", **_marker(role, hollow=hollow))
    return drawn


def ratio_line(axes: Axes, ratio: Interval, y: float, role: str) -> None:
    """From 1 to a ratio, faint; over it the interval."""
    axes.plot([1, ratio.value], [y, y], color=LIGHT[role], linewidth=2, alpha=0.28)
    axes.plot([ratio.low, ratio.high], [y, y], color=LIGHT[role], linewidth=1.6)


def write(
    axes: Axes,
    text: str,
    at: tuple[float, float],
    offset: float | tuple[float, float],
    **style: Any,
) -> None:
    """Text on the line of a row, ``offset`` pixels right of ``at``."""
    shift = offset if isinstance(offset, tuple) else (offset, 0)
    style = {"textcoords": "offset points", "va": "center_baseline", **style}
    axes.annotate(text, at, shift, annotation_clip=False, **style)


def text(axes: Axes, x: float, y: float, words: str, **style: Any) -> None:
    """Text on a line of the axes: ``x`` in widths of the axes, ``y`` in data."""
    style = {"transform": axes.get_yaxis_transform(), "va": "center_baseline", **style}
    axes.text(x, y, words, **style)


def weight(row: Row) -> str:
    """What we recommend is bold."""
    return "bold" if row.role == "optimised" else "normal"


def noise_band(axes: Axes, ends: Sequence[float], floor: float) -> None:
    """The line at 1, and the band of ratios within the noise floor."""
    axes.plot([1, 1], ends, color=LIGHT["baseline"], linewidth=1.4)
    if floor:
        area = axes.fill_betweenx(
            ends, *band(floor), color=LIGHT["baseline"], alpha=0.25, linewidth=0
        )
        mark(area, "noise", f"noise floor: {fmt.percent(floor)}")


def row_axes(axes: Axes, height: float) -> None:
    """Rows from the top down, no vertical axis, the horizontal one above."""
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", labeltop=True, pad=5)


def push_apart(places: Sequence[float], gap: float, limit: float) -> list[float]:
    """Sorted places with at least ``gap`` between them, none beyond ``limit``.

    >>> push_apart([1.0, 1.5, 9.5], 2.0, 9.0)
    [1.0, 3.0, 9.0]
    """
    apart: list[float] = []
    for place in places:
        apart.append(max(place, apart[-1] + gap) if apart else place)
    ceiling = limit
    for i in reversed(range(len(apart))):
        apart[i] = min(apart[i], ceiling)
        ceiling = apart[i] - gap
    return apart


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
    low, high = min(values), max(values)
    lack = math.sqrt(max(1.0, least / (high / low)))
    return low / lack, high * lack


def set_ticks(axis: Any, ticks: Sequence[float], texts: Sequence[str]) -> None:
    """These ticks with these texts, and no minor ones."""
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_major_formatter(FixedFormatter(texts))
    axis.set_minor_locator(NullLocator())
