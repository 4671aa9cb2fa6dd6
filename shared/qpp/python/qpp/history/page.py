"""The stored results as one HTML page without network, server or script."""

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from qpp.history import store
from qpp.history.charts import FORMATS, LINE_HEIGHT, Look, chart, day, looks
from qpp.history.series import Series, collect, commits
from qpp.report.markup import resource
from qpp.report.svg import FONT, tokens_css
from qpp.summary import plural

WIDE, NARROW = 940.0, 306.0
SMALL = {
    "slowdown": "Time over the fastest",
    "memory growth": "Growth of the resident set",
    "error": "Largest difference from the baseline",
}
COLUMNS = ("time", "slowdown", "memory growth", "peak memory", "error")


def render(folder: Path) -> str:
    """The page for everything stored under ``folder``.

    Raises
    ------
    HistoryError
        A stored file is damaged.
    """
    series = collect(folder)
    roles_of = _roles(folder)
    parts: list[str] = []
    for machine in dict.fromkeys(s.machine for s in series):
        for study in dict.fromkeys(s.study for s in series if s.machine == machine):
            chosen = [s for s in series if (s.machine, s.study) == (machine, study)]
            parts.append(_study(chosen, roles_of.get(study, {}), prefix=f"s{len(parts)}"))
    sheet = f"{tokens_css()} :root {{ --sans: {FONT}; }}\n{resource('style.css', 'qpp.history')}"
    notes = resource("notes.html", "qpp.history")
    text = f"{plural(len(commits(series)), 'commit')} recorded"
    body = "".join(parts) or "<p>Nothing is recorded yet: run <code>make history</code>.</p>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>History of the studies</title><style>{sheet}</style></head><body><main>"
        f"<h1>History of the studies</h1><p>{text}. Made by <code>qpp history --html FILE</code> "
        "from the stored results.</p>"
        f"{body}<h2>What the figures are</h2>{notes}</main></body></html>\n"
    )


def _roles(folder: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for stored in store.read_all(folder):
        for study, named in stored.data.get("qpp", {}).get("roles", {}).items():
            found.setdefault(study, {}).update(named)
    return found


def _study(series: Sequence[Series], role_of: dict[str, str], prefix: str) -> str:
    machine, study = series[0].machine, series[0].study
    points = commits(series)
    look_of = looks(list(dict.fromkeys(s.implementation for s in series)), role_of)
    absent = ", ".join(name for name in role_of if name not in look_of)
    text = f"{machine}. Not available when recorded: {absent}" if absent else machine
    parts = [f"<h2>{escape(study)}</h2><p>{escape(text)}</p>"]
    measured = [s for s in series if s.metric != "criterion"]
    for i, workload in enumerate(dict.fromkeys(s.workload for s in measured)):
        chosen = [s for s in measured if s.workload == workload]
        parts.append(_workload(chosen, points, look_of, f"{prefix}w{i}"))
    rust = [s for s in series if s.metric == "criterion"]
    for i, group in enumerate(dict.fromkeys(s.workload for s in rust)):
        parts.append(_criterion([s for s in rust if s.workload == group], points, f"{prefix}c{i}"))
    return "".join(parts)


def _workload(
    series: Sequence[Series],
    points: Sequence[tuple[str, int]],
    look_of: dict[str, Look],
    prefix: str,
) -> str:
    by_metric = {
        metric: [s for s in series if s.metric == metric]
        for metric in dict.fromkeys(s.metric for s in series)
    }
    time = by_metric.get("time", [])
    large = _large(time, points, look_of, "Time of one call", f"{prefix}-time")
    boxes = ""
    for metric, title in SMALL.items():
        name = f"{prefix}-{re.sub('[^a-z]', '-', metric)}"
        drawn = chart(
            by_metric.get(metric, []),
            points,
            look_of,
            title=title,
            name=name,
            width=NARROW,
            height=210,
        )
        boxes += f"<div>{drawn}</div>" if drawn else ""
    return (
        f"<h3>{escape(series[0].workload)}</h3><div class=card>{large}"
        f"<div class=row>{boxes}</div>{_table(series, points, look_of)}</div>"
    )


def _large(
    series: Sequence[Series],
    points: Sequence[tuple[str, int]],
    look_of: dict[str, Look],
    title: str,
    name: str,
) -> str:
    height = max(300.0, 100.0 + LINE_HEIGHT * len(series))
    return chart(
        series, points, look_of, title=title, name=name, width=WIDE, height=height, labels=True
    )


def _criterion(series: Sequence[Series], points: Sequence[tuple[str, int]], prefix: str) -> str:
    names = [s.implementation for s in series]
    look_of = looks(names, dict.fromkeys(names, "optimised"))
    title = "One iteration in Rust (criterion)"
    drawn = _large(series, points, look_of, title, f"{prefix}-criterion")
    table = _table(series, points, look_of, ("criterion",))
    return f"<h3>{escape(series[0].workload)}</h3><div class=card>{drawn}{table}</div>"


def _table(
    series: Sequence[Series],
    points: Sequence[tuple[str, int]],
    look_of: dict[str, Look],
    columns: Sequence[str] = COLUMNS,
) -> str:
    latest = points[-1][0]
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    lines = []
    for name in dict.fromkeys(s.implementation for s in series):
        own = {s.metric: s for s in series if s.implementation == name}
        cells = "".join(f"<td>{_cell(own.get(c), latest)}</td>" for c in columns)
        moved = _moved(own.get(columns[0]))
        kind = look_of[name].role
        lines.append(
            f"<tr><td class={kind}>{escape(name)}</td>{cells}<td class=muted>{moved}</td></tr>"
        )
    when = f"{latest[:8]}, {day(points[-1][1])}"
    return (
        f"<table><thead><tr><th>{when}</th>{head}<th>against the point before</th></tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table>"
    )


def _cell(series: Series | None, commit: str) -> str:
    point = series.at(commit) if series else None
    if series is None or point is None:
        return "<span class=muted>–</span>"
    if point.value is None:
        return "<span class=bad>failed</span>"
    return escape(FORMATS[series.unit](point.value))


def _moved(series: Series | None) -> str:
    values = [p.value for p in series.points if p.value] if series else []
    if len(values) < 2:
        return "first point"
    return f"{(values[-1] / values[-2] - 1) * 100:+.1f} %"
