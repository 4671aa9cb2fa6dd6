"""The process in which one implementation is measured.

Started by :mod:`qpp.measure.worker_client` with its thread count already in the
environment (libraries read it at import). It builds its own inputs, so none are sent;
outputs are sent as files, once per distinct content. What the study prints goes to
stderr: stdout carries the protocol. Every answer repeats the number of its request.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import hashlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter  # by name: a study may replace the module's
from typing import IO, Any

import numpy as np

from qpp import registry
from qpp.measure import memory, protocol
from qpp.parity import Array, as_outputs
from qpp.study import Implementation, Study

# Below this a call is repeated inside one sample, so that the timer's own cost
# (tens of nanoseconds) and its resolution stay under one part in ten thousand.
SAMPLE_SECONDS = 5e-3
# Calls below this are made untimed before a sample, as many as the sample holds: while
# others ran, the caches went cold. For longer calls it does not matter.
REWARM_SECONDS = 0.1
MOST_CALLS = 1_000_000  # in one sample
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Worker:
    """State of one worker: an implementation and its current inputs."""

    def __init__(self, address: str, implementation: str, outputs: str, quick: bool) -> None:
        self.study: Study = registry.load(address)
        self.implementation: Implementation = self.study.implementation(implementation)
        self.quick = quick
        self.folder = Path(outputs)
        self.process = os.getpid()
        self.seen: set[str] = set()
        self.call: Callable[[], Any] = lambda: None
        self.seconds = 0.0
        self.parts = 1

    def load(self, workload: str) -> None:
        """Build and prepare the inputs of a workload (not timed)."""
        inputs, self.parts = self.implementation.ready(
            self.study.workload(workload).inputs(), quick=self.quick
        )
        function = self.implementation.call
        self.call = lambda: function(**inputs)
        # What is here now stays: a collection before each sample need not look at it. With
        # the usual libraries imported that is a twentieth of a second, ten times the sample.
        gc.collect()
        gc.freeze()

    def warm(self, workload: str) -> None:
        """Import lazily loaded code, compile, start pools: one call on a small workload."""
        self.load(workload)
        self.call()

    def probe(self) -> dict[str, Any]:
        """The first call on this workload: its time and the rise of the resident set."""
        start = perf_counter()
        output, growth = memory.resident_growth(self.call)
        self.seconds = perf_counter() - start
        outputs = self._collect(output)
        return {
            "seconds": self.seconds,
            "parts": self.parts,
            "resident_growth": growth,
            "output_bytes": sum(a.nbytes for a in outputs.values()),
            "digest": self._keep(outputs),
        }

    def python_peak(self) -> int:
        """Peak of Python's own allocations in one call (not timed)."""
        return memory.python_peak(self.call)

    def calibrate(self) -> tuple[int, float]:
        """How many calls make one sample long enough, and the seconds of one call."""
        number, call = 1, self.call
        while number < MOST_CALLS:
            start = perf_counter()
            for _ in range(number):
                call()
            elapsed = perf_counter() - start
            self.seconds = elapsed / number
            if elapsed >= SAMPLE_SECONDS:
                break
            grow = SAMPLE_SECONDS / max(elapsed, 1e-7)
            number = min(MOST_CALLS, max(number + 1, int(number * min(grow * 1.2, 10.0))))
        return number, self.seconds

    def sample(self, number: int) -> dict[str, Any]:
        """One timed sample; the output of its last call is kept for the comparison."""
        call = self.call
        if self.seconds < REWARM_SECONDS:
            for _ in range(number):
                call()
        gc.collect()
        gc.disable()
        try:
            start = perf_counter()
            for _ in range(number - 1):
                call()
            output = call()
            elapsed = perf_counter() - start
        finally:
            gc.enable()
        return {"seconds": elapsed / number, "digest": self._keep(self._collect(output))}

    def _collect(self, output: Any) -> dict[str, Array]:
        leave_if_forked(self.process)
        collect = self.implementation.collect
        return as_outputs(output if collect is None else collect(output))

    def _keep(self, outputs: dict[str, Array]) -> str:
        state = hashlib.blake2b(digest_size=16)
        for name, array in outputs.items():
            state.update(f"{name}{array.dtype}{array.shape}".encode())
            state.update(np.ascontiguousarray(array).view(np.uint8).data)
        digest = state.hexdigest()
        if digest not in self.seen:
            save_outputs(self.folder / f"{digest}.npz", outputs)
            self.seen.add(digest)
        return digest


def save_outputs(path: Path, outputs: dict[str, Array]) -> None:
    """Write named arrays to one file; any name is allowed (``savez`` reserves some)."""
    np.savez(path, **{f"={name}": array for name, array in outputs.items()})  # type: ignore[arg-type]


def load_outputs(path: Path) -> dict[str, Array]:
    """Read what :func:`save_outputs` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        return {name.removeprefix("="): stored[name] for name in stored.files}


def serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    """Answer requests until the harness closes the pipe; an error is an answer too."""
    worker: Worker | None = None
    own = os.getpid()
    while True:
        try:
            turn, method, arguments = protocol.receive(requests)
        except EOFError:
            return
        try:
            if method == "open":
                sys.path[:] = arguments.pop("path")
                worker = Worker(**arguments)
                answer: Any = own
            else:
                answer = getattr(worker, method)(**arguments)
            leave_if_forked(own)
            protocol.send(replies, ("ok", turn, answer))
        except BaseException as error:
            leave_if_forked(own)
            protocol.send(replies, ("error", turn, registry.describe_error(error)))
            if not isinstance(error, Exception):
                raise


def leave_if_forked(process: int) -> None:
    """A call that forks may return twice: the copy must not keep outputs, answer or listen."""
    if os.getpid() != process:
        os._exit(0)


def main() -> None:
    """Take stdout for the protocol and hand prints to stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the harness ends its workers
    _die_with_the_harness()
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, replies)


def _die_with_the_harness() -> None:
    """Linux: when the harness is killed, its workers are killed too."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
