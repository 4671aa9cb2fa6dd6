"""Run a command in a process group of its own, with a time limit; measure it from outside.

The input is stored while the first run reads it, and replayed for the others. The output is read
and thrown away but for its end, so that a program that prints megabytes costs neither memory nor
disk and the terminal stays as it was.
"""

import contextlib
import os
import select
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

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


class StoredInput:
    """What a program finds on its standard input, the same in every run; ``close`` deletes it.

    Parameters
    ----------
    descriptor
        Where it comes from. A terminal, ``/dev/null`` or a closed stream: it is empty.
    """

    def __init__(self, descriptor: int) -> None:
        self._source: int | None = None
        with contextlib.suppress(OSError):
            if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
                self._source = descriptor
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the audit
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.close = self._file.close

    def open(self) -> IO[bytes] | int:
        """What a process is started with: a pipe for the first, then the file."""
        if self._source is not None:
            return subprocess.PIPE
        self._file.seek(0)
        return self._file

    def started(self, pipe: IO[bytes]) -> None:
        """The first process runs: hand on to its pipe what comes."""
        self._thread = threading.Thread(target=self._pump, args=(pipe, self._source), daemon=True)
        self._thread.start()

    def ended(self) -> None:
        """A process has ended: what it has not asked for by then is not part of the input."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)
        self._source = None

    def _pump(self, pipe: IO[bytes], source: int) -> None:
        with contextlib.suppress(OSError, ValueError), pipe:
            while not self._ended.is_set():
                if not select.select([source], [], [], 0.05)[0]:
                    continue
                data = os.read(source, 65536)
                if not data:
                    return
                self._file.write(data)
                pipe.write(data)
                pipe.flush()


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
