"""Progress of a run on stderr: what is being done, how far, and the time left."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from qpp.table import console

STARTING = 6.0  # seconds that a study's workers take to start: a first guess, until one has run


class RunProgress:
    """A bar over all studies with the time left, and below it what is being done.

    On a terminal these are bars. Elsewhere (a log, CI) one line for each study is printed.

    Parameters
    ----------
    workloads
        How many workloads each study runs.
    budget
        Seconds that a study may take, for the first guess at the time left; ``None``: unknown.
    """

    def __init__(self, workloads: Mapping[str, int], budget: float | None = None) -> None:
        self._console = console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[left]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._workloads = workloads
        self._expected = None if budget is None else len(workloads) * (budget + STARTING)
        self._all: TaskID = self._bars.add_task("all studies", total=len(workloads) or 1, left="")
        self._one: TaskID = self._bars.add_task("", total=None, left="")
        self._study = self._workload = ""
        self._studies = self._finished = 0  # studies begun, workloads finished in the current one
        self._begun = time.monotonic()

    def __enter__(self) -> RunProgress:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def tick(self, study: str, workload: str, what: str, done: float, total: float) -> None:
        """Called by the measurement: seconds of samples done and planned.

        Where stderr is full or closed (rich exits at a broken pipe) only progress is lost.
        """
        with contextlib.suppress(OSError, SystemExit):
            self._tick(study, workload, what, done, total)

    def warn(self, text: str) -> None:
        """Print a line that stays, if there is any."""
        with contextlib.suppress(OSError, SystemExit):
            if text:
                self._console.print(text, style="bold red", markup=False, soft_wrap=True)

    def _tick(self, study: str, workload: str, what: str, done: float, total: float) -> None:
        if study != self._study:
            self._study, self._workload = study, workload
            self._studies, self._finished = self._studies + 1, 0
            if not self._console.is_terminal:
                of = f"{self._studies} of {len(self._workloads)}"
                self._console.print(f"measuring {study} ({of}) ...", markup=False)
        elif workload != self._workload:
            self._workload = workload
            self._finished += 1
        within = (self._finished + (done / total if total else 0.0)) / self._workloads[study]
        finished = self._studies - 1 + min(1.0, within)
        self._bars.update(self._all, completed=finished, left=self._left(finished))
        self._bars.update(
            self._one,
            description=f"{study[:19]:19} {what[:28]:28}",  # as wide as a bar and a clock leave
            completed=done if total else 0,
            total=total or None,
        )

    def _left(self, finished: float) -> str:
        spent = time.monotonic() - self._begun
        if finished >= 1:
            left = spent * (len(self._workloads) - finished) / finished
        elif self._expected is not None:
            left = max(0.0, self._expected - spent)
        else:
            return ""
        return f"{int(left) // 60}:{int(left) % 60:02d} left"
