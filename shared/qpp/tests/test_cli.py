"""The command line: exit codes, files, messages."""

import dataclasses
import errno
import re
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import hostile_study
from fixtures_results import run as realistic_run
from qpp import cli as cli_module
from qpp import machine, measure, registry, results, session, table
from qpp.measure import Interrupted
from qpp.registry import StudyEntry
from qpp.results import StudyResult

POINTS = {
    "toy": "toy_study:study",
    "broken": "toy_study:broken",
    "absent": "no_such_module:study",
    "strict": "toy_study:strict",
}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    points = [EntryPoint(k, v, registry.GROUP) for k, v in POINTS.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    fast = dataclasses.replace(measure.QUICK, budget=0.02, minimum=3, maximum=4)
    monkeypatch.setitem(session.PRESETS, "quick", fast)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def qpp(*arguments: str) -> Result:
    return CliRunner().invoke(cli_module.cli, list(arguments))


def test_list_shows_all_studies_and_import_errors() -> None:
    result = qpp("list")
    assert result.exit_code == 0
    for text in ("toy", "broken", "n=500", "no_such_module_at_all", "ModuleNotFoundError"):
        assert text in result.output


def test_reproduce_writes_both_files(folder: Path) -> None:
    result = qpp("reproduce", "toy", "--json", "out/r.json", "--html", "out/r.html")
    assert result.exit_code == 0, result.output
    assert "every output agrees" in result.output
    run = results.load(folder / "out" / "r.json")
    assert run.passed
    assert [s.name for s in run.studies] == ["toy"]
    assert run.provenance["cpu"]
    assert (folder / "out" / "r.html").read_text().lstrip().lower().startswith("<!doctype html>")


def test_every_table_of_a_realistic_run_fits(capsys: pytest.CaptureFixture[str]) -> None:
    table.print_run(realistic_run(), table.console(), verbose=True)
    output = capsys.readouterr().out
    assert max(len(line) for line in output.splitlines()) <= 100
    before = output[: output.index("over it")]
    assert "…" not in before, "nothing is cut off in the tables of all rows"


def test_a_run_fits_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    run = realistic_run()
    study = run.studies[0]
    missed = replace(study.claims[0], kind="bar", verdict="not reproduced")
    study = replace(study, claims=study.claims + (missed,) * 40)
    crowded = replace(run, studies=tuple(replace(study, name=f"study_{i}") for i in range(16)))
    table.print_run(crowded, table.console(), [Path("a.json"), Path("b.html")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 45
    assert max(len(line) for line in lines) <= 100
    message = "\n".join(lines)
    for text in ("study_0", "study_15", "not reproduced", "wrote b.html", "qpp report study_0"):
        assert text in message
    assert "more: add -v" in message


def test_disagreement_is_exit_1() -> None:
    result = qpp("reproduce", "broken", "--check")
    assert result.exit_code == 1
    assert "wrong disagrees on n=500" in re.sub(r"\s+", " ", result.output)
    assert "the worker process ended" in result.output


def test_a_study_with_an_import_error_does_not_stop_the_others() -> None:
    result = qpp("reproduce", "absent", "toy", "--check")
    assert result.exit_code == 1
    assert "No module named 'no_such_module'" in re.sub(r"\s+", " ", result.output)
    assert "toy " in result.output, "the toy study ran"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["reproduce", "nonsense"], "unknown study 'nonsense'; known: absent, broken, strict, toy"),
        (["reproduce", "--full", "--check"], "exclude each other"),
        (["reproduce", "--full", "--budget", "5"], "--budget belongs to the quick preset"),
        (["reproduce", "--budget", "-1"], "-1.0 is not in the range"),
        (["reproduce", "--budget", "nan"], "expected seconds"),
        (["report", "a.json", "b.json"], "one result file"),
        (["reproduce", "toy", "--json", "a_file/x.json"], "cannot write"),
        (["reproduce", "toy", "--html", "a_link"], "a_link: it is not a regular file"),
        (["reproduce", "--nonsense"], "No such option"),
        (["nonsense"], "No such command"),
    ],
)
def test_wrong_usage_is_exit_2(arguments: list[str], message: str) -> None:
    Path("a_file").touch()
    Path("a_link").symlink_to("a_link")
    result = qpp(*arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_a_disk_that_fills_up_during_the_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "r.json").write_text("old")
    write = results.write_atomically

    def full(path: Path, text: str) -> None:
        if Path(path).parent == Path():
            raise results.ResultError(f"cannot write {path}: No space left on device")
        write(path, text)

    monkeypatch.setattr(results, "write_atomically", full)
    monkeypatch.setattr("tempfile.tempdir", str(folder / "spare"))
    (folder / "spare").mkdir()
    result = qpp("reproduce", "toy", "--check", "--json", "r.json")
    assert result.exit_code == 1
    assert "No space left on device; this run's is kept in" in result.output
    assert (folder / "r.json").read_text() == "old"
    (spare,) = (folder / "spare").glob("*/r.json")
    assert results.load(spare).passed
    assert "every output agrees" in result.output, "and the table is shown"


def test_ctrl_c_keeps_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "r.json").write_text("old")
    part = StudyResult("toy", "A toy", "?", interrupted=True)

    def stop(found: StudyEntry, *_: object) -> StudyResult:
        raise Interrupted(part)

    monkeypatch.setattr(session, "measure_study", stop)
    result = qpp("reproduce", "toy", "--json", "r.json")
    assert result.exit_code == 130
    assert "Interrupted after" in result.output
    assert (folder / "r.json").read_text() == "old"
    assert results.load(folder / "r.partial.json").interrupted


@pytest.mark.parametrize("command", [["list"], ["reproduce"], ["machine"], ["report", "r.json"]])
def test_ctrl_c_anywhere_is_exit_130(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (folder / "r.json").write_text(results.to_json(realistic_run()))
    monkeypatch.setattr(registry, "load", stop)
    monkeypatch.setattr(machine, "provenance", stop)
    monkeypatch.setattr(table, "print_run", stop)
    result = qpp(*command)
    assert result.exit_code == 130
    assert result.output.strip().endswith("Interrupted.")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("error", "status", "file", "names"),
    [
        (KeyboardInterrupt(), 130, "r.partial.json", ["toy"]),
        (SystemExit("out of nowhere"), 1, "r.json", ["toy", "broken"]),
    ],
)
def test_the_studies_before_a_failure_are_kept(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    status: int,
    file: str,
    names: list[str],
) -> None:
    def measured(entry: StudyEntry, *_: object) -> StudyResult:
        if entry.name == "broken":
            raise error
        return StudyResult(entry.name, "", "?")

    monkeypatch.setattr(session, "measure_study", measured)
    assert qpp("reproduce", "toy", "broken", "--json", "r.json").exit_code == status
    studies = results.load(folder / file).studies
    assert [s.name for s in studies] == names
    assert not studies[0].error
    if len(studies) > 1:
        assert studies[1].error.startswith("SystemExit: out of nowhere (test_cli.py:")


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        SystemExit(1),  # what rich makes of a broken pipe
        UnicodeEncodeError("ascii", "\u2713", 0, 1, "ordinal not in range"),
    ],
)
def test_files_are_written_when_the_table_cannot_be_shown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(table, "print_run", fails)
    result = qpp("reproduce", "toy", "--check", "--json", "r.json", "--html", "r.html")
    assert result.exit_code == 1
    assert results.load(folder / "r.json").passed
    assert (folder / "r.html").exists()
    if type(error) is OSError:
        assert "cannot show the table: No space left on device" in result.output


def test_a_report_that_cannot_be_drawn_leaves_the_figures(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(run: results.Run) -> str:
        raise ValueError("no such colour")

    monkeypatch.setattr(cli_module, "render_html", fails)
    result = qpp("reproduce", "toy", "--check", "--json", "r.json", "--html", "r.html")
    assert result.exit_code == 1
    assert "no such colour" in result.output
    assert results.load(folder / "r.json").passed
    assert max(map(len, result.output.splitlines())) <= 100


def test_names_are_shown_as_they_are_not_as_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = StudyEntry("odd", "hostile_study:marked", hostile_study.marked)
    gone = StudyEntry("[/gone]", "x", error="[/nope] [red]why")
    monkeypatch.setattr(cli_module, "discover", lambda: [odd, gone])
    monkeypatch.setattr(cli_module, "select", lambda names: [odd])
    listed = qpp("list").output
    for text in ("[/gone]", "[/nope] [red]why", "[red]why?[/nope]", "[/w] :bug:", "[/base]"):
        assert text in listed
    assert "needs [bold] (make [/peers])" in " ".join(listed.split())
    result = qpp("reproduce", "--check", "-v")
    assert result.exit_code == 0, result.output
    for text in ("[bold]title[/nope]", "[red]why?[/nope]", "[/w] :bug:", "[/base]", "[/limit]"):
        assert text in result.output


def test_report_of_a_study_shows_every_row_of_it(folder: Path) -> None:
    missing = qpp("report")
    assert missing.exit_code == 1
    assert "Make one with `qpp reproduce --json FILE`" in missing.output
    run = realistic_run()
    results.write_atomically(folder / "reports" / "result.json", results.to_json(run))
    assert qpp("report").exit_code == 0
    assert (folder / "reports" / "report.html").stat().st_size > 10_000
    first, second = run.studies[:2]
    shown = qpp("report", first.name)
    assert shown.exit_code == 0, shown.output
    assert first.workloads[0].name in shown.output
    assert second.title not in shown.output
    unknown = qpp("report", "nonsense")
    assert unknown.exit_code == 1
    assert "shared/results" in unknown.output or "no result of nonsense" in unknown.output
    (folder / "shared" / "results").mkdir(parents=True)
    unknown = qpp("report", "nonsense")
    assert unknown.exit_code == 2
    assert "no result of nonsense" in unknown.output
    other = replace(second, name="elsewhere")
    text = results.to_json(replace(run, studies=(other,)))
    (folder / "shared" / "results" / "elsewhere.json").write_text(text)
    committed = qpp("report", "elsewhere")
    assert committed.exit_code == 0
    assert "from the committed result of elsewhere" in committed.output


def test_a_missed_bar_fails_only_where_it_must(folder: Path) -> None:
    """A bar no machine reaches: shown and counted; the status is 1 under --strict alone."""
    message = qpp("reproduce", "strict")
    assert message.exit_code == 0, message.output
    assert "1 not reproduced" in message.output
    assert qpp("reproduce", "strict", "--strict").exit_code == 1
    assert qpp("reproduce", "toy", "--strict").exit_code == 0, "published figures are not ours"


def test_judge_takes_the_claims_as_they_are_declared_now(folder: Path) -> None:
    assert qpp("reproduce", "strict", "--json", "r.json").exit_code == 0
    run = results.load(folder / "r.json")
    forgotten = replace(run, studies=(replace(run.studies[0], claims=()),))
    (folder / "r.json").write_text(results.to_json(forgotten))
    assert qpp("judge", "r.json").exit_code == 0
    assert results.load(folder / "r.json") == run
    assert qpp("judge", "missing.json").exit_code == 1


def test_machine() -> None:
    result = qpp("machine")
    assert result.exit_code == 0
    for word in ("cpu", "usable cores", "bandwidth", "python", "commit"):
        assert word in result.output


def test_readme_needs_a_repository() -> None:
    result = qpp("readme", "--check")
    assert result.exit_code == 1
    assert "run inside the repository" in result.output


def test_readme_status(folder: Path) -> None:
    (folder / "shared" / "results").mkdir(parents=True)
    assert qpp("readme", "--check").exit_code == 0
    name = realistic_run().studies[0].name
    text = results.to_json(realistic_run())
    (folder / "shared" / "results" / "r.json").write_text(text)
    (folder / "README.md").write_text(f"<!-- qpp:results {name} -->\n<!-- /qpp:results -->\n")
    assert [qpp("readme", *o).exit_code for o in (["--check"], [], ["--check"])] == [1, 0, 0]
