"""Stacks from py-spy: sampled from outside the client's process, idle threads included.

Idle threads are included because py-spy takes a thread that waits for a library's own pool (Polars,
BLAS) for an idle one; what waits is told from the processor time (:mod:`qpp.audit.timeline`).
The trace format keeps the time of each sample, which that needs; with thread names it names the
threads of the system.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpp.audit import AuditError
from qpp.audit.client import SHORTEST, Client
from qpp.audit.execution import Execution, run
from qpp.audit.monitor import Activity, Monitor, follow
from qpp.audit.stacks import Frame, Span, Stack
from qpp.audit.stored_input import StoredInput

_THREAD = re.compile(r"thread \((?P<tid>0x[0-9A-Fa-f]+|\d+)\)(?:: (?P<name>.*))?$")
_WROTE = re.compile(r"Samples: (?P<samples>\d+) Errors: (?P<errors>\d+)")


@dataclass(frozen=True)
class Profile:
    """What py-spy saw in one run; ``rate`` in samples a second."""

    execution: Execution
    spans: tuple[Span, ...]
    rate: int
    samples: int
    errors: int
    activity: Activity | None = None

    @property
    def sampled(self) -> float:
        """Samples a second of each thread: less than asked for where py-spy could not keep up."""
        seen = sum(span.stop - span.start for span in self.spans)
        return min(float(self.rate), self.samples / seen) if seen and self.samples else self.rate


def program() -> str:
    """The path of py-spy; ``AuditError`` where it is not installed."""
    beside = Path(sys.executable).with_name("py-spy")
    found = str(beside) if beside.exists() else shutil.which("py-spy")
    if found is None:
        raise AuditError("py-spy is not installed: pip install 'qpp-harness[audit]'")
    return found


def profile(
    client: Client,
    *,
    rate: int,
    time_limit: float,
    stdin: StoredInput | None = None,
    native: bool = False,
) -> Profile:
    """Run the client once under py-spy."""
    command, environment = client.command()
    if client.kind == "function":
        command, environment = client.launched(seconds=SHORTEST)
    monitors: list[Monitor] = []
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as folder:
        trace = Path(folder) / "trace.json"
        options = ["--subprocesses", *(["--native"] if native else [])]
        try:
            execution = run(
                [
                    *(program(), "record", "--idle", "--threads", "--full-filenames", *options),
                    *("--rate", str(rate), "--format", "chrometrace", "--output", str(trace)),
                    *("--", *command),
                ],
                cwd=client.folder,
                time_limit=time_limit,
                stdin=stdin,
                environment=environment,
                started=lambda pid: monitors.extend(follow(pid, within=True)),
            )
        finally:
            activity = [monitor.stop() for monitor in monitors]
        text = trace.read_text(encoding="utf-8", errors="replace") if trace.exists() else ""
    if not text:
        raise AuditError(_reason(execution))
    wrote = _WROTE.search(execution.output)
    return Profile(
        execution,
        tuple(spans(json.loads(text))),
        rate,
        samples=int(wrote["samples"]) if wrote else 0,
        errors=int(wrote["errors"]) if wrote else 0,
        activity=activity[0] if activity else None,
    )


def _reason(execution: Execution) -> str:
    said = (execution.errors + execution.output).strip()
    if "ermission" in said or "Operation not permitted" in said:
        return (
            "py-spy may not read the program's memory (ptrace is forbidden). In a container, start "
            "it with --cap-add=SYS_PTRACE; on Linux, sudo sysctl kernel.yama.ptrace_scope=0; on "
            "macOS, run qpp audit with sudo"
        )
    return f"py-spy wrote nothing: {said[-500:] or 'it said nothing'}"


def spans(events: Iterable[dict[str, Any]]) -> Iterator[Span]:
    """The spans of a trace, each when it ends; times are seconds of the trace's clock.

    py-spy keeps one stack for each thread address, and writes the difference to the next stack at
    that address. Forked processes share addresses, so what ends is known from the frames at the
    root, which name process and thread, not from the event's own process.
    """
    stacks: dict[int, list[Frame]] = {}
    shown: dict[tuple[int, int], tuple[float, str, Stack]] = {}
    end = 0.0
    for address, end, batch in _batches(events):
        stack = stacks.setdefault(address, [])
        for event in batch:
            if event["ph"] == "B":
                where = event["args"]
                stack.append(Frame(event["name"], where["filename"], where["line"] or 0))
            elif stack:
                stack.pop()
        tid, name, frames = _thread(stack)
        if tid is not None:  # the last events empty every stack
            key = batch[-1]["pid"], tid
            if key in shown:
                since, named, before = shown[key]
                yield Span(*key, named, since, end, before)
            shown[key] = (end, name, frames)
    for key, (since, name, frames) in shown.items():
        yield Span(*key, name, since, end, frames)


def _batches(
    events: Iterable[dict[str, Any]],
) -> Iterator[tuple[int, float, list[dict[str, Any]]]]:
    """Events of one thread's address at one time: from one stack to the next."""
    batch: list[dict[str, Any]] = []
    for event in events:
        if event["ph"] not in "BE":
            continue
        if batch and (event["tid"], event["ts"]) != (batch[0]["tid"], batch[0]["ts"]):
            yield batch[0]["tid"], batch[0]["ts"] / 1e6, batch
            batch = []
        batch.append(event)
    if batch:
        yield batch[0]["tid"], batch[0]["ts"] / 1e6, batch


def _thread(stack: list[Frame]) -> tuple[int | None, str, Stack]:
    """The system's thread, its name, and the frames below the ones that name it."""
    for depth, frame in enumerate(stack):
        if not frame.file and (found := _THREAD.match(frame.name)):
            return int(found["tid"], 0), found["name"] or "", tuple(stack[depth + 1 :])
    return None, "", ()
