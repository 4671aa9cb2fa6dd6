"""A run on the terminal: one table; with ``verbose`` every row and every claim."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from qpp import format as show
from qpp.results import Row, Run, StudyResult, WorkloadResult
from qpp.summary import agreement, held, others, plural, summarise, tally, unavailable

WIDTH = 100
MOST_LINES = 6
STYLE = {"baseline": "bold", "optimised": "cyan"}
COLUMNS = {
    "thr": 3,
    "median": 8,
    "spread": 6,
    "ratio": 8,
    "95 %": 17,
    "resident": 8,
    "python": 8,
    "max error": 9,
}
STATUS = {"unavailable": "absent", "not applicable": "n/a"}
MARK = {
    "reproduced": "[green]✓",
    "within noise": "[yellow]≈",
    "not reproduced": "[red]✗",
    "not tested": "[dim]–",
}


def console(*, stderr: bool = False) -> Console:
    """A console no wider than the tables are meant to be."""
    made = Console(stderr=stderr, highlight=False, emoji=False)
    if made.width > WIDTH or not made.is_terminal:
        made.width = WIDTH
    return made


def print_run(
    run: Run, out: Console, written: Sequence[Path] = (), *, verbose: bool = False
) -> None:
    """A run in one table, its verdict and the next commands; with ``verbose`` first every row."""
    if verbose:
        for study in run.studies:
            out.print(render_study(study))
    out.print(render_overview(run))
    out.print(render_verdict(run))
    out.print(render_next(run, written, verbose=verbose))


def render_overview(run: Run) -> RenderableType:
    """One line for each study: its headline workload, what we recommend there, the best peer."""
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), width=WIDTH, pad_edge=False)
    grid.add_column("study", no_wrap=True, overflow="ellipsis", width=19)
    grid.add_column("baseline", justify="right", no_wrap=True, width=8)
    grid.add_column("ours", no_wrap=True, overflow="ellipsis", ratio=1)
    grid.add_column("ratio", justify="right", no_wrap=True, width=7)
    grid.add_column("best peer", no_wrap=True, overflow="ellipsis", width=18)
    grid.add_column("over it", justify="right", no_wrap=True, width=7)
    grid.add_column("agree", justify="right", no_wrap=True, width=5)
    grid.add_column("bars", justify="right", no_wrap=True, width=5)
    for study in run.studies:
        grid.add_row(*_overview(study))
    return Group(Text(), grid)


def _overview(study: StudyResult) -> list[str | Text]:
    name, found = escape(study.name), summarise(study)
    if found is None:
        return [name, "", Text("could not be run" if study.error else "nothing measured", "red")]
    agreed, compared = agreement(study)
    bars, tested = held(study.claims, "bar")
    ours, peer = found.ours, found.peer
    return [
        name,
        show.seconds(found.baseline.median) if found.baseline else show.MISSING,
        f"{show.seconds(ours.median)} {escape(ours.implementation)}" if ours else show.MISSING,
        f"[bold]{show.ratio(ours.ratio.value)}" if ours and ours.ratio else show.MISSING,
        escape(peer.implementation) if peer else show.MISSING,
        show.ratio(found.over_peer.value) if found.over_peer else show.MISSING,
        Text(f"{agreed}/{compared}", "green" if agreed == compared else "bold red"),
        f"{bars}/{tested}" if tested else show.MISSING,
    ]


def render_study(study: StudyResult) -> RenderableType:
    """One study: question, a table per workload, claims."""
    head = f"[bold]{escape(study.title)}[/]\n{escape(study.question)}"
    if study.error:
        return Panel(f"{head}\n[red]{escape(study.error)}", box=box.HEAVY_HEAD, border_style="red")
    parts: list[RenderableType] = [Text(), Panel(head, box=box.SQUARE, border_style="dim")]
    parts += [_workload(workload) for workload in study.workloads]
    if study.interrupted:
        parts.append(Text("interrupted: workloads not finished are missing", style="yellow"))
    if study.claims:
        parts.append(_claims(study))
    return Group(*parts)


def render_verdict(run: Run) -> RenderableType:
    """What is wrong, which bars were missed, how many published figures were found here."""
    parts: list[RenderableType] = []
    failures = run.failures()
    if run.interrupted:
        parts.append(Text(f"Interrupted after {show.seconds(run.duration)}.", style="bold yellow"))
    if failures:
        lines = [Text(f"  • {line}", style="red") for line in _cut(failures)]
        parts += [Text("Wrong or not run:", style="bold red"), *lines]
    elif not run.interrupted:
        took = f"{run.preset} preset, {show.seconds(run.duration)}"
        parts.append(Text(f"Every row ran and every output agrees ({took}).", style="bold green"))
    claims = [c for s in run.studies for c in s.claims]
    bars, published = tally(claims, "bar"), tally(claims, "published")
    if any(bars.values()):
        parts.append(Text(f"Bars of the studies: {_counted(bars)}."))
        missed = [
            f"  {study.name}: {claim.text}: {show.claimed(claim)} on {claim.workload}"
            for study, claim in run.missed()
        ]
        style: Any = {"style": "yellow", "no_wrap": True, "overflow": "ellipsis"}
        parts += [Text(line, **style) for line in _cut(missed)]
    if any(published.values()):
        parts.append(Text(f"Published figures of others: {_counted(published)}."))
    return Group(*parts)


def render_next(run: Run, written: Sequence[Path], *, verbose: bool) -> RenderableType:
    """The files that were written, and the next commands."""
    lines = [f"wrote {path}" for path in written]
    missing = sum(len(names) for names in unavailable(run).values())
    hints, qpp = [], _program()
    if missing:
        count = plural(missing, "implementation is", "implementations are")
        hints.append(("make peers", f"{count} not installed; this adds peers"))
    if run.studies and not verbose:
        hints.append((f"{qpp} report {run.studies[0].name}", "every row and claim of one study"))
    if run.preset == "quick":
        hints.append((f"{qpp} reproduce --full", "all workloads, whole baselines, more rounds"))
    lines += [f"  {command:43}{what}" for command, what in hints]
    return Text("\n".join(lines), style="dim")


def _program() -> str:
    beside = Path(sys.executable).with_name("qpp")
    if shutil.which("qpp") or not beside.is_file():
        return "qpp"
    here = Path.cwd()
    return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)


def _counted(count: dict[str, int]) -> str:
    """``12 of 14 reproduced, 1 within noise, 1 not reproduced, 3 not tested``."""
    tested = sum(count.values()) - count["not tested"]
    if not tested:
        return f"none of {count['not tested']} tested"
    return ", ".join([f"{count['reproduced']} of {tested} reproduced", *others(count)])


def _cut(lines: Sequence[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return list(lines)
    return [*lines[: MOST_LINES - 1], f"and {len(lines) - MOST_LINES + 1} more: add -v"]


def _workload(workload: WorkloadResult) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=0, title_justify="left", width=WIDTH)
    table.title = f"[bold]{escape(workload.name)}"
    table.add_column("implementation", no_wrap=True, ratio=1)
    for name, width in COLUMNS.items():
        table.add_column(name, justify="right", no_wrap=True, width=width)
    notes = []
    for row in workload.rows:
        table.add_row(*_cells(row), style=STYLE.get(row.role, "" if row.role == "peer" else "dim"))
        if row.parts > 1:
            text = f"{show.in_part(row.parts)}, its time multiplied"
            notes.append(f"[yellow]{escape(row.implementation)}[/]: {text}")
        if row.reason:
            notes.append(f"[yellow]{escape(row.implementation)}[/]: {escape(row.reason)}")
    parts: list[RenderableType] = [table]
    if notes:
        parts.append(Padding(Text.from_markup("\n".join(notes)), (0, 0, 0, 2)))
    if workload.noise is not None:
        off = show.interval(workload.noise, show.number)
        noise = f"  noise floor (A/A, {workload.noise_of} against itself): {off}"
        parts.append(Text(noise, style="dim"))
    return Group(*parts)


def _cells(row: Row) -> list[str]:
    if row.status == "limit":
        return [escape(row.implementation), "", show.seconds(row.median), *[""] * 5, row.role]
    if row.median is None:
        text = STATUS.get(row.status, row.status)
        return [escape(row.implementation), str(row.threads), *[show.MISSING] * 6, text]
    error = show.error(row.parity.max_abs) if row.parity else show.MISSING
    return [
        escape(row.implementation),
        str(row.threads),
        show.seconds(row.median),
        show.percent(row.spread),
        show.ratio(row.ratio.value) if row.ratio else show.MISSING,
        show.bounds(row.ratio),
        show.bytes_(row.resident_growth),
        show.bytes_(row.python_peak),
        "disagrees" if row.status == "disagrees" else error,
    ]


def _claims(study: StudyResult) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left", width=WIDTH)
    table.title = "[bold]claims"
    table.add_column("", width=1)
    table.add_column("claim", ratio=3)
    table.add_column("kind", no_wrap=True, width=9)
    table.add_column("workload", ratio=2)
    table.add_column("found", justify="right", no_wrap=True)
    for claim in study.claims:
        said = [escape(claim.text)]
        if claim.reason or claim.verdict != "reproduced":
            reason = f": {escape(claim.reason)}" if claim.reason else ""
            said.append(f"[dim]{claim.verdict}{reason}[/]")
        if claim.note and claim.kind == "published":
            said.append(f"[dim]{escape(claim.note)}[/]")
        cells = ("\n".join(said), claim.kind, escape(claim.workload), show.claimed(claim))
        table.add_row(MARK[claim.verdict], *cells)
    return table
