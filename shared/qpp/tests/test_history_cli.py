"""``qpp history``: its output and its exit status."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from history_fixtures import ROOT, commit_all, history, repository
from qpp.history import asv_runner
from qpp.history.checkout import Checkout, find
from qpp.history.cli import history_group
from test_history_compare import put


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = repository(tmp_path / "repo")
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(history_group, arguments, catch_exceptions=False)


def test_the_table_shows_the_newest_points(repo: Path) -> None:
    hashes = history(repo / "shared" / "results" / "asv", 6, [1, 1, 1, 1, 1, 2])
    done = run()
    assert done.exit_code == 0
    assert [h[:8] in done.output for h in hashes] == [False, False, True, True, True, True]
    (line,) = (x for x in done.output.splitlines() if "numpy" in x and "3.40 µs" in x)
    assert " ".join(line.split()) == "numpy 1.70 µs 1.70 µs 1.70 µs 3.40 µs 3.00x 0"
    assert max(map(len, done.output.splitlines())) <= 100


def test_the_page(repo: Path, tmp_path: Path) -> None:
    history(repo / "shared" / "results" / "asv", 1)
    done = run("--html", str(tmp_path / "page.html"))
    assert done.exit_code == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    blocked = run("--html", str(repo / "asv.conf.json" / "page.html"))
    assert blocked.exit_code == 1
    assert "Error: cannot write" in blocked.output


def test_a_damaged_file_is_named_in_one_line(repo: Path) -> None:
    folder = repo / "shared" / "results" / "asv"
    history(folder, 2)
    damaged = sorted(folder.glob("box/0*.json"))[1]
    damaged.write_text("{", encoding="utf-8")
    for command in ((), ("publish",), ("compare", "HEAD", "HEAD")):
        done = run(*command)
        assert done.exit_code == 1
        (line,) = done.output.strip().splitlines()
        assert str(damaged) in line


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("record", "no_such_study"), 2, "unknown study 'no_such_study'"),
        (("record", "--commit", "nonsense"), 1, "unknown commit 'nonsense'"),
        (("compare", "HEAD", "--threshold", "0.5"), 1, "expected a factor above 1"),
        (("compare",), 2, "Missing argument 'BASE'"),
        (("serve",), 1, "holds no site: run `qpp history publish`"),
        (("serve", "--port", "70000"), 2, "70000 is not in the range"),
        (("--html", "x.html", "publish"), 2, "stand after the subcommand"),
        (("nonsense",), 2, "No such command"),
        (("publish",), 1, "nothing is stored under"),
        ((), 1, "run `qpp history record`"),
    ],
)
def test_refusals(repo: Path, arguments: tuple[str, ...], status: int, message: str) -> None:
    done = run(*arguments)
    assert done.exit_code == status, done.output
    assert message in done.output
    assert "Traceback" not in done.output


def test_a_broken_configuration(repo: Path) -> None:
    (repo / "asv.conf.json").write_text("{", encoding="utf-8")
    commit_all(repo, "broken")
    done = run("serve")
    assert done.exit_code == 1
    assert "asv.conf.json is damaged" in done.output


def test_strict_comparison(repo: Path) -> None:
    (repo / "second").write_text("", encoding="utf-8")
    commit_all(repo, "second")
    put(find(repo), "HEAD~1")
    put(find(repo), "HEAD", scale=2.0)
    lenient, strict = run("compare", "HEAD~1"), run("compare", "HEAD~1", "--strict")
    assert (lenient.exit_code, strict.exit_code) == (0, 1)
    assert "4 worse" in lenient.output
    summary = run("compare", "HEAD~1", "--markdown")
    assert summary.output.startswith("| | study · workload |")


def test_the_committed_configuration() -> None:
    conf = asv_runner.configuration(Checkout(ROOT))
    assert Path(conf["results_dir"]) == ROOT / "shared" / "results" / "asv"
    assert (Path(conf["benchmark_dir"]) / "studies.py").is_file()
