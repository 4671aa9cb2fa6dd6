"""The stored points on the terminal: one table for each study and workload."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from qpp import format as fmt
from qpp.history.comparison import Change
from qpp.history.series import Point, Series, commits

NEWEST = 4
SHOW = {"seconds": fmt.seconds, "bytes": fmt.bytes_, "x": fmt.ratio, "|a-b|": fmt.error}
COLOUR = {"broken": "red", "worse": "red", "better": "green", "fixed": "green"}


def tables(series: Sequence[Series]) -> Iterator[Group]:
    """Times at the newest commits, and the latest slowdown and error."""
    grouped: dict[tuple[str, str, str, str], list[Series]] = {}
    for one in series:
        if one.metric in ("time", "criterion"):
            key = (one.machine, one.study, one.workload, one.metric)
            grouped.setdefault(key, []).append(one)
    for (machine, study, workload, metric), rows in grouped.items():
        newest = [commit for commit, _ in commits(rows)[-NEWEST:]]
        extra = ("slowdown", "error") if metric == "time" else ()
        table = Table(box=None, padding=(0, 2, 0, 0))
        table.add_column("implementation" if metric == "time" else "criterion", max_width=30)
        for commit in newest:
            table.add_column(commit[:8], justify="right")
        for name in extra:
            table.add_column(name, justify="right", style="dim")
        for one in rows:
            cells = [_cell(one.at(commit), one.unit) for commit in newest]
            for name in extra:
                other = _sibling(series, one, name)
                cells.append(_cell(other.at(newest[-1]), other.unit) if other else fmt.MISSING)
            table.add_row(escape(one.implementation), *cells)
        title = f"[bold]{escape(study)}[/] · {escape(workload)} · [dim]{escape(machine)}[/]"
        yield Group(title, table, "")


def changes_table(changes: Sequence[Change]) -> Table:
    """The changes as a table for the terminal."""
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
        return fmt.MISSING
    return "[red]failed[/]" if point.value is None else SHOW[unit](point.value)


def _sibling(series: Sequence[Series], one: Series, metric: str) -> Series | None:
    """Another metric of the same implementation on the same workload."""
    wanted = replace(one, metric=metric, unit="", points=())
    return next((s for s in series if replace(s, unit="", points=()) == wanted), None)
