"""The table of one workload: every row with its figures, or the reason why it has none."""

from collections.abc import Mapping
from typing import Any

from qpp import format as fmt
from qpp.report import roles
from qpp.report.markup import Html, el, figures, join, name, table
from qpp.report.verdicts import WRONG
from qpp.results import CriterionEstimate, Interval, ParityResult, Row, StudyResult, WorkloadResult
from qpp.summary import baseline_row

HEADS = (
    ("Implementation", None),
    ("Threads", "right"),
    ("Agreement", None),
    ("Median", "right"),
    ("Minimum", "right"),
    ("Spread", "right"),
    ("Ratio, 95 % interval", "right"),
    ("Resident growth", "right"),
    ("Python peak", "right"),
)
# The word and the symbol beside the colour.
STATUS = {
    "ok": ("agrees", "✓", "good"),
    "disagrees": ("disagrees", WRONG, "bad"),
    "failed": ("failed", WRONG, "bad"),
    "unavailable": ("not available", "○", "untested"),
    "not applicable": ("does not apply", "○", "untested"),
    "limit": ("computed", "=", "untested"),
}
ABSENT = ("unavailable", "not applicable")
# Sizes that count the work of one call, and what one of them is called.
COUNTED = {
    "times": "operation",
    "count": "event",
    "messages": "message",
    "evaluations": "evaluation",
    "iterations": "iteration",
    "paths": "path",
}
SHAPES = {
    "baseline": el("rect", x=1, y=1, width=9, height=9),
    "optimised": el("circle", cx=5.5, cy=5.5, r=5),
    "peer": el("path", d="M5.5 0 11 5.5 5.5 11 0 5.5Z"),
    "component": el("path", d="M0 11 5.5 0 11 11Z"),
    "limit": el(
        "path", d="M0.5 1h10L5.5 10Z", fill="none", stroke="var(--limit)", stroke_width=1.6
    ),
    "target": el(
        "path",
        d="M5.5 0.6 7 4.1 10.7 4.4 7.9 6.9 8.7 10.5 5.5 8.6 2.3 10.5 3.1 6.9 0.3 4.4 4 4.1Z",
        fill="none",
        stroke="var(--target)",
        stroke_width=1.2,
    ),
}


def workload_table(workload: WorkloadResult) -> Html:
    """All rows: in parallel, limits and targets apart, and last what was not measured."""
    measured = [r for r in workload.rows if r.status not in ABSENT and r.status != "limit"]
    groups: list[tuple[str, list[Row]]] = [
        ("", [r for r in measured if r.threads == 1]),
        ("In parallel", [r for r in measured if r.threads != 1]),
        ("Limit: no way of doing this work is faster", _computed(workload, "limit")),
        ("Target: a time that the study set, which can be beaten", _computed(workload, "target")),
    ]
    bodies = [_group(workload, title, rows) for title, rows in groups if rows]
    label = f"Results on {workload.name}"
    return table(HEADS, bodies, _absent(workload), cls="rows", label=label)


def _computed(workload: WorkloadResult, role: str) -> list[Row]:
    rows = [r for r in workload.rows if r.status == "limit"]
    return [r for r in rows if (r.role == "target") == (role == "target")]


def _group(workload: WorkloadResult, title: str, rows: list[Row]) -> Html:
    head = el("tr", el("th", title, scope="rowgroup", colspan=len(HEADS))) if title else None
    return el("tbody", head, (_row(workload, r) for r in rows))


def _absent(workload: WorkloadResult) -> Html | None:
    reasons: dict[tuple[str, str], list[Row]] = {}
    for row in workload.rows:
        if row.status in ABSENT:
            reasons.setdefault((row.status, row.reason), []).append(row)
    if not reasons:
        return None
    head = el("tr", el("th", "Not measured", scope="rowgroup", colspan=len(HEADS)))
    lines = []
    for (status, reason), rows in reasons.items():
        names = join(
            *(join(", " if i else None, name(r.implementation)) for i, r in enumerate(rows))
        )
        word, symbol, tone = STATUS[status]
        badge = el("span", word, cls=f"badge {tone}", data_mark=symbol)
        who = el("th", names, scope="row", colspan=2, cls="names")
        why = el("td", reason or "left out by the study", colspan=len(HEADS) - 3)
        lines.append(el("tr", who, el("td", badge), why, cls="off"))
    return el("tbody", head, lines)


def _row(workload: WorkloadResult, row: Row) -> Html:
    who = el(
        "th",
        glyph(roles.role(row)),
        name(row.implementation),
        el("small", row.note) if row.note else None,
        el("small", f"{roles.extrapolated(row)}, its time multiplied") if row.parts > 1 else None,
        scope="row",
        cls="who",
    )
    count = fmt.MISSING if row.status == "limit" else str(row.threads or "all")
    first = (who, el("td", count, cls="num right"), el("td", agreement(row), cls="parity"))
    if row.status not in ("ok", "limit"):
        why = row.reason or (row.parity.reason if row.parity else "") or "no reason was recorded"
        cell = el("td", figures(why), colspan=len(HEADS) - len(first), cls="break")
        return el("tr", first, cell, cls="off")
    right = "num right"
    cells = (
        el("td", fmt.seconds(row.median), _each(workload, row), _samples(row), cls=right),
        el("td", fmt.seconds(row.minimum), cls=right),
        el("td", fmt.percent(row.spread), cls=right),
        el("td", _ratio(workload, row), cls=f"{right} ratio"),
        el("td", fmt.bytes_(row.resident_growth), cls=right),
        el("td", fmt.bytes_(row.python_peak), cls=right),
    )
    return el("tr", first, cells, cls=roles.role(row))


def counted(sizes: Mapping[str, Any]) -> tuple[float, str] | None:
    """How many units of work one call does, and their name, where the sizes define them.

    >>> counted({"messages": 100, "levels": 20, "passes": 50}), counted({"rows": 500})
    ((5000, 'message'), None)
    """
    for key, noun in COUNTED.items():
        count = sizes.get(key)
        if isinstance(count, int) and not isinstance(count, bool) and count > 0:
            passes = sizes.get("passes", 1)
            return count * (passes if isinstance(passes, int) and passes > 0 else 1), noun
    return None


def _each(workload: WorkloadResult, row: Row) -> Html | None:
    found = counted(workload.sizes)
    if found is None or row.median is None:
        return None
    units, noun = found
    return el("small", f"{fmt.seconds(row.median / units)} per {noun}")


def glyph(role: str) -> Html:
    """The role's mark, as in the charts, with its name as the title."""
    return el(
        "svg",
        el("title", role),
        SHAPES[role],
        viewBox="0 0 11 11",
        fill=f"var(--{role})",
        role="img",
    )


def agreement(row: Row) -> Html:
    """The badge, and how far the outputs are from the baseline's."""
    word, symbol, tone = STATUS.get(row.status, (row.status, "○", "untested"))
    small: list[str] = []
    if row.role == "baseline" and row.status == "ok":
        word, symbol, tone = "reference", "■", "untested"
    elif row.parity is not None:
        small = _largest_error(row.parity)
    elif row.status == "ok":
        word, symbol, tone = "not compared", "○", "untested"
    badge = el("span", word, cls=f"badge {tone}", data_mark=symbol)
    return join(badge, el("small", figures(", ".join(small))) if small else None)


def _largest_error(parity: ParityResult) -> list[str]:
    if parity.max_abs == 0 and parity.max_rel == 0:
        return ["identical"] if parity.agrees else []
    relative = [f"relative {fmt.error(parity.max_rel)}"] if parity.max_rel else []
    where = [f"at {parity.worst}"] if parity.worst else []
    return [f"error {fmt.error(parity.max_abs)}", *relative, *where]


def _samples(row: Row) -> Html | None:
    if not row.seconds:
        return None
    calls = f" × {row.number:,}" if row.number > 1 else ""
    return el("small", f"n = {len(row.seconds)}{calls}")


def _ratio(workload: WorkloadResult, row: Row) -> Html | str:
    computed = roles.computed_ratio(workload, row)
    if computed is not None:
        return roles.computed_text(row, computed)
    if row.role == "baseline":
        return f"1{roles.TIMES}"
    if row.ratio is None:
        return fmt.MISSING
    base = baseline_row(workload)
    parts = max(row.parts, base.parts if base else 1)
    small = (roles.bounds(row.ratio), "extrapolated" if parts > 1 else "")
    return join(fmt.ratio(row.ratio.value, roles.TIMES), (el("small", t) for t in small if t))


def noise_line(workload: WorkloadResult, floor: float) -> Html:
    """The A/A control of the workload, and its noise floor."""
    text = "No A/A control on this workload."
    if workload.noise is not None:
        noise = workload.noise
        text = (
            f"A/A control: {workload.noise_of or 'the same code'} against itself gave "
            f"{fmt.ratio(noise.value, roles.TIMES)} {roles.bounds(noise)}".rstrip()
            + f" over {noise.pairs} pairs."
        )
    if floor:
        text += f" Noise floor: {fmt.percent(floor)}."
    return el("p", text, cls="footnote")


def criterion_table(study: StudyResult) -> Html | None:
    """Nanosecond kernels, as criterion measured them in Rust."""
    if not study.criterion:
        return None
    heads = (
        ("Benchmark", None),
        ("One unit of work", "right"),
        ("Throughput, units", "right"),
        ("One iteration", "right"),
        ("95 % interval", "right"),
    )
    body = el("tbody", (_estimate(e) for e in study.criterion))
    label = f"Criterion estimates of {study.title}"
    message = (
        "Measured by criterion in Rust, not called from Python, so not to be compared with the "
        "times above. An iteration does as many units of work (events, reads, cells) as its "
        "benchmark declares; where it declares none, only the iteration has a time."
    )
    if where := sorted({e.measured for e in study.criterion if e.measured}):
        message += f" Measured on {' and on '.join(where)}."
    return el(
        "div",
        el("h3", "Kernels, measured in Rust"),
        el("p", message, cls="quiet small"),
        table(heads, body, cls="criterion", label=label),
        cls="block",
    )


def _estimate(estimate: CriterionEstimate) -> Html:
    ns = estimate.nanoseconds
    time = Interval(ns.value * 1e-9, ns.low * 1e-9, ns.high * 1e-9)
    rate = estimate.throughput
    right = "num right"
    return el(
        "tr",
        el("th", name(estimate.name), scope="row"),
        el("td", fmt.seconds(1 / rate) if rate else fmt.MISSING, cls=right),
        el("td", fmt.rate(rate) if rate else fmt.MISSING, cls=right),
        el("td", fmt.seconds(time.value), cls=right),
        el("td", fmt.bounds(time, fmt.seconds) or fmt.MISSING, cls=right),
    )
