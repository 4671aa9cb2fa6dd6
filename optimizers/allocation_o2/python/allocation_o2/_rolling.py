"""When weights are made, and the run through those dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from allocation_o2._runner import Report, Runner, Schedule
from allocation_o2.errors import RollingStoppedError
from hft_py import checks
from hft_py.progress import Reporter, check_progress, reporting

Floats = npt.NDArray[np.float64]


def schedule(
    needed: int, observations: int, window: int | None, step: int, first: int | None
) -> Schedule:
    """The dates of a run.

    Parameters
    ----------
    needed
        Observations that the strategy needs; there are so many.
    first
        The first date. Default: the first at which there are enough.
    """
    step = checks.whole_number("step", step, least=1)
    if window is not None:
        window = checks.whole_number("window", window)
        if not needed <= window <= observations:
            raise ValueError(
                f"window={window}, expected {needed}, which the strategy needs, to {observations}, "
                "which prices has"
            )
    start = (window or needed) - 1 if first is None else first
    step = min(step, observations)  # one date only, and a number that Rust can take
    return Schedule(start, step, window or 0, (observations - 1 - start) // step + 1)


def rolling(
    runner: Runner, values: Floats, when: Schedule, threads: int, progress: Any, name: str
) -> Floats:
    """Weights ``(n_dates, n_assets)``."""
    workers = checks.thread_count(threads)
    check_progress(progress)
    out = np.empty((when.count, len(values)))
    with reporting(progress, when.count, name) as reporter:
        report = None if reporter is None else _report(reporter)
        runner.rolling(values, out, when, workers, report)
    return out


def _report(reporter: Reporter) -> Report:
    """What a runner calls after each date, or now and then."""
    before = 0

    def report(done: int, total: int) -> None:
        nonlocal before
        if not (reporter.due(before, done) or done == total):
            return
        before = done
        if not reporter(done, float("nan")):
            raise RollingStoppedError("progress stopped the run before its last date")

    return report
