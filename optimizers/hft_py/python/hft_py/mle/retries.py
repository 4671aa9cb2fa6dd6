"""Independent retries in parallel, which share what they find.

Retries run in rounds of eight. Those of the first round start anywhere; of a later round every
second one starts from what was found before, so good regions are searched more closely while the
others keep looking elsewhere. Rounds are finished in order, so the result does not depend on the
number of threads.

An objective that Rust evaluates (compiled, built-in) runs one retry a thread; a Python callable
runs them one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Event

import numpy as np

from hft_py.mle._aggregate import RestartSequence
from hft_py.mle.baseline.loop import Array
from hft_py.progress import Reporter

ROUND = 8
KEPT = 8  # points that are shared

AttemptFunction = Callable[[int, list[Array], Reporter | None], RestartSequence]


class StopSignal(Reporter):
    """A reporter for runs in other threads that only stops them."""

    def __init__(self, stop: Event, total: int) -> None:
        super().__init__(lambda _: None, total)
        self.every = 1  # every generation: a hundredth of a long run would be too late
        self._stop = stop

    def __call__(self, done: int, best: float) -> bool:
        return not self._stop.is_set()

    def close(self) -> None:
        """Stop every run."""
        self._stop.set()


def run_retries(
    attempt: AttemptFunction,
    retries: int,
    threads: int,
    total: int,
    reporter: Reporter | None,
) -> tuple[list[RestartSequence], str | None]:
    """The sequences of all retries, in order, and the reason where they were cut short.

    ``attempt(number, known, reporter)`` makes one; ``known`` are points found before, best first,
    empty where it starts afresh. ``total`` is the number of evaluations of one.
    """
    sequences: list[RestartSequence] = []
    stop = Event()

    def take(sequence: RestartSequence) -> None:
        sequences.append(sequence)
        # The rest of a round is finished and kept also where the target is reached: the same
        # result on any number of threads.
        if reporter is not None and not stop.is_set() and not _report(sequences, reporter):
            stop.set()

    for start in range(0, retries, ROUND):
        known = best_points(sequences)
        numbers = range(start, min(start + ROUND, retries))
        tasks = [(n, known if n % 2 else []) for n in numbers]
        if threads == 1:
            for number, points in tasks:
                if not stop.is_set():
                    take(attempt(number, points, None))
        else:
            _in_parallel(attempt, tasks, threads, StopSignal(stop, total), take)
        if stop.is_set():
            return sequences, "stopped_by_callback"
        if any(sequence.reason == "target_reached" for sequence in sequences):
            return sequences, "target_reached"
    return sequences, "retries_done"


def _in_parallel(
    attempt: AttemptFunction,
    tasks: list[tuple[int, list[Array]]],
    threads: int,
    signal: StopSignal,
    take: Callable[[RestartSequence], None],
) -> None:
    """A round on several threads, its sequences taken in order."""
    with ThreadPoolExecutor(max_workers=min(threads, len(tasks))) as pool:
        # Each worker sees the backend chosen around the call.
        futures = [pool.submit(copy_context().run, attempt, n, k, signal) for n, k in tasks]
        try:
            for future in futures:
                take(future.result())
        except BaseException:
            signal.close()
            for future in futures:
                future.cancel()
            raise


def _report(sequences: list[RestartSequence], reporter: Reporter) -> bool:
    """Report the retries that are done; whether to go on."""
    done = sum(sequence.evaluations for sequence in sequences)
    before = done - sequences[-1].evaluations
    if not reporter.due(before, done):
        return True
    return reporter(done, min(sequence.best.value for sequence in sequences))


def best_points(sequences: list[RestartSequence]) -> list[Array]:
    """The best points found so far, best first, no two the same."""
    order = sorted(
        range(len(sequences)), key=lambda n: (sequences[n].best.violation, sequences[n].best.value)
    )
    points: list[Array] = []
    for number in order:
        point = sequences[number].best.point
        if np.isfinite(point).all() and not any(np.allclose(point, p) for p in points):
            points.append(point)
    return points[:KEPT]
