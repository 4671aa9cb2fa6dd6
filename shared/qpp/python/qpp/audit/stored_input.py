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
