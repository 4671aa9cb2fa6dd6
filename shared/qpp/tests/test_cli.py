"""The command line as a stranger uses it: exit codes, files, messages."""

import dataclasses
import re
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fixtures_results import run as realistic_run
from qpp import cli as cli_module
from qpp import measure, readme, registry, results, session, table
from qpp.measure import Interrupted
from qpp.registry import Found
from qpp.results import StudyResult

POINTS = {
    "toy": "toy_study:study",
    "broken": "toy_study:broken",
    "absent": "no_such_module:study",
}


@pytest.fixture(autouse=True)
def house(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    points = [EntryPoint(k, v, registry.GROUP) for k, v in POINTS.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    fast = dataclasses.replace(measure.QUICK, budget=0.02, minimum=3, maximum=4)
    monkeypatch.setitem(session.PRESETS, "quick", fast)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def qpp(*arguments: str) -> Result:
    return CliRunner().invoke(cli_module.cli, list(arguments))


def test_list_shows_all_and_what_does_not_import() -> None:
    result = qpp("list")
    assert result.exit_code == 0
    for text in ("toy", "broken", "n=500", "no_such_module_at_all", "ModuleNotFoundError"):
        assert text in result.output


def test_reproduce_writes_both_files(house: Path) -> None:
    result = qpp("reproduce", "toy", "--json", "out/r.json", "--html", "out/r.html")
    assert result.exit_code == 0, result.output
    assert "Outputs agree" in result.output
    run = results.load(house / "out" / "r.json")
    assert run.passed
    assert [s.name for s in run.studies] == ["toy"]
    assert run.provenance["cpu"]
    assert (house / "out" / "r.html").read_text().lstrip().lower().startswith("<!doctype html>")


def test_the_table_fits_100_columns() -> None:
    output = qpp("reproduce", "toy", "broken", "--check").output
    assert max(len(line) for line in output.splitlines()) <= 100


def test_every_table_of_a_realistic_run_fits(capsys: pytest.CaptureFixture[str]) -> None:
    table.print_run(realistic_run(), table.console())
    output = capsys.readouterr().out
    assert max(len(line) for line in output.splitlines()) <= 100
    assert "…" not in output, "nothing is cut off"


def test_disagreement_is_exit_1() -> None:
    result = qpp("reproduce", "broken", "--check")
    assert result.exit_code == 1
    assert "wrong disagrees on n=500" in re.sub(r"\s+", " ", result.output)
    assert "the worker died" in result.output


def test_a_study_that_does_not_import_is_told_and_the_others_go_on() -> None:
    result = qpp("reproduce", "absent", "toy", "--check")
    assert result.exit_code == 1
    assert "No module named 'no_such_module'" in result.output
    assert "bandwidth" in result.output, "the toy study ran"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["reproduce", "nonsense"], "unknown study 'nonsense'; known: absent, broken, toy"),
        (["reproduce", "--full", "--check"], "exclude each other"),
        (["reproduce", "toy", "--json", "/dev/null/x.json"], "cannot write"),
        (["reproduce", "--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: list[str], told: str) -> None:
    result = qpp(*arguments)
    assert result.exit_code == 2
    assert told in result.output


def test_a_disk_that_fills_up_during_the_run(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house / "r.json").write_text("old")
    write = results.write_atomically

    def full(path: Path, text: str) -> None:
        if Path(path).parent == Path():
            raise results.ResultError(f"cannot write {path}: No space left on device")
        write(path, text)

    monkeypatch.setattr(results, "write_atomically", full)
    monkeypatch.setattr("tempfile.tempdir", str(house / "spare"))
    (house / "spare").mkdir()
    result = qpp("reproduce", "toy", "--check", "--json", "r.json")
    assert result.exit_code == 1
    assert "No space left on device; this run's is kept in" in result.output
    assert (house / "r.json").read_text() == "old"
    assert results.load(house / "spare" / "r.json").passed


def test_ctrl_c_says_so_and_spares_the_old_file(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (house / "r.json").write_text("old")
    part = StudyResult("toy", "A toy", "?", interrupted=True)

    def stop(found: Found, *_: object) -> StudyResult:
        raise Interrupted(part)

    monkeypatch.setattr(session, "measure_study", stop)
    result = qpp("reproduce", "toy", "--json", "r.json")
    assert result.exit_code == 130
    assert "Interrupted after" in result.output
    assert (house / "r.json").read_text() == "old"
    assert results.load(house / "r.partial.json").interrupted


def test_report_from_a_file(house: Path) -> None:
    (house / "r.json").write_text(results.to_json(realistic_run()))
    result = qpp("report", "r.json", "--html", "r.html")
    assert result.exit_code == 0
    assert (house / "r.html").stat().st_size > 10_000


def test_report_without_a_file_says_how_to_make_one() -> None:
    result = qpp("report")
    assert result.exit_code == 1
    assert "Make one with `qpp reproduce --json FILE`" in result.output


def test_machine() -> None:
    result = qpp("machine")
    assert result.exit_code == 0
    for word in ("cpu", "usable cores", "bandwidth", "python", "commit"):
        assert word in result.output


def test_readme_outside_the_house_is_an_error() -> None:
    result = qpp("readme", "--check")
    assert result.exit_code == 1
    assert "run inside the repository" in result.output


def test_readme_splices_and_checks(house: Path) -> None:
    (house / "shared" / "results").mkdir(parents=True)
    text = results.to_json(realistic_run())
    (house / "shared" / "results" / "backtest.json").write_text(text)
    name = realistic_run().studies[0].name
    page = f"# x\n<!-- qpp:results {name} -->\nold\n<!-- /qpp:results -->\nafter\n"
    (house / "README.md").write_text(page)
    assert qpp("readme", "--check").exit_code == 1
    assert qpp("readme").exit_code == 0
    spliced = (house / "README.md").read_text()
    assert "| implementation |" in spliced
    assert "qpp reproduce" in spliced
    assert spliced.startswith("# x\n")
    assert spliced.endswith("<!-- /qpp:results -->\nafter\n")
    assert qpp("readme", "--check").exit_code == 0
    (house / "README.md").write_text(spliced.replace("x ", "9x ", 1))
    assert qpp("readme", "--check").exit_code == 1, "a figure changed by hand is found"


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (
            "<!-- qpp:results nothing -->\n<!-- /qpp:results -->\n",
            "no committed result for 'nothing'",
        ),
        ("<!-- qpp:results all -->\n", "has no partner"),
    ],
)
def test_readme_markers_that_cannot_be_filled(page: str, told: str) -> None:
    with pytest.raises(readme.ReadmeError, match=told):
        readme.splice(page, {})
