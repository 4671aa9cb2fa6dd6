"""The report as one HTML file that needs nothing else, for a reader who has not seen the code."""

from __future__ import annotations

from qpp import format as fmt
from qpp.audit import details, words
from qpp.audit.document import Audit, Finding
from qpp.report.guide import machine_section
from qpp.report.markup import Html, badge, el, inline, join, raw, resource, some
from qpp.report.page import POLICY, when
from qpp.report.svg import FONT, tokens_css
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
LEAST_SHOWN, LEAST_NAMED = 0.004, 0.06  # of the time: a segment of the bar, and one with its name


def render(audit: Audit) -> str:
    """The page of an audit.

    Style and script are inside; a content security policy forbids requests. The same audit gives
    the same bytes.
    """
    names = words.files(audit.findings)
    main = el(
        "main",
        _overview(audit, names),
        details.roadmap_section(audit, names),
        details.findings_section(audit, names),
        details.not_found_section(audit),
        details.verification_section(audit),
        details.measurement_section(audit),
        machine_section(audit.provenance),
        el("section", el("h2", "How to read this report"), _guide(), id="reading"),
    )
    links = [el("a", word, href=f"#{to}") for to, word in LINKS if f'<section id="{to}">' in main]
    bar = el(
        "div",
        el("div", el("b", "Quant Performance Portfolio"), el("span", "  Performance audit")),
        el("nav", links, aria_label="Parts of this page"),
        el("button", "Dark", id="theme", cls="toggle", type="button", hidden=True),
        cls="bar",
    )
    tone, first, rest = words.headline(audit)
    machine = str(audit.provenance.get("cpu") or "")
    cores = audit.provenance.get("usable_cores")
    if machine and isinstance(cores, int):
        machine += f", {plural(cores, 'core')}"
    known = (when(audit.created), machine, str(audit.provenance.get("python") or ""))
    header = el(
        "header",
        bar,
        el("h1", el("span", first, cls=tone), rest),
        el("p", el("code", audit.command), cls="program"),
        el("p", (el("span", fact) for fact in words.facts(audit)), cls="facts"),
        el("p", (el("span", fact) for fact in known if fact), cls="facts"),
        cls="masthead",
    )
    source = f"Every figure on this page is from one document ({audit.schema}) by qpp audit."
    body = el(
        "body", header, main, el("footer", source), el("script", raw("\n" + resource("script.js")))
    )
    sheets = resource("style.css") + resource("style.css", "qpp.audit")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("link", rel="icon", href="data:,"),
        el("title", f"Performance audit: {first}{rest}".rstrip(".")),
        el("style", raw(f"{tokens_css()} :root {{ --sans: {FONT}; }}\n{sheets}")),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _overview(audit: Audit, names: dict[str, str]) -> Html:
    """The first screen: what is slow, why, what to do first, how much it brings, what is unsure."""
    problems = [el("p", text, cls="notice") for text in words.problems(audit)]
    trace = some("pre", audit.traceback, cls="trace", tabindex=0)
    top = audit.findings[: words.TOP]
    cards = some("ol", (_card(f, n, names) for n, f in enumerate(top, 1)), cls="top")
    unsure = words.uncertain(audit)
    box = el(
        "aside",
        el("h3", "What is uncertain"),
        el("ul", (el("li", inline(text)) for text in unsure))
        if unsure
        else el("p", "The order of the largest places was the same in all runs.", cls="small"),
        cls="unsure",
    )
    return el(
        "section",
        el("h2", "Summary", cls="unseen"),
        problems,
        trace,
        _first(audit, names),
        _bar(audit, names),
        cards,
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
    return el(
        "p",
        el("b", "Do first: "),
        words.where(first, names),
        name,
        ". ",
        inline(words.first_sentence(first.remedy)),
        f" This alone makes the program at most {words.times(first.bound)} as fast; "
        f"effort: {first.effort}, risk: {first.risk}.",
        cls="lede first",
    )


def _bar(audit: Audit, names: dict[str, str]) -> Html | None:
    """The whole time as one bar: start-up, the largest places, the rest."""
    if not audit.findings:
        return None
    work = 1.0 - audit.imports_share
    parts: list[tuple[str, str, float]] = [
        (f"{n} {finding.function or words.lines(finding)}", f"place{n}", finding.share * work)
        for n, finding in enumerate(audit.findings[: words.TOP], 1)
    ]
    rest = max(0.0, work - sum(part for *_, part in parts))
    parts += [("elsewhere", "rest", rest), ("start-up and imports", "imports", audit.imports_share)]
    segments = [
        el(
            "span",
            el("i", label if part >= LEAST_NAMED else ""),
            cls=cls,
            style=f"flex: {part:.4f}",
            title=f"{label}: {words.percent(part)} of the whole time",
        )
        for label, cls, part in parts
        if part >= LEAST_SHOWN
    ]
    text = ", ".join(
        f"{words.percent(part)} {'in ' if cls.startswith('place') else ''}{label}"
        for label, cls, part in parts
        if part >= LEAST_SHOWN
    )
    caption = f"{fmt.seconds(audit.bare_seconds)} from start to end: {text}."
    return el(
        "figure",
        el("div", segments, cls="timebar", role="img", aria_label=caption),
        el("figcaption", el("span", caption)),
        cls="time",
    )


def _card(finding: Finding, number: int, names: dict[str, str]) -> Html:
    what = words.pattern(finding.pattern)
    gain = (
        join(
            el("span", f"at most {words.times(finding.bound)}", cls="num gain"),
            el("span", f"effort: {finding.effort}"),
            badge(f"risk: {finding.risk}", RISK_TONE[finding.risk], "●"),
        )
        if finding.worth
        else join(el("span", "not worth a rewrite", cls="quiet"))
    )
    return el(
        "li",
        el("b", words.percent(finding.share), cls=f"num figure place{number}"),
        el("span", f"of the work, {_interval(finding)}", cls="quiet small"),
        el("h3", el("a", what[0].upper() + what[1:], href=f"#finding-{number}")),
        el("p", el("code", finding.function) if finding.function else None, cls="break small"),
        el("p", words.where(finding, names), cls="break small quiet"),
        el("p", inline(words.first_sentence(finding.mechanism)), cls="small"),
        el("p", gain, cls="gains small"),
        cls="card" if finding.worth else "card off",
    )


def _interval(finding: Finding) -> str:
    low, high = round(100 * finding.share_low), round(100 * finding.share_high)
    return f"{low} to {high} % over the runs" if low != high else "the same in all runs"


def _guide() -> Html:
    return raw(resource("guide.html", "qpp.audit"))
