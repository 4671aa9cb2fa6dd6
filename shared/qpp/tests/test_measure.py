"""Measurement of small studies: failures are rows, outputs are checked, Ctrl-C keeps results."""

import dataclasses
import io
import os
from contextlib import closing

import pytest
from rich.console import Console

import toy_study
from qpp import format as show
from qpp import registry, results, table
from qpp.measure import CHECK, FULL, QUICK, Interrupted, Settings, measure_study
from qpp.measure.bench import Bench
from qpp.measure.schedule import interleave, rounds_within
from qpp.measure.worker_client import WorkerError, WorkerHandle, thread_environment
from qpp.results import Row, Run, StudyResult

FAST = dataclasses.replace(QUICK, budget=0.0, minimum=2, maximum=4)


def measure(name: str, settings: Settings = FAST) -> StudyResult:
    """Measure, and check that a result file can hold the result."""
    module = "toy_study" if hasattr(toy_study, name) else "hostile_study"
    found = measure_study(registry.find(f"{module}:{name}"), settings)
    run = Run("qpp", "quick", "", {}, (found,))
    assert results.from_json(results.to_json(run)) == run
    return found


def rows(study: StudyResult, workload: int = 0) -> dict[str, Row]:
    return {row.implementation: row for row in study.workloads[workload].rows}


@pytest.fixture(scope="module")
def toy() -> StudyResult:
    return measure("study")


@pytest.fixture(scope="module")
def broken() -> StudyResult:
    return measure("broken")


def test_every_implementation_has_a_row_with_samples_ratio_and_memory(toy: StudyResult) -> None:
    assert [w.name for w in toy.workloads] == ["n=500", "n=5000"]
    for workload in toy.workloads:
        statuses = [(r.implementation, r.status) for r in workload.rows]
        assert statuses == [
            *(("loop", "ok"), ("numpy", "ok"), ("allocates", "ok")),
            *(("gone", "unavailable"), ("bandwidth", "limit")),
        ]
    found = rows(toy, 1)
    loop, numpy, allocates = (found[name] for name in ("loop", "numpy", "allocates"))
    assert loop.ratio and numpy.ratio
    assert len(numpy.seconds) == len(numpy.rounds) == len(loop.seconds) == 2
    assert min(numpy.seconds) == numpy.minimum
    assert numpy.number > 1, "a call of microseconds is repeated within a sample"
    assert loop.ratio.value == 1
    assert numpy.ratio.low <= numpy.ratio.value <= numpy.ratio.high
    assert numpy.ratio.value > 2, "summing 5,000 numbers: a Python loop against NumPy"
    assert toy.workloads[1].noise is not None
    assert toy.workloads[1].noise_of == "numpy"
    assert allocates.python_peak is not None
    assert 32_000_000 <= allocates.python_peak < 34_000_000
    assert allocates.resident_growth is None or allocates.resident_growth > 30_000_000
    assert allocates.output_bytes == 8


def test_a_part_is_multiplied_and_compared_with_the_first_rows() -> None:
    result = measure("quick_parts", dataclasses.replace(FAST, trace_limit=100.0))
    found = rows(result)
    assert (found["naps"].parts, found["whole"].parts) == (10, 1)
    assert min(found["naps"].seconds) >= 0.01 * 10, "sleep is never shorter"
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table.render_study(result))
    text = console.export_text()
    assert "naps: 1 part in 10 run, its time multiplied" in text
    assert f"~{show.seconds(found['naps'].median)}" in text
    assert [found[n].status for n in ("whole", "wrong early")] == ["ok", "disagrees"]
    assert found["wrong late"].status == "ok", "beyond the part: only a whole run sees it"
    claim = result.claims[0]
    assert (claim.verdict, claim.reason) == ("not tested", "only a part of it was run")
    found = rows(measure("quick_parts", CHECK))
    assert found["naps"].parts == 1
    assert (found["whole"].seconds, found["whole"].ratio) == ((), None), "check times nothing"
    assert [found[n].status for n in ("whole", "wrong late")] == ["ok", "disagrees"]


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
    row = rows(broken)[name]
    assert row.status == status
    assert reason in row.reason
    if status != "ok":
        assert row.ratio is None, "what is wrong has no speed-up"


def test_a_limit_that_is_no_figure_is_a_failed_row() -> None:
    found = {name: (row.status, row.reason) for name, row in rows(measure("limits")).items()}
    assert found.pop("base")[0] == found.pop("double")[0] == "ok"
    assert found.pop("good") == ("limit", "")
    assert {status for status, _ in found.values()} == {"failed"}
    assert found["raises"][1].startswith("ZeroDivisionError: division by zero (hostile_study.py:")
    assert found["leaves"][1].startswith("SystemExit: 0")
    assert found["nan"][1] == "gave nan as its seconds"
    assert found["negative"][1] == "gave -1.0 as its seconds"
    assert found["nothing"][1].startswith("TypeError")


def test_sizes_and_abscissae_that_are_no_figures() -> None:
    found = measure("sizes")
    assert found.workloads[0].sizes == {"n": 10, "nan": "nan", "inf": "-inf", "half": 0.5}
    (curve,) = found.scaling
    assert curve.points == {"n=20": 20.0, "n=30": 30.0}


def test_inputs_that_cannot_be_made_are_failed_rows() -> None:
    found = rows(measure("no_exit"))
    assert list(found) == ["base", "good", "floor"]
    for row in found.values():
        assert row.status == "failed"
        assert row.reason.startswith("SystemExit: no data")


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("no_package", "unavailable", "needs no_such.sub (make peers)"),
        ("elsewhere", "not applicable", "left out on this workload"),
        ("no_values", "failed", "the baseline returned no values"),
    ],
)
def test_without_a_baseline_there_are_rows_and_reasons(name: str, status: str, reason: str) -> None:
    study = measure(name)
    assert {name: (row.status, row.reason) for name, row in rows(study).items()} == {
        "base": (status, reason),
        "good": ("failed", "not compared: the baseline has no output"),
    }
    told = Run("qpp", "quick", "", {}, (study,)).failures()[0]
    assert told.startswith(f"{name}: ")
    assert told.endswith(
        f"base {'failed' if status == 'failed' else 'is missing'} on n=10: {reason}"
    )


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_answers_out_of_turn_are_failures_and_forks_do_not_answer() -> None:
    found = rows(measure("calls", CHECK))
    assert found["base"].status == found["good"].status == "ok"
    assert found["forks"].status == "ok", "the copy exits, the worker answers"
    assert found["writes everywhere"].status == "failed"
    assert "broke the harness's protocol" in found["writes everywhere"].reason


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


@pytest.mark.parametrize(
    ("study", "limit", "message"),
    [
        ("toy_study:broken", 0.2, "time limit"),  # it would hang for an hour
        ("no_such_module:study", 60, "no_such_module"),
    ],
)
def test_a_worker_that_gives_no_answer_is_ended_and_says_why(
    tmp_path: object, study: str, limit: float, message: str
) -> None:
    with closing(WorkerHandle(study, "hangs", 1, str(tmp_path))) as worker:
        with pytest.raises(WorkerError, match=message):
            worker.ask("warm", limit, workload="n=500")
        assert not worker.alive
        with pytest.raises(WorkerError):  # at once: this test's own limit is far below 3,600 s
            worker.ask("warm", 3600, workload="n=500")


def test_threads_are_fixed_for_every_library() -> None:
    assert set(thread_environment(1).values()) == {"1"}
    assert thread_environment(3)["POLARS_MAX_THREADS"] == "3"
    assert int(thread_environment(0)["RAYON_NUM_THREADS"]) >= 1


def test_rounds_follow_the_budget() -> None:
    assert rounds_within({"a": 1e-6}, QUICK, 1.0) == {"a": QUICK.maximum}
    least = {"a": QUICK.minimum, "b": QUICK.minimum_slow}
    assert rounds_within({"a": 0.1, "b": 7.0}, QUICK, 0.0) == least
    # What the fast one leaves goes to the slow one; without a budget each row has its own.
    assert rounds_within({"slow": 0.1, "fast": 0.01}, QUICK, 2.25) == {"slow": 20, "fast": 25}
    assert rounds_within({"a": 0.1, "b": 0.5}, FULL, None) == {"a": 20, "b": FULL.minimum}


def test_slow_rows_are_spread_over_the_rounds() -> None:
    seen = dict(interleave({"fast": 9, "slow": 3}))
    assert sorted(seen) == list(range(9))
    assert all("fast" in names for names in seen.values())
    assert [t for t, names in seen.items() if "slow" in names] == [0, 4, 8]
    assert len({tuple(n) for n in seen.values()}) > 2, "the order varies"
    assert list(interleave({})) == list(interleave({"never": 0})) == []
