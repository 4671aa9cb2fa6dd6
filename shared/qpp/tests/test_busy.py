"""A busy machine is said on stderr and in the report, fails no run, stays out of the history."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import psutil
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
        ([1.0, 9.0, 9.0], None, 2, ()),
        ([1.1, 0.0, 0.0], None, 2, ("its load before the run was 1.1, expected at most 1.",)),
        ([1.1, 0.0, 0.0], None, 4, ()),
        ([0.2, 0.0, 0.0], 0.6, 2, ("other processes took 0.6 of its cores.",)),
        ([7.46, 5.0, 4.8], 0.5, 2, ()),  # set-up's own load
        *((odd, None, cores, ()) for odd in (None, [], "high", [None]) for cores in (2, None)),
    ],
)
def test_what_is_busy(load: Any, other: Any, cores: Any, said: tuple[str, ...]) -> None:
    known = {"load": load, "other_processes": other, "usable_cores": cores}
    text = machine.busy(known)
    assert bool(text) == bool(said)
    assert all(part in text for part in said)


def test_others_are_all_but_this_process_and_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    every = SimpleNamespace(
        user=100.0, nice=1.0, system=20.0, idle=900.0, iowait=50.0, irq=1.0, softirq=2.0, steal=3.0
    )
    child = SimpleNamespace(cpu_times=lambda: (5.0, 1.0, 2.0, 0.5, 9.0))  # the last: waiting
    ended = SimpleNamespace(cpu_times=Mock(side_effect=psutil.NoSuchProcess(1)))
    this = SimpleNamespace(children=lambda recursive: [child, ended] if recursive else [])
    monkeypatch.setattr(psutil, "cpu_times", lambda: every)
    monkeypatch.setattr(psutil, "Process", lambda: this)
    monkeypatch.setattr(os, "times", lambda: (10.0, 4.0, 3.0, 2.0, 99.0))
    assert machine.seconds_of_others() == 127.0 - 19.0 - 8.5


def test_what_others_take_is_counted_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "seconds_of_others", Mock(side_effect=[50.0, 56.0, 49.0]))
    monkeypatch.setattr(machine.time, "monotonic", Mock(side_effect=[100.0, 104.0, 108.0]))
    others = machine.Others()
    assert others.first(0.0) == 1.5
    assert others.cores() == 0.0  # by rounding of the system's ticks
    monkeypatch.setattr(machine, "seconds_of_others", lambda: None)
    assert others.cores() is None


@pytest.mark.parametrize(
    ("first", "whole", "busy"),
    [(0.9, 0.2, True), (0.9, 0.9, True), (0.0, 0.9, True), (0.1, 0.1, False), (None, None, True)],
)
def test_a_run_says_it_and_goes_on(
    first: Any, whole: Any, busy: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    others = SimpleNamespace(first=lambda: first, cores=lambda: whole)
    monkeypatch.setattr(machine, "Others", lambda: others)
    monkeypatch.setattr(machine, "load", lambda: [99.0] * 3)  # set-up's, where others are known
    monkeypatch.setattr(machine, "usable_cores", lambda: 2)
    monkeypatch.setattr(session, "measure_study", lambda *_: run().studies[0])
    files = ("--json", "r.json", "--html", "r.html")
    done = CliRunner().invoke(cli.cli, ["reproduce", STUDY, *files])
    assert done.exit_code == 0, done.output
    assert done.stderr.count("The machine was busy: ") == busy
    assert "The machine was busy" not in done.stdout
    page = Path("r.html").read_text(encoding="utf-8")
    assert page.count("The machine was busy: ") == (whole is None or whole > 0.5)
    assert results.load(Path("r.json")).provenance["other_processes"] == whole
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
