"""Standard input that several runs read: stored while the first one reads it, then replayed."""

from __future__ import annotations

import contextlib
import os
import select
import stat
import subprocess
import tempfile
import threading
from typing import IO


class StoredInput:
    """What a program finds on its standard input, the same in every run.

    Parameters
    ----------
    descriptor
        Where it comes from. ``None``, a terminal or a closed stream: it is empty.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._source = descriptor if _readable(descriptor) else None
        # It lives as long as the audit; close() ends it.
        self._file = None if self._source is None else tempfile.TemporaryFile()  # noqa: SIM115
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> IO[bytes] | int:
        """What a process is started with."""
        if self._source is not None:
            return subprocess.PIPE
        if self._file is None:
            return subprocess.DEVNULL
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Delete what was stored."""
        if self._file is not None:
            self._file.close()

    def started(self, pipe: IO[bytes] | None) -> None:
        """The process runs: where it was given a pipe, hand on what comes."""
        if pipe is not None:
            self._thread = threading.Thread(target=self._pump, args=(pipe,), daemon=True)
            self._thread.start()

    def ended(self) -> None:
        """The process has ended: what it has not asked for by then is not part of the input."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)
        self._source = None

    def _pump(self, pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError, ValueError), pipe:
            while not self._ended.is_set():
                # Both are there until ended() has joined this thread.
                assert self._source is not None and self._file is not None
                if not select.select([self._source], [], [], 0.05)[0]:
                    continue
                data = os.read(self._source, 65536)
                if not data:
                    return
                self._file.write(data)
                pipe.write(data)
                pipe.flush()


def _readable(descriptor: int | None) -> bool:
    if descriptor is None:
        return False
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return not stat.S_ISCHR(mode)  # terminals and /dev/null
