"""A run on the terminal: tables that fit 100 columns, then every claim with its verdict."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from qpp import format as show
from qpp.results import ClaimResult, Row, Run, StudyResult, WorkloadResult

WIDTH = 100
STYLE = {"baseline": "bold", "optimised": "cyan", "peer": "", "component": "dim", "limit": "dim"}
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
MARK = {"reproduced": "[green]✓", "not reproduced": "[red]✗", "not tested": "[yellow]–"}


def console(*, stderr: bool = False) -> Console:
    """A console no wider than the tables are meant to be."""
    made = Console(stderr=stderr, highlight=False, emoji=False)
    return (
        made
        if made.width <= WIDTH and made.is_terminal
        else Console(stderr=stderr, highlight=False, emoji=False, width=WIDTH)
    )


def print_run(run: Run, out: Console) -> None:
    """Everything a run found, and its last word."""
    for study in run.studies:
        out.print(render_study(study))
    out.print(render_verdict(run))


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
    """The last line: what stands and what does not."""
    failures = run.failures()
    claims = [c for s in run.studies for c in s.claims]
    counts = {v: sum(c.verdict == v for c in claims) for v in MARK}
    told = ", ".join(f"{n} {v}" for v, n in counts.items() if n) or "no claim judged"
    took = f"{run.preset} preset, {show.seconds(run.duration)}"
    if run.interrupted:
        return Text(f"Interrupted after {took}. {told}.", style="bold yellow")
    if not failures:
        return Text(f"Outputs agree. {told}. ({took})", style="bold green")
    lines = "\n".join(f"  • {line}" for line in failures)
    return Text(f"Not reproduced ({told}; {took}):\n{lines}", style="bold red")


def _workload(workload: WorkloadResult) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, padding=0, title_justify="left", width=WIDTH)
    table.title = f"[bold]{escape(workload.name)}"
    table.add_column("implementation", no_wrap=True, ratio=1)
    for name, width in COLUMNS.items():
        table.add_column(name, justify="right", no_wrap=True, width=width)
    notes = []
    for row in workload.rows:
        table.add_row(*_cells(row), style=STYLE.get(row.role, ""))
        if row.parts > 1:
            told = f"{show.in_part(row.parts)}, its time multiplied"
            notes.append(f"[yellow]{escape(row.implementation)}[/]: {told}")
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
        return [escape(row.implementation), "", show.seconds(row.median), *[""] * 5, "limit"]
    if row.median is None:
        told = STATUS.get(row.status, row.status)
        return [escape(row.implementation), str(row.threads), *[show.MISSING] * 6, told]
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
    table.add_column("workload", ratio=2)
    table.add_column("found", justify="right", no_wrap=True)
    for claim in study.claims:
        said = escape(claim.text)
        if claim.reason:
            said += f"\n[dim]{claim.verdict}: {escape(claim.reason)}[/]"
        table.add_row(MARK[claim.verdict], said, escape(claim.workload), found(claim))
    return table


def found(claim: ClaimResult) -> str:
    """What a claim was measured at, with its interval."""
    return show.claimed(claim)
