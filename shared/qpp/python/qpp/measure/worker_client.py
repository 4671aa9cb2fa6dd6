"""The harness's side of a worker process: start it, call it, report how it ended."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from typing import Any

from qpp.machine import usable_cores
from qpp.measure import protocol

THREAD_VARIABLES = (
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "POLARS_MAX_THREADS",
    "RAYON_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
START_SECONDS = 120.0


class WorkerError(RuntimeError):
    """The implementation raised an error, its process ended, or it took too long."""


def thread_environment(threads: int) -> dict[str, str]:
    """Variables that fix the thread count of every library read at import (0: all cores)."""
    count = str(threads or usable_cores())
    return dict.fromkeys(THREAD_VARIABLES, count)


class WorkerHandle:
    """One worker process.

    The process starts at once and imports the study; the first answer waits for that.
    """

    def __init__(
        self, address: str, implementation: str, threads: int, outputs: str, *, quick: bool = False
    ) -> None:
        self.implementation = implementation
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._turn = 0
        self._closed = False
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from qpp.measure.worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # its own group, so that its children are killed too
            env={
                **os.environ,
                **thread_environment(threads),
                "PYTHONHASHSEED": "0",
                "MPLBACKEND": "Agg",
                # A worker must find the harness wherever its parent did.
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            },
        )
        self._answers: queue.Queue[Any] = queue.Queue()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._waiting = 0
        self.post(
            "open",
            address=address,
            implementation=implementation,
            outputs=outputs,
            path=[p for p in sys.path if p],
            quick=quick,
        )

    def post(self, method: str, **arguments: Any) -> None:
        """Call a method of the worker without waiting for what it answers."""
        assert self._process.stdin is not None  # asked for a pipe above
        self._turn += 1
        self._waiting += 1
        try:
            protocol.send(self._process.stdin, (self._turn, method, arguments))
        except (OSError, ValueError):  # a broken pipe, or one that is closed
            self._answers.put(("gone", 0, None))

    def ask(self, method: str, limit: float, **arguments: Any) -> Any:
        """Call a method of the worker; ``WorkerError`` says why there is no answer."""
        self.post(method, **arguments)
        return self.answer(limit)

    def answer(self, limit: float) -> Any:
        """What the worker answered to the last call, once it has answered all before it."""
        value = None
        while self._waiting:
            expected = self._turn - self._waiting + 1
            value = self._take(expected, START_SECONDS if expected == 1 else limit)
            self._waiting -= 1
        return value

    def _take(self, expected: int, limit: float) -> Any:
        try:
            kind, turn, value = self._answers.get(timeout=min(limit, threading.TIMEOUT_MAX))
        except queue.Empty:
            self.close()
            raise WorkerError(f"exceeded the time limit of {limit:g} s and was stopped") from None
        if kind == "gone":
            text = self._exit_reason()
            self.close()
            raise WorkerError(text)
        if turn != expected:
            self.close()
            text = f": {value}" if kind == "garbled" else ""
            raise WorkerError(f"broke the harness's protocol and was stopped{text}")
        if kind == "error":
            if expected == 1:
                self.close()  # its study did not import
            self._waiting = 0
            raise WorkerError(str(value))
        return value

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return self._process.poll() is None

    def close(self) -> None:
        """Kill the process and all that it started."""
        if self._closed:  # the process id may belong to another process by now
            return
        self._closed = True
        if hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._errors):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._listener.join(timeout=1.0)  # it closes stdout, which something may still hold open

    def _listen(self) -> None:
        assert self._process.stdout is not None  # asked for a pipe above
        try:
            with self._process.stdout as stream:
                while True:
                    kind, turn, value = protocol.receive(stream)
                    self._answers.put((kind, turn, value))
        except (EOFError, OSError):
            self._answers.put(("gone", 0, None))
        except Exception as error:  # the study wrote into the pipe
            self._answers.put(("garbled", 0, f"{type(error).__name__}: {error}"))

    def _exit_reason(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5)
        code = self._process.returncode
        how = f"exit code {code}"
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                how = signal.Signals(-code).name
        last = ""
        with contextlib.suppress(OSError, ValueError):
            self._errors.seek(0)
            lines = self._errors.read().decode(errors="replace").strip().splitlines()
            last = f": {lines[-1].strip()}" if lines else ""
        return f"the worker process ended ({how}){last}"
