"""asv in a repository made for the test: what is recorded, and what is refused."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from history_fixtures import commit_all, estimate, git, repository
from qpp.history import HistoryError, asv_runner, index, publishing, recording, store
from qpp.history.checkout import find
from qpp.history.criterion_import import import_criterion
from qpp.history.recording import Recorded, record
from qpp.history.series import collect

CLI = "from qpp.history.cli import history_group; history_group(prog_name='qpp history')"
STUDY = "tiny_study:study"
NO_SIGNAL = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send")
# asv starts a process per figure: seconds on an idle machine, a minute on a busy one.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("history") / "repo")


@pytest.fixture(autouse=True)
def tiny(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The study is imported from the repository, here and in every process asv starts."""
    monkeypatch.syspath_prepend(repo / "tiny")
    monkeypatch.setenv("PYTHONPATH", str(repo / "tiny"))
    for variable in ("CARGO_TARGET_DIR", "CRITERION_HOME", "QPP_MACHINE", index.PRESET):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(scope="module")
def recorded(repo: Path) -> Recorded:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(repo / "tiny")
        patch.setenv("PYTHONPATH", str(repo / "tiny"))
        estimate(repo / "target" / "criterion", "sum", "500", 170.0)
        return record([STUDY], machine="box", where=repo)


def test_every_metric_of_every_study(recorded: Recorded) -> None:
    values = {
        (s.metric, s.implementation): s.points[0].value or 0.0
        for s in collect(recorded.path.parents[1])
        if (s.study, s.metric) != ("tiny", "criterion")
    }
    metrics = {"time", "slowdown", "peak memory", "memory growth", "error"}
    assert {metric for metric, _ in values} == metrics
    assert 0 < values["time", "numpy"] < values["time", "loop"] < 0.1
    assert values["slowdown", "numpy"] == 1.0
    assert values["slowdown", "loop"] > 1.0
    assert values["error", "loop"] == 0.0
    assert values["peak memory", "numpy"] > 1 << 20
    # What is unavailable is skipped (NaN); a wrong output has an error and no time.
    stored = store.read_result(recorded.path)
    times = {p[1]: v for p, v, _, _ in store.rows(stored, "studies.time_tiny")}
    assert times["gone"] != times["gone"]
    wrong = {m: values[m, "off by one"] for m in metrics}
    assert wrong.pop("error") == pytest.approx(1.0)
    assert set(wrong.values()) == {0.0}
    failure = "tiny: n=500 · off by one: no peakmem, time, growth, slowdown"
    assert recorded.failures == (failure,)


def test_criterion_enters_the_same_history(recorded: Recorded) -> None:
    (series,) = (s for s in collect(recorded.path.parents[1]) if s.metric == "criterion")
    assert (series.study, series.workload, series.implementation) == ("tiny", "sum", "500")
    point = series.points[0]
    assert point.value == pytest.approx(170e-9)
    assert point.low == pytest.approx(170e-9 * 0.98)
    assert recorded.criterion == "criterion: 1 estimates"


def test_the_file_belongs_to_head_and_to_no_disk(recorded: Recorded, repo: Path) -> None:
    head = git(repo, "rev-parse", "HEAD")
    stored = store.read_result(recorded.path)
    assert (recorded.commit, stored.commit, recorded.machine) == (head, head, "box")
    assert stored.data["date"] == int(git(repo, "show", "-s", "--format=%at")) * 1000
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert recorded.path.name == f"{head[:8]}-existing-py{version}.json"
    for path in recorded.path.parents[1].glob("**/*.json"):
        text = path.read_text(encoding="utf-8")
        for private in (str(repo), sys.executable, sys.prefix, str(Path.home()) + "/"):
            assert private not in text, path
    machine = json.loads((recorded.path.parent / "machine.json").read_text(encoding="utf-8"))
    assert {"governor", "blas", "rustc", "gpu", "kernel"} <= set(machine)
    assert stored.data["qpp"]["provenance"]["packages"]["numpy"]
    assert stored.data["qpp"]["roles"]["tiny"]["gone"] == "peer"
    assert not (Path.home() / ".asv-machine.json").exists()


@pytest.mark.thorough
@NO_SIGNAL
def test_asv_publishes_it_and_it_is_served(recorded: Recorded, repo: Path, tmp_path: Path) -> None:
    site = publishing.publish(where=repo, html=tmp_path / "site")
    listed = json.loads((site / "index.json").read_text(encoding="utf-8"))
    assert {"studies.time_tiny", "criterion.time_tiny"} <= set(listed["benchmarks"])
    assert list(listed["revision_to_hash"].values()) == [recorded.commit]
    graphs = [p for p in site.glob("graphs/**/studies.time_tiny.json") if "summary" not in p.parts]
    assert len(graphs) == 1
    assert "mark-point" in (site / publishing.OFFLINE).read_text(encoding="utf-8")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-c", CLI, "serve", "--port", "0", "--html-dir", str(site)]
    with subprocess.Popen(
        command, cwd=repo, stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        address = next(w for w in server.stdout.readline().split() if w.startswith("http"))
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(address + publishing.OFFLINE, timeout=10) as answer:
            assert answer.status == 200
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=10) == 0


def test_recording_again_keeps_one_file(recorded: Recorded, repo: Path) -> None:
    (repo / "target" / "criterion" / "sum" / "500" / "new" / "estimates.json").touch()
    path = import_criterion([STUDY], machine="box", where=repo)
    assert path == recorded.path
    assert len(list(path.parent.glob("*.json"))) == 2  # the machine, and the commit


def test_criterion_must_be_newer_than_the_commit(repo: Path, tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match=r"no estimates under .*: run `make bench` first"):
        import_criterion([STUDY], where=repo, results=tmp_path, estimates=tmp_path)
    old = estimate(tmp_path / "old", "sum", "500", 170.0)
    os.utime(old, (1, 1))
    with pytest.raises(HistoryError, match="older than HEAD"):
        import_criterion([STUDY], where=repo, results=tmp_path, estimates=tmp_path / "old")
    with pytest.raises(HistoryError, match="no study names a group"):
        import_criterion(["tiny_study:silent"], where=repo, results=tmp_path, estimates=tmp_path)


@pytest.fixture
def scratch(repo: Path) -> Iterator[Path]:
    """A file that no commit holds; it is removed after the test."""
    yield repo / "scratch.py"
    (repo / "scratch.py").unlink()


@pytest.mark.parametrize("function", [record, import_criterion])
def test_a_dirty_tree_is_refused(
    repo: Path, tmp_path: Path, scratch: Path, function: object
) -> None:
    scratch.touch()
    with pytest.raises(HistoryError, match=r"differs from HEAD \(scratch.py\)"):
        function([STUDY], where=repo, results=tmp_path / "r")  # type: ignore[operator]
    assert not (tmp_path / "r").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"commit": "elsewhere"}, "unknown commit 'elsewhere'"),
        ({"machine": "../up"}, r"machine name '\.\./up'"),
    ],
)
def test_wrong_options_are_refused(
    repo: Path, tmp_path: Path, options: dict[str, str], message: str
) -> None:
    with pytest.raises(HistoryError, match=message):
        record([STUDY], where=repo, results=tmp_path, **options)  # type: ignore[arg-type]


def test_a_change_during_the_run_is_refused(
    repo: Path, tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changes(*_: object, **__: object) -> tuple[dict[str, object], dict[str, object]]:
        scratch.touch()
        return {}, {}

    monkeypatch.setattr(asv_runner, "run", changes)
    with pytest.raises(HistoryError, match="during the run, nothing was recorded: .*scratch"):
        record([STUDY], where=repo, results=tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_head_that_moves_during_the_run_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = repository(tmp_path / "repo")
    checkout = find(other)
    head = checkout.head()
    (other / "second").write_text("", encoding="utf-8")
    commit_all(other, "second")
    with pytest.raises(HistoryError, match=f"HEAD moved from {head[:8]}"):
        recording._require_undisturbed(checkout, head)


@pytest.mark.thorough
@NO_SIGNAL
def test_ctrl_c_leaves_nothing_behind(repo: Path, tmp_path: Path) -> None:
    results = tmp_path / "results"
    command = [sys.executable, "-c", CLI, "record", STUDY, "--results", str(results)]
    with subprocess.Popen(
        command,
        cwd=repo,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert any("Benchmarking" in line for line in process.stdout)
        time.sleep(0.5)
        family = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everyone gets it
        _, output = process.communicate(timeout=30)
    assert process.returncode == 130
    assert output.strip().endswith("interrupted: nothing was recorded")
    assert not results.exists()
    assert family
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
