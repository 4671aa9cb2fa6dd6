"""The page around the sections: masthead, overview, theme, and nothing from outside."""

from __future__ import annotations

from datetime import datetime
from importlib import resources

from qpp import format as fmt
from qpp.report import sections, verdicts
from qpp.report.markup import Html, el, join, raw
from qpp.report.svg import FONT, tokens_css
from qpp.results import Run, StudyResult

WHAT = (
    "Each study runs a Python baseline and its faster twins on the same inputs, checks that "
    "their outputs agree, measures them in turns in one run on one machine, and holds the "
    "ratios against what had been claimed."
)
# The browser itself refuses whatever would come from outside.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
TOGGLE = """
(() => {
  const root = document.documentElement, button = document.getElementById("theme");
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  const tell = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.hidden = false;
  const turn = () => { root.dataset.theme = dark() ? "light" : "dark"; tell(); };
  button.addEventListener("click", turn);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
  tell();
})();
"""


def render_html(run: Run) -> str:
    """The report of a run: one HTML file that needs nothing else.

    Parameters
    ----------
    run
        Any run, finished or interrupted, with or without studies.

    Returns
    -------
    str
        A complete document. Style, script and drawings are inside; a content security
        policy forbids requests. The same run gives the same bytes.
    """
    anchors = [f"study-{i}" for i in range(1, len(run.studies) + 1)]
    main = el(
        "main",
        _overview(run, anchors),
        _problems(run),
        verdicts.claims_section(run),
        (sections.study_section(s, a) for s, a in zip(run.studies, anchors, strict=True)),
        sections.machine_section(run.provenance),
        sections.guide_section(run),
    )
    body = el("body", _masthead(run), main, _footer(run), el("script", raw(TOGGLE)))
    return f"<!doctype html>\n{el('html', _head(run), body, lang='en')}\n"


def _head(run: Run) -> Html:
    sheet = resources.files("qpp.report").joinpath("style.css").read_text(encoding="utf-8")
    _, word, _ = verdicts.verdict(run)
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=POLICY),
        el("link", rel="icon", href="data:,"),
        el("title", f"Reproduction report: {word.rstrip('.').lower()}"),
        el("style", raw(f"{tokens_css()} :root {{ --sans: {FONT}; }}\n{sheet}")),
    )


def _masthead(run: Run) -> Html:
    tone, word, sentence = verdicts.verdict(run)
    bar = el(
        "div",
        el("div", el("b", "Quant Performance Portfolio"), el("span", "  Reproduction report")),
        el("button", "Dark", id="theme", cls="toggle", type="button", hidden=True),
        cls="bar",
    )
    provenance = run.provenance
    machine = str(provenance.get("cpu") or "")
    cores = provenance.get("usable_cores")
    if machine and isinstance(cores, int) and cores:
        machine += f", {verdicts.plural(cores, 'core')}"
    remarks = verdicts.remarks(run)
    commit = str(provenance.get("commit") or "")[:12]
    dirty = " with uncommitted changes" if provenance.get("dirty") else ""
    facts = (
        ("Date", when(run.created)),
        ("Preset", run.preset),
        ("Duration", duration(run.duration)),
        ("Machine", machine),
        ("Commit", commit + dirty if commit else ""),
    )
    shown = (el("div", el("dt", k), el("dd", v)) for k, v in facts if v)
    return el(
        "header",
        bar,
        el("h1", el("span", word, cls=tone), f" {sentence}"),
        el("p", remarks, cls="lede remarks") if remarks else None,
        el("p", WHAT, cls="lede"),
        el("dl", shown, cls="facts"),
        sections.command(run),
        cls="masthead",
    )


def _overview(run: Run, anchors: list[str]) -> Html | None:
    if not run.studies:
        return None
    heads = ("Study", "Claims", "Agreement", "Ours over the baseline, one thread")
    head = el("tr", (el("th", h, scope="col") for h in heads))
    body = el("tbody", (_glance(s, a) for s, a in zip(run.studies, anchors, strict=True)))
    table = el("table", el("thead", head), body, cls="glance")
    return el(
        "section",
        el("h2", "At a glance"),
        el("div", table, cls="scroll", tabindex=0, role="region", aria_label="At a glance"),
        id="overview",
    )


def _glance(study: StudyResult, anchor: str) -> Html:
    compared = [
        r for w in study.workloads for r in w.rows if r.parity is not None and r.role != "baseline"
    ]
    agree = sum(r.parity is not None and r.parity.agrees for r in compared)
    told = f"{agree} of {len(compared)} rows agree" if compared else "nothing compared"
    wrong = agree < len(compared)
    badge = el(
        "span",
        told,
        cls="badge " + ("bad" if wrong else "good" if compared else "untested"),
        data_mark="✕" if wrong else "✓" if compared else "○",
    )
    link = el("a", study.title or study.name, href=f"#{anchor}")
    small = study.question or study.error
    return el(
        "tr",
        el("th", link, el("small", small) if small else None, scope="row", cls="break"),
        el("td", verdicts.tally(study)),
        el("td", badge),
        el("td", sections.ratio_range(study), cls="num"),
    )


def _problems(run: Run) -> Html | None:
    lines = run.failures()
    if run.interrupted:
        lines = ["The run was interrupted; what was finished is below.", *lines]
    if not lines:
        return None
    title = "Why this is not a reproduction" if run.failures() else "What is missing"
    items = (
        el("li", el("span", "✕", cls="bad", aria_hidden="true"), el("span", verdicts.pretty(line)))
        for line in lines
    )
    return el("section", el("h2", title), el("ul", items, cls="problems"), id="problems")


def _footer(run: Run) -> Html:
    text = "Every figure on this page is computed from one result file"
    return el("footer", join(f"{text} ({run.schema}) by qpp; none is typed by hand."))


def when(created: str) -> str:
    """The date for people; what is not ISO stays as it is.

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
