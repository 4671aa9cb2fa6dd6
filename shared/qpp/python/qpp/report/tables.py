"""The table of one workload: every row, what it cost, and why where it has no figure."""

from __future__ import annotations

from qpp import format as fmt
from qpp.report import roles
from qpp.report.markup import Html, el, join
from qpp.results import CriterionEstimate, Interval, ParityResult, Row, StudyResult, WorkloadResult

HEADS: tuple[tuple[str, str], ...] = (
    ("Implementation", ""),
    ("Threads", "right"),
    ("Agreement", ""),
    ("Median", "right"),
    ("Minimum", "right"),
    ("Spread", "right"),
    ("Ratio, 95 % interval", "right"),
    ("Resident growth", "right"),
    ("Python peak", "right"),
)
# The words beside the symbol; colour never speaks alone.
STATUS = {
    "ok": ("agrees", "✓", "good"),
    "disagrees": ("disagrees", "✕", "bad"),
    "failed": ("failed", "✕", "bad"),
    "unavailable": ("not available", "○", "untested"),
    "not applicable": ("does not apply", "○", "untested"),
    "limit": ("computed", "▽", "untested"),
}
SHAPES = {
    "baseline": el("rect", x=1, y=1, width=9, height=9),
    "optimised": el("circle", cx=5.5, cy=5.5, r=5),
    "peer": el("path", d="M5.5 0 11 5.5 5.5 11 0 5.5Z"),
    "component": el("path", d="M0 11 5.5 0 11 11Z"),
    "limit": el(
        "path", d="M0.5 1h10L5.5 10Z", fill="none", stroke="var(--limit)", stroke_width=1.6
    ),
}


def workload_table(workload: WorkloadResult) -> Html:
    """All rows, the parallel ones and the limits in groups of their own."""
    head = el("tr", (el("th", text, scope="col", cls=side or None) for text, side in HEADS))
    groups: list[tuple[str, list[Row]]] = [
        ("", [r for r in workload.rows if r.role != "limit" and r.threads == 1]),
        ("In parallel", [r for r in workload.rows if r.role != "limit" and r.threads != 1]),
        ("Limit", [r for r in workload.rows if r.role == "limit"]),
    ]
    bodies = [_group(workload, title, rows) for title, rows in groups if rows]
    label = f"Results on {workload.name}"
    table = el("table", el("thead", head), bodies, cls="rows")
    return el("div", table, cls="scroll", tabindex=0, role="region", aria_label=label)


def _group(workload: WorkloadResult, title: str, rows: list[Row]) -> Html:
    name = el("tr", el("th", title, scope="rowgroup", colspan=len(HEADS))) if title else None
    return el("tbody", name, (_row(workload, r) for r in rows))


def _row(workload: WorkloadResult, row: Row) -> Html:
    who = el(
        "th",
        glyph(roles.role(row)),
        row.implementation,
        el("small", row.note) if row.note else None,
        el("small", f"{fmt.in_part(row.parts)}, its time multiplied") if row.parts > 1 else None,
        scope="row",
        cls="who",
    )
    count = {"limit": fmt.MISSING}.get(row.role, str(row.threads or "all"))
    threads = el("td", count, cls="num right")
    first = (who, threads, el("td", agreement(row), cls="parity"))
    if row.status not in ("ok", "limit"):
        why = row.reason or (row.parity.reason if row.parity else "") or "no reason was recorded"
        cell = el("td", why, colspan=len(HEADS) - len(first), cls="why")
        return el("tr", first, cell, cls="off")
    right = "num right"
    cells = (
        el("td", fmt.seconds(row.median), _samples(row), cls=right),
        el("td", fmt.seconds(row.minimum), cls=right),
        el("td", fmt.percent(row.spread), cls=right),
        el("td", _ratio(workload, row), cls=f"{right} ratio"),
        el("td", fmt.bytes_(row.resident_growth), cls=right),
        el("td", fmt.bytes_(row.python_peak), cls=right),
    )
    return el("tr", first, cells, cls=roles.role(row))


def glyph(role: str) -> Html:
    """The role's mark, as in the charts; its name for those who cannot see it."""
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
    return join(badge, (el("small", line) for line in small))


def _largest_error(parity: ParityResult) -> list[str]:
    if parity.max_abs == 0 and parity.max_rel == 0:
        return ["identical"] if parity.agrees else []
    relative = f", relative {fmt.error(parity.max_rel)}" if parity.max_rel else ""
    where = [f"at {parity.worst}"] if parity.worst else []
    return [f"error {fmt.error(parity.max_abs)}{relative}", *where]


def _samples(row: Row) -> Html | None:
    if not row.seconds:
        return None
    calls = f" × {row.number:,}" if row.number > 1 else ""
    return el("small", f"n = {len(row.seconds)}{calls}")


def _ratio(workload: WorkloadResult, row: Row) -> Html | str:
    limit = roles.limit_ratio(workload, row)
    if limit is not None:
        return f"≤ {fmt.ratio(limit, roles.TIMES)}"
    if row.role == "baseline":
        return f"1{roles.TIMES}"
    if row.ratio is None:
        return fmt.MISSING
    ends = fmt.bounds(row.ratio)
    return join(fmt.ratio(row.ratio.value, roles.TIMES), el("small", ends) if ends else None)


def noise_line(workload: WorkloadResult) -> Html:
    """The A/A control: what this machine calls a difference when there is none."""
    if workload.noise is None:
        text = "Noise floor: not measured on this workload."
    else:
        noise = workload.noise
        text = (
            f"Noise floor: {workload.noise_of or 'the same code'} against itself gave "
            f"{fmt.ratio(noise.value, roles.TIMES)} {fmt.bounds(noise)} over {noise.pairs} pairs. "
            "A ratio inside that interval is no difference."
        )
    return el("p", text, cls="footnote")


def criterion_table(study: StudyResult) -> Html | None:
    """What takes nanoseconds, as criterion measured it in Rust."""
    if not study.criterion:
        return None
    heads = (
        ("Benchmark", ""),
        ("Time of one iteration", "right"),
        ("95 % interval", "right"),
        ("Throughput", "right"),
    )
    head = el("tr", (el("th", text, scope="col", cls=side or None) for text, side in heads))
    body = el("tbody", (_estimate(e) for e in study.criterion))
    table = el("table", el("thead", head), body)
    label = f"Criterion estimates of {study.title}"
    return el(
        "div",
        el("header", el("h3", "Kernels, measured in Rust by criterion")),
        el("div", table, cls="scroll", tabindex=0, role="region", aria_label=label),
        cls="workload",
    )


def _estimate(estimate: CriterionEstimate) -> Html:
    ns = estimate.nanoseconds
    time = Interval(ns.value * 1e-9, ns.low * 1e-9, ns.high * 1e-9)
    rate = estimate.throughput
    right = "num right"
    return el(
        "tr",
        el("th", estimate.name, scope="row", cls="break"),
        el("td", fmt.seconds(time.value), cls=right),
        el("td", fmt.bounds(time, fmt.seconds) or fmt.MISSING, cls=right),
        el("td", f"{fmt.number(rate)} per second" if rate else fmt.MISSING, cls=right),
    )
