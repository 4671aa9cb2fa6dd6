"""Stacks from py-spy: sampled from outside the client's process, idle threads included.

Idle threads are included because py-spy takes a thread that waits for a library's own pool (Polars,
BLAS) for an idle one; what waits is told from the processor time (:mod:`qpp.audit.timeline`).
The trace format keeps the time of each sample, which that needs; with thread names it names the
threads of the system.
"""

import dataclasses
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from qpp.audit import AuditError
from qpp.audit.client import Client
from qpp.audit.execution import Execution, StoredInput, run
from qpp.audit.monitor import Activity, Monitor, follow
from qpp.audit.stacks import Frame, Span, Stack

_THREAD = re.compile(r"thread \((0x[0-9A-Fa-f]+|\d+)\)")
_WROTE = re.compile(r"^py-spy> Wrote .* Samples: (\d+)", re.MULTILINE)
# The client's program writes to the same stream, and may say "Permission denied" or "Error: ..."
# itself, but hardly in the words of Rust's standard library.
_SAID = re.compile(r"^(?:Error|Reason): .*", re.MULTILINE)
_FORBIDDEN = re.compile(
    r"^(?:Permission Denied$|Error: Permission Denied: Try running|This program requires root)"
    r"|^(?:Error|Reason): .*(?:\(os error (?:1|13)\)|\bEPERM: |\bEACCES: )",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Profile:
    """What py-spy saw in one run; ``rate`` in samples a second."""

    execution: Execution
    spans: tuple[Span, ...]
    rate: int
    samples: int
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
    """Run the client under py-spy; once more where it wrote nothing, as of a very short program."""
    said = ""
    for _ in range(2):
        execution, activity, trace = _record(client, rate, time_limit, stdin, native)
        if trace:
            samples = _WROTE.findall(execution.output)
            seen = tuple(spans(json.loads(trace)))
            return Profile(execution, seen, rate, int(samples[-1]) if samples else 0, activity)
        if _FORBIDDEN.search(execution.errors):
            raise AuditError(
                "py-spy may not read the program's memory (ptrace is forbidden). In a container, "
                "start it with --cap-add=SYS_PTRACE; on Linux, sudo sysctl "
                "kernel.yama.ptrace_scope=0; on macOS, run qpp audit with sudo"
            )
        said = " ".join(_SAID.findall(execution.errors))[-500:]
    raise AuditError(f"py-spy wrote nothing: {said or 'it gave no reason'}")


def _record(
    client: Client, rate: int, time_limit: float, stdin: StoredInput | None, native: bool
) -> tuple[Execution, Activity | None, str]:
    command = client.command()
    monitors: list[Monitor] = []
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as folder:
        trace = Path(folder) / "trace.json"
        words = [
            *(program(), "record", "--idle", "--threads", "--full-filenames", "--subprocesses"),
            *(["--native"] if native else []),
            *("--rate", str(rate), "--format", "chrometrace", "--output", str(trace)),
            *("--", *command.words),
        ]
        try:
            execution = run(
                dataclasses.replace(command, words=words),
                time_limit=time_limit,
                stdin=stdin,
                started=lambda pid: monitors.extend(follow(pid, within=True)),
            )
        finally:
            activity = [monitor.stop() for monitor in monitors]
        text = trace.read_text(encoding="utf-8", errors="replace") if trace.exists() else ""
    return execution, activity[0] if activity else None, text


def spans(events: Iterable[dict[str, Any]]) -> Iterator[Span]:
    """The spans of a trace, each when it ends; times are seconds of the trace's clock.

    py-spy keeps one stack for each thread address, and writes the difference to the next stack at
    that address. Forked processes share addresses, so what ends is known from the frames at the
    root, which name process and thread, not from the event's own process.
    """
    stacks: dict[int, list[Frame]] = {}
    shown: dict[tuple[int, int], tuple[float, Stack]] = {}
    end = 0.0
    for address, end, batch in _batches(events):
        stack = stacks.setdefault(address, [])
        for event in batch:
            if event["ph"] == "B":
                where = event["args"]
                stack.append(Frame(event["name"], where["filename"], where["line"] or 0))
            elif stack:
                stack.pop()
        tid, frames = _thread(stack)
        if tid is not None:  # the last events empty every stack
            key = batch[-1]["pid"], tid
            if key in shown:
                since, before = shown[key]
                yield Span(*key, since, end, before)
            shown[key] = (end, frames)
    for key, (since, frames) in shown.items():
        yield Span(*key, since, end, frames)


def _batches(events: Iterable[dict[str, Any]]) -> Iterator[tuple[int, float, list[dict[str, Any]]]]:
    """Events of one thread's address at one time: from one stack to the next."""
    wanted = (event for event in events if event["ph"] in "BE")
    for (address, time), batch in groupby(wanted, key=lambda event: (event["tid"], event["ts"])):
        yield address, time / 1e6, list(batch)


def _thread(stack: list[Frame]) -> tuple[int | None, Stack]:
    """The system's thread, and the frames below the ones that name it."""
    for depth, frame in enumerate(stack):
        if not frame.file and (found := _THREAD.match(frame.name)):
            return int(found[1], 0), tuple(stack[depth + 1 :])
    return None, ()
