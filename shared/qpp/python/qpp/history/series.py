"""The stored results as time series."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qpp.history import criterion_import, store
from qpp.history.store import Stored

METRICS = {
    "studies.time_": ("time", "seconds"),
    "studies.track_slowdown_": ("slowdown", "x"),
    "studies.peakmem_": ("peak memory", "bytes"),
    "studies.track_growth_": ("memory growth", "bytes"),
    "studies.track_error_": ("error", "|a-b|"),
    criterion_import.PREFIX: ("criterion", "seconds"),
}

Key = tuple[str, str, str, str, str, str]


@dataclass(frozen=True)
class Point:
    """One figure of one commit. ``value`` is ``None`` where the benchmark failed."""

    commit: str
    date: int
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """One metric of one implementation on one workload, oldest commit first.

    ``machine`` carries the environment too: figures of two machines, or of two Python
    versions, are never one series. Of criterion's series, ``workload`` is the group and
    ``implementation`` the benchmark in it.
    """

    machine: str
    study: str
    workload: str
    implementation: str
    metric: str
    unit: str
    points: tuple[Point, ...]

    def at(self, commit: str) -> Point | None:
        """The point of one commit."""
        return next((p for p in self.points if p.commit == commit), None)


def collect(folder: Path) -> list[Series]:
    """All series, in the order in which the studies declare their parts."""
    benchmarks = store.read_benchmarks(folder)
    gathered: dict[Key, list[Point]] = {}
    for stored in store.read_all(folder):
        for key, point in _points(stored, benchmarks):
            gathered.setdefault(key, []).append(point)
    return [Series(*key, tuple(points)) for key, points in gathered.items()]


def commits(series: Sequence[Series]) -> list[tuple[str, int]]:
    """Every (commit, date) with a point, oldest first."""
    return sorted({(p.commit, p.date) for s in series for p in s.points}, key=lambda c: c[::-1])


def _points(stored: Stored, benchmarks: dict[str, Any]) -> Iterator[tuple[Key, Point]]:
    machine = f"{stored.machine} · {stored.data['env_name'].removeprefix('existing-')}"
    date = int(stored.data["date"])
    intervals = _criterion_intervals(stored)
    # The order of METRICS, and asv's own order of parameters, is the order of display.
    for prefix, (metric, unit) in METRICS.items():
        for name in stored.data["results"]:
            if not name.startswith(prefix):
                continue
            known = benchmarks.get(name, {}).get("version")
            if known is not None and known != stored.columns(name)["version"]:
                continue  # its meaning has changed
            for parameters, value, low, high in store.rows(stored, name):
                if isinstance(value, float) and math.isnan(value):
                    continue  # skipped: unavailable there, or not applicable
                if metric == "criterion":
                    low, high = intervals.get(parameters[0], (None, None))
                    workload, _, implementation = parameters[0].partition("/")
                else:
                    workload, implementation = parameters
                study = name.removeprefix(prefix)
                key = (machine, study, workload, implementation or workload, metric, unit)
                yield key, Point(stored.commit, date, value, low, high)


def _criterion_intervals(stored: Stored) -> dict[str, tuple[float, float]]:
    kept = stored.data.get("qpp", {}).get("criterion", {})
    found = {}
    for estimate in itertools.chain.from_iterable(kept.values()):
        low, high = (estimate["nanoseconds"][end] * 1e-9 for end in ("low", "high"))
        found[estimate["name"]] = (low, high)
    return found
