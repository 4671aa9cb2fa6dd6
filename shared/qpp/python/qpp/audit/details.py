"""The parts of the page below the first screen: roadmap, findings, verification, measurement."""

from __future__ import annotations

from collections.abc import Iterable

from qpp import format as fmt
from qpp.audit import words
from qpp.audit.document import Audit, Finding
from qpp.report.markup import Child, Html, el, inline, join, paragraphs, some, table

STEPS = (
    ("", None),
    ("Where", None),
    ("What to do", None),
    ("Effort", None),
    ("Risk", None),
    ("Alone", "right"),
    ("With those above", "right"),
)


def roadmap_section(audit: Audit, names: dict[str, str]) -> Html | None:
    """The order in which to rewrite: by what it brings at most, for the effort."""
    steps = words.roadmap(audit)
    if not steps:
        return None
    rows = []
    for number, (finding, together) in enumerate(steps, 1):
        place = audit.findings.index(finding) + 1
        link = el("a", finding.function or words.lines(finding), href=f"#finding-{place}")
        cells = (
            join(link, el("small", words.where(finding, names))),
            join(inline(words.first_sentence(finding.remedy))),
            finding.effort,
            finding.risk,
            el("b", words.times(finding.bound)),
            words.times(together),
        )
        sides = ("break", None, None, None, "num right", "num right")
        shown = (
            el("td", cell, cls=side, data_label=head)
            for cell, side, (head, _) in zip(cells, sides, STEPS[1:], strict=True)
        )
        rows.append(el("tr", el("th", str(number), scope="row"), shown))
    text = (
        "Sorted by the time that a step can save, for its effort. The figures are upper bounds: "
        "the time of everything else stays, and the rewritten place becomes as fast as such "
        "rewrites become. No bound is a promise."
    )
    return el(
        "section",
        el("h2", "Roadmap"),
        el("p", text),
        table(STEPS, el("tbody", rows), cls="steps", label="Roadmap"),
        id="roadmap",
    )


def findings_section(audit: Audit, names: dict[str, str]) -> Html | None:
    """Every place with its lines, its figures, the mechanism and the remedy."""
    if not audit.findings:
        return None
    articles = (_article(f, n, names) for n, f in enumerate(audit.findings, 1))
    return el("section", el("h2", "Findings"), articles, id="findings")


def _article(finding: Finding, number: int, names: dict[str, str]) -> Html:
    what = words.pattern(finding.pattern)
    also = ", ".join(words.pattern(name) for name in finding.also)
    bands = (finding.python_share, finding.native_share, finding.system_share)
    names_of = ("Python", "compiled", "system")
    band = ", ".join(f"{words.percent(p)} {n}" for p, n in zip(bands, names_of, strict=True))
    figures: list[tuple[str, Child]] = [
        ("Share of the work", words.share(finding)),
        ("Of the processor time", words.percent(finding.share_cpu)),
        ("Its processor time", band),
        ("At most", f"{words.times(finding.bound)} as fast" if finding.worth else "no gain"),
        ("Effort, risk", f"{finding.effort}, {finding.risk}" if finding.worth else None),
        ("Memory allocated", fmt.bytes_(finding.allocated) if finding.allocated else None),
    ]
    sheet = el("dl", (el("div", el("dt", k), el("dd", v)) for k, v in figures if v), cls="sheet")
    return el(
        "article",
        el("h3", el("span", f"{number}", cls="number"), what[0].upper() + what[1:]),
        el(
            "p",
            join(el("code", finding.function), " · ") if finding.function else None,
            words.where(finding, names),
            cls="where break",
        ),
        _excerpt(finding),
        sheet,
        _part("Why it is slow", paragraphs(finding.mechanism)),
        _part("How we know", _list(finding.evidence), some("p", f"Also: {also}." if also else "")),
        _part("What to do", paragraphs(finding.remedy), _example(finding)),
        _part("What may change", some("p", inline(finding.caution))),
        _part("How much it brings", some("p", inline(_gain(finding)))),
        _study(finding),
        id=f"finding-{number}",
        cls="finding",
    )


def _gain(finding: Finding) -> str:
    if not finding.worth:
        return ""
    source = f" ({finding.gain_source})" if finding.gain_source else ""
    return (
        f"Such a rewrite makes this place up to {words.times(finding.gain)} as fast{source}. "
        f"Then the whole work is {words.times(finding.bound)} as fast."
    )


def _part(title: str, *children: Child) -> Html | None:
    inner = join(*children)
    return el("div", el("h4", title), inner, cls="part") if inner else None


def _list(items: Iterable[str]) -> Html | None:
    return some("ul", (el("li", inline(item)) for item in items))


def _excerpt(finding: Finding) -> Html | None:
    """The client's lines, each with its share; a gap where lines are left out."""
    rows: list[Html] = []
    before = None
    shares = dict(zip(finding.excerpt_lines, finding.excerpt_shares, strict=False))
    for line, text in zip(finding.excerpt_lines, finding.excerpt, strict=False):
        if before is not None and line != before + 1:
            rows.append(el("tr", el("td"), el("td"), el("td", "⋯"), cls="gap"))
        before, part = line, shares.get(line, 0.0)
        shown = words.percent(part) if part >= 0.005 else ""
        hot = "hot" if part >= 0.05 else None
        rows.append(
            el("tr", el("td", str(line)), el("td", shown), el("td", el("code", text)), cls=hot)
        )
    if not rows:
        return None
    body = el("table", el("tbody", rows), cls="source")
    return el("div", body, cls="scroll code", tabindex=0, role="region", aria_label="Source")


def _example(finding: Finding) -> Html | None:
    if not finding.before and not finding.after:
        return None
    pair = (("Before", finding.before), ("After", finding.after))
    blocks = (
        el("div", el("span", title, cls="eyebrow"), el("pre", code, tabindex=0))
        for title, code in pair
        if code
    )
    return el("div", blocks, cls="pair")


def _study(finding: Finding) -> Html | None:
    if finding.study is None:
        return None
    ratio = ""
    if finding.study_ratio:
        machine = f" ({finding.study_machine})" if finding.study_machine else ""
        ratio = f": it measured {fmt.ratio(finding.study_ratio, '×')}{machine}"
    text = f"The study `{finding.study}` of this repository replaces such code{ratio}."
    limits = "That is the ratio of the replaced part alone, on its own inputs."
    return _part("Evidence that the remedy works", el("p", inline(f"{text} {limits}")))


def not_found_section(audit: Audit) -> Html | None:
    """What was looked for in the hot places and is not there."""
    if not audit.not_found:
        return None
    known = sorted(words.pattern(name) for name in audit.not_found)
    text = "The hot places were also searched for these patterns, which they do not show:"
    return el(
        "section",
        el("h2", "Looked for, and not found"),
        el("p", text),
        el("ul", (el("li", name) for name in known), cls="columns"),
        id="not-found",
    )


def verification_section(audit: Audit) -> Html | None:
    """How the client will know that the new code agrees."""
    if not words.worthwhile(audit):
        return None
    steps = el("ol", (el("li", inline(text)) for text in words.verification(audit)))
    title = "How you will know that the new code gives the same answers"
    return el("section", el("h2", title), steps, id="verify")


def measurement_section(audit: Audit) -> Html:
    """What was run, and how long it took."""
    facts = [
        ("Command", audit.command),
        ("Without a profiler", fmt.seconds(audit.bare_seconds)),
        ("Under the ranking profiler", fmt.seconds(audit.profiled_seconds)),
        ("Start-up and imports", f"{words.percent(audit.imports_share)} of the whole time"),
        ("Waiting", f"{words.percent(audit.waiting_share)} of the work"),
        ("Exit status of the program", str(audit.exit_status)),
        ("Order of the places", "the same in all runs" if audit.stable else "changed"),
        *words.profilers(audit),
    ]
    sheet = el("dl", (el("div", el("dt", k), el("dd", v)) for k, v in facts), cls="sheet")
    return el("section", el("h2", "How it was measured"), sheet, id="measured")
