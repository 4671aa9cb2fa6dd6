"""The history in words, for the terminal: one line for each study, and the verdict of a check."""

import math
from collections.abc import Iterator, Sequence

from rich.markup import escape
from rich.table import Table

from qpp import format as fmt
from qpp.history import HistoryError
from qpp.history.changes import Change, Drift, along, between, drift, unjudged
from qpp.history.series import Point, Series, StudyPoint, of_study, studies_of
from qpp.summary import plural

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 24  # points of a sparkline
FLAT = 2.0  # a smaller range does not fill a sparkline: noise would look like a cliff
TIMES = "×"


def overview(series: Series) -> Iterator[Table]:
    """For each machine a table: how each study's time went, and its last change beyond noise."""
    for machine, points in series.items():
        title = f"\n[bold]{escape(machine)}[/]: {plural(len(points), 'commit')}"
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, expand=True)
        table.title, table.title_style, table.title_justify = title, "", "left"
        table.caption = "ours: its time over the commits, oldest first; lower is faster"
        table.caption_justify = "left"
        table.add_column("study", no_wrap=True, min_width=max(map(len, studies_of(points))))
        table.add_column("ours", no_wrap=True, min_width=max(4, min(WIDEST, len(points))))
        table.add_column("now", no_wrap=True, justify="right", min_width=7)
        table.add_column("last change beyond noise", no_wrap=True, overflow="ellipsis", ratio=1)
        found = list(along(points))
        for study in studies_of(points):
            table.add_row(escape(study), *_line(of_study(points, study), study, found))
        yield table


def headline(study: StudyPoint) -> tuple[str, str]:
    """The workload and the implementation of ours that stand for a study."""
    workloads = list(dict.fromkeys(w for w, _ in study.rows)) or [study.headline]
    workload = study.headline if study.headline in workloads else workloads[0]
    ours = [
        (row.fastest or math.inf, name)
        for (where, name), row in study.rows.items()
        if where == workload and study.roles[name] == "optimised"
    ]
    names = [name for _, name in sorted(ours)]
    chosen = study.recommended if study.recommended in names else (names or [""])[0]
    return workload, chosen


def _line(points: Sequence[Point], study: str, changes: Sequence[Change]) -> tuple[str, str, str]:
    key = headline(points[-1].studies[study])
    rows = [p.studies[study].rows.get(key) for p in points]
    values = [row.fastest if row else None for row in rows]
    own = [c for c in changes if c.study == study]
    if len(points) < 2:
        text = "[dim]one point: nothing to compare[/]"
    elif own:
        last = [c for c in own if c.after is own[-1].after]
        more = f" (and {plural(len(last) - 1, 'row')} more)" if len(last) > 1 else ""
        colour = "red" if last[0].bad else "green"
        text = f"[{colour}]{escape(what(last[0]))}[/]{more}\n{escape(last[0].after.name)}"
    else:
        text = f"none{unjudged(points)}"
    return sparkline(values), fmt.seconds(values[-1]), text


def sparkline(values: Sequence[float | None]) -> str:
    """Times as bars on a log scale; a dot where there is none.

    >>> sparkline([1.0, 1.0, None, 4.0]), sparkline([1.0, 1.1])
    ('▁▁·█', '▄▅')
    """
    values = values[-WIDEST:]
    logs = [math.log(v) for v in values if v]
    if not logs:
        return "·" * len(values)
    low, high = min(logs), max(logs)
    widen = max(0.0, math.log(FLAT) - (high - low)) / 2
    low, high = low - widen, high + widen
    places = ((math.log(v) - low) / (high - low) * (len(BARS) - 1) if v else None for v in values)
    return "".join("·" if p is None else BARS[round(p)] for p in places)


def what(change: Change) -> str:
    """``1.32× slower: rust, n=1,000``."""
    words = {"broken": "no longer agrees or runs", "repaired": "agrees again"}
    if change.factor is None:
        how = words[change.kind]
    else:
        how = f"{fmt.ratio(max(change.factor, 1 / change.factor), TIMES)} {change.kind}"
    return f"{how}: {change.implementation}, {change.workload}"


def where(change: Change) -> str:
    """The commit of a change; between two points there may be others."""
    others = change.after.ancestors - change.before.ancestors - 1
    before = f" (or one of the {others} commits before it)" if others > 0 else ""
    return f"{change.after.name}{before}"


def verdict(series: Series, base: str = "", head: str = "") -> tuple[str, bool]:
    """What changed between two commits (default: the newest and the one before); any for the worse?

    Raises
    ------
    HistoryError
        A commit that was named has no point, or no machine has both.
    """
    stored = [p for points in series.values() for p in points]
    for name in filter(None, (base, head)):
        if not any(p.commit == name for p in stored):
            raise HistoryError(f"nothing is stored for {name[:8]}: run `qpp history backfill`")
    newest = head or max(stored, key=lambda p: (p.date, p.ancestors)).commit
    parts: dict[str, list[str]] = {}
    bad = False
    for machine, points in series.items():
        place = next((i for i, p in enumerate(points) if p.commit == newest), None)
        if place is None:
            continue
        after = points[place]
        older = [p for p in points if p.commit == base] if base else points[:place]
        for study in after.studies:
            for before in of_study(older, study)[-1:]:
                title = f"{machine}: {before.name} -> {after.name}{_doubt(drift(before, after))}"
                found = between(before, after, study)
                texts = [what(c) for c in found] or ["no change beyond noise"]
                parts.setdefault(title, []).extend(f"  {study}: {text}" for text in texts)
                bad = bad or any(c.bad for c in found)
    if base and not parts:
        raise HistoryError(f"no machine has both {base[:8]} and {newest[:8]}: record them on one")
    text = "\n".join(line for title, lines in parts.items() for line in (title, *lines))
    return text or "one point: nothing to compare", bad


def _doubt(drifted: Drift) -> str:
    if not drifted.too_noisy:
        return ""
    apart = fmt.percent(math.expm1(drifted.scatter))
    text = f"baselines and peers, whose code did not change, differ by {apart}"
    return f"\n  times are not judged: {text}; measure again on a quiet machine"
