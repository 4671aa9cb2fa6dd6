"""The history as one HTML page without network, server or script.

For each machine and study: the chart of the workload that stands for it, the changes beyond noise
with their commits, and every other figure in a fold.
"""

from collections.abc import Sequence

from qpp import format as fmt
from qpp.history.changes import Change, along, unjudged
from qpp.history.charts import Curve, chart, curves, day
from qpp.history.listing import headline, what, where
from qpp.history.series import Point, Row, Series, of_study, studies_of
from qpp.report.markup import Html, el, join, raw, resource, table
from qpp.report.svg import FONT, tokens_css
from qpp.summary import plural

WIDE, NARROW = 980.0, 350.0
MOST = 6  # rows that are named for one commit
COLUMNS = ("time", "over the fastest", "peak memory", "difference", "last change beyond noise")
# The browser refuses every request.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def render(series: Series, *, other: str = "") -> str:
    """The page for all points. ``other`` is the address of asv's site, where there is one."""
    parts: list[Html] = []
    for machine, points in series.items():
        count = plural(len(points), "commit")
        parts.append(el("p", f"{count} on {machine}", cls="machine"))
        found = list(along(points))
        for study in studies_of(points):
            own = [c for c in found if c.study == study]
            parts.append(_study(of_study(points, study), study, own, f"s{len(parts)}"))
    sheet, opening, notes = (
        raw(resource(name, "qpp.history")) for name in ("style.css", "opening.html", "notes.html")
    )
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("link", rel="icon", href="data:,"),
        el("title", "History: every study's times, commit by commit"),
        el("style", raw(f"{tokens_css()} :root {{ --sans: {FONT}; }}\n{sheet}")),
    )
    link = el("p", el("a", "asv's site of the same points", href=other), " (it needs a network)")
    body = el(
        "body",
        el("main", opening, parts, notes),
        el("footer", link if other else None, "Made by ", el("code", "qpp history"), "."),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _study(points: Sequence[Point], study: str, found: Sequence[Change], anchor: str) -> Html:
    newest = points[-1].studies[study]
    workload, ours = headline(newest)
    drawn = curves(points, study, workload)
    commits = list(dict.fromkeys(c.after.commit for c in reversed(found)))
    numbered = [(commits.index(c.after.commit) + 1, c) for c in found if c.workload == workload]
    pictures = [
        el(
            "div",
            raw(
                chart(
                    *(points, drawn, numbered),
                    title=f"{newest.title}: {workload}",
                    name=f"{anchor}-{kind}",
                    width=width,
                    labels=kind == "wide",
                )
            ),
            cls=kind,
        )
        for kind, width in (("wide", WIDE), ("narrow", NARROW))
        if drawn
    ]
    return el(
        "article",
        el("h2", newest.title),
        el("p", workload, f" · ours: {ours}" if ours else None, cls="soft"),
        el("figure", pictures or el("p", "No time was measured."), _names(drawn)),
        _changes([[c for c in found if c.after.commit == one] for one in commits], points),
        el("details", el("summary", "Every workload"), _tables(points, study, found)),
        id=anchor,
    )


def _names(drawn: Sequence[Curve]) -> Html:
    """The names of the curves with their newest times, for a chart too narrow to hold them."""
    listed = sorted(drawn, key=lambda c: -(c.rows[-1][1].fastest or 0.0))
    items = (
        el("li", el("span", c.name, cls=c.role), " ", fmt.seconds(c.rows[-1][1].fastest))
        for c in listed
    )
    return el("ul", items, cls="names narrow")


def _changes(commits: Sequence[Sequence[Change]], points: Sequence[Point]) -> Html:
    """The commits with changes, newest first; their numbers are those in the chart."""
    if len(points) < 2:
        return el("p", "One commit is measured: nothing to compare yet.", cls="soft")
    if not commits:
        none = f"No change beyond noise over {len(points)} commits{unjudged(points)}."
        return el("p", none, cls="soft")
    items = []
    for found in commits:
        rows = [el("span", what(c), cls="bad" if c.bad else "good") for c in found[:MOST]]
        more = [f"{len(found) - MOST} more rows"] if len(found) > MOST else []
        text = [part for row in [*rows, *more] for part in ("; ", row)][1:]
        items.append(el("li", el("b", where(found[0])), el("br"), text))
    return el("ol", items)


def _tables(points: Sequence[Point], study: str, found: Sequence[Change]) -> Html:
    newest = points[-1].studies[study]
    parts = []
    for workload in dict.fromkeys(w for w, _ in newest.rows):
        lines = []
        for (place, name), row in newest.rows.items():
            if place != workload:
                continue
            own = [c for c in found if (c.workload, c.implementation) == (workload, name)]
            cells = (el("td", cell) for cell in _cells(row, own[-1] if own else None))
            lines.append(el("tr", el("th", name, scope="row", cls=newest.roles[name]), cells))
        heads = [(workload, None), *((c, None) for c in COLUMNS)]
        parts.append(table(heads, el("tbody", lines), cls="figures", label=workload))
    when = f"Figures of {points[-1].commit[:8]}, {day(points[-1].date)}."
    return join(el("p", when, cls="soft"), parts)


def _cells(row: Row, change: Change | None) -> tuple[str | Html, ...]:
    if row.median is None:
        return (el("span", "failed", cls="bad"), *[fmt.MISSING] * 4)
    moved: str | Html = fmt.MISSING
    if change is not None:
        how = fmt.ratio(change.factor, "×") if change.factor else ""
        text = f"{how} {change.after.commit[:8]}".strip()
        moved = el("span", text, cls="bad" if change.bad else "good")
    return (
        fmt.seconds(row.median),
        fmt.ratio(row.slowdown, "×"),
        fmt.bytes_(row.memory),
        fmt.error(row.error),
        moved,
    )
