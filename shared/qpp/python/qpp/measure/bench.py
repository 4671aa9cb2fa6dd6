"""One workload: start or reuse the workers, probe, sample in turns, compare outputs."""

from __future__ import annotations

import functools
import math
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qpp import machine, parity, registry, statistics
from qpp.measure.schedule import Settings, interleave, rounds_within
from qpp.measure.worker import load_outputs
from qpp.measure.worker_client import WorkerError, WorkerHandle
from qpp.parity import Array
from qpp.results import Interval, ParityResult, Row, WorkloadResult
from qpp.study import Implementation, Inputs, Limit, Study, Workload

CONTROL = " (A/A control)"
Tick = Callable[[str, float, float], None]


@dataclass
class RowRun:
    """The samples of one implementation on one workload, until they become a row."""

    key: str
    implementation: Implementation
    seconds: list[float] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    number: int = 1
    call_seconds: float = 0.0
    probe: dict[str, Any] = field(default_factory=dict)
    python_peak: int | None = None
    failure: str = ""

    @property
    def sample_seconds(self) -> float:
        """Seconds of one sample, with the untimed calls before it."""
        if not self.call_seconds:
            return float(self.probe["seconds"])
        return 2 * self.number * self.call_seconds


class Bench:
    """The worker processes of one study. A context manager: it ends all of them."""

    def __init__(self, study: Study, address: str, settings: Settings) -> None:
        self.study = study
        self.address = address
        self.settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="qpp-")
        self._workers: dict[str, WorkerHandle] = {}
        self._failed: dict[str, str] = {}  # workers that did not start, until a workload needs them

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.close()
        self._folder.cleanup()

    def run(self, workload: Workload, tick: Tick, share: float | None = None) -> WorkloadResult:
        """Measure one workload within ``share`` seconds, as far as its least rounds allow.

        ``tick(what, done, total)`` reports progress in seconds.
        """
        begun = time.monotonic()
        runs, control = self._runs(workload)
        running = [*runs, control] if control else runs
        tick("starting workers", 0.0, 0.0)
        self._start(running)
        for run in running:
            if not run.failure:
                tick(f"preparing {run.key}", 0.0, 0.0)
                self._prepare(run, workload)
        left = None if share is None else share - (time.monotonic() - begun)
        self._sample([run for run in running if not run.failure], tick, left)
        measured = {row.implementation: row for row in self._compare_all(runs)}
        rows = [
            measured.get(one.name) or _not_run(one, workload)
            for one in self.study.implementations()
        ]
        inputs = functools.cache(workload.inputs)  # only made where there is a limit
        if workload.unavailable() is None:
            limits = [o for o in self.study.limits if o.only is None or workload.name in o.only]
            rows += [_limit(limit, inputs) for limit in limits]
        noise = None
        if control and not control.failure:
            first = next(run for run in runs if run.implementation is control.implementation)
            noise = _ratio(first, control)
        return WorkloadResult(
            name=workload.name,
            sizes=_plain(workload.sizes),
            rows=tuple(rows),
            noise=noise,
            noise_of=control.implementation.name if control and noise else "",
        )

    def _runs(self, workload: Workload) -> tuple[list[RowRun], RowRun | None]:
        """What can run on a workload; and a second worker with the code of the first optimised."""
        if workload.unavailable() is not None:
            return [], None
        runs = [
            RowRun(one.name, one)
            for one in self.study.implementations()
            if one.unavailable() is None and one.applies_to(workload)
        ]
        first = next((run for run in runs if run.implementation.role == "optimised"), None)
        if first is None or not self.settings.maximum:
            return runs, None
        return runs, RowRun(first.key + CONTROL, first.implementation)

    def start(self, workloads: Sequence[Workload]) -> None:
        """Start a worker for every implementation that runs on these workloads."""
        needed: dict[str, RowRun] = {}
        for workload in workloads:
            runs, control = self._runs(workload)
            needed |= {run.key: run for run in (*runs, control) if run}
        self._start(list(needed.values()))
        self._failed = {key: run.failure for key, run in needed.items() if run.failure}

    def _start(self, runs: list[RowRun]) -> None:
        for run in runs:
            run.failure = self._failed.pop(run.key, "")
        missing = [run for run in runs if not run.failure and not self._alive(run)]
        many = max(1, machine.usable_cores())
        for first in range(0, len(missing), many):
            group = missing[first : first + many]
            for run in group:
                one = run.implementation
                where, quick = self._folder.name, self.settings.parts
                worker = WorkerHandle(self.address, one.name, one.threads, where, quick=quick)
                self._workers[run.key] = worker
                # Studies declare their workloads from small to large: warm up on the first.
                smallest = next(
                    w.name
                    for w in self.study.workloads
                    if one.applies_to(w) and w.unavailable() is None
                )
                worker.post("warm", workload=smallest)
            for run in group:
                try:
                    self._workers[run.key].answer(self.study.time_limit)
                except WorkerError as error:
                    run.failure = str(error)

    def _alive(self, run: RowRun) -> bool:
        worker = self._workers.get(run.key)
        if worker is None or worker.alive:
            return worker is not None
        worker.close()
        return False

    def _prepare(self, run: RowRun, workload: Workload) -> None:
        limit = self.study.time_limit
        try:
            worker = self._workers[run.key]
            worker.ask("load", limit, workload=workload.name)
            run.probe = worker.ask("probe", limit)
            run.digests.add(run.probe["digest"])
            seconds = run.probe["seconds"]
            if not run.key.endswith(CONTROL) and seconds < self.settings.trace_limit:
                run.python_peak = worker.ask("python_peak", limit * 4)
            if self.settings.maximum and seconds < self.settings.slow:
                run.number, run.call_seconds = worker.ask("calibrate", limit)
        except WorkerError as error:
            run.failure = str(error)

    def _sample(self, runs: list[RowRun], tick: Tick, available: float | None) -> None:
        cost = {run.key: run.sample_seconds for run in runs}
        counts = rounds_within(cost, self.settings, available)
        by_key = {run.key: run for run in runs}
        total = sum(cost[key] * counts[key] for key in counts)
        done = 0.0
        for turn, names in interleave(counts):
            for name in names:
                run = by_key[name]
                if run.failure:
                    continue
                tick(f"round {turn + 1} of {max(counts.values())}: {name}", done, total)
                try:
                    limit = self.study.time_limit * max(1, run.number // 100)
                    got = self._workers[name].ask("sample", limit, number=run.number)
                except WorkerError as error:
                    run.failure = str(error)
                    continue
                run.seconds.append(got["seconds"] * run.probe["parts"])
                run.rounds.append(turn)
                run.digests.add(got["digest"])
                done += cost[name]
        tick("comparing outputs", total, total)

    def _compare_all(self, runs: list[RowRun]) -> list[Row]:
        """Compare every distinct output with the baseline's, then make the rows."""
        base = next((run for run in runs if run.implementation.role == "baseline"), None)
        expected = None
        if base is not None and not base.failure:
            expected = self._outputs(base.probe["digest"])
            if not any(array.size for array in expected.values()):
                base.failure, expected = "the baseline returned no values", None
        return [self._row(run, base, expected) for run in runs]

    def _row(self, run: RowRun, base: RowRun | None, expected: dict[str, Array] | None) -> Row:
        row = _bare(run.implementation, "failed", run.failure)
        if run.failure:
            return row
        row = replace(
            row,
            seconds=tuple(run.seconds),
            rounds=tuple(run.rounds),
            median=statistics.median(run.seconds) if run.seconds else None,
            minimum=min(run.seconds, default=None),
            spread=statistics.spread(run.seconds) if run.seconds else None,
            number=run.number,
            parts=run.probe["parts"],
            resident_growth=run.probe["resident_growth"],
            python_peak=run.python_peak,
            output_bytes=run.probe["output_bytes"],
        )
        if base is None or expected is None:
            return replace(row, reason="not compared: the baseline has no output")
        parity = self._compare(run, base, expected)
        if not parity.agrees:
            return replace(row, status="disagrees", reason=parity.reason, parity=parity)
        return replace(row, status="ok", parity=parity, ratio=_ratio(base, run))

    def _compare(self, run: RowRun, base: RowRun, expected: dict[str, Array]) -> ParityResult:
        names = run.implementation.compare
        parts = run.probe["parts"], base.probe["parts"]
        found = [
            parity.compare(self._outputs(digest), expected, self.study.agreement, names, parts)
            for digest in sorted(run.digests)
        ]
        wrong = next((one for one in found if not one.agrees), None)
        return wrong or max(found, key=lambda one: one.max_abs)

    def _outputs(self, digest: str) -> dict[str, Array]:
        return load_outputs(Path(self._folder.name) / f"{digest}.npz")


def _ratio(one: RowRun, other: RowRun) -> Interval | None:
    return statistics.paired_ratio(one.seconds, one.rounds, other.seconds, other.rounds)


def _not_run(implementation: Implementation, workload: Workload) -> Row:
    reason = workload.unavailable() or implementation.unavailable()
    if reason is not None:
        return _bare(implementation, "unavailable", reason)
    return _bare(implementation, "not applicable", "left out on this workload")


def _limit(limit: Limit, inputs: Callable[[], Inputs]) -> Row:
    row = Row(limit.name, limit.kind, threads=1, status="limit", note=limit.note)
    try:
        seconds = float(limit.seconds(inputs(), machine.bandwidth))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # the study's own code may raise anything
        return replace(row, status="failed", reason=registry.describe_error(error))
    if not 0 <= seconds < math.inf:
        return replace(row, status="failed", reason=f"gave {seconds} as its seconds")
    return replace(row, median=seconds)


def _plain(sizes: Mapping[str, Any]) -> dict[str, Any]:
    """Sizes as a result file holds them: NaN and infinities become words."""
    plain = {k: v for k, v in sizes.items() if isinstance(v, int | float | str)}
    return {
        k: v if isinstance(v, int | str) or math.isfinite(v) else str(v) for k, v in plain.items()
    }


def _bare(implementation: Implementation, status: Any, reason: str) -> Row:
    return Row(
        implementation=implementation.name,
        role=implementation.role,
        threads=implementation.threads or machine.usable_cores(),
        status=status,
        reason=reason,
        note=implementation.note,
    )
