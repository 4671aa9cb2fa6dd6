"""Progress of a run on stderr: what is being done, how far, and the time left."""

from __future__ import annotations

import contextlib
import time
from types import TracebackType

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from qpp import format as show
from qpp.table import console


class RunProgress:
    """Two lines: the workloads of all studies, and the rounds of the current one.

    On a terminal these are bars. Elsewhere (a log, CI) one line per workload is
    printed, so that a long run is never silent.
    """

    def __init__(self, workloads: int) -> None:
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
        self._all: TaskID = self._bars.add_task("workloads", total=workloads, left="")
        self._one: TaskID = self._bars.add_task("", total=None, left="")
        self._current = ""
        self._started = 0.0

    def __enter__(self) -> RunProgress:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def tick(self, study: str, workload: str, what: str, done: float, total: float) -> None:
        """Called by the measurement: seconds of samples done and planned.

        A stderr that is full or gone (rich leaves at a broken pipe) costs the progress,
        never the measurement.
        """
        with contextlib.suppress(OSError, SystemExit):
            self._tick(study, workload, what, done, total)

    def _tick(self, study: str, workload: str, what: str, done: float, total: float) -> None:
        key = f"{study} / {workload}"
        if key != self._current:
            if self._current:
                self._bars.advance(self._all)
            self._current = key
            self._started = 0.0
            if not self._console.is_terminal:
                self._console.print(f"{key} ...", markup=False)
        if total and not self._started:
            self._started = time.monotonic()
        left = ""
        if total and done:
            spent = time.monotonic() - self._started
            left = f"{show.seconds(round(max(0.0, spent * (total - done) / done), 1))} left"
        self._bars.update(
            self._one,
            description=f"{workload[:28]:28} {what[:34]:34}",
            completed=done if total else 0,
            total=total or None,
            left=left,
        )
