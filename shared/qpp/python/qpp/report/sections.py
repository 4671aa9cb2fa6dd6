"""The body of the report: one section per study, then the machine and the reading guide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qpp import format as fmt
from qpp.report import charts, curves, roles, samples, tables
from qpp.report.markup import Html, el, join, paragraphs, raw
from qpp.results import Run, ScalingCurve, StudyResult, WorkloadResult

GUIDE: tuple[tuple[str, str], ...] = (
    (
        "Median, minimum, spread",
        "Of all samples of one implementation. The spread is the interquartile range over the "
        "median: small means quiet.",
    ),
    (
        "Ratio",
        "The baseline's time over this one's: 10× is ten times faster, 0.5× twice as slow. It is "
        "the median over pairs of samples taken in the same round, so what slows the machine "
        "for a while slows both. Brackets hold the 95 % bootstrap interval.",
    ),
    (
        "What is in the clock",
        "One call of the implementation, in a warm process of its own with a fixed number of "
        "threads. Making the inputs, the first call (with any compilation) and the conversions "
        "a user would already have behind them are outside; a note in the row says more.",
    ),
    (
        "Interleaved",
        "Implementations take turns within one run (A B C A B C), so none has the machine at a "
        "better hour than another.",
    ),
    (
        "Agreement",
        "Checked on the very outputs that were timed, against the baseline's, within the bound "
        "stated with each study. A row that disagrees shows neither time nor ratio.",
    ),
    (
        "Noise floor",
        "The same code timed against itself. No ratio is known better than this.",
    ),
    (
        "Memory",
        "Resident growth is what one call adds to the process's peak; Python peak is what "
        "Python's own allocator saw, which leaves out memory of Polars and Rust.",
    ),
    (
        "Threads and limits",
        "Compare rows of equal thread counts; parallel rows stand apart. A limit is the floor "
        "that physics sets, such as bytes over measured memory bandwidth: no ratio should pass it.",
    ),
)
LABELS = {
    "cpu": "Processor",
    "cores": "Cores",
    "usable_cores": "Usable cores",
    "caches": "Caches",
    "memory": "Memory",
    "os": "Operating system",
    "python": "Python",
    "rustc": "Rust compiler",
    "gpu": "GPU",
    "dirty": "Uncommitted changes",
    "load": "Load at the start",
    "virtual": "Virtual machine",
    "threads": "Thread settings",
}


def study_section(study: StudyResult, anchor: str) -> Html:
    """Everything about one study."""
    head = el(
        "header",
        el("span", study.name, cls="eyebrow"),
        el("h2", study.title or study.name),
        el("p", study.question, cls="lede") if study.question else None,
    )
    warnings = [
        el("p", el("strong", "This study could not be run. "), study.error, cls="notice")
        if study.error
        else None,
        el("p", "Interrupted: what follows is what was finished.", cls="notice")
        if study.interrupted
        else None,
    ]
    body: list[Html | None] = []
    if not study.workloads and not study.error:
        body.append(el("p", "No workload was finished.", cls="quiet"))
    body.append(_ratios(study, anchor))
    body += [_scaling(study, c, f"{anchor}-scaling-{i}") for i, c in enumerate(study.scaling)]
    body += [_workload(w, f"{anchor}-{i}") for i, w in enumerate(study.workloads)]
    body.append(tables.criterion_table(study))
    if study.agreement and study.workloads:
        body.append(el("p", f"Outputs agree when {study.agreement}.", cls="footnote"))
    return el("section", head, warnings, _analysis(study), body, cls="study", id=anchor)


def _analysis(study: StudyResult) -> Html | None:
    if not study.analysis.strip():
        return None
    single = "" if len(study.analysis) > 280 else " single"
    return el("div", paragraphs(study.analysis), cls=f"analysis{single}")


def _figure(svg: str, title: str, text: str, extra: Html | None = None) -> Html | None:
    if not svg:
        return None
    caption = el("figcaption", el("strong", title), el("span", text))
    area = el("div", raw(svg), cls="scroll", tabindex=0, role="region", aria_label=title)
    return el("figure", caption, area, extra)


def _ratios(study: StudyResult, anchor: str) -> Html | None:
    """Drawn twice: a phone gets names above the rows, so that the ratios stay in sight."""
    wide = charts.ratio_chart(study, name=f"{anchor}-ratios")
    narrow = charts.ratio_chart(study, layout=charts.NARROW, name=f"{anchor}-ratios-narrow")
    return _figure(
        wide and join(el("div", raw(wide), cls="wide"), el("div", raw(narrow), cls="narrow")),
        "Speed against the baseline",
        "Baseline’s time over each one’s, log scale, with 95 % intervals. Right is faster. "
        "The grey band at 1× is the noise floor.",
    )


def _scaling(study: StudyResult, curve: ScalingCurve, name: str) -> Html | None:
    found = curves.crossovers(study, curve)
    told = curves.sentences(curve, found)
    extra = el("ol", (el("li", t) for t in told), cls="crossings") if told else None
    text = "Median time, both axes logarithmic. " + (
        "Rings mark where the faster of two implementations changes."
        if told
        else "No two curves cross beyond the noise in this range."
    )
    return _figure(curves.scaling_chart(study, curve, name), curve.title, text, extra)


def _workload(workload: WorkloadResult, anchor: str) -> Html:
    sizes = " · ".join(f"{_words(k)} {_size(v)}" for k, v in workload.sizes.items())
    head = el("header", el("h3", workload.name), el("span", sizes, cls="quiet small"))
    chart = _figure(
        samples.timing_chart(workload, f"{anchor}-timings"),
        "Distribution of the timings",
        "Every sample, log scale; the box holds the middle half, the line is the median.",
    )
    parts = (head, tables.workload_table(workload), tables.noise_line(workload), chart)
    return el("div", parts, cls="workload", id=anchor)


def _size(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def machine_section(provenance: Mapping[str, Any]) -> Html:
    """The machine and the versions, whatever of them is known."""
    rest = {k: v for k, v in provenance.items() if k != "packages"}
    packages = provenance.get("packages")
    body: list[Html | None] = [_sheet((label(k), value(k, v)) for k, v in rest.items())]
    if not rest:
        body = [el("p", "The result file does not say on which machine it was made.")]
    if isinstance(packages, Mapping) and packages:
        body.append(el("h3", "Packages", cls="sub"))
        body.append(_sheet(((str(k), str(v)) for k, v in packages.items()), " packages"))
    return el("section", el("h2", "Machine and versions"), body, id="machine")


def _sheet(pairs: Iterable[tuple[str, str]], kind: str = "") -> Html:
    entries = (el("div", el("dt", k), el("dd", v)) for k, v in pairs)
    return el("dl", entries, cls=f"sheet{kind}")


def label(key: str) -> str:
    """A key of the provenance as a person would write it."""
    return LABELS.get(key) or _words(key)[:1].upper() + _words(key)[1:]


def value(key: str, found: Any) -> str:
    """Any value of the provenance in words; what is unknown says so."""
    if found is None or found == "" or found == {} or found == []:
        return "unknown" if key != "gpu" else "none found"
    if isinstance(found, bool):
        return "yes" if found else "no"
    if key == "memory" and isinstance(found, int | float):
        return fmt.bytes_(found)
    if isinstance(found, Mapping):
        return ", ".join(f"{_words(str(k))} {value(str(k), v)}" for k, v in found.items())
    if isinstance(found, list | tuple):
        return ", ".join(value("", item) for item in found)
    return str(found)


def _words(key: str) -> str:
    return re.sub(r"_+", " ", str(key)).strip()


def guide_section(run: Run) -> Html:
    """How to read the figures, and the command that makes them again."""
    entries = (el("div", el("dt", term), el("dd", text)) for term, text in GUIDE)
    return el(
        "section",
        el("h2", "How to read this"),
        el("dl", entries, cls="guide"),
        join(el("p", "To make this report again:"), command(run)) if run.command else None,
        id="reading",
    )


def command(run: Run) -> Html | None:
    """The generating command, ready to copy."""
    if not run.command:
        return None
    return el("pre", el("code", run.command), cls="command", tabindex=0)


def ratio_range(study: StudyResult) -> str:
    """From the least to the greatest ratio of our single-threaded rows."""
    found = [
        r.ratio.value
        for w in study.workloads
        for r in w.rows
        if roles.shows_ratio(r) and r.ratio is not None and r.role == "optimised" and r.threads == 1
    ]
    if not found:
        return fmt.MISSING
    ends = [fmt.ratio(x, roles.TIMES) for x in (min(found), max(found))]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
