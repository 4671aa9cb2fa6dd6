"""``qpp history``: recording, checking, publishing, serving; output and exit status."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from history_fixtures import commit_all, git, history, put, repository, result_file, run
from qpp import machine
from qpp.history import points
from qpp.history.checkout import RESULTS
from qpp.history.cli import history_group
from qpp.history.series import collect

TINY = """import numpy as np
from qpp import Implementation, Study, Workload

def total(x):
    return {"sum": float(x.sum())}

study = Study("tiny", "?", [Workload("n=9", lambda n: {"x": np.ones(n)}, quick=True, n=9)],
              Implementation("loop", total), [Implementation("fast", total)])
"""
ADDRESS = "tiny_study:study"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one small study, and its folder as the current one."""
    folder = repository(tmp_path / "repo")
    (folder / "tiny_study.py").write_text(TINY, encoding="utf-8")
    commit_all(folder, "A study")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)
    path = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    return folder


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(history_group, arguments, catch_exceptions=False)


def refused(*arguments: str, status: int = 1) -> str:
    done = invoke(*arguments)
    assert done.exit_code == status, done.output
    assert "Traceback" not in done.output
    return done.output


@pytest.mark.timeout(300)
def test_head_is_measured_once_and_stored(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.Others, "first", lambda self: 0.9)
    assert "measure with --busy" in refused("record", "--study", ADDRESS)
    assert not (repo / ".asv").exists()
    done = invoke("record", "--study", ADDRESS, "--machine", "box", "--busy")
    assert done.exit_code == 0, done.output
    assert "(tiny) as box, quick preset, Python " in done.output
    (file,) = (repo / ".asv").glob("*.json")
    measured = points.read(file).studies["tiny"]["workloads"]["n=9"]
    (series,) = collect(repo / RESULTS).values()
    assert series[0].commit == git(repo, "rev-parse", "HEAD")
    assert series[0].subject == "A study"
    rows = series[0].studies["tiny"].rows
    assert rows["n=9", "fast"].fastest == measured["fast"]["fastest"]  # one clock
    text = "".join(p.read_text(encoding="utf-8") for p in (repo / RESULTS).glob("**/*.json"))
    for private in (str(repo), sys.prefix, str(Path.home()) + "/"):
        assert private not in text
    for command in ([], ["check"]):
        assert "one point: nothing to compare" in invoke(*command).output


def test_a_result_file_must_be_of_head_and_of_a_clean_tree(repo: Path, tmp_path: Path) -> None:
    head, file = git(repo, "rev-parse", "HEAD"), tmp_path / "r.json"
    result_file(file, run("a" * 40))
    assert "was measured at commit aaaaaaaa, HEAD is " in refused("record", str(file))
    result_file(file, run(head, dirty=True))
    assert "measured with uncommitted changes: commit them" in refused("record", str(file))
    result_file(file, run(head))
    assert "unknown study 'tiny'" in refused("record", str(file), status=2)
    (repo / "new.py").touch()
    assert "differs from HEAD (new.py)" in refused("record", "--study", ADDRESS)
    assert not (repo / RESULTS).exists()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("record", "no_such_file.json"), 1, "cannot read no_such_file.json"),
        (("record", "r.json", "--study", "x"), 2, "leave it out with RESULT.json"),
        (("record", "--study", "nonsense"), 2, "unknown study 'nonsense'"),
        (("backfill", "nonsense"), 1, "unknown commit 'nonsense'"),
        (("backfill", "HEAD", "--every", "0"), 2, "not in the range"),
        (("check",), 1, "nothing is stored under"),
        (("publish",), 1, "run `qpp history record`"),
        (("--results", "x", "publish"), 2, "goes after the subcommand"),
        ((), 1, "run `qpp history record`"),
    ],
)
def test_refusals(repo: Path, arguments: tuple[str, ...], status: int, message: str) -> None:
    assert message in refused(*arguments, status=status)


def test_outside_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ([], ["record"], ["backfill", "HEAD"], ["check"], ["publish"], ["serve"]):
        (line,) = refused(*command).strip().splitlines()
        assert "is in no git repository" in line


def test_the_terminal_and_the_check(repo: Path) -> None:
    history(repo / RESULTS, [{}, {}, {"rust": 1.5}, {"rust": 1.5}], studies=("tiny", "other"))
    shown = invoke()
    assert shown.exit_code == 0
    assert "slower: rust, n=5" in shown.output
    assert shown.output.count("Commit of day 2") == 2
    assert max(map(len, shown.output.splitlines())) <= 100
    assert invoke("check").exit_code == 0
    (repo / RESULTS / "box" / "03c0ffee-quick-py3.11.json").unlink()
    worse = invoke("check", "--results", str(repo / RESULTS))
    assert worse.exit_code == 1
    assert worse.output.count("slower: rust") == 6
    assert "nothing is stored for" in refused("check", "HEAD")


@pytest.mark.thorough
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
def test_asv_publishes_it_and_both_are_served(repo: Path) -> None:
    head = git(repo, "rev-parse", "HEAD")
    for day, commit in enumerate((git(repo, "rev-parse", "HEAD~1"), head)):
        put(repo / RESULTS, run(commit, scales={"rust": 1 + day}), day=day)
    code = "from qpp.__main__ import main; main()"
    command = [sys.executable, "-c", code, "history", "serve", "--port", "0", "--no-open"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        address = next(w for w in server.stdout.readline().split() if w.startswith("http"))
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert b"How the times of every study moved" in answer.read()
        with urllib.request.urlopen(address + "asv/index.json", timeout=10) as answer:
            listed = json.load(answer)
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=10) == 130
    assert set(listed["revision_to_hash"].values()) >= {head}
    assert {"tiny.time", "tiny.slowdown", "tiny.memory", "tiny.error"} == set(listed["benchmarks"])
