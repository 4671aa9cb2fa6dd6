"""The benchmarks that asv discovers: generated, quick to import, no time for wrong outputs."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import toy_study
from qpp import measure
from qpp.history import index, suite
from qpp.history.index import ImplementationNames, StudyNames
from qpp.registry import StudyEntry
from qpp.results import ParityResult, Row, StudyResult, WorkloadResult

THREADS = {"RAYON_NUM_THREADS": "3"}
NAMES = StudyNames(
    name="toy",
    address="toy_study:study",
    workloads=["n=500", "n=5000"],
    implementations=[
        ImplementationNames("loop", "baseline", "", THREADS, ["n=500", "n=5000"]),
        ImplementationNames("numpy", "optimised", "", THREADS, ["n=500", "n=5000"]),
        ImplementationNames("small", "optimised", "", THREADS, ["n=500"]),
        ImplementationNames("gone", "peer", "needs it (make peers)", THREADS, ["n=500"]),
    ],
    time_limit=300.0,
)


def row(status: str = "ok", seconds: float | None = 2.0, error: float | None = 0.0) -> Any:
    kept = {"status": status, "reason": "because", "seconds": seconds}
    return {**kept, "growth": 4096, "error": error}


def measured(**rows: Any) -> suite.Measured:
    usual = {"loop": row(seconds=6.0), "numpy": row(), "small": row(), "gone": row("unavailable")}
    return {"toy": {"n=500": {**usual, **rows}}}


@pytest.fixture
def names_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "index.json"
    path.write_text(json.dumps(index.build(("toy_study:study",))), encoding="utf-8")
    monkeypatch.setenv(index.VARIABLE, str(path))
    return path


@pytest.fixture
def functions(names_file: Path) -> dict[str, Any]:
    return suite.benchmarks()


def test_five_benchmarks_with_shared_axes(functions: dict[str, Any]) -> None:
    assert sorted(functions) == [
        "peakmem_toy",
        "time_toy",
        "track_error_toy",
        "track_growth_toy",
        "track_slowdown_toy",
    ]
    for name, function in functions.items():
        assert function.__name__ == name  # asv goes by this name
        assert function.params == [["n=500", "n=5000"], ["loop", "numpy", "allocates", "gone"]]
        assert function.param_names == ["workload", "implementation"]
        assert function.version == suite.VERSION
        assert function.setup_cache is suite.measure


def test_the_names_of_studies(monkeypatch: pytest.MonkeyPatch) -> None:
    built = index.build(("toy_study:study", "no_such_module:study"), full=True)
    assert [s["name"] for s in built["studies"]] == ["toy"]
    assert built["studies"][0]["workloads"] == ["n=500", "n=5000", "n=50000"]
    assert "ModuleNotFoundError" in built["failed"]["no_such_module:study"]
    monkeypatch.setenv(index.PRESET, "huge")
    with pytest.raises(ValueError, match="QPP_PRESET='huge': expected quick or full"):
        index.preset()


def test_slowdown_is_time_over_the_fastest(functions: dict[str, Any]) -> None:
    slowdown, growth = functions["track_slowdown_toy"], functions["track_growth_toy"]
    values = measured(
        allocates=row(seconds=1.0, status="disagrees"), numpy={**row(), "growth": None}
    )
    assert slowdown(values, "n=500", "loop") == 3.0
    assert slowdown(values, "n=500", "numpy") == 1.0  # a wrong output is not the fastest
    assert growth(values, "n=500", "loop") == 4096.0
    unknown = growth(values, "n=500", "numpy")
    assert unknown != unknown  # asv stores NaN for skipped


@pytest.mark.parametrize(
    ("implementation", "workload", "message"),
    [("gone", "n=500", r"needs it \(make peers\)"), ("small", "n=5000", "does not apply")],
)
def test_what_cannot_run_is_skipped(implementation: str, workload: str, message: str) -> None:
    with pytest.raises(NotImplementedError, match=message):  # asv's word for skip
        suite.usable(NAMES, measured(), workload, implementation)


def test_what_went_wrong_fails() -> None:
    found = measured(numpy=row("failed"), loop=row("disagrees", error=0.5))
    for implementation in ("numpy", "loop"):
        with pytest.raises(RuntimeError, match=f"{implementation} on n=500 .*: because"):
            suite.usable(NAMES, found, "n=500", implementation)
    assert suite.usable(NAMES, found, "n=500", "loop", wrong=True)["error"] == 0.5
    with pytest.raises(RuntimeError):
        suite.usable(NAMES, found, "n=500", "numpy", wrong=True)


def test_inputs_are_made_outside_and_once(
    functions: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def prepare(*_: object) -> Any:
        calls.append(0)
        return lambda: calls.append(1)

    monkeypatch.setattr(suite, "prepare", prepare)
    time = functions["time_toy"]
    for _ in range(3):  # asv sets up before every sample
        time.setup(measured(), "n=500", "numpy")
    assert calls == [0]
    time(measured(), "n=500", "numpy")
    assert calls == [0, 1]


def test_prepared_with_the_declared_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAYON_NUM_THREADS", "1")
    call = suite.prepare(NAMES, "n=500", "numpy")
    assert os.environ["RAYON_NUM_THREADS"] == "3"
    assert set(call()) == {"sum"}


def test_the_suite_imports_no_library_before_threads_are_fixed(names_file: Path) -> None:
    """What asv's fork server imports must have no threads, and must not read their count."""
    code = (
        "import sys; from qpp.history import suite; suite.benchmarks(); "
        "print([m for m in ('numpy', 'polars', 'pandas', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_a_file_the_names_come_from_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(index.VARIABLE, raising=False)
    monkeypatch.setenv(index.STUDIES, "toy_study:study")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    (study,) = index.load()
    assert (study.name, study.implementation("gone").role) == ("toy", "peer")


def test_measured_by_the_harness(names_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What asv caches is what the harness measured, without the limits."""
    agrees = ParityResult(True, 0.25, 0.5, "sum", "close")
    fast = Row("numpy", "optimised", 1, "ok", median=1.0, resident_growth=8, parity=agrees)
    rows = (fast, replace(fast, implementation="floor", role="limit", status="limit"))
    result = StudyResult("toy", "", "", workloads=(WorkloadResult("n=500", {}, rows),))

    def measure_study(entry: StudyEntry, settings: measure.Settings) -> StudyResult:
        assert entry.study is toy_study.study
        assert settings.preset == "quick"
        return result

    monkeypatch.setattr(measure, "measure_study", measure_study)
    assert suite.measure()["toy"]["n=500"] == {
        "numpy": {"status": "ok", "reason": "", "seconds": 1.0, "growth": 8, "error": 0.25}
    }
    monkeypatch.setattr(measure, "measure_study", lambda *_: replace(result, error="broke"))
    with pytest.raises(RuntimeError, match="toy: broke"):
        suite.measure()
