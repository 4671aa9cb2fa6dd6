"""A study's code may fail in any way: its row or point fails, the run goes on."""

import dataclasses
import os

import pytest

from qpp import registry, results
from qpp.measure import CHECK, QUICK, Settings, measure_study
from qpp.progress import RunProgress
from qpp.results import Run, StudyResult

FAST = dataclasses.replace(QUICK, budget=0.0, minimum=2, maximum=2)


def measure(name: str, settings: Settings = FAST) -> StudyResult:
    """Measure, and check that a result file can hold the result."""
    found = measure_study(registry.find(f"hostile_study:{name}"), settings)
    run = Run("qpp", "quick", "", {}, (found,))
    assert results.from_json(results.to_json(run)) == run
    return found


def rows(study: StudyResult) -> dict[str, tuple[str, str]]:
    return {r.implementation: (r.status, r.reason) for r in study.workloads[0].rows}


def test_a_limit_that_is_no_figure_is_a_failed_row() -> None:
    found = rows(measure("limits"))
    assert found.pop("base")[0] == found.pop("double")[0] == "ok"
    assert found.pop("good") == ("limit", "")
    assert {status for status, _ in found.values()} == {"failed"}
    assert found["raises"][1].startswith("ZeroDivisionError: division by zero (hostile_study.py:")
    assert found["leaves"][1].startswith("SystemExit: 0")
    assert found["nan"][1] == "gave nan as its seconds"
    assert found["infinite"][1] == "gave inf as its seconds"
    assert found["negative"][1] == "gave -1.0 as its seconds"
    assert found["nothing"][1].startswith("TypeError")


def test_sizes_and_abscissae_that_are_no_figures() -> None:
    found = measure("sizes")
    assert found.workloads[0].sizes == {"n": 10, "nan": "nan", "inf": "-inf", "half": 0.5}
    (curve,) = found.scaling
    assert curve.points == {"n=20": 20.0, "n=30": 30.0}


@pytest.mark.parametrize(
    ("name", "message"),
    [("no_data", "LookupError: no data for 1"), ("no_exit", "SystemExit: no data")],
)
def test_inputs_that_cannot_be_made_are_failed_rows(name: str, message: str) -> None:
    found = rows(measure(name))
    assert list(found) == ["base", "good", "floor"]
    for status, reason in found.values():
        assert status == "failed"
        assert reason.startswith(message)


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("no_package", "unavailable", "needs no_such.sub (make peers)"),
        ("elsewhere", "not applicable", "left out on this workload"),
        ("nothing", "failed", "the baseline returned no values"),
        ("no_values", "failed", "the baseline returned no values"),
    ],
)
def test_without_a_baseline_there_are_rows_and_reasons(name: str, status: str, reason: str) -> None:
    found = rows(measure(name))
    assert found == {
        "base": (status, reason),
        "good": ("failed", "not compared: the baseline has no output"),
    }


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_answers_out_of_turn_are_failures_and_forks_do_not_answer() -> None:
    found = rows(measure("calls", CHECK))
    assert found["base"][0] == found["good"][0] == "ok"
    assert found["forks"] == ("ok", ""), "the copy exits, the worker answers"
    status, reason = found["writes everywhere"]
    assert status == "failed"
    assert "broke the harness's protocol" in reason


def test_progress_that_cannot_be_shown_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    progress = RunProgress({"s": 1})

    def full(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(progress._console, "print", full)
    with progress:
        progress.tick("[/study]", "[/w]", "round", 0.1, 1.0)
