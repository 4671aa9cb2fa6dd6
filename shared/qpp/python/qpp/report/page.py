"""The page around the sections: head, links, theme."""

from collections.abc import Sequence
from datetime import datetime

from qpp import format as fmt
from qpp import machine
from qpp.report import claims, guide, overview, sections, verdicts
from qpp.report.markup import Child, Html, el, raw, resource, some
from qpp.report.svg import FONT, tokens_css
from qpp.results import Run
from qpp.summary import plural

LINKS = (
    ("overview", "Studies"),
    ("open-bars", "Missed"),
    ("claims", "Bars"),
    ("machine", "Machine"),
    ("reading", "Guide"),
)
# The browser refuses every request to another address.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"


def render_html(run: Run) -> str:
    """The report of a run: one HTML file that needs nothing else.

    ``run`` may be interrupted or empty. Style, script and drawings are inside; a content security
    policy forbids requests. The same run gives the same bytes.
    """
    anchors = [f"study-{i}" for i in range(1, len(run.studies) + 1)]
    main = el(
        "main",
        overview.problems_section(run),
        overview.overview_section(run, anchors),
        claims.open_bars(run),
        (sections.study_section(s, a) for s, a in zip(run.studies, anchors, strict=True)),
        claims.claims_section(run, anchors),
        guide.machine_section(run.provenance),
        guide.guide_section(run),
    )
    tone, first, rest = verdicts.headline(run)
    title = el("h1", el("span", first, cls=tone), rest)
    busy = machine.busy(run.provenance) if "check" not in run.preset else ""
    remarks = some("p", busy, cls="lede missed"), some("p", verdicts.remarks(run), cls="lede")
    facts = el("p", (el("span", fact) for fact in _facts(run) if fact), cls="facts")
    source = f"Every figure on this page is computed from one result file ({run.schema}) by qpp"
    return html_file(
        ("Performance report", f"{first}{rest}".rstrip(".")),
        LINKS,
        (title, remarks, facts),
        main,
        f"{source}; none is typed by hand.",
    )


def html_file(
    title: tuple[str, str],
    links: Sequence[tuple[str, str]],
    opening: Child,
    main: Html,
    footer: str,
    style: Sequence[str] = ("qpp.report",),
) -> str:
    """A page that needs nothing else: its kind and title, links to the sections that it has, parts.

    ``style`` are the packages whose style sheets it has.
    """
    there = [el("a", word, href=f"#{to}") for to, word in links if f'<section id="{to}">' in main]
    bar = el(
        "div",
        el("div", el("b", "Quant Performance Portfolio"), el("span", f"  {title[0]}")),
        el("nav", there, aria_label="Parts of this page"),
        el("button", "Switch to dark", id="theme", cls="toggle", type="button", hidden=True),
        cls="bar",
    )
    sheets = "".join(resource("style.css", package) for package in style)
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("link", rel="icon", href="data:,"),
        el("title", ": ".join(title)),
        el("style", raw(f"{tokens_css()} :root {{ --sans: {FONT}; }}\n{sheets}")),
    )
    body = el(
        "body",
        el("header", bar, opening, cls="masthead"),
        main,
        el("footer", footer),
        el("script", raw("\n" + resource("script.js"))),
    )
    return f"<!doctype html>\n{el('html', head, body, lang='en')}\n"


def _facts(run: Run) -> tuple[str, ...]:
    """Date, preset, duration, machine, load and commit; empty where unknown."""
    known = run.provenance
    where, commit = str(known.get("cpu") or ""), str(known.get("commit") or "")[:12]
    cores, load = known.get("usable_cores"), machine.load_before(known)
    if where and isinstance(cores, int) and cores:
        where += f", {plural(cores, 'core')}"
    dirty = " with uncommitted changes" if known.get("dirty") else ""
    return (
        when(run.created),
        f"{run.preset} preset" if run.preset else "",
        duration(run.duration),
        where,
        "" if load is None else f"load {load:.1f} at the start",
        f"commit {commit}{dirty}" if commit else "",
    )


def when(created: str) -> str:
    """The date in words; text that is not an ISO date stays as it is.

    >>> when("2026-03-02T09:41:00+00:00"), when("yesterday")
    ('2 March 2026, 09:41 UTC', 'yesterday')
    """
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        return created
    zone = moment.tzname() or ""
    return f"{moment.day} {moment:%B %Y, %H:%M} {zone}".strip()


def duration(seconds: float) -> str:
    """Minutes and seconds.

    >>> duration(148.2), duration(4.21), duration(0)
    ('2 min 28 s', '4.21 s', '')
    """
    if seconds <= 0:
        return ""
    if seconds < 60:
        return fmt.seconds(seconds)
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60:02d} s"
