"""The stored points on the terminal: one table per study and workload, newest commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from qpp import format as fmt
from qpp.history.comparison import Change
from qpp.history.series import Point, Series, commits

NEWEST = 4
SHOW = {
    "seconds": fmt.seconds,
    "bytes": fmt.bytes_,
    "x": fmt.ratio,
    "|a-b|": fmt.error,
}
COLOUR = {"broken": "red", "worse": "red", "better": "green", "mended": "green"}


def tables(series: Sequence[Series]) -> Iterator[Group]:
    """Times at the newest commits, and the latest slowdown and error."""
    timed = [s for s in series if s.metric in ("time", "criterion")]
    keys = dict.fromkeys((s.machine, s.study, s.workload, s.metric) for s in timed)
    for machine, study, workload, metric in keys:
        rows = [
            s
            for s in timed
            if (s.machine, s.study, s.workload, s.metric) == (machine, study, workload, metric)
        ]
        newest = commits(rows)[-NEWEST:]
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("implementation" if metric == "time" else "criterion", max_width=30)
        for commit, _ in newest:
            table.add_column(commit[:8], justify="right")
        extra = ("slowdown", "error") if metric == "time" else ()
        for name in extra:
            table.add_column(name, justify="right", style="dim")
        for one in rows:
            cells = [_cell(one.at(commit), one.unit) for commit, _ in newest]
            for name in extra:
                other = _sibling(series, one, name)
                cells.append(_cell(other.at(newest[-1][0]), other.unit) if other else "–")
            table.add_row(escape(one.implementation), *cells)
        text = f"[bold]{escape(study)}[/] · {escape(workload)} · [dim]{escape(machine)}[/]"
        yield Group(text, table, "")


def changes_table(changes: Sequence[Change]) -> Table:
    """What a comparison found, for the terminal."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("", "study · workload", "implementation", "metric"):
        table.add_column(name, overflow="fold")
    for name in ("base", "head", "factor"):
        table.add_column(name, justify="right", no_wrap=True)
    for change in changes:
        colour = COLOUR.get(change.verdict, "dim")
        table.add_row(f"[{colour}]{change.verdict}[/]", *(escape(c) for c in _cells(change)))
    return table


def changes_markdown(changes: Sequence[Change]) -> str:
    """The same as a Markdown table, for a job summary."""
    lines = [
        "| | study · workload | implementation | metric | base | head | factor |",
        "|---|---|---|---|---:|---:|---:|",
    ]
    for change in changes:
        cells = (c.replace("|", "\\|") for c in (change.verdict, *_cells(change)))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cells(change: Change) -> list[str]:
    one = change.series
    show = SHOW[one.unit]
    return [
        f"{one.study} · {one.workload}",
        one.implementation,
        one.metric,
        show(change.base),
        show(change.head),
        fmt.ratio(change.factor),
    ]


def _cell(point: Point | None, unit: str) -> str:
    if point is None:
        return "–"
    return "[red]failed[/]" if point.value is None else SHOW[unit](point.value)


def _sibling(series: Sequence[Series], one: Series, metric: str) -> Series | None:
    wanted = (one.machine, one.study, one.workload, one.implementation, metric)
    found = (
        s for s in series if (s.machine, s.study, s.workload, s.implementation, s.metric) == wanted
    )
    return next(found, None)
