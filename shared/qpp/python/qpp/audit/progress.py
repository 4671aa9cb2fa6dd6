"""Progress of an audit on stderr: the step, and the time since the start."""

from __future__ import annotations

import contextlib
import time

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from qpp.table import console


class AuditProgress:
    """A line with the step and a clock on a terminal; elsewhere a line for each step."""

    def __init__(self) -> None:
        self._console = console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("starting", total=None)
        self._begun = time.monotonic()

    def __enter__(self) -> AuditProgress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, text: str) -> None:
        """Called with what is done next. Where stderr is full or closed only this is lost."""
        with contextlib.suppress(OSError, SystemExit):
            self._bar.update(self._task, description=text)
            if not self._console.is_terminal:
                passed = int(time.monotonic() - self._begun)
                clock = f"{passed // 60}:{passed % 60:02d}"
                self._console.print(f"[{clock}] {text}", markup=False)
