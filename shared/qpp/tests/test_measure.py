"""Measurement of small studies: failures are rows, outputs are checked, Ctrl-C keeps results."""

import dataclasses
import io

import pytest
from rich.console import Console

import toy_study
from qpp import registry, table
from qpp.measure import CHECK, FULL, QUICK, Interrupted, measure_study
from qpp.measure.bench import Bench
from qpp.measure.schedule import interleave, rounds_within
from qpp.measure.worker_client import WorkerError, WorkerHandle, thread_environment
from qpp.results import StudyResult

FAST = dataclasses.replace(QUICK, budget=0.02, minimum=3, maximum=4)


def measure(name: str) -> StudyResult:
    return measure_study(registry.find(f"toy_study:{name}"), FAST)


@pytest.fixture(scope="module")
def toy() -> StudyResult:
    return measure("study")


@pytest.fixture(scope="module")
def broken() -> StudyResult:
    return measure("broken")


def test_every_implementation_has_a_row(toy: StudyResult) -> None:
    assert [w.name for w in toy.workloads] == ["n=500", "n=5000"]
    for workload in toy.workloads:
        names = [r.implementation for r in workload.rows]
        assert names == ["loop", "numpy", "allocates", "gone", "bandwidth"]
        assert [r.status for r in workload.rows] == ["ok", "ok", "ok", "unavailable", "limit"]


def test_samples_ratio_noise_and_memory(toy: StudyResult) -> None:
    workload = toy.workloads[1]
    loop, numpy = workload.row("loop"), workload.row("numpy")
    assert loop and numpy and loop.ratio and numpy.ratio
    assert len(numpy.seconds) == len(numpy.rounds) >= 3
    assert min(numpy.seconds) == numpy.minimum
    assert numpy.number > 1, "a call of microseconds is repeated within a sample"
    assert loop.ratio.value == 1
    assert numpy.ratio.low <= numpy.ratio.value <= numpy.ratio.high
    assert numpy.ratio.value > 2, "summing 5,000 numbers: a Python loop against NumPy"
    assert workload.noise is not None
    assert workload.noise_of == "numpy"
    row = workload.row("allocates")
    assert row and row.python_peak is not None
    assert 32_000_000 <= row.python_peak < 34_000_000
    assert row.resident_growth is None or row.resident_growth > 30_000_000
    assert row.output_bytes == 8


def test_a_part_is_multiplied_and_reported() -> None:
    workload = measure("in_parts").workloads[0]
    naps, whole, none = (workload.row(name) for name in ("naps", "whole", "no parts"))
    assert naps and whole and none and naps.minimum and naps.ratio
    assert (naps.parts, whole.parts) == (100_000, 1)
    assert naps.minimum >= 0.01 * 100_000, "sleep is never shorter"
    assert none.status == "failed"
    assert "part gave 0 parts" in none.reason
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table.render_study(measure("in_parts")))
    assert "naps: 1 part in 100,000 run, its time multiplied" in console.export_text()


def test_claims_and_curves(toy: StudyResult, broken: StudyResult) -> None:
    verdicts = {(c.text, c.workload): (c.verdict, c.reason) for c in toy.claims}
    speed = "numpy >= 2 x faster than loop"
    assert verdicts[speed, "n=5000"][0] == "reproduced"
    assert verdicts[speed, "n=50000"] == ("not tested", "workload not in this run (see --full)")
    verdict, reason = verdicts["gone >= 2 x faster than loop", "n=500"]
    assert verdict == "not tested"
    assert "needs no_such_module_at_all" in reason
    assert broken.claims[0].verdict == "not reproduced", "its implementation is wrong"
    assert toy.scaling[0].points == {"n=500": 500.0, "n=5000": 5000.0}


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("numpy", "ok", ""),
        ("wrong", "disagrees", "1 of 1 values beyond"),
        ("wrong when timed", "disagrees", "1 of 1 values beyond"),
        ("raises", "failed", "ArithmeticError: the kernel gave up (toy_study.py:"),
        ("aborts", "failed", "the worker process ended (SIGABRT): last words"),
        ("hangs", "failed", "exceeded the time limit of 2 s"),
        ("shape", "disagrees", "has shape (2,), the baseline ()"),
        ("nan", "disagrees", "NaN where the baseline has none"),
        ("objects", "failed", "dtype object"),
    ],
)
def test_failures_are_rows(broken: StudyResult, name: str, status: str, reason: str) -> None:
    row = broken.workloads[0].row(name)
    assert row is not None
    assert row.status == status
    assert reason in row.reason
    if status != "ok":
        assert row.ratio is None, "what is wrong has no speed-up"


def test_without_a_baseline_nothing_is_compared() -> None:
    rows = measure("no_baseline").workloads[0].rows
    assert [r.status for r in rows] == ["failed", "failed"]
    assert rows[1].reason == "not compared: the baseline has no output"


def test_ctrl_c_keeps_what_was_finished() -> None:
    def stop(workload: str, what: str, done: float, total: float) -> None:
        if workload == "n=5000" and total:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted) as caught:
        measure_study(registry.find("toy_study:study"), FAST, stop)
    assert [w.name for w in caught.value.result.workloads] == ["n=500"]
    assert caught.value.result.interrupted


def test_a_bench_ends_its_workers() -> None:
    with Bench(toy_study.study, "toy_study:study", FAST) as bench:
        bench.run(toy_study.SMALL, lambda *_: None)
        workers = list(bench._workers.values())
        assert workers
        assert all(w.alive for w in workers)
    assert not any(w.alive for w in workers)


def test_a_hanging_worker_is_killed(tmp_path: object) -> None:
    with WorkerHandle("toy_study:broken", "hangs", 1, str(tmp_path)) as worker:
        with pytest.raises(WorkerError, match="time limit"):
            worker.ask("warm", 0.2, workload="n=500")  # it would hang for an hour
        assert not worker.alive


def test_threads_are_fixed_for_every_library() -> None:
    assert set(thread_environment(1).values()) == {"1"}
    assert thread_environment(3)["POLARS_MAX_THREADS"] == "3"
    assert int(thread_environment(0)["RAYON_NUM_THREADS"]) >= 1


def test_rounds_follow_the_budget() -> None:
    assert rounds_within({"a": 1e-6}, QUICK, 1.0) == {"a": QUICK.maximum}
    assert rounds_within({"a": 0.1, "b": 7.0}, QUICK, 0.0) == {
        "a": QUICK.minimum,
        "b": QUICK.minimum_slow,
    }
    # What the fast one leaves goes to the slow one; without a budget each row has its own.
    assert rounds_within({"slow": 0.1, "fast": 0.01}, QUICK, 2.25) == {"slow": 20, "fast": 25}
    assert rounds_within({"a": 0.1, "b": 0.5}, FULL, None) == {"a": 20, "b": FULL.minimum}


def test_a_study_keeps_to_its_budget() -> None:
    settings = dataclasses.replace(QUICK, budget=0.0)
    result = measure_study(registry.find("toy_study:study"), settings)
    counts = {r.implementation: len(r.seconds) for w in result.workloads for r in w.rows}
    assert counts["loop"] == counts["numpy"] == QUICK.minimum


def test_a_baseline_in_part_is_compared_with_the_first_rows() -> None:
    found = registry.find("toy_study:quick_parts")
    settings = dataclasses.replace(FAST, trace_limit=100.0)
    result = measure_study(found, settings)
    rows = {r.implementation: r for r in result.workloads[0].rows}
    assert rows["loop"].parts == 10
    assert [rows[n].status for n in ("whole", "wrong early")] == ["ok", "disagrees"]
    assert rows["wrong late"].status == "ok", "beyond the part: only a whole run sees it"
    assert result.claims[0].verdict == "not tested", "a part's memory is not the whole's"
    assert "only a part" in result.claims[0].reason
    whole = measure_study(found, CHECK)
    rows = {r.implementation: r for r in whole.workloads[0].rows}
    assert rows["loop"].parts == 1
    assert (rows["whole"].seconds, rows["whole"].ratio) == ((), None), "check times nothing"
    assert [rows[n].status for n in ("whole", "wrong late")] == ["ok", "disagrees"]


def test_a_worker_that_cannot_open_says_why(tmp_path: object) -> None:
    with WorkerHandle("no_such_module:study", "numpy", 1, str(tmp_path)) as worker:
        worker.post("warm", workload="n=500")
        with pytest.raises(WorkerError, match="no_such_module"):
            worker.answer(60)
        assert not worker.alive
        with pytest.raises(WorkerError):  # at once: this test's own limit is far below 3,600 s
            worker.ask("warm", 3600, workload="n=500")


def test_slow_rows_are_spread_over_the_rounds() -> None:
    turns = {"fast": 9, "slow": 3}
    seen = dict(interleave(turns))
    assert sorted(seen) == list(range(9))
    assert all("fast" in names for names in seen.values())
    assert [t for t, names in seen.items() if "slow" in names] == [0, 4, 8]
    assert len({tuple(n) for n in seen.values()}) > 2, "the order varies"
    assert list(interleave({})) == []
    assert list(interleave({"never": 0})) == []
