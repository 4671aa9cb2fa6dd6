"""Commits of the past: each built and measured by its own tools, in a working tree of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from history_fixtures import commit_all, git, put, repository, result_file, run
from qpp import machine
from qpp.history import HistoryError, backfill, store
from qpp.history.backfill import Backfill, StoppedError, choose
from qpp.history.checkout import Checkout, find

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


@pytest.fixture(scope="module")
def commits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A repository with a commit for each state."""
    where = repository(tmp_path_factory.mktemp("backfill") / "repo")
    (where / "tiny").mkdir()
    (where / "tiny" / "__init__.py").touch()
    (where / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (where / "fake.py").write_text(FAKE, encoding="utf-8")
    keys = ("cpu", "usable_cores", "architecture", "os")
    here = {key: machine.provenance()[key] for key in keys}
    made = {}
    for state in STATES:
        name = "other" if state == "no study" else "tiny"
        (where / "tiny" / "pyproject.toml").write_text(PROJECT.format(name), encoding="utf-8")
        (where / "state").write_text(state, encoding="utf-8")
        schema = {"schema": "qpp-result/99"} if state == "schema" else {}
        result_file(where / "result.json", run(**here), **schema)
        made[state] = commit_all(where, f"State: {state}")
    return where, made


@pytest.fixture
def work(commits: tuple[Path, dict[str, str]], tmp_path: Path) -> Callable[..., Backfill]:
    """Makes the backfill of the study ``tiny`` into a folder of the test."""

    def make(**options: Any) -> Backfill:
        options = {"results": tmp_path / "store", "machine": "box", "echo": said.append} | options
        return Backfill(find(commits[0]), ["tiny"], **options)

    said: list[str] = []
    make.said = said  # type: ignore[attr-defined]
    return make


def states(work: Backfill, *commits: str) -> list[str]:
    return [outcome.state for outcome in work.run(commits)]


def trees(checkout: Checkout) -> int:
    return len(git(checkout.root, "worktree", "list").splitlines())


def test_what_fails_says_so_and_the_others_go_on(
    commits: tuple[Path, dict[str, str]], work: Callable[..., Backfill], tmp_path: Path
) -> None:
    where, made = commits
    first = work()
    outcomes = {o.commit: o for o in first.run(list(made.values()))}
    failed = {name: outcomes[commit].reason for name, commit in made.items() if name[:4] != "fine"}
    assert "`make develop` ended with exit code 2 (" in failed["broken"]
    assert "it does not compile" in (first.folder / f"{made['broken'][:8]}.log").read_text()
    assert "none of the studies asked for; it has other" in failed["no study"]
    assert "changed files of the working tree" in failed["dirty"]
    assert "schema 'qpp-result/99', the history reads" in failed["schema"]
    assert {outcomes[made[name]].state for name in ("fine", "fine again")} == {"stored"}
    stored = store.read_all(tmp_path / "store")
    assert [s.data["qpp"]["subject"] for s in stored] == ["State: fine", "State: fine again"]
    assert stored[0].data["qpp"]["ancestors"] == 2
    assert any("[6/6, " in line and "min left] " in line for line in work.said)  # type: ignore[attr-defined]
    assert trees(first.checkout) == 1
    assert states(work(), made["fine"], made["fine again"]) == ["present", "present"]
    assert git(where, "status", "-s") == ""


def test_an_interrupted_backfill_goes_on_where_it_stopped(
    commits: tuple[Path, dict[str, str]],
    work: Callable[..., Backfill],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, made = commits
    both = made["fine"], made["fine again"]
    measure = Backfill._measure
    turns = iter(range(9))

    def interrupted(self: Backfill, *rest: Any) -> None:
        if next(turns) == 1:
            raise KeyboardInterrupt
        measure(self, *rest)

    monkeypatch.setattr(Backfill, "_measure", interrupted)
    with pytest.raises(KeyboardInterrupt):
        states(work(), *both)
    assert trees(work().checkout) == 1
    left_behind = work().folder / both[1][:8]  # as a process that was killed leaves it
    git(commits[0], "worktree", "add", "-q", "--detach", str(left_behind), both[0])
    assert states(work(), *both) == ["present", "stored"]


def test_what_cannot_be_stored_is_kept(
    commits: tuple[Path, dict[str, str]],
    work: Callable[..., Backfill],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commit = commits[1]["fine"]

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoppedError, match="No space left on device.*is kept in .*json"):
            states(work(), commit)
    monkeypatch.setattr(Backfill, "_measure", None)  # it is not measured again
    assert states(work(), commit) == ["stored"]


def test_a_full_disk_stops_it(
    commits: tuple[Path, dict[str, str]],
    work: Callable[..., Backfill],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backfill, "_FULL", 1 << 62)
    with pytest.raises(StoppedError, match="the disk is full: free some"):
        states(work(), commits[1]["broken"], commits[1]["fine"])


def test_a_name_of_other_hardware_is_refused_before_anything_is_measured(
    work: Callable[..., Backfill], tmp_path: Path
) -> None:
    put(tmp_path / "store", run(cpu="Another", architecture="vax"))
    with pytest.raises(HistoryError, match="'box' is taken by other hardware"):
        work()


def test_which_commits(commits: tuple[Path, dict[str, str]]) -> None:
    where, made = commits
    here, every = find(where), list(made.values())
    assert choose(here, ["HEAD~5..HEAD"]) == every[1:]
    assert choose(here, ["HEAD~5.."], every=2) == every[1::2]
    assert choose(here, ["HEAD~2", "main", "HEAD"]) == [every[3], every[5]]
    for name in ("nonsense", "nonsense..HEAD"):
        with pytest.raises(HistoryError, match="unknown commit 'nonsense': `git log` lists them"):
            choose(here, [name])
    with pytest.raises(HistoryError, match=r"HEAD\.\.HEAD~2 holds no commit: expected OLDER"):
        choose(here, ["HEAD..HEAD~2"])


@pytest.mark.thorough
def test_ctrl_c_ends_what_was_started(commits: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    where = tmp_path / "repo"
    git(commits[0], "clone", "-q", ".", str(where))
    (where / "state").write_text("slow", encoding="utf-8")
    commit_all(where, "slow")
    code = "from qpp.cli import main; main()"
    command = [sys.executable, "-c", code, "history", "backfill", "HEAD", "--study", "tiny"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=where, stdout=pipe, stderr=pipe, text=True) as process:
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
    assert trees(find(where)) == 1
    assert not (where / "shared").exists()
    assert json.loads((where / "asv.conf.json").read_text(encoding="utf-8"))
