"""asv's benchmarks, generated from the studies, without timing code of their own.

For every study there are, with the axes workload and implementation (so that all
curves of a study share a chart):

===========================  =============================================================
``time_<study>``             seconds of one call, timed by asv in a process of its own
``peakmem_<study>``          peak resident bytes of that process, interpreter and inputs
                             included: compare it along time, not between studies
``track_slowdown_<study>``   median time over that of the fastest implementation, from the
                             harness's interleaved run (larger is worse)
``track_growth_<study>``     rise of the resident set during one call, in bytes
``track_error_<study>``      largest absolute difference from the baseline's output
===========================  =============================================================

``setup_cache`` lets the harness measure each study once, as ``qpp reproduce`` does but
with fewer rounds; the ``track_`` benchmarks read that result. An implementation that is
unavailable, or does not apply to a workload, is skipped; one that failed or disagrees
with the baseline fails here too: wrong answers are not timed.

Only the standard library is imported until a benchmark's ``setup`` has fixed the
thread count; the libraries read it when they are imported.
"""

import os
from collections.abc import Callable
from typing import Any

from qpp.history import index
from qpp.history.index import StudyNames

# Raise a benchmark's version when its meaning changes: asv then starts a new series.
# Editing the code of this file does not.
VERSION = "1"
PARAMETERS = ("workload", "implementation")
# asv: at least one sample, at most so many, stop after so many seconds.
REPEAT = (1, 40, 0.4)
# The harness: seconds of samples per implementation, least and most rounds; a call over
# 0.3 s gets one round; Python's own memory is not traced. See qpp.measure.Settings.
ROUNDS = (0.2, 5, 11, 0.3, 1, 0.0)
Measured = dict[str, dict[str, dict[str, Any]]]
Benchmark = Callable[[Measured, str, str], Any]


def benchmarks() -> dict[str, Benchmark]:
    """All benchmark functions by name, for the module that asv discovers."""
    made: dict[str, Benchmark] = {}
    for study in index.load():
        for function in _benchmarks_of(study):
            made[function.__name__] = function
    return made


def measure() -> Measured:
    """Study -> workload -> implementation -> status, reason, seconds, growth, error.

    Runs once, as asv's ``setup_cache``.
    """
    from qpp import registry
    from qpp.measure import Settings, measure_study

    settings = Settings(index.preset(), None, *ROUNDS)
    found: Measured = {}
    for study in index.load():
        result = measure_study(registry.find(study.address), settings)
        if result.error:  # its import worked when the names were looked up
            raise RuntimeError(f"{study.name}: {result.error}")
        found[study.name] = {
            workload.name: {
                row.implementation: {
                    "status": row.status,
                    "reason": row.reason,
                    "seconds": row.median,
                    "growth": row.resident_growth,
                    "error": row.parity.max_abs if row.parity else None,
                }
                for row in workload.rows
                if row.status != "limit"
            }
            for workload in result.workloads
        }
    return found


measure.timeout = 3600.0  # type: ignore[attr-defined]


def _benchmarks_of(study: StudyNames) -> list[Benchmark]:
    prepared: dict[tuple[str, str], Callable[[], Any]] = {}

    def row(measured: Measured, workload: str, implementation: str) -> dict[str, Any]:
        return usable(study, measured, workload, implementation)

    def row_even_if_wrong(measured: Measured, workload: str, implementation: str) -> dict[str, Any]:
        return usable(study, measured, workload, implementation, wrong=True)

    def ready(measured: Measured, workload: str, implementation: str) -> None:
        row(measured, workload, implementation)
        # asv sets up again before every sample: the inputs are made once.
        if (workload, implementation) not in prepared:
            prepared[workload, implementation] = prepare(study, workload, implementation)

    def timed(measured: Measured, workload: str, implementation: str) -> None:
        prepared[workload, implementation]()

    def peak_memory(measured: Measured, workload: str, implementation: str) -> None:
        prepared[workload, implementation]()

    def slowdown(measured: Measured, workload: str, implementation: str) -> float:
        rows = measured[study.name][workload].values()
        fastest = min(r["seconds"] for r in rows if r["status"] == "ok")
        return float(row(measured, workload, implementation)["seconds"] / fastest)

    def growth(measured: Measured, workload: str, implementation: str) -> float:
        value = row(measured, workload, implementation)["growth"]
        return float("nan") if value is None else float(value)

    def error(measured: Measured, workload: str, implementation: str) -> float:
        return float(row_even_if_wrong(measured, workload, implementation)["error"])

    # One call warms up; a slow baseline is then over its budget and keeps that sample.
    once = {"rounds": 1, "repeat": REPEAT, "warmup_time": 0.02, "min_run_count": 1, "number": 1}
    return [
        _named(timed, f"time_{study.name}", study, setup=ready, **once),
        _named(peak_memory, f"peakmem_{study.name}", study, setup=ready),
        _named(slowdown, f"track_slowdown_{study.name}", study, setup=row, unit="x"),
        _named(growth, f"track_growth_{study.name}", study, setup=row, unit="bytes"),
        _named(error, f"track_error_{study.name}", study, setup=row_even_if_wrong, unit="|a-b|"),
    ]


def usable(
    study: StudyNames,
    measured: Measured,
    workload: str,
    implementation: str,
    *,
    wrong: bool = False,
) -> dict[str, Any]:
    """The row of an implementation that ran and agreed (or only ran, if ``wrong``).

    ``NotImplementedError`` where it cannot run (asv skips the parameter); ``RuntimeError`` where
    it failed or disagrees (asv records a failure).
    """
    names = study.implementation(implementation)
    if names.unavailable:
        raise NotImplementedError(names.unavailable)
    if workload not in names.only:
        raise NotImplementedError(f"does not apply to {workload}")
    row: dict[str, Any] = measured[study.name][workload][implementation]
    if row["status"] in ("unavailable", "not applicable"):
        raise NotImplementedError(row["reason"])
    if row["status"] != "ok" and not (wrong and row["status"] == "disagrees"):
        raise RuntimeError(f"{implementation} on {workload} {row['status']}: {row['reason']}")
    return row


def prepare(study: StudyNames, workload: str, implementation: str) -> Callable[[], Any]:
    """Fix the thread count, import the study, build the inputs; return the call to time."""
    os.environ.update(study.implementation(implementation).threads)
    from qpp import registry

    declared = registry.load(study.address)
    chosen = declared.implementation(implementation)
    inputs, _ = chosen.ready(declared.workload(workload).inputs())
    function = chosen.call
    if chosen.role != "baseline":
        # asv takes its first call for a sample where that is slow: not the one that compiles.
        function(**inputs)
    return lambda: function(**inputs)


def _named(function: Benchmark, name: str, study: StudyNames, **settings: Any) -> Benchmark:
    function.__name__ = function.__qualname__ = name
    vars(function).update(
        params=[study.workloads, [i.name for i in study.implementations]],
        param_names=list(PARAMETERS),
        version=VERSION,
        timeout=study.time_limit + 120.0,
        setup_cache=measure,
        **settings,
    )
    return function
