"""Whole audits: what a profiler gets wrong alone, the report does not repeat.

Each error below was measured on a program with known shares; the planted programs have the same
work in them. That a program's exit status is kept, which py-spy loses, is in
``test_audit_programs``.
"""

import os
import sys
import tempfile
from pathlib import Path

import pytest

import audit_corpus
import audit_selftest
from qpp.audit import scalene
from qpp.audit.client import Client
from qpp.audit.compose import compose
from qpp.audit.document import Run
from qpp.audit.execution import Command, run
from qpp.audit.measure import Measured, measure

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere py-spy needs root"),
    pytest.mark.timeout(300),
]
pytest.importorskip("memray", reason="the extra [audit] is not installed")

PROGRAMS = {path.stem: path for path in audit_corpus.SLOW}
KNOWN = {
    "scans": "scalene charges an operator without a call to the next statement",
    "spectra": "scalene presses shares down beside long imports, loses time in np.vectorize; "
    "py-spy --gil loses the time in NumPy",
    "udfs": "scalene loses time in map_elements; py-spy without --idle loses what Polars computes",
    "pricing_threads": "scalene loses the time in threads",
    "worker_processes": "scalene hangs, or charges a def line; py-spy --idle counts processes that "
    "wait",
}


@pytest.mark.parametrize("name", KNOWN)
def test_an_error_of_a_profiler_is_not_repeated(name: str) -> None:
    client = Client("script", str(PROGRAMS[name]))
    found = compose(client, measure(client, runs=2, memory=False))
    assert not list(audit_selftest.planted(PROGRAMS[name], found)), KNOWN[name]
    assert not [note for note in found.notes if "profilers differ" in note]
    several = {"pricing_threads": "threads", "worker_processes": "processes"}.get(name, "")
    assert scalene_of(found) == (f"not run: it misses the time in {several}" if several else "")


def scalene_of(found: Run) -> str:
    """Why scalene has no part in an audit; empty where it has."""
    return {one.name: one.reason for one in found.profilers}["scalene"]


SPIN = """
import time
def spin(seconds):
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop:
        pass
"""


def measured(folder: Path, text: str, *arguments: str) -> Measured:
    (folder / "client.py").write_text(SPIN + text)
    return measure(Client("script", "client.py", arguments, cwd=folder), runs=2, memory=False)


def test_what_a_program_leaves_running_does_not_delay_the_profiler(tmp_path: Path) -> None:
    text = "import os\nif not os.fork(): time.sleep(3600)\nspin(1)\n"
    found = measured(tmp_path, text)
    assert found.profiled_seconds < 30.0 and found.places[0].share.value > 0.9


def test_scalene_gets_neither_the_arguments_nor_the_folder(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It parses what follows ``---``, and loses its output where the program changes folder."""
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    arguments = ("---", "--help", "-o", "out", "--rate", "3")
    check = f"import os, sys\nassert sys.argv[1:] == {list(arguments)!r}\nos.chdir('/')\nspin(1)\n"
    found = measured(tmp_path, check, *arguments)
    assert found.exit_status == 0 and found.places[0].function == "spin"
    assert scalene_of(found) == ""
    assert sorted(os.listdir(tmp_path)) == ["client.py"]
    assert not list(temporary.iterdir())  # nothing is left behind


def test_scalene_is_stopped_where_it_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(client: Client, **options: object) -> object:
        sleeps = [sys.executable, "-c", "import time; time.sleep(3600)"]
        return run(Command(sleeps, tmp_path), time_limit=1.0), {}

    monkeypatch.setattr(scalene, "lines", hang)
    assert scalene_of(measured(tmp_path, "spin(1)\n")).startswith("timed out")


def test_a_function_is_measured_without_what_makes_its_case(tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text(SPIN + "def work(seconds):\n    spin(seconds)\n")
    (tmp_path / "case.py").write_text(
        "import lib\ndef case():\n    lib.spin(0.5)\n    return {'seconds': 0.5}\n"
    )
    client = Client("function", "lib:work", cwd=tmp_path, case=Path("case.py"))
    found = measure(client, runs=2, memory=False)
    assert found.places[0].function == "spin" and found.places[0].share.value > 0.9
    assert found.imports_share > 0.4  # the making of the case is no work
