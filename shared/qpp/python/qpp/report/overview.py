"""The first part of the report: a table and a chart of all studies, and what is missing."""

from collections.abc import Sequence

from qpp import format as fmt
from qpp.report import roles, versus
from qpp.report.markup import Html, badge, el, figure, inline, join, name, some, table
from qpp.report.verdicts import TONES, WRONG, not_measured, pretty
from qpp.results import Interval, Row, Run, StudyResult
from qpp.statistics import noise_floors
from qpp.summary import Summary, agreement, held, others, tally

HEADS = (
    ("Study and workload", None),
    ("Baseline", "right"),
    ("We recommend", "right"),
    ("Ratio", "right"),
    ("Best peer", "right"),
    ("Ratio over it", "right"),
    ("Agree", None),
    ("Bars held", None),
    ("Published reached", None),
)


def overview_section(run: Run, anchors: Sequence[str]) -> Html | None:
    """The table, the chart, and one line on what was not measured."""
    if not run.studies:
        return None
    body = el("tbody", (_line(s, a) for s, a in zip(run.studies, anchors, strict=True)))
    missing = not_measured(run)
    return el(
        "section",
        el("h2", "All studies", cls="unseen"),
        table(HEADS, body, cls="glance", label="All studies"),
        some("p", inline(missing), cls="footnote"),
        _chart(run),
        id="overview",
    )


def _line(study: StudyResult, anchor: str) -> Html:
    found = versus.of_study(study)
    where = found.workload.name if found else study.error or "nothing was measured"
    link = el("a", study.title or study.name, href=f"#{anchor}")
    cells = [el("th", link, el("small", where, cls="break"), scope="row")]
    base, ours, peer = (found.baseline, found.ours, found.peer) if found else (None, None, None)
    for (head, _), cell in zip(
        HEADS[1:6],
        (
            _timed(base),
            _timed(ours),
            _ratio(ours.ratio if ours else None, base),
            _timed(peer),
            _ratio(found.over_peer if found else None, peer),
        ),
        strict=True,
    ):
        cells.append(el("td", cell, cls="num right", data_label=head))
    counts = (_agreement(study), _bars(study, anchor), _published(study))
    for (head, _), count in zip(HEADS[6:], counts, strict=True):
        cells.append(el("td", count, data_label=head, cls="counts"))
    return el("tr", cells)


def _timed(row: Row | None) -> Html | str:
    if row is None:
        return fmt.MISSING
    small = (some("small", text) for text in (name(row.implementation), roles.extrapolated(row)))
    return join(fmt.seconds(row.median), small)


def _ratio(ratio: Interval | None, over: Row | None) -> Html | str:
    if ratio is None:
        return fmt.MISSING
    part = "extrapolated" if over and over.parts > 1 else ""
    small = (some("small", text) for text in (roles.bounds(ratio), part))
    return join(el("b", fmt.ratio(ratio.value, roles.TIMES)), small)


def _agreement(study: StudyResult) -> Html:
    agree, compared = agreement(study)
    if study.error:
        return badge("could not run", "bad", WRONG)
    if not compared:
        return badge("not compared", "untested", "○")
    tone, mark = ("good", "✓") if agree == compared else ("bad", WRONG)
    return badge(f"{agree} of {compared}", tone, mark)


def _bars(study: StudyResult, anchor: str) -> Html | str:
    count, (reproduced, tested) = tally(study.claims, "bar"), held(study.claims, "bar")
    tone, mark = ("good", "✓") if tested else ("untested", "○")
    if reproduced < tested:
        tone, mark = ("missed", "✗") if count["not reproduced"] else ("noisy", "≈")
    rest = (
        some("small", others({verdict: number}, not_reproduced="missed"), cls=TONES[verdict])
        for verdict, number in count.items()
    )
    text = f"{reproduced} of {tested}" if tested else "none tested"
    first = badge(text, tone, mark, href=f"#{anchor}-claims")
    return join(first, rest) if any(count.values()) else fmt.MISSING


def _published(study: StudyResult) -> Html | str:
    count, (found, tested) = tally(study.claims, "published"), held(study.claims, "published")
    rest = (el("small", text) for text in others({**count, "not reproduced": 0}))
    shown = join(f"{found} of {tested}" if tested else "none tested", rest)
    return shown if any(count.values()) else fmt.MISSING


def _chart(run: Run) -> Html | None:
    title = "Ratio of what we recommend, over the baseline and over the best peer"
    text = "Log scale, 95 % intervals, at equal threads."
    rows = [
        (_short(study), found, noise_floors(study.workloads)[found.workload.name])
        for study in run.studies
        if (found := versus.of_study(study)) is not None
    ]
    return versus_figure(rows, title, text, "all")


def versus_figure(
    rows: Sequence[tuple[str, Summary | None, float]], title: str, text: str, anchor: str
) -> Html | None:
    """A chart of ratios with its caption, wide and narrow."""
    wide, narrow = (
        versus.versus_chart(rows, shape=shape, title=title, name=f"{anchor}-versus{end}")
        for shape, end in ((versus.WIDE, ""), (versus.NARROW, "-narrow"))
    )
    if any(floor for *_, floor in rows):
        text += " A row's grey band is the noise floor of its workload: a ratio within it is no "
        text += "difference."
    return figure(title, text, wide, narrow)


def _short(study: StudyResult) -> str:
    return (study.title or study.name).partition(":")[0]


def problems_section(run: Run) -> Html | None:
    """What is wrong, line by line: outputs, rows and studies."""
    wrong = run.failures()
    cut = ["The run was interrupted; what was finished is below."] if run.interrupted else []
    items = [
        el("li", el("span", WRONG, cls="bad", aria_hidden="true"), el("span", pretty(line)))
        for line in (*cut, *wrong)
    ]
    head = el("h2", "What is wrong" if wrong else "What is missing")
    return el("section", head, el("ul", items, cls="problems"), id="problems") if items else None
