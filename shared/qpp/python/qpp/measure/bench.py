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
from qpp.measure.pool import WorkerError, WorkerHandle
from qpp.measure.schedule import Settings, interleave, rounds_within
from qpp.measure.worker import load_outputs
from qpp.parity import Array
from qpp.results import ParityResult, Row, WorkloadResult
from qpp.study import Implementation, Inputs, Limit, Study, Workload

TWIN = " (A/A twin)"


@dataclass
class Lane:
    """An implementation on its way through one workload."""

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

    def fail(self, error: WorkerError) -> None:
        """Note the reason; the others go on."""
        self.failure = str(error)


class Bench:
    """The workers of one study. A context manager: none outlives it."""

    def __init__(self, study: Study, address: str, settings: Settings) -> None:
        self.study = study
        self.address = address
        self.settings = settings
        self._folder = tempfile.TemporaryDirectory(prefix="qpp-")
        self._workers: dict[str, WorkerHandle] = {}
        self._lost: dict[str, WorkerError] = {}  # workers that did not start, until they are asked

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.close()
        self._folder.cleanup()

    def run(
        self,
        workload: Workload,
        tick: Callable[[str, float, float], None],
        share: float | None = None,
    ) -> WorkloadResult:
        """Measure one workload within ``share`` seconds, where its rounds can be had for that.

        ``tick(what, done, total)`` reports progress in seconds.
        """
        begun = time.monotonic()
        rows: list[Row] = []
        lanes: list[Lane] = []
        for implementation in self.study.implementations():
            reason = implementation.unavailable()
            if reason is not None:
                rows.append(_bare(implementation, "unavailable", reason))
            elif not _applies(implementation, workload):
                rows.append(_bare(implementation, "not applicable", "left out on this workload"))
            else:
                lanes.append(Lane(implementation.name, implementation))
        twin = self._twin(lanes) if self.settings.maximum else None
        running = [*lanes, twin] if twin else list(lanes)
        tick("starting workers", 0.0, 0.0)
        self._start(running)
        for lane in running:
            if not lane.failure:
                tick(f"preparing {lane.key}", 0.0, 0.0)
                self._prepare(lane, workload)
        left = None if share is None else share - (time.monotonic() - begun)
        self._sample([lane for lane in running if not lane.failure], tick, left)
        rows += self._judge(lanes)
        order = [i.name for i in self.study.implementations()]
        rows.sort(key=lambda row: order.index(row.implementation))
        rows += self._limits(workload)
        noise = self._noise(lanes, twin)
        return WorkloadResult(
            name=workload.name,
            sizes=_plain(workload.sizes),
            rows=tuple(rows),
            noise=noise,
            noise_of=twin.implementation.name if twin and noise else "",
        )

    def _twin(self, lanes: list[Lane]) -> Lane | None:
        """The A/A control: a second worker with the code of the first optimised row."""
        chosen = next((x for x in lanes if x.implementation.role == "optimised"), None)
        return Lane(chosen.key + TWIN, chosen.implementation) if chosen else None

    def start(self, workloads: Sequence[Workload]) -> None:
        """Have a warm worker for whatever will run on these workloads."""
        needed: dict[str, Lane] = {}
        for workload in workloads:
            lanes = [
                Lane(one.name, one)
                for one in self.study.implementations()
                if one.unavailable() is None and _applies(one, workload)
            ]
            twin = self._twin(lanes) if self.settings.maximum else None
            needed |= {lane.key: lane for lane in [*lanes, *([twin] if twin else [])]}
        self._start(list(needed.values()))
        self._lost = {k: WorkerError(x.failure) for k, x in needed.items() if x.failure}

    def _start(self, lanes: list[Lane]) -> None:
        """Have a warm worker for each lane: as many start side by side as there are cores."""
        for lane in lanes:
            if lane.key in self._lost:  # it was tried a moment ago
                lane.fail(self._lost.pop(lane.key))
        missing = [lane for lane in lanes if not lane.failure and not self._alive(lane)]
        many = max(1, machine.usable_cores())
        for first in range(0, len(missing), many):
            group = missing[first : first + many]
            for lane in group:
                self._workers[lane.key] = worker = WorkerHandle(
                    self.address,
                    lane.implementation.name,
                    lane.implementation.threads,
                    self._folder.name,
                    quick=self.settings.parts,
                )
                worker.post("warm", workload=self._smallest(lane))
            for lane in group:
                try:
                    self._workers[lane.key].answer(self.study.time_limit)
                except WorkerError as error:
                    lane.fail(error)

    def _alive(self, lane: Lane) -> bool:
        worker = self._workers.get(lane.key)
        if worker is None or worker.alive:
            return worker is not None
        worker.close()
        return False

    def _prepare(self, lane: Lane, workload: Workload) -> None:
        limit = self.study.time_limit
        try:
            worker = self._workers[lane.key]
            worker.ask("load", limit, workload=workload.name)
            lane.probe = worker.ask("probe", limit)
            lane.digests.add(lane.probe["digest"])
            if lane.key.endswith(TWIN):
                pass
            elif lane.probe["seconds"] < self.settings.trace_limit:
                lane.python_peak = worker.ask("python_peak", limit * 4)
            if self.settings.maximum and lane.probe["seconds"] < self.settings.slow:
                lane.number, lane.call_seconds = worker.ask("calibrate", limit)
        except WorkerError as error:
            lane.fail(error)

    def _smallest(self, lane: Lane) -> str:
        """Studies declare their workloads from small to large: warm on the first."""
        only = lane.implementation.only
        return next(w.name for w in self.study.workloads if only is None or w.name in only)

    def _sample(
        self,
        lanes: list[Lane],
        tick: Callable[[str, float, float], None],
        available: float | None,
    ) -> None:
        cost = {lane.key: self._cost(lane) for lane in lanes}
        counts = rounds_within(cost, self.settings, available)
        by_key = {lane.key: lane for lane in lanes}
        total = sum(cost[key] * counts[key] for key in counts)
        done = 0.0
        for turn, names in interleave(counts):
            for name in names:
                lane = by_key[name]
                if lane.failure:
                    continue
                tick(f"round {turn + 1} of {max(counts.values())}: {name}", done, total)
                try:
                    limit = self.study.time_limit * max(1, lane.number // 100)
                    got = self._workers[name].ask("sample", limit, number=lane.number)
                except WorkerError as error:
                    lane.fail(error)
                    continue
                lane.seconds.append(got["seconds"] * lane.probe["parts"])
                lane.rounds.append(turn)
                lane.digests.add(got["digest"])
                done += cost[name]
        tick("comparing outputs", total, total)

    def _cost(self, lane: Lane) -> float:
        """Seconds of one sample, with the untimed calls before it."""
        if not lane.call_seconds:
            return float(lane.probe["seconds"])
        return 2 * lane.number * lane.call_seconds

    def _judge(self, lanes: list[Lane]) -> list[Row]:
        """Compare every distinct output with the baseline's, then make the rows."""
        base = next((lane for lane in lanes if lane.implementation.role == "baseline"), None)
        expected = None
        if base is not None and not base.failure:
            expected = self._outputs(base.probe["digest"])
            if not any(array.size for array in expected.values()):
                base.failure, expected = "the baseline returned no values", None
        rows = []
        for lane in lanes:
            row = _bare(lane.implementation, "ok", "")
            if lane.failure:
                rows.append(replace(row, status="failed", reason=lane.failure))
                continue
            if lane.seconds:
                row = replace(
                    row,
                    median=statistics.median(lane.seconds),
                    minimum=min(lane.seconds),
                    spread=statistics.spread(lane.seconds),
                )
            row = replace(
                row,
                seconds=tuple(lane.seconds),
                rounds=tuple(lane.rounds),
                number=lane.number,
                parts=lane.probe["parts"],
                resident_growth=lane.probe["resident_growth"],
                python_peak=lane.python_peak,
                output_bytes=lane.probe["output_bytes"],
            )
            if base is None or expected is None:
                reason = "not compared: the baseline has no output"
                rows.append(replace(row, status="failed", reason=reason))
                continue
            in_part = base.implementation.quick_part if base.probe["parts"] > 1 else None
            row = replace(row, parity=self._compare(lane, expected, in_part is not None))
            assert row.parity is not None  # set on the line above
            if not row.parity.agrees:
                row = replace(row, status="disagrees", reason=row.parity.reason)
            else:
                ratio = statistics.paired_ratio(
                    base.seconds, base.rounds, lane.seconds, lane.rounds
                )
                row = replace(row, ratio=ratio)
            rows.append(row)
        return rows

    def _compare(self, lane: Lane, expected: dict[str, Array], base_in_part: bool) -> ParityResult:
        own_part = lane.implementation.quick_part is not None and lane.probe["parts"] > 1
        compare = parity.compare_part if base_in_part or own_part else parity.compare
        worst: ParityResult | None = None
        for digest in sorted(lane.digests):
            outputs = self._outputs(digest)
            found = compare(outputs, expected, self.study.agreement, lane.implementation.compare)
            if not found.agrees:
                return found
            if worst is None or found.max_abs > worst.max_abs:
                worst = found
        assert worst is not None  # a lane that did not fail has at least its probe's output
        return worst

    def _outputs(self, digest: str) -> dict[str, Array]:
        return load_outputs(Path(self._folder.name) / f"{digest}.npz")

    def _noise(self, lanes: list[Lane], twin: Lane | None) -> Any:
        if twin is None or twin.failure:
            return None
        original = next(lane for lane in lanes if lane.implementation is twin.implementation)
        return statistics.paired_ratio(original.seconds, original.rounds, twin.seconds, twin.rounds)

    def _limits(self, workload: Workload) -> list[Row]:
        inputs = functools.cache(workload.inputs)  # not made at all without a limit
        return [_limit(limit, inputs) for limit in self.study.limits]


def _applies(implementation: Implementation, workload: Workload) -> bool:
    return implementation.only is None or workload.name in implementation.only


def _limit(limit: Limit, inputs: Callable[[], Inputs]) -> Row:
    row = Row(limit.name, limit.kind, threads=1, status="limit", note=limit.note)
    try:
        seconds = float(limit.seconds(inputs(), machine.bandwidth))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a study's own code, here in the harness's process
        return replace(row, status="failed", reason=registry.told(error))
    if not 0 <= seconds < math.inf:
        return replace(row, status="failed", reason=f"gave {seconds} as its seconds")
    return replace(row, median=seconds)


def _plain(sizes: Mapping[str, Any]) -> dict[str, Any]:
    """What a result file can hold; it has no NaN and no infinities, so these become words."""
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
