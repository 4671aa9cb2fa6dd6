"""Run a command in a process group of its own, with a time limit; measure it from outside.

The output is read and thrown away but for its end, so that a program that prints megabytes costs
neither memory nor disk and the terminal stays as it was.
"""

from __future__ import annotations

import collections
import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where nothing is run
    fcntl = None  # type: ignore[assignment]

from qpp.audit.stored_input import StoredInput

KEPT = 64 * 1024  # bytes at the end of a stream
PIPE = 1024 * 1024  # bytes that a program can print before it has to wait for the audit
GRACE = 3.0  # seconds from the interrupt at the time limit to the kill


@dataclass(frozen=True)
class Execution:
    """One finished run: seconds, exit status (128 + n for signal n), and the end of its output."""

    seconds: float
    user: float
    system: float
    exit_status: int
    time_limit_reached: bool
    output: str
    errors: str


class _Tail:
    """Reads a stream to its end in a thread and keeps the last bytes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._chunks: collections.deque[bytes] = collections.deque()
        self._stream = stream
        self._size = 0
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            if hasattr(fcntl, "F_SETPIPE_SZ"):
                fcntl.fcntl(self._stream, fcntl.F_SETPIPE_SZ, PIPE)
            while chunk := os.read(self._stream.fileno(), PIPE):
                time.sleep(0.002)  # let it fill: a wake-up for each line would slow the program
                self._chunks.append(chunk)
                self._size += len(chunk)
                while self._size - len(self._chunks[0]) > KEPT:
                    self._size -= len(self._chunks.popleft())

    def text(self) -> str:
        self._thread.join(timeout=1.0)  # a child that lives on may hold the stream open
        if not self._thread.is_alive():
            self._stream.close()
        return b"".join(self._chunks)[-KEPT:].decode(errors="replace")


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    time_limit: float,
    stdin: StoredInput | None = None,
    environment: Mapping[str, str] | None = None,
    started: Callable[[int], None] = lambda pid: None,
) -> Execution:
    """Run to the end, or to the time limit: then it is interrupted, and killed ``GRACE`` s later.

    ``started`` is called with the process id once it runs. Whatever the command leaves running in
    its process group is killed.
    """
    stdin = stdin or StoredInput()
    with _interruptible():
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=stdin.open(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    assert process.stdout is not None and process.stderr is not None  # asked for pipes above
    output, errors = _Tail(process.stdout), _Tail(process.stderr)
    stdin.started(process.stdin)
    reached = False
    try:
        started(process.pid)
        usage = _wait(process, begun + time_limit)
        seconds = time.monotonic() - begun
        if usage is None:
            reached = True
            process.send_signal(signal.SIGINT)
            usage = _wait(process, time.monotonic() + GRACE)
        if usage is None:
            _kill(process)
            usage = _wait(process, time.monotonic() + GRACE)
    finally:
        _kill(process)
        stdin.ended()
        if process.returncode is None:
            process.wait()
    status = process.returncode
    return Execution(
        seconds,
        *(usage or (0.0, 0.0)),
        exit_status=128 - status if status < 0 else status,
        time_limit_reached=reached,
        output=output.text(),
        errors=errors.text(),
    )


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Where Ctrl-C is ignored, as in the background of a shell, what starts here must not."""
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    if ignored and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    else:
        yield


def _wait(process: subprocess.Popen[bytes], until: float) -> tuple[float, float] | None:
    """User and system seconds once it has ended; ``None`` at the time given."""
    pause = 0.001
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime, usage.ru_stime
        if time.monotonic() >= until:
            return None
        time.sleep(pause)
        pause = min(pause * 1.5, 0.01)


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
