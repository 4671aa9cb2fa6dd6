"""The verdict of a run in words, and the claims one by one."""

from __future__ import annotations

import math
import re
from collections import Counter

from qpp import format as fmt
from qpp.report.markup import Html, el, join
from qpp.report.roles import TIMES, plain
from qpp.results import ClaimResult, Run, StudyResult

MARKS = {"reproduced": "✓", "not reproduced": "✕", "not tested": "○"}
CLASSES = {"reproduced": "good", "not reproduced": "bad", "not tested": "untested"}
METRICS = {
    "time": "time",
    "added_time": "added time",
    "python_memory": "peak Python memory",
    "resident_memory": "resident memory",
    "resident_per_output": "resident growth over output bytes",
    "resident_bytes": "resident growth",
}


def plural(count: int, noun: str, nouns: str = "") -> str:
    """``1 claim``, ``2 claims``."""
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"


def listed(parts: list[str]) -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def verdict(run: Run) -> tuple[str, str, str]:
    """The head of the report: its tone (a class), its word and one sentence."""
    count = Counter[str](c.verdict for s in run.studies for c in s.claims)
    held, refuted, open_ = (count[v] for v in MARKS)
    if held + refuted == 1:
        sentence = "The one tested claim " + ("holds." if held else "does not hold.")
    elif held or refuted:
        tested = plural(held + refuted, "tested claim")
        sentence = f"{held} of {tested} hold." if refuted else f"All {tested} hold."
    else:
        sentence = "No claim could be tested." if open_ else "No claim was made."
    if not any(s.workloads or s.error for s in run.studies):
        return "untested", "Nothing was measured.", ""
    if not run.passed:
        return "bad", "Not reproduced.", sentence
    if run.interrupted or any(s.interrupted for s in run.studies):
        return "untested", "Interrupted.", sentence
    return ("good", "Reproduced.", sentence) if held else ("untested", "No verdict.", sentence)


def remarks(run: Run) -> str:
    """What the verdict leaves open, in a sentence; empty where nothing is."""
    untested = sum(c.verdict == "not tested" for s in run.studies for c in s.claims)
    parts = _troubles(run)
    if untested:
        parts.insert(0, f"{plural(untested, 'claim')} could not be tested here")
    return f"{listed(parts)}." if parts else ""


def _troubles(run: Run) -> list[str]:
    wrong = sum(len(s.disagreements) for s in run.studies)
    failed = sum(r.status == "failed" for s in run.studies for w in s.workloads for r in w.rows)
    errors = sum(bool(s.error) for s in run.studies)
    parts = []
    if wrong:
        parts.append(f"{plural(wrong, 'output disagrees', 'outputs disagree')} with the baseline")
    if failed:
        parts.append(f"{plural(failed, 'measurement')} failed")
    if errors:
        parts.append(f"{plural(errors, 'study', 'studies')} could not be run")
    return parts


def tally(study: StudyResult) -> Html:
    """How many claims of a study met which fate."""
    count = Counter[str](c.verdict for c in study.claims)
    if not count:
        return el("span", "no claims", cls="quiet")
    return join(
        el("div", f"{count[v]} {v}", cls=f"badge {CLASSES[v]}", data_mark=MARKS[v])
        for v in MARKS
        if count[v]
    )


def badge(claim: ClaimResult) -> Html:
    """The verdict as symbol, colour and word."""
    return el(
        "span",
        claim.verdict,
        cls=f"badge {CLASSES.get(claim.verdict, 'untested')}",
        data_mark=MARKS.get(claim.verdict, "○"),
    )


def pretty(text: str) -> str:
    """A claim's line in typographic dress.

    >>> pretty("rust >= 25 x faster than numpy")
    'rust ≥ 25× faster than numpy'
    """
    text = text.replace(" >= ", " ≥ ").replace(" <= ", " ≤ ")
    return re.sub(r"([≥≤] [\d.e+]+) x ", r"\1× ", text)


def claims_section(run: Run) -> Html | None:
    """Every claim of every study with its verdict; ``None`` where none was made."""
    if not any(s.claims for s in run.studies):
        return None
    heads = ("Verdict", "Claim", "Workload", "Measured", "Bar", "Against the bar", "Source")
    right = {"Measured", "Bar"}
    head = el(
        "tr",
        (el("th", h, scope="col", cls="right" if h in right else None) for h in heads),
    )
    groups = [_group(s, len(heads), len(run.studies) > 1) for s in run.studies if s.claims]
    table = el("table", el("thead", head), groups, cls="claims")
    note = (
        "Measured figures stand with their 95 % bootstrap interval where one exists. The bar is "
        "the vertical line; a point to its right passes. The scale is logarithmic and ends at "
        "ten times either way."
    )
    return el(
        "section",
        el("h2", "Claims"),
        el("div", table, cls="scroll", tabindex=0, role="region", aria_label="Claims"),
        el("p", note, cls="footnote"),
        id="claims",
    )


def _group(study: StudyResult, width: int, named: bool) -> Html:
    name = el("tr", el("th", study.title or study.name, scope="rowgroup", colspan=width))
    return el("tbody", name if named else None, (_claim(c) for c in study.claims))


def _claim(claim: ClaimResult) -> Html:
    measured: Html | str = fmt.MISSING
    if claim.measured is not None:
        measured = join(
            _figure(claim, claim.measured.value),
            el("small", _bounds(claim)) if _bounds(claim) else None,
        )
    sign = "≥" if claim.at_least else "≤"
    reason = el("small", claim.reason, cls="break") if claim.reason else None
    metric = None if claim.metric == "time" else METRICS.get(claim.metric, claim.metric)
    return el(
        "tr",
        el("td", badge(claim)),
        el("th", pretty(claim.text), reason, scope="row", cls="break"),
        el("td", claim.workload, el("small", metric) if metric else None),
        el("td", measured, cls="num right"),
        el("td", f"{sign} {plain(_figure(claim, claim.bar))}", cls="num right"),
        el("td", _margin(claim) or fmt.MISSING),
        el("td", claim.kind, cls="small quiet"),
    )


def _bounds(claim: ClaimResult) -> str:
    unit = fmt.unit_of(claim.metric)
    return fmt.bounds(claim.measured, fmt.number if unit is fmt.ratio else unit)


def _figure(claim: ClaimResult, value: float) -> str:
    """A ratio, or bytes or seconds where the claim is about them."""
    unit = fmt.unit_of(claim.metric)
    return fmt.ratio(value, TIMES) if unit is fmt.ratio else unit(value)


def _margin(claim: ClaimResult) -> Html | None:
    """A line of its own for each claim: the bar in the middle, better to the right."""
    if claim.measured is None or claim.bar <= 0 or claim.measured.value <= 0:
        return None
    direction = 1 if claim.at_least else -1

    def place(value: float) -> float:
        decades = math.log10(value / claim.bar) if value > 0 else -math.inf
        return 62 + 56 * max(-1.0, min(1.0, direction * decades))

    low, high = sorted((place(claim.measured.low), place(claim.measured.high)))
    at = place(claim.measured.value)
    tone = f"var(--{CLASSES[claim.verdict].replace('untested', 'muted')})"
    times = fmt.ratio(claim.measured.value / claim.bar, TIMES)
    line = {"stroke_linecap": "round"}
    return el(
        "svg",
        el("title", f"measured at {times} the bar"),
        el("line", x1=6, x2=118, y1=9, y2=9, stroke="var(--rule)", stroke_width=1),
        el("line", x1=62, x2=62, y1=2, y2=16, stroke="var(--ink)", stroke_width=1.5),
        el("line", x1=62, x2=f"{at:.2f}", y1=9, y2=9, stroke=tone, stroke_width=2, **line),
        el(
            "line",
            x1=f"{low:.2f}",
            x2=f"{high:.2f}",
            y1=9,
            y2=9,
            stroke=tone,
            stroke_width=4,
            **line,
        ),
        el("circle", cx=f"{at:.2f}", cy=9, r=4, fill=tone),
        cls="margin",
        viewBox="0 0 124 18",
        role="img",
    )
