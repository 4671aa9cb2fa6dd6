"""A run on the terminal: one table; with ``verbose`` every row and every claim."""

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.segment import Segment, Segments
from rich.style import Style
from rich.table import Table
from rich.text import Text

from qpp import format as show
from qpp.claim import Kind
from qpp.results import ClaimResult, Row, Run, StudyResult, Verdict, WorkloadResult
from qpp.summary import Summary, agreement, held, others, plural, summarise, tally, unavailable

WIDTH, NARROWEST = 100, 72  # a narrower terminal wraps the lines itself: no figure is left out
FEW = 8  # studies: with a second line for each, more would not fit a screen
KINDS: dict[Kind, str] = {"bar": "Bars of the studies", "published": "Published figures of others"}
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
HEAD = "qpp head"
STYLE = {"baseline": "bold", "optimised": "cyan"}
COLUMNS = (
    "implementation",
    "thr",
    "median",
    "spread",
    "ratio",
    "95 %",
    "resident",
    "python",
    "max error",
)
OVERVIEW = ("baseline", "ours", "by", "ratio", "best peer", "over it", "agree", "bars")
STATUS = {"unavailable": "absent", "not applicable": "n/a"}
MARK = {
    "reproduced": "[green]✓",
    "within noise": "[yellow]≈",
    "not reproduced": "[red]✗",
    "not tested": "[dim]–",
}


class Terminal(Console):
    """A console that leaves out control characters of names and errors."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterator[Segment]:
        """As rich renders it."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else CONTROL.sub("", text), style, control)


def console(*, stderr: bool = False) -> Console:
    """A console as wide as the terminal, or as COLUMNS says, and no wider than tables need."""
    columns = os.environ.get("COLUMNS")
    width = None
    if columns is not None:
        width = int(columns) if re.fullmatch("[1-9][0-9]{0,5}", columns) else 80
    # With a height rich does not read the variables itself, of any text that they may hold.
    made = Terminal(stderr=stderr, highlight=False, emoji=False, width=width, height=25)
    if columns is None and not made.is_terminal:
        made.width = WIDTH
    made.width = min(max(made.width, NARROWEST), WIDTH)
    return made


def print_run(
    run: Run,
    out: Console,
    written: Sequence[Path] = (),
    *,
    verbose: bool = False,
    last: bool = True,
) -> None:
    """A run in one table, its verdict and the next commands; with ``verbose`` first every row."""
    if verbose:
        for study in run.studies:
            out.print(render_study(study))
    out.print(render_overview(run, out, headed=verbose or len(run.studies) <= FEW))
    out.print(render_verdict(run, verbose=verbose))
    if written:
        out.print(Text(f"wrote {', '.join(map(str, written))}", style="dim"))
    if last:
        out.print(render_next(run, verbose=verbose))


def render_overview(run: Run, out: Console, *, headed: bool = True) -> RenderableType:
    """One row for each study: its headline workload, what we recommend there, the best peer.

    ``headed`` puts the names of the study and the workload on a line of their own above it.
    """
    grid, heads = _table(), list[Text]()
    for column in ("" if headed else "study", *OVERVIEW):
        left = column in ("study", "by", "best peer")
        grid.add_column(column, justify="left" if left else "right", overflow="fold")
    for study in run.studies:
        found = summarise(study)
        if headed:  # a row whose line is replaced below: a cell cannot span columns
            grid.add_row(Text("-", Style(meta={HEAD: len(heads)})))
            head = Text(f" {study.name}  ", style="bold")
            heads.append(head.append(found.workload.name if found else "", "not bold dim"))
        grid.add_row("" if headed else escape(study.name), *_overview(study, found))
    lines: list[RenderableType] = []
    for line in out.render_lines(grid, pad=False):
        marks = [s.style.meta[HEAD] for s in line if s.style and HEAD in s.style.meta]
        lines.append(heads[marks[0]] if marks else Segments([*line, Segment.line()]))
    legend = "ratio: baseline's time over ours; over it: best peer's over ours"
    if any(str(cell).startswith("~") for cell in grid.columns[1].cells):
        legend += "; ~ run in part, time multiplied"
    return Group(*lines, Text(legend, style="dim"))


def _overview(study: StudyResult, found: Summary | None) -> list[str | Text]:
    if found is None:
        return ["", "", Text("could not be run" if study.error else "nothing measured", "red")]
    agreed, compared = agreement(study)
    bars, tested = held(study.claims, "bar")
    ours, peer = found.ours, found.peer
    return [
        _time(found.baseline),
        _time(ours),
        escape(ours.implementation) if ours else "",
        f"[bold]{show.ratio(ours.ratio.value)}" if ours and ours.ratio else show.MISSING,
        escape(peer.implementation) if peer else show.MISSING,
        show.ratio(found.over_peer.value) if found.over_peer else show.MISSING,
        Text(f"{agreed}/{compared}", "green" if agreed == compared else "bold red"),
        f"{bars}/{tested}" if tested else show.MISSING,
    ]


def _time(row: Row | None) -> str:
    """The median, marked where only a part was run."""
    if row is None or row.median is None:
        return show.MISSING
    return ("~" if row.parts > 1 else "") + show.seconds(row.median)


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


def render_verdict(run: Run, *, verbose: bool = False) -> RenderableType:
    """What is wrong, which bars were missed, how many published figures were found here."""
    parts: list[RenderableType] = []
    failures = run.failures()
    if run.interrupted:
        parts.append(Text(f"Interrupted after {show.seconds(run.duration)}.", style="bold yellow"))
    if not failures and not run.interrupted:
        took = f"{run.preset} preset, {show.seconds(run.duration)}"
        parts.append(Text(f"Every row ran and every output agrees ({took}).", style="bold green"))
    room = len(failures) if verbose else 5 if len(run.studies) <= FEW else 3  # on one screen
    parts += _listed("Wrong or not run:", failures, "red", room)
    for kind, title in KINDS.items():
        count = tally((c for s in run.studies for c in s.claims), kind)
        if any(count.values()):
            parts.append(Text(f"{title}: {_counted(count)}."))
    room -= min(room, len(failures))
    verdicts: tuple[Verdict, ...] = ("not reproduced", "within noise")
    for verdict in verdicts:
        lines = [
            f"{study.name}: {claim.text}: {_found(claim)} on {claim.workload}"
            + (f" ({claim.reason})" if claim.reason else "")
            for study, claim in run.missed(verdict)
        ]
        parts += _listed(f"Bars {verdict}:", lines, "yellow", len(lines) if verbose else room)
        room -= min(room, len(lines))
    return Group(*parts)


def _listed(title: str, lines: list[str], style: str, room: int) -> list[RenderableType]:
    if not lines:
        return []
    grid, most = Table.grid(padding=(0, 1, 0, 0)), max(1, room)
    for line in lines[:most]:
        grid.add_row("  •", Text(line, style=style))
    if len(lines) > most:
        grid.add_row("", f"and {len(lines) - most} more: add -v")
    return [Text(title, style=f"bold {style}"), grid]


def render_next(run: Run, *, verbose: bool) -> RenderableType:
    """The next commands."""
    missing = sum(len(names) for names in unavailable(run).values())
    hints, qpp = [], _program()
    if missing:
        count = plural(missing, "implementation is", "implementations are")
        hints.append(f"  {count} not installed, to add peers: make peers")
    if run.studies and not verbose:
        hints.append(f"  every row and claim of one study: {qpp} report {run.studies[0].name}")
    if run.preset == "quick":
        hints.append(f"  all workloads, whole baselines, more rounds: {qpp} reproduce --full")
    return Text("\n".join(hints), style="dim")


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


def _table(title: str = "") -> Table:
    return Table(
        box=box.SIMPLE_HEAD, padding=0, title=title and f"[bold]{title}", title_justify="left"
    )


def _workload(workload: WorkloadResult) -> RenderableType:
    table = _table(escape(workload.name))
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == COLUMNS[0] else "right", overflow="fold")
    notes: dict[str, list[str]] = {}
    for row in workload.rows:
        table.add_row(*_cells(row), style=STYLE.get(row.role, "" if row.role == "peer" else "dim"))
        if row.parts > 1:
            part = f"{show.in_part(row.parts)}, its time multiplied"
            notes.setdefault(part, []).append(row.implementation)
        if row.reason:
            notes.setdefault(row.reason, []).append(row.implementation)
    parts: list[RenderableType] = [table]
    parts += [Text(f"  {', '.join(names)}: {why}", style="yellow") for why, names in notes.items()]
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
        _time(row),
        show.percent(row.spread),
        show.ratio(row.ratio.value) if row.ratio else show.MISSING,
        show.bounds(row.ratio),
        show.bytes_(row.resident_growth),
        show.bytes_(row.python_peak),
        "disagrees" if row.status == "disagrees" else error,
    ]


def _claims(study: StudyResult) -> Table:
    table = _table("claims")
    for name, ratio in (("", None), ("claim", 3), ("kind", None), ("workload", 2), ("found", 2)):
        table.add_column(name, ratio=ratio, overflow="fold")
    for claim in study.claims:
        said = [escape(claim.text)]
        if claim.reason or claim.verdict != "reproduced":
            reason = f": {escape(claim.reason)}" if claim.reason else ""
            said.append(f"[dim]{claim.verdict}{reason}[/]")
        if claim.note and claim.kind == "published":
            said.append(f"[dim]{escape(claim.note)}[/]")
        cells = ("\n".join(said), claim.kind, escape(claim.workload), _found(claim))
        table.add_row(MARK[claim.verdict], *cells)
    return table


def _found(claim: ClaimResult) -> str:
    """The measured figure; where the bar is "never slower", a speed."""
    if claim.measured and (claim.metric, claim.bar, claim.at_least) == ("time", 1, True):
        return f"{show.ratio(claim.measured.value)} as fast {show.bounds(claim.measured)}".rstrip()
    return show.claimed(claim)
