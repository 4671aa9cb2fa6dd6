"""Run a command in a process group of its own, with a time limit; measure it from outside.

The output is read and thrown away but for its end, so that a program that prints megabytes costs
neither memory nor disk and the terminal stays as it was.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from qpp.audit.stored_input import StoredInput

KEPT = 64 * 1024  # bytes at the end of a stream
PIPE = 1024 * 1024  # bytes that a program can print before it has to wait for the audit
GRACE = 3.0  # seconds from the interrupt at the time limit to the kill


@dataclass(frozen=True)
class Command:
    """What is run: the words of a command line, its folder, what it adds to the environment."""

    words: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Execution:
    """One finished run: seconds, exit status (128 + n for signal n), and the end of its output."""

    seconds: float
    exit_status: int
    time_limit_reached: bool
    output: str
    errors: str


class _Tail(threading.Thread):
    """Reads a stream to its end and keeps the last bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._kept = b""
        self.start()

    def run(self) -> None:
        with contextlib.suppress(ImportError, AttributeError, OSError):  # on Linux
            import fcntl

            fcntl.fcntl(self._stream, fcntl.F_SETPIPE_SZ, PIPE)
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(self._stream.fileno(), PIPE):
                time.sleep(0.002)  # let it fill: a wake-up for each line would slow the program
                self._kept = (self._kept + chunk)[-KEPT:]

    def text(self) -> str:
        self.join(timeout=1.0)  # a child that lives on may hold the stream open
        if not self.is_alive():
            self._stream.close()
        return self._kept.decode(errors="replace")


def run(
    command: Command,
    *,
    time_limit: float,
    stdin: StoredInput | None = None,
    started: Callable[[int], None] = lambda pid: None,
) -> Execution:
    """Run to the end, or to the time limit: then it is interrupted, and killed ``GRACE`` s later.

    ``started`` is called with the process id once it runs. Whatever the command leaves running in
    its process group is killed.
    """
    begun = time.monotonic()
    process = subprocess.Popen(
        command.words,
        cwd=command.folder,
        stdin=stdin.open() if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **command.environment},
        start_new_session=True,
    )
    output, errors = (_Tail(stream) for stream in (process.stdout, process.stderr) if stream)
    try:
        if stdin and process.stdin:
            stdin.started(process.stdin)
        started(process.pid)
        ended = _ended(process, begun + time_limit)
        seconds = time.monotonic() - begun
        if not ended:
            process.send_signal(signal.SIGINT)
            _ended(process, time.monotonic() + GRACE)
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if stdin:
            stdin.ended()
    status = process.returncode
    return Execution(
        seconds,
        exit_status=128 - status if status < 0 else status,
        time_limit_reached=not ended,
        output=output.text(),
        errors=errors.text(),
    )


def _ended(process: subprocess.Popen[bytes], until: float) -> bool:
    """Wait for the end, or for a time; Python's own wait looks no oftener than every 50 ms."""
    pause = 0.001
    while process.poll() is None:
        if time.monotonic() >= until:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.01)
    return True
