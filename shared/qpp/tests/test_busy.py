"""A busy machine is said on stderr and in the report, fails no run, stays out of the history."""

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from history_fixtures import git, repository, result_file, run
from qpp import cli, machine, results, session
from qpp.history import HistoryError, recording
from qpp.history.checkout import Checkout

STUDY = "toy_study:study"


@pytest.mark.parametrize(
    ("load", "other", "cores", "said"),
    [
        ([1.0, 9.0, 9.0], 0.5, 2, ()),
        ([1.1, 0.0, 0.0], None, 2, ("its load before the run was 1.1, expected at most 1.",)),
        ([1.1, 0.0, 0.0], 0.0, 4, ()),
        ([0.2, 0.0, 0.0], 0.6, 2, ("another process took 0.6 of a core during the run",)),
        ([7.46, 5.0, 4.8], 0.9, 2, ("its load before the run was 7.5", "another process took 0.9")),
        *((odd, None, cores, ()) for odd in (None, [], "high", [None]) for cores in (2, None)),
    ],
)
def test_what_is_busy(load: Any, other: Any, cores: Any, said: tuple[str, ...]) -> None:
    known = {"load": load, "other_process": other, "usable_cores": cores}
    text = machine.busy(known)
    assert bool(text) == bool(said)
    assert all(part in text for part in said)


def test_other_processes_are_those_that_this_one_did_not_start() -> None:
    script = """if True:
        import json, os, subprocess, sys
        from qpp import machine
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
            found = {pid: seconds for (pid, _), seconds in machine.other_processes().items()}
            print([found.get(os.getppid(), 0) > 0, os.getpid() in found, child.pid in found])
            child.communicate(b"\\n")"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout.lower()) == [True, False, False]


@pytest.mark.parametrize("busy", ["load", "process", ""])
def test_a_run_says_it_and_goes_on(
    busy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seconds = itertools.cycle([50.0, 500.0 if busy == "process" else 50.0])
    monkeypatch.setattr(machine, "other_processes", lambda: {(1, 0.0): next(seconds)})
    monkeypatch.setattr(machine, "load", lambda: [99.0 if busy == "load" else 0.0] * 3)
    monkeypatch.setattr(machine, "usable_cores", lambda: 2)
    monkeypatch.setattr(session, "measure_study", lambda *_: run().studies[0])
    files = ("--json", "r.json", "--html", "r.html")
    done = CliRunner().invoke(cli.cli, ["reproduce", STUDY, *files])
    assert done.exit_code == 0, done.output
    assert done.stderr.count("The machine was busy: ") == bool(busy)
    assert "The machine was busy" not in done.stdout
    page = Path("r.html").read_text(encoding="utf-8")
    assert page.count("The machine was busy: ") == bool(busy)
    other = results.load(Path("r.json")).provenance["other_process"]
    assert (other > 0.5) == (busy == "process")
    checked = CliRunner().invoke(cli.cli, ["reproduce", STUDY, "--check", "--html", "c.html"])
    assert "busy" not in checked.stderr
    assert "The machine was busy" not in Path("c.html").read_text(encoding="utf-8")


def test_the_history_takes_it_only_with_busy(tmp_path: Path) -> None:
    folder = repository(tmp_path / "repo")
    here = Checkout(folder, tmp_path / "points")
    made = run(git(folder, "rev-parse", "HEAD"), load=[7.46, 4.99, 4.81], dirty=False)
    file = result_file(tmp_path / "r.json", made)
    with pytest.raises(HistoryError, match=r"busy: its load .* 7\.5.*r.json with --busy"):
        recording.record(here, file, "box", clean=True)
    assert not here.results.exists()
    assert recording.record(here, file, "box", clean=True, busy=True).series.startswith("box")
