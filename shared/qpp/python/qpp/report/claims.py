"""Every claim with its verdict: bars of the study, and published figures of others."""

import math

from qpp import format as fmt
from qpp.report.markup import Html, el, join, name, some, table
from qpp.report.roles import TIMES, plain
from qpp.report.verdicts import pretty, tallies, tone, verdict_badge
from qpp.results import ClaimResult, Interval, Run, StudyResult, Verdict

HEADS = (
    ("Verdict", None),
    ("Kind", None),
    ("Claim", None),
    ("Workload", None),
    ("Bar or published", "right"),
    ("Found here", "right"),
    ("Against it", None),
)
SMALL = 12  # so few rows are printed although they are folded
SHORT = 60  # letters of a remark that fits under its claim
INTRO = (
    "A bar is what the study promises. A published figure was measured by others on their "
    "machine: it is shown beside the figure found here and never counted as a failure. A ratio is "
    "the other's time (or memory) over that of the first named; above 1× the first is faster (or "
    "smaller). Brackets hold the 95 % interval. In the drawing the line is the bar, and a point to "
    "the right of it passes; the scale is logarithmic and ends at ten times either way."
)
OPEN: dict[Verdict, tuple[str, str]] = {
    "not reproduced": (
        "Missed",
        "The whole interval lies on the wrong side of the bar: the claim does not hold for that "
        "workload on this machine.",
    ),
    "within noise": (
        "Within noise",
        "The interval lies on both sides of the bar, or the figure is nearer to it than the noise "
        "floor: this run cannot tell. A run with more rounds (--full) may.",
    ),
}


def open_bars(run: Run) -> Html | None:
    """The bars that were missed, and apart from them those within the noise, each with why."""
    lists = [_open(run, verdict) for verdict in OPEN]
    if not any(lists):
        return None
    text = "None of them is an error: a wrong output would be named above."
    title = el("h2", "Bars missed or within noise")
    return el("section", title, el("p", text, cls="quiet"), lists, id="open-bars")


def _open(run: Run, verdict: Verdict) -> Html | None:
    bars = [(s, c) for s in run.studies for c in s.claims if c.kind == "bar"]
    found = [(s, c) for s, c in bars if c.verdict == verdict]
    if not found:
        return None
    word, text = OPEN[verdict]
    items = (el("li", verdict_badge(c), el("div", _told(s, c))) for s, c in found)
    return join(
        el("h3", f"{word}: {len(found)}", cls="sub"),
        el("p", text, cls="quiet"),
        el("ul", items, cls="open-bars"),
    )


def _told(study: StudyResult, claim: ClaimResult) -> Html:
    sign = "at least" if claim.at_least else "at most"
    found = ""
    if claim.measured is not None:
        found = f"found {_figure(claim, claim.measured.value)} {_bounds(claim)}".rstrip()
        found += f", bar {sign} {plain(_figure(claim, claim.bar))}{_place(claim, claim.measured)}. "
    why = ". ".join(t.rstrip(".") for t in (claim.reason, claim.note) if t)
    return join(
        el("strong", pretty(claim.text)),
        f" on {claim.workload}: {found}",
        f"{why[:1].upper()}{why[1:]}. " if why else None,
        el("span", f"({study.name})", cls="quiet"),
    )


def _place(claim: ClaimResult, found: Interval) -> str:
    """Where the figure is, seen from the bar."""
    if found.low <= claim.bar <= found.high:
        return ", within the interval"
    if claim.bar <= 0 or found.value <= 0 or (found.value >= claim.bar) == claim.at_least:
        return ""
    off = fmt.percent(abs(1 - found.value / claim.bar))
    return f" ({off} {'below' if claim.at_least else 'above'})"


def claims_section(run: Run, anchors: list[str]) -> Html | None:
    """Every claim of every study with its verdict; ``None`` where none was made."""
    alone = len(run.studies) == 1
    made = [(s, a) for s, a in zip(run.studies, anchors, strict=True) if s.claims]
    folds = el("div", (_study(s, f"{a}-claims", alone) for s, a in made), cls="folds")
    head = (el("h2", "Bars and published figures"), el("p", INTRO, cls="quiet"))
    return el("section", head, folds, id="claims") if made else None


def _study(study: StudyResult, anchor: str, alone: bool) -> Html:
    ordered = sorted(study.claims, key=lambda c: (c.verdict == "not tested", c.kind != "bar"))
    title = study.title or study.name
    rows = el("tbody", (_claim(c) for c in ordered))
    return el(
        "details",
        el("summary", el("b", title), tallies(list(study.claims))),
        table(HEADS, rows, cls="claims", label=f"Claims of {title}"),
        id=anchor,
        open=alone,
        cls="small-print" if len(ordered) <= SMALL else None,
    )


def _claim(claim: ClaimResult) -> Html:
    sign = "≥" if claim.at_least else "≤"
    reason = claim.reason if claim.measured else ""
    said = "; ".join(t for t in (reason, claim.note) if t)
    short = some("small", said) if len(said) <= SHORT else None
    first = (
        el("td", verdict_badge(claim)),
        el("td", claim.kind, cls=f"kind kind-{claim.kind}"),
        el("th", pretty(claim.text), short, scope="row"),
        el("td", name(claim.workload)),
        el("td", f"{sign} {plain(_figure(claim, claim.bar))}", cls="num right"),
    )
    if claim.measured is None:
        last: tuple[Html, ...] = (el("td", claim.reason or "not measured", colspan=2, cls="why"),)
    else:
        found = (_figure(claim, claim.measured.value), some("small", _bounds(claim)))
        last = (el("td", found, cls="num right"), el("td", _margin(claim) or fmt.MISSING))
    if len(said) <= SHORT:
        return el("tr", first, last)
    # A line of its own over the whole width: in a column it would wrap beside empty cells.
    cells = (el("td", colspan=2), el("td", said, colspan=len(HEADS) - 2))
    return join(el("tr", first, last, cls="noted"), el("tr", cells, cls="note"))


def _bounds(claim: ClaimResult) -> str:
    return fmt.bounds(claim.measured, lambda x: _figure(claim, x))


def _figure(claim: ClaimResult, value: float) -> str:
    unit = fmt.unit_of(claim.metric)
    return fmt.ratio(value, TIMES) if unit is fmt.ratio else unit(value)


def _margin(claim: ClaimResult) -> Html | None:
    if claim.measured is None or claim.bar <= 0 or claim.measured.value <= 0:
        return None
    direction = 1 if claim.at_least else -1

    def place(value: float) -> float:
        decades = math.log10(value / claim.bar) if value > 0 else -math.inf
        return 62 + 56 * max(-1.0, min(1.0, direction * decades))

    low, high = sorted((place(claim.measured.low), place(claim.measured.high)))
    at = place(claim.measured.value)
    colour = f"var(--{tone(claim).replace('untested', 'muted')})"
    times = fmt.ratio(claim.measured.value / claim.bar, TIMES)
    line: dict[str, str | float] = {"y1": 9, "y2": 9, "stroke": colour, "stroke_linecap": "round"}
    return el(
        "svg",
        el("title", f"found {times} the bar"),
        el("line", x1=6, x2=118, y1=9, y2=9, stroke="var(--rule)", stroke_width=1),
        el("line", x1=62, x2=62, y1=2, y2=16, stroke="var(--ink)", stroke_width=1.5),
        el("line", x1=62, x2=f"{at:.2f}", stroke_width=2, **line),
        el("line", x1=f"{low:.2f}", x2=f"{high:.2f}", stroke_width=4, **line),
        el("circle", cx=f"{at:.2f}", cy=9, r=4, fill=colour),
        cls="margin",
        viewBox="0 0 124 18",
        role="img",
    )
