"""The page around the sections: head, links, theme."""

from datetime import datetime

from qpp import format as fmt
from qpp.report import claims, guide, overview, sections, verdicts
from qpp.report.markup import Html, el, resource, some
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
    parts = [
        overview.problems_section(run),
        overview.overview_section(run, anchors),
        claims.open_bars(run),
        *(sections.study_section(s, a) for s, a in zip(run.studies, anchors, strict=True)),
        claims.claims_section(run, anchors),
        guide.machine_section(run.provenance),
        guide.guide_section(run),
    ]
    head = _masthead(run, "".join(part for part in parts if part))
    body = el(
        "body",
        head,
        el("main", parts),
        _footer(run),
        el("script", Html("\n" + resource("script.js"))),
    )
    return f"<!doctype html>\n{el('html', _head(run), body, lang='en')}\n"


def _head(run: Run) -> Html:
    sheet = resource("style.css")
    _, first, rest = verdicts.headline(run)
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("link", rel="icon", href="data:,"),
        el("title", f"Performance report: {first}{rest}".rstrip(".")),
        el("style", Html(f"{tokens_css()} :root {{ --sans: {FONT}; }}\n{sheet}")),
    )


def _masthead(run: Run, body: str) -> Html:
    tone, first, rest = verdicts.headline(run)
    links = (el("a", word, href=f"#{to}") for to, word in LINKS if f'<section id="{to}">' in body)
    bar = el(
        "div",
        el("div", el("b", "Quant Performance Portfolio"), el("span", "  Performance report")),
        el("nav", links, aria_label="Parts of this page"),
        el("button", "Dark", id="theme", cls="toggle", type="button", hidden=True),
        cls="bar",
    )
    return el(
        "header",
        bar,
        el("h1", el("span", first, cls=tone), rest),
        some("p", verdicts.remarks(run), cls="lede"),
        _facts(run),
        cls="masthead",
    )


def _facts(run: Run) -> Html:
    provenance = run.provenance
    machine = str(provenance.get("cpu") or "")
    cores = provenance.get("usable_cores")
    if machine and isinstance(cores, int) and cores:
        machine += f", {plural(cores, 'core')}"
    load = provenance.get("load")
    busy = ""
    if isinstance(load, list) and load and isinstance(load[0], int | float):
        others = isinstance(cores, int) and load[0] > max(1, cores - 1)
        busy = f"load {load[0]:.1f} at the start{': busy' if others else ''}"
    commit = str(provenance.get("commit") or "")[:12]
    dirty = " with uncommitted changes" if provenance.get("dirty") else ""
    facts = (
        when(run.created),
        f"{run.preset} preset" if run.preset else "",
        duration(run.duration),
        machine,
        busy,
        f"commit {commit}{dirty}" if commit else "",
    )
    return el("p", (el("span", f) for f in facts if f), cls="facts")


def _footer(run: Run) -> Html:
    text = "Every figure on this page is computed from one result file"
    return el("footer", f"{text} ({run.schema}) by qpp; none is typed by hand.")


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
