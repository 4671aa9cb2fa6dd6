"""The sections of the report: one for each study, with its workloads folded."""

from dataclasses import replace
from typing import Any

from qpp import format as fmt
from qpp.report import charts, crossings, curves, roles, samples, tables, versus
from qpp.report.guide import words
from qpp.report.markup import Html, badge, el, figure, figures, paragraphs, some
from qpp.report.overview import versus_figure
from qpp.report.verdicts import WRONG, noise_sentence
from qpp.results import ScalingCurve, StudyResult, WorkloadResult
from qpp.statistics import noise_floors
from qpp.summary import summarise

FEW = 12  # workloads: a chart of more is folded
SMALL = 24  # rows of a study: so few are printed although they are folded


def study_section(study: StudyResult, anchor: str) -> Html:
    """One study."""
    head = el(
        "header",
        el("span", study.name, cls="eyebrow"),
        el("h2", study.title or study.name),
        some("p", study.question, cls="lede"),
    )
    warnings = []
    if study.error:
        failed = el("strong", "This study could not be run. ")
        warnings.append(el("p", failed, study.error, cls="notice"))
    if study.interrupted:
        text = "Interrupted: what follows is what was finished."
        warnings.append(el("p", text, cls="notice"))
    single = "" if len(study.analysis) > 280 else " single"
    nothing = not study.workloads and not study.error
    body = (
        some("div", paragraphs(study.analysis), cls=f"analysis{single}"),
        some("p", "No workload was finished." if nothing else "", cls="quiet"),
        _ratios(study, anchor),
        _all_workloads(study, anchor),
        (_scaling(study, c, f"{anchor}-scaling-{i}") for i, c in enumerate(study.scaling)),
        tables.criterion_table(study),
        _workloads(study, anchor),
    )
    return el("section", head, warnings, body, cls="study", id=anchor)


def _ratios(study: StudyResult, anchor: str) -> Html | None:
    found = summarise(study)
    if found is None:
        return None
    shown = found.workload
    shown = replace(shown, rows=tuple(r for r in shown.rows if r.status not in tables.ABSENT))
    wide, narrow = (
        charts.ratio_chart(study, shown, layout=layout, name=f"{anchor}-ratios{end}")
        for layout, end in ((charts.WIDE, ""), (charts.NARROW, "-narrow"))
    )
    text = "The baseline's time over each one's, log scale, 95 % intervals."
    if floor := noise_floors(study.workloads)[shown.name]:
        text += f" The grey band is the noise floor, {fmt.percent(floor)}."
    title = f"Every implementation measured on {shown.name}"
    return figure(title, text, wide, narrow)


def _all_workloads(study: StudyResult, anchor: str) -> Html | None:
    if len(study.workloads) < 2:
        return None
    floors = noise_floors(study.workloads)
    rows = [(w.name, versus.of_study(study, w), floors[w.name]) for w in study.workloads]
    title = "What we recommend, on every workload"
    text = "Its ratio over the baseline and over the best peer there, log scale, 95 % intervals."
    drawn = versus_figure(rows, title, text, anchor)
    if drawn is None or len(rows) <= FEW:
        return drawn
    summary = el("summary", el("b", title), el("span", f"chart of {len(rows)} workloads"))
    return el("details", summary, drawn, cls="block")


def _scaling(study: StudyResult, curve: ScalingCurve, name: str) -> Html | None:
    found = crossings.crossings(study, curve)
    told = (el("li", crossing.told(curve.label)) for crossing in found)
    extra = some("ol", told, cls="crossings")
    what = f"{study.recommended} and another implementation" if study.recommended else "any two"
    text = "Median time, both axes logarithmic. " + (
        "A ring marks where the faster of two implementations changes, if they differ by more "
        "than the noise floor on both sides of it."
        if found
        else f"No crossing of {what} is beyond the noise floor on both sides."
    )
    drawing = curves.scaling_chart(study, curve, found, name)
    return figure(curve.title, text, drawing, extra=extra)


def _workloads(study: StudyResult, anchor: str) -> Html | None:
    if not study.workloads:
        return None
    floors = noise_floors(study.workloads)
    parts = [
        _workload(study, w, f"{anchor}-{i}", floors[w.name]) for i, w in enumerate(study.workloads)
    ]
    agree = f"Outputs agree when {study.agreement}. " if study.agreement else ""
    text = f"{agree}{noise_sentence(study)}".rstrip()
    return el(
        "div",
        el("h3", "Every row of every workload"),
        some("p", figures(text), cls="quiet small"),
        el("div", parts, cls="folds"),
        cls="block",
    )


def _workload(study: StudyResult, workload: WorkloadResult, anchor: str, floor: float) -> Html:
    sizes = ", ".join(f"{words(k)} {_size(v)}" for k, v in workload.sizes.items())
    title = "Distribution of the timings"
    text = "Every sample, log scale; the box holds the middle half, the line is the median."
    chart = figure(title, text, samples.timing_chart(workload, f"{anchor}-timings"))
    return el(
        "details",
        el("summary", el("b", workload.name), _in_short(study, workload)),
        some("p", sizes, cls="quiet small"),
        tables.workload_table(workload),
        tables.noise_line(workload, floor),
        el("details", el("summary", title), chart, cls="inner") if chart else None,
        id=anchor,
        cls="small-print" if len(workload.rows) * len(study.workloads) <= SMALL else None,
    )


def _in_short(study: StudyResult, workload: WorkloadResult) -> Html:
    wrong = sum(r.status in ("disagrees", "failed") for r in workload.rows)
    bad = badge(f"{wrong} wrong or failed", "bad", WRONG) if wrong else None
    text = ""
    found = versus.of_study(study, workload)
    if found and found.ours and found.ours.ratio:
        text = f"{found.ours.implementation} {fmt.ratio(found.ours.ratio.value, roles.TIMES)}"
        if found.over_peer and found.peer:
            times = fmt.ratio(found.over_peer.value, roles.TIMES)
            text += f"; {times} over {found.peer.implementation}"
    return el("span", bad, some("span", text), cls="tallies num")


def _size(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
