"""The report as one HTML file that needs nothing else, for a reader who has not seen the code."""

import re
from collections.abc import Mapping
from typing import Any

from markdown_it import MarkdownIt

from qpp import format as fmt
from qpp.audit import markdown, words
from qpp.audit.document import Audit, Finding
from qpp.report.guide import machine_section, sheet
from qpp.report.markup import Child, Html, badge, el, inline, join, raw, resource, some
from qpp.report.page import html_file, when
from qpp.summary import plural

LINKS = (
    ("overview", "Summary"),
    ("roadmap", "Roadmap"),
    ("findings", "Findings"),
    ("verify", "Verification"),
    ("measured", "Measurement"),
    ("reading", "Guide"),
)
RISK_TONE = {"low": "good", "medium": "missed", "high": "bad"}
LEAST_SHOWN = 0.004  # of the time: a segment of the bar
KEPT = "|".join(f"<{tag}\\b.*?</{tag}>" for tag in ("pre", "code", "style", "script"))
VERBATIM = re.compile(f"({KEPT}|<[^>]*>)", re.DOTALL)
UNIT = re.compile(r"(\d) (%|ms|s|min|[KMGT]i?B)(?!\w)")
PARSER = MarkdownIt("commonmark", {"html": False})


def render(audit: Audit) -> str:
    """The page of an audit.

    Style and script are inside; a content security policy forbids requests. The same audit gives
    the same bytes.
    """
    names = words.files(audit.findings)
    verification = markdown.items(words.verification(audit), numbered=True)
    main = el(
        "main",
        _overview(audit, names),
        _section("roadmap", "Roadmap", _html(markdown.roadmap(audit))),
        _section(
            "findings",
            "Findings",
            *(_article(finding, n, names) for n, finding in enumerate(words.large(audit), 1)),
        ),
        _section("smaller", "Smaller places", _html(markdown.smaller(audit))),
        _section("not-found", "Looked for, and not found", _not_found(audit)),
        _section(
            "verify",
            "How you will know that the new code gives the same answers",
            _html(verification),
        ),
        _section("measured", "How it was measured", sheet(words.measurement(audit))),
        machine_section(_of_qpp(audit.provenance), fold=True),
        _section("reading", "How to read this report", _guide(audit)),
    )
    tone, first, rest = words.headline(audit)
    machine = str(audit.provenance.get("cpu") or "")
    cores = audit.provenance.get("usable_cores")
    if machine and isinstance(cores, int):
        machine += f", {plural(cores, 'core')}"
    known = (when(audit.created), machine, str(audit.provenance.get("python") or ""))
    opening = (
        el("h1", el("span", first, cls=tone), rest),
        el("p", el("code", _breaking(audit.command)), cls="program"),
        el("p", (el("span", fact) for fact in words.facts(audit)), cls="facts"),
        el("p", (el("span", fact) for fact in known if fact), cls="facts"),
    )
    page = html_file(
        ("Performance audit", f"{first}{rest}".rstrip(".")),
        LINKS,
        opening,
        main,
        f"Every figure on this page is from one document ({audit.schema}) by qpp audit.",
        style=("qpp.report", "qpp.audit"),
    )
    pieces = VERBATIM.split(page)
    return "".join(p if n % 2 else UNIT.sub("\\1\u00a0\\2", p) for n, p in enumerate(pieces))


def _section(anchor: str, title: str, *children: Child) -> Html | None:
    inner = join(*children)
    return el("section", el("h2", title), inner, id=anchor) if inner else None


def _breaking(path: str) -> Html:
    """A path or command that a narrow screen breaks at slashes."""
    first, *rest = re.split(r"(?<=/)(?=\w)", path)
    return join(first, *((raw("<wbr>"), piece) for piece in rest))


def _not_found(audit: Audit) -> Html | None:
    """The patterns that were looked for, folded."""
    if not audit.not_found:
        return None
    many = plural(len(audit.not_found), "pattern")
    said = el("summary", el("b", f"{many} that the hot spots do not show"))
    return el("details", said, _html(markdown.not_found(audit)))


def _of_qpp(provenance: Mapping[str, Any]) -> dict[str, Any]:
    """Provenance that says whose commit and which load it means: read after the runs."""
    names = {"commit": "commit of qpp", "dirty": "uncommitted changes of qpp"}
    names["load"] = "load at the end"
    return {names.get(key, key): value for key, value in provenance.items()}


def _guide(audit: Audit) -> Html:
    """How to read the report, without what is not on the page."""
    ran = {run.name for run in audit.profilers if run.runs}
    absent = [name for name in ("scalene", "cProfile", "memray") if name not in ran]
    absent += [] if any(not f.worth for f in audit.findings) else ["Not worth a rewrite"]
    lines = resource("guide.html", "qpp.audit").splitlines()
    return raw("\n".join(x for x in lines if not any(f"<dt>{name}</dt>" in x for name in absent)))


def _html(text: str) -> Html:
    """Our own Markdown, in which all markup of the client's is escaped."""
    return raw(PARSER.render(text))


def _overview(audit: Audit, names: dict[str, str]) -> Html:
    """The first screen: what is slow, why, what to do first, how much it brings, what is unsure."""
    top = audit.findings[: words.TOP]
    unsure = words.uncertain(audit)
    same = None if unsure else "The order of the largest places was the same in all runs."
    box = el(
        "aside",
        el("h3", "What is uncertain"),
        some("ul", (el("li", inline(text)) for text in unsure)),
        some("p", same, cls="small"),
        cls="unsure",
    )
    return el(
        "section",
        el("h2", "Summary", cls="unseen"),
        (el("p", text, cls="notice") for text in words.problems(audit)),
        some("pre", audit.traceback, cls="trace", tabindex=0),
        some("p", _first(audit, names), cls="lede first"),
        _bar(audit),
        some("ol", (_card(f, n, names) for n, f in enumerate(top, 1)), cls="top"),
        box if audit.findings or unsure else None,
        id="overview",
    )


def _first(audit: Audit, names: dict[str, str]) -> Html | None:
    """What to do first, in one sentence."""
    steps = words.roadmap(audit)
    if not steps:
        return None
    first, _ = steps[0]
    name = join(" (", el("code", first.function), ")") if first.function else None
    gain = (
        f" What this alone brings to the work: {words.brings(first)}; effort: {first.effort}, "
        f"risk: {first.risk}."
    )
    remedy = inline(words.first_sentence(first.remedy))
    return join(el("b", "Do first: "), words.where(first, names), name, ". ", remedy, gain)


def _bar(audit: Audit) -> Html | None:
    """The whole time as one bar: start-up, the largest places, the rest."""
    if not audit.findings:
        return None
    work = 1.0 - audit.imports_share
    parts = [
        (f"{n} {finding.function or words.lines(finding)}", f"place{n}", finding.share * work)
        for n, finding in enumerate(audit.findings[: words.TOP], 1)
    ]
    rest = max(0.0, work - sum(part for *_, part in parts))
    parts += [("elsewhere", "rest", rest), ("start-up and imports", "imports", audit.imports_share)]
    parts = [one for one in parts if one[2] >= LEAST_SHOWN]
    segments = [
        el(
            "span",
            el("i", label),
            cls=cls,
            style=f"flex: {part:.4f}",
            title=f"{label}: {words.percent(part)} of the whole time",
        )
        for label, cls, part in parts
    ]
    text = ", ".join(
        f"{words.percent(part)} {'in ' if cls.startswith('place') else ''}{label}"
        for label, cls, part in parts
    )
    caption = f"{fmt.seconds(audit.bare_seconds)} from start to end: {text}."
    return el(
        "figure",
        el("div", segments, cls="timebar", role="img", aria_label=caption),
        el("figcaption", el("span", caption)),
        cls="time",
    )


def _card(finding: Finding, number: int, names: dict[str, str]) -> Html:
    gain = (
        join(
            el("span", words.brings(finding), cls="num gain"),
            el("span", f"effort: {finding.effort}"),
            badge(f"risk: {finding.risk}", RISK_TONE[finding.risk], "●"),
        )
        if finding.worth
        else el("span", "not worth a rewrite", cls="quiet")
    )
    low, high = round(100 * finding.share_low), round(100 * finding.share_high)
    interval = f"{low} to {high} % over the runs" if low != high else "the same in all runs"
    return el(
        "li",
        el("b", words.percent(finding.share), cls=f"num figure place{number}"),
        el("span", f"of the work, {interval}", cls="quiet small"),
        el("h3", el("a", words.title(finding), href=f"#finding-{number}")),
        el("p", el("code", finding.function) if finding.function else None, cls="break small"),
        el("p", _breaking(words.where(finding, names)), cls="break small quiet"),
        el("p", inline(words.first_sentence(finding.mechanism)), cls="small"),
        el("p", gain, cls="gains small"),
        cls="card" if finding.worth else "card off",
    )


def _article(finding: Finding, number: int, names: dict[str, str]) -> Html:
    """A place with its lines, its figures, the mechanism and the remedy."""
    parts = [
        el("div", el("h4", title), _html(body), cls="part") if title else _html(body)
        for title, body in markdown.parts(finding)
    ]
    return el(
        "article",
        el("h3", el("span", f"{number}", cls="number"), words.title(finding)),
        el(
            "p",
            join(el("code", finding.function), " · ") if finding.function else None,
            _breaking(words.where(finding, names)),
            cls="where break",
        ),
        sheet(words.figures(finding)),
        parts,
        id=f"finding-{number}",
        cls="finding",
    )
