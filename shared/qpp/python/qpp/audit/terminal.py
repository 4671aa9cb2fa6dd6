"""The audit on the terminal: progress, then the places in one table and the files written."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from qpp.audit import words
from qpp.audit.document import Audit
from qpp.table import console

TONES = {"good": "green", "missed": "yellow", "bad": "red"}
LAST_LINES = 12  # of a traceback


class AuditProgress(Progress):
    """On a terminal a line with the step and a clock; elsewhere a line for each step."""

    def __init__(self) -> None:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
        out = console(stderr=True)
        super().__init__(
            *columns, TimeElapsedColumn(), console=out, transient=True, disable=not out.is_terminal
        )
        self._step = self.add_task("starting", total=None)
        self._begun = time.monotonic()

    def step(self, text: str) -> None:
        """Called with what is done next. Where stderr is full or closed only this is lost."""
        with contextlib.suppress(OSError, SystemExit):
            self.update(self._step, description=text)
            if self.disable:
                minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
                self.console.print(f"[{minutes}:{seconds:02d}] {text}", markup=False)


def show(audit: Audit, out: Console, written: Sequence[Path] = ()) -> None:
    """Print the summary; the whole report is in the files."""
    tone, first, rest = words.headline(audit)
    for problem in words.problems(audit):
        out.print(Text(problem, style="red"))
    if audit.traceback:
        lines = audit.traceback.rstrip().splitlines()
        out.print(Text("\n".join(lines[-LAST_LINES:]), style="dim"))
    out.print(Text.assemble((first, f"bold {TONES[tone]}"), (rest, "bold")))
    out.print(Text(", ".join(words.facts(audit)), style="dim"))
    if audit.findings:
        out.print(_table(audit))
    for note in words.uncertain(audit):
        out.print(Text(f"uncertain: {note}", style="dim"))
    names = words.files(audit.findings)
    for number, (finding, _) in enumerate(words.roadmap(audit)[: words.TOP], 1):
        place = Text.assemble(f"{number}. ", (words.named(finding, names), "bold"), ": ")
        out.print(place.append(words.first_sentence(finding.remedy)))
    if written:
        out.print(Text(f"wrote {', '.join(map(str, written))}", style="dim"))


def _table(audit: Audit) -> Table:
    names = words.files(audit.findings)
    grid = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for name, right in (("share", True), ("where", False), ("pattern", False), ("brings", True)):
        grid.add_column(name, justify="right" if right else "left", overflow="fold")
    grid.add_column("effort")
    grid.add_column("risk")
    for finding in [f for f in audit.findings if f.share >= words.LEAST][: 2 * words.TOP]:
        small = f"at most {words.times(finding.bound)}" if finding.bound > 1.0 else "no gain"
        gain = words.brings(finding) if finding.worth else f"[dim]{small}"
        cost = (finding.effort, finding.risk) if finding.worth else ("", "")
        where = escape(words.named(finding, names))
        grid.add_row(words.share(finding), where, words.named_pattern(finding), gain, *cost)
    return grid
