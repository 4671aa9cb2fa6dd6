"""Commits of the past: each built and measured by its own tools, in a working tree of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from history_fixtures import commit_all, fill_the_disk, git, put, repository, result_file, run
from qpp import machine
from qpp.history import HistoryError, backfill, store
from qpp.history.backfill import Backfill, StoppedError, choose
from qpp.history.checkout import find

pytestmark = pytest.mark.skipif(os.name == "nt", reason="make and a shell")
MAKEFILE = """develop:
\t@! grep -q broken state || { echo "error: it does not compile"; exit 2; }
\t@! grep -q slow state || sleep 60
\t@! grep -q dirty state || touch made_by_the_build
\t@mkdir -p .venv/bin && ln -s $(PYTHON) .venv/bin/python
\t@printf '#!/bin/sh\\nexec .venv/bin/python fake.py "$$@"\\n' >.venv/bin/qpp
\t@chmod +x .venv/bin/qpp
"""
# What stands for an older `qpp`: it writes a result and, as some did, exits with 1.
FAKE = """import json, pathlib, subprocess, sys
result = json.loads(pathlib.Path("result.json").read_text())
git = lambda *words: subprocess.run(["git", *words], capture_output=True, text=True).stdout.strip()
result["provenance"] |= {"commit": git("rev-parse", "HEAD"), "dirty": bool(git("status", "-s"))}
pathlib.Path(sys.argv[sys.argv.index("--json") + 1]).write_text(json.dumps(result))
sys.exit(1)
"""
PROJECT = '[project.entry-points."qpp.studies"]\n{} = "tiny.study:study"\n'
STATES = ("fine", "broken", "no study", "dirty", "schema", "fine again")


class Past:
    """A repository with a commit for each state, and a store."""

    def __init__(self, folder: Path) -> None:
        self.where = repository(folder / "repo")
        (self.where / "tiny").mkdir()
        for name, text in (("tiny/__init__", ""), ("fake", FAKE)):
            (self.where / f"{name}.py").write_text(text, encoding="utf-8")
        (self.where / "Makefile").write_text(MAKEFILE, encoding="utf-8")
        self.made = {state: self._commit(state) for state in STATES}
        self.store = folder
        self.said: list[str] = []

    def _commit(self, state: str) -> str:
        known = machine.provenance()
        here = {key: known[key] for key in ("cpu", "usable_cores", "architecture", "os")}
        project = PROJECT.format("other" if state == "no study" else "tiny")
        (self.where / "tiny" / "pyproject.toml").write_text(project, encoding="utf-8")
        (self.where / "state").write_text(state, encoding="utf-8")
        schema = {"schema": "qpp-result/99"} if state == "schema" else {}
        result_file(self.where / "result.json", run(**here), **schema)
        return commit_all(self.where, f"State: {state}")

    def work(self) -> Backfill:
        return Backfill(find(self.where, self.store), ["tiny"], "box", self.said.append)

    def states(self, *names: str) -> list[str]:
        return [state for _, state in self.work().run([self.made[name] for name in names])]

    def trees(self) -> int:
        return len(git(self.where, "worktree", "list").splitlines())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Past:
    return Past(tmp_path_factory.mktemp("past"))


@pytest.fixture
def past(made: Past, tmp_path: Path) -> Past:
    made.store = tmp_path / "store"
    return made


def test_what_fails_says_so_and_the_others_go_on(past: Past) -> None:
    work = past.work()
    outcomes = dict(zip(STATES, dict(work.run(list(past.made.values()))).values(), strict=True))
    log = work.folder / f"{past.made['broken'][:8]}.log"
    for state, reason in (
        ("broken", "`make develop` ended with exit code 2 ("),
        ("broken", f"see {log}"),
        ("no study", "none of the studies asked for; it has other"),
        ("dirty", "changed files of the working tree"),
        ("schema", "schema 'qpp-result/99', the history reads"),
    ):
        assert reason in outcomes[state]
    assert "it does not compile" in log.read_text(encoding="utf-8")
    assert outcomes["fine"] == outcomes["fine again"] == "stored"
    stored = store.read_all(past.store)
    assert [s.data["qpp"]["subject"] for s in stored] == ["State: fine", "State: fine again"]
    assert any("[6/6, " in line and "min left] " in line for line in past.said)
    assert past.trees() == 1
    assert past.states("fine", "fine again") == ["present", "present"]
    assert git(past.where, "status", "-s") == ""


def test_an_interrupted_backfill_goes_on_where_it_stopped(
    past: Past, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure, turns = Backfill._measure, iter(range(9))

    def interrupted(self: Backfill, *rest: Any) -> None:
        if next(turns) == 1:
            raise KeyboardInterrupt
        measure(self, *rest)

    monkeypatch.setattr(Backfill, "_measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        past.states("fine", "fine again")
    assert past.trees() == 1
    left_behind = past.work().folder / past.made["fine again"][:8]  # by a process that was killed
    git(past.where, "worktree", "add", "-q", "--detach", str(left_behind), past.made["fine"])
    assert past.states("fine", "fine again") == ["present", "stored"]


def test_what_cannot_be_stored_is_kept(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        fill_the_disk(patch)
        with pytest.raises(StoppedError, match="No space left on device.*is kept in .*json"):
            past.states("fine")
    monkeypatch.setattr(Backfill, "_measure", None)  # it is not measured again
    assert past.states("fine") == ["stored"]


def test_a_full_disk_stops_it(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "_FULL", 1 << 62)
    with pytest.raises(StoppedError, match="the disk is full: free some"):
        past.states("broken", "fine")


def test_a_name_of_other_hardware_is_refused_before_anything_is_measured(past: Past) -> None:
    put(past.store, run(cpu="Another"))
    with pytest.raises(HistoryError, match="'box' is taken by other hardware"):
        past.work()


def test_which_commits(past: Past) -> None:
    here, every = find(past.where), list(past.made.values())
    assert choose(here, ["HEAD~5..HEAD"]) == every[1:]
    assert choose(here, ["HEAD~5.."], every=2) == every[1::2]
    assert choose(here, ["HEAD~2", "main", "HEAD"]) == [every[3], every[5]]
    for name, message in (
        ("nonsense", "unknown commit 'nonsense': `git log` lists them"),
        ("nonsense..HEAD", "unknown commit 'nonsense'"),
        ("HEAD..HEAD~2", r"HEAD\.\.HEAD~2 holds no commit: expected OLDER"),
    ):
        with pytest.raises(HistoryError, match=message):
            choose(here, [name])


@pytest.mark.thorough
def test_ctrl_c_ends_what_was_started(tmp_path: Path) -> None:
    past = Past(tmp_path)
    past._commit("slow")
    code = "from qpp.__main__ import main; main()"
    command = [sys.executable, "-c", code, "history", "backfill", "HEAD", "--study", "tiny"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=past.where, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        assert any("make develop" in line for line in process.stdout)
        time.sleep(0.5)
        family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "what was stored is kept; the same command goes on" in errors
    assert len(family) >= 2
    assert not psutil.wait_procs(family, timeout=10)[1]
    assert past.trees() == 1
    assert not (past.where / "shared").exists()
