"""The stored results as one HTML page that needs no network, no server and no script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from qpp.history import store
from qpp.history.charts import FORMATS, LINE_HEIGHT, Look, chart, day, looks
from qpp.history.series import Series, collect, commits
from qpp.report.svg import FONT, tokens_css

WIDE, NARROW = 940.0, 306.0
SMALL = {
    "slowdown": "Time over the fastest",
    "memory growth": "Growth of the resident set",
    "error": "Largest difference from the baseline",
}
COLUMNS = ("time", "slowdown", "memory growth", "peak memory", "error")
NOTES = """
<dl>
<dt>Time</dt><dd>seconds of one call, timed by asv in a process of its own; the bar is
asv's 99 % interval.</dd>
<dt>Time over the fastest</dt><dd>from the harness's interleaved run: the machine's load
cancels out, so a step here is a step in the code.</dd>
<dt>Growth, peak memory</dt><dd>the rise of the resident set during one call; the peak of the
whole process, interpreter and inputs included.</dd>
<dt>Difference</dt><dd>the largest absolute one from the baseline's output; 0 is exact.</dd>
<dt>Criterion</dt><dd>the median of one iteration in Rust with its 95 % interval.</dd>
</dl>
"""
CSS = f"""
{tokens_css()}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 {FONT}; }}
main {{ max-width: 1020px; margin: 0 auto; padding: 32px 24px 64px; }}
h1 {{ font-size: 26px; margin: 0 0 4px; }} h2 {{ font-size: 21px; margin: 48px 0 4px; }}
h3 {{ font-size: 16px; margin: 28px 0 8px; }} p {{ margin: 4px 0 12px; color: var(--soft); }}
.card {{ background: var(--surface); border: 1px solid var(--rule); border-radius: 8px;
  padding: 14px 16px; margin: 8px 0 20px; overflow-x: auto; }}
.row {{ display: grid; grid-template-columns: repeat(3, 1fr); gap: 12px; }}
svg.chart {{ width: 100%; height: auto; display: block; }} svg text {{ font-family: inherit; }}
table {{ border-collapse: collapse; width: 100%; font-size: 13.5px; margin-top: 8px; }}
th, td {{ text-align: right; padding: 4px 8px; border-top: 1px solid var(--rule);
  font-variant-numeric: tabular-nums; white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; }}
th {{ color: var(--muted); font-weight: 500; border-top: 0; }}
.bad {{ color: var(--bad); }} .muted {{ color: var(--muted); }}
.optimised {{ color: var(--optimised); }} .peer {{ color: var(--peer); }}
.baseline {{ color: var(--baseline); }}
dt {{ font-weight: 600; }} dd {{ margin: 0 0 8px; color: var(--soft); }}
code {{ background: var(--sunken); padding: 1px 5px; border-radius: 4px; }}
@media (max-width: 720px) {{ .row {{ grid-template-columns: 1fr; }} }}
"""


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
    count = len(commits(series))
    text = f"{count} commit{'s' if count != 1 else ''} recorded"
    body = "".join(parts) or "<p>Nothing is recorded yet: run <code>make history</code>.</p>"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>History of the studies</title><style>{CSS}</style></head><body><main>"
        f"<h1>History of the studies</h1><p>{text}. Made by <code>qpp history --html FILE</code> "
        "from the stored results.</p>"
        f"{body}<h2>What the figures are</h2>{NOTES}</main></body></html>\n"
    )


def _roles(folder: Path) -> dict[str, dict[str, str]]:
    """Study -> implementation -> role, the latest word of each."""
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
    time = chart(
        by_metric.get("time", []),
        points,
        look_of,
        title="Time of one call",
        name=f"{prefix}-time",
        width=WIDE,
        height=max(300.0, 100.0 + LINE_HEIGHT * len(by_metric.get("time", []))),
        labels=True,
    )
    small = [
        chart(
            by_metric.get(metric, []),
            points,
            look_of,
            title=title,
            name=f"{prefix}-{re.sub('[^a-z]', '-', metric)}",
            width=NARROW,
            height=210,
        )
        for metric, title in SMALL.items()
    ]
    boxes = "".join(f"<div>{drawn}</div>" for drawn in small if drawn)
    return (
        f"<h3>{escape(series[0].workload)}</h3><div class=card>{time}"
        f"<div class=row>{boxes}</div>{_table(series, points, look_of)}</div>"
    )


def _criterion(series: Sequence[Series], points: Sequence[tuple[str, int]], prefix: str) -> str:
    look_of = looks(
        [s.implementation for s in series],
        dict.fromkeys((s.implementation for s in series), "optimised"),
    )
    drawn = chart(
        series,
        points,
        look_of,
        title="One iteration in Rust (criterion)",
        name=f"{prefix}-criterion",
        width=WIDE,
        height=max(300.0, 100.0 + LINE_HEIGHT * len(series)),
        labels=True,
    )
    table = _table(series, points, look_of, ("criterion",))
    return f"<h3>{escape(series[0].workload)}</h3><div class=card>{drawn}{table}</div>"


def _table(
    series: Sequence[Series],
    points: Sequence[tuple[str, int]],
    look_of: dict[str, Look],
    columns: Sequence[str] = COLUMNS,
) -> str:
    """The latest figures, and how the time moved since the commit before."""
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
