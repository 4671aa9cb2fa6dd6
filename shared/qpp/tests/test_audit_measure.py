"""Whole measurements under the profilers: planted shares, and what has misled profilers before."""

import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

import audit_corpus
from qpp.audit import scalene
from qpp.audit.client import Client
from qpp.audit.measure import Measured, measure
from qpp.audit.places import Place

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(sys.platform != "linux", reason="elsewhere py-spy needs root"),
    pytest.mark.timeout(300),
]
pytest.importorskip("memray", reason="the extra [audit] is not installed")

CLOSE = 0.07


def measured(folder: Path, text: str, *arguments: str, **options: float) -> Measured:
    (folder / "client.py").write_text(text)
    client = Client("script", "client.py", arguments, cwd=folder)
    return measure(client, runs=2, **options)  # type: ignore[arg-type]


def inside(place: Place, script: Path, first: int, last: int) -> bool:
    return place.source.path == script and first <= place.first_line <= place.last_line <= last


@pytest.mark.parametrize("script", audit_corpus.SLOW, ids=lambda path: path.stem)
def test_planted_shares_are_found_in_their_order(script: Path) -> None:
    begun = time.monotonic()
    found = measure(Client("script", str(script)))
    seconds = time.monotonic() - begun
    assert seconds <= 6.0 * found.bare_seconds + 20.0
    expected = audit_corpus.planted(script)
    order = []
    for one in expected:
        of = [p for p in found.places if inside(p, script, one.first_line, one.last_line)]
        assert of, f"nothing found in {one.function}"
        order.append(of[0].share.value)
        assert of[0].share.value == pytest.approx(one.share, abs=CLOSE), one.function
        assert (of[0].waiting > 0.5 * of[0].share.value) == (one.pattern == "waiting")
    for one, two, share, next_share in zip(expected, expected[1:], order, order[1:], strict=False):
        assert one.share - two.share < 0.1 or share > next_share
    waiting = sum(one.share for one in expected if one.pattern == "waiting")
    assert found.waiting_share == pytest.approx(waiting, abs=0.1)


SPIN = """
import time
def spin(seconds):
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop:
        pass
"""


def test_a_program_that_does_not_start_is_not_profiled(tmp_path: Path) -> None:
    found = measured(tmp_path, "import not_there\n")
    assert found.exit_status == 1 and "not_there" in found.traceback
    assert not found.places and not found.profilers


def test_what_a_program_leaves_running_does_not_delay_the_profiler(tmp_path: Path) -> None:
    text = "import os\nif not os.fork(): time.sleep(3600)\nspin(1)\n"
    found = measured(tmp_path, SPIN + text)
    assert found.profiled_seconds < 30.0 and found.places[0].share.value > 0.9


def test_arguments_and_folders_do_not_reach_the_profilers(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", None)
    arguments = ("---", "--help", "-o", "out", "--rate", "3")
    check = f"import os, sys\nassert sys.argv[1:] == {list(arguments)!r}\nos.chdir('/')\nspin(1)\n"
    found = measured(tmp_path, SPIN + check, *arguments)
    assert found.exit_status == 0 and found.places[0].function == "spin"
    assert {one.name: one.reason for one in found.profilers}["scalene"] == ""
    assert sorted(os.listdir(tmp_path)) == ["client.py"]
    assert not list(temporary.iterdir())  # nothing is left behind


def test_a_profiler_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(client: Client, **options: object) -> object:
        from qpp.audit.execution import run

        command = [sys.executable, "-c", "import time; time.sleep(3600)"]
        return run(command, cwd=tmp_path, time_limit=1.0), {}

    monkeypatch.setattr(scalene, "lines", hang)
    found = measured(tmp_path, SPIN + "spin(1)\n")
    assert {one.name: one.reason for one in found.profilers}["scalene"].startswith("stopped")


def test_a_function_is_measured_without_what_makes_its_case(tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text(SPIN + "def work(seconds):\n    spin(seconds)\n")
    (tmp_path / "case.py").write_text(
        "import lib\ndef case():\n    lib.spin(0.5)\n    return {'seconds': 0.5}\n"
    )
    client = Client("function", "lib:work", cwd=tmp_path, case=Path("case.py"))
    found = measure(client, runs=2)
    assert found.places[0].function == "spin" and found.places[0].share.value > 0.9
    assert found.imports_share > 0.4  # the making of the case is no work
