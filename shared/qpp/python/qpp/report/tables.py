"""The table of one workload: every row with its figures, or the reason why it has none."""

from collections.abc import Mapping
from typing import Any

from qpp import format as fmt
from qpp.report import roles
from qpp.report.markup import Child, Html, badge, el, figures, join, name, some, table
from qpp.report.verdicts import WRONG
from qpp.results import CriterionEstimate, Interval, Row, StudyResult, WorkloadResult
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
# The word, the colour and the mark of a status.
STATUS = {
    "ok": ("agrees", "good", "✓"),
    "disagrees": ("disagrees", "bad", WRONG),
    "failed": ("failed", "bad", WRONG),
    "unavailable": ("not available", "untested", "○"),
    "not applicable": ("does not apply", "untested", "○"),
    "limit": ("computed", "untested", "="),
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
TITLES = {
    "": "",
    "parallel": "In parallel",
    "limit": "Limit: no way of doing this work is faster",
    "target": "Target: a time that the study set, which can be beaten",
}


def workload_table(workload: WorkloadResult) -> Html:
    """All rows: in parallel, limits and targets apart, and last what was not measured."""
    groups: dict[str, list[Html]] = {key: [] for key in TITLES}
    for row in workload.rows:
        if row.status not in ABSENT:
            computed = "target" if row.role == "target" else "limit"
            key = computed if row.status == "limit" else "" if row.threads == 1 else "parallel"
            groups[key].append(_row(workload, row))
    bodies = [_body(TITLES[key], rows) for key, rows in groups.items()]
    label = f"Results on {workload.name}"
    return table(HEADS, bodies, _absent(workload), cls="rows", label=label)


def _body(title: str, rows: list[Html]) -> Html | None:
    head = el("tr", el("th", title, scope="rowgroup", colspan=len(HEADS))) if title else None
    return el("tbody", head, rows) if rows else None


def _absent(workload: WorkloadResult) -> Html | None:
    reasons: dict[tuple[str, str], list[Row]] = {}
    for row in workload.rows:
        if row.status in ABSENT:
            reasons.setdefault((row.status, row.reason), []).append(row)
    lines = []
    for (status, reason), rows in reasons.items():
        names = [(", " if i else None, name(r.implementation)) for i, r in enumerate(rows)]
        who = el("th", names, scope="row", colspan=2, cls="names")
        why = el("td", reason or "left out by the study", colspan=len(HEADS) - 3)
        lines.append(el("tr", who, el("td", badge(*STATUS[status])), why, cls="off"))
    return _body("Not measured", lines)


def _row(workload: WorkloadResult, row: Row) -> Html:
    part = f"{roles.extrapolated(row)}, its time multiplied" if row.parts > 1 else ""
    who = (
        glyph(roles.role(row)),
        name(row.implementation),
        some("small", row.note),
        some("small", part),
    )
    count = fmt.MISSING if row.status == "limit" else str(row.threads or "all")
    first = (
        el("th", who, scope="row", cls="who"),
        el("td", count, cls="num right"),
        el("td", agreement(row), cls="parity"),
    )
    if row.status not in ("ok", "limit"):
        why = row.reason or (row.parity.reason if row.parity else "") or "no reason was recorded"
        cell = el("td", figures(why), colspan=len(HEADS) - len(first), cls="break")
        return el("tr", first, cell, cls="off")
    calls = f" × {row.number:,}" if row.number > 1 else ""
    under = (
        each(workload.sizes, row.median),
        f"n = {len(row.seconds)}{calls}" if row.seconds else "",
    )
    cells: tuple[tuple[Child, str], ...] = (
        ((fmt.seconds(row.median), [some("small", text) for text in under]), ""),
        (fmt.seconds(row.minimum), ""),
        (fmt.percent(row.spread), ""),
        (_ratio(workload, row), " ratio"),
        (fmt.bytes_(row.resident_growth), ""),
        (fmt.bytes_(row.python_peak), ""),
    )
    numbers = (el("td", cell, cls=f"num right{more}") for cell, more in cells)
    return el("tr", first, numbers, cls=roles.role(row))


def each(sizes: Mapping[str, Any], seconds: float | None) -> str:
    """The time of one unit of work, where the sizes count them; else empty.

    >>> each({"messages": 100, "levels": 20, "passes": 50}, 0.005), each({"rows": 500}, 0.005)
    ('1.00 µs per message', '')
    """
    for key, noun in COUNTED.items():
        count, passes = sizes.get(key), sizes.get("passes", 1)
        if seconds is not None and isinstance(count, int) and count > 0 and count is not True:
            units = count * (passes if isinstance(passes, int) and passes > 0 else 1)
            return f"{fmt.seconds(seconds / units)} per {noun}"
    return ""


def glyph(role: str) -> Html:
    """The role's mark, as in the charts, with its name as the title."""
    title = el("title", role)
    return el("svg", title, SHAPES[role], viewBox="0 0 11 11", fill=f"var(--{role})", role="img")


def agreement(row: Row) -> Html:
    """The badge, and how far the outputs are from the baseline's."""
    found = STATUS[row.status]
    parity, error = row.parity, ""
    if row.role == "baseline" and row.status == "ok":
        found = ("reference", "untested", "■")
    elif parity is None and row.status == "ok":
        found = ("not compared", "untested", "○")
    elif parity is not None and not (parity.max_abs or parity.max_rel):
        error = "identical" if parity.agrees else ""
    elif parity is not None:
        error = f"error {fmt.error(parity.max_abs)}"
        error += f", relative {fmt.error(parity.max_rel)}" if parity.max_rel else ""
        error += f", at {parity.worst}" if parity.worst else ""
    return join(badge(*found), some("small", figures(error)))


def _ratio(workload: WorkloadResult, row: Row) -> Html | str:
    computed = roles.computed_ratio(workload, row)
    if computed is not None:
        return roles.computed_text(row, computed)
    if row.role == "baseline":
        return f"1{roles.TIMES}"
    if row.ratio is None:
        return fmt.MISSING
    base = baseline_row(workload)
    part = "extrapolated" if max(row.parts, base.parts if base else 1) > 1 else ""
    small = (some("small", text) for text in (roles.bounds(row.ratio), part))
    return join(fmt.ratio(row.ratio.value, roles.TIMES), small)


def noise_line(workload: WorkloadResult, floor: float) -> Html:
    """The A/A control of the workload, and its noise floor."""
    text = "No A/A control on this workload."
    if (noise := workload.noise) is not None:
        found = f"{fmt.ratio(noise.value, roles.TIMES)} {roles.bounds(noise)}".rstrip()
        code = workload.noise_of or "the same code"
        text = f"A/A control: {code} against itself gave {found} over {noise.pairs} pairs."
    if floor:
        text += f" Noise floor: {fmt.percent(floor)}."
    return el("p", text, cls="footnote")


def criterion_table(study: StudyResult) -> Html | None:
    """Nanosecond kernels, as criterion measured them in Rust."""
    if not study.criterion:
        return None
    heads = ("One unit of work", "Throughput, units", "One iteration", "95 % interval")
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
        table(
            [("Benchmark", None), *((head, "right") for head in heads)],
            body,
            cls="criterion",
            label=label,
        ),
        cls="block",
    )


def _estimate(estimate: CriterionEstimate) -> Html:
    ns = estimate.nanoseconds
    time = Interval(ns.value * 1e-9, ns.low * 1e-9, ns.high * 1e-9)
    rate = estimate.throughput
    cells = (
        fmt.seconds(1 / rate if rate else None),
        fmt.rate(rate or None),
        fmt.seconds(time.value),
        fmt.bounds(time, fmt.seconds) or fmt.MISSING,
    )
    head = el("th", name(estimate.name), scope="row")
    return el("tr", head, (el("td", cell, cls="num right") for cell in cells))
