"""The command line: exit codes, files, messages."""

import dataclasses
import os
import tempfile
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import fixtures_results as made
import hostile_study
from qpp import cli as cli_module
from qpp import format as show
from qpp import machine, measure, output, registry, results, session, summary, table
from qpp.claim import Kind
from qpp.files import write_atomically
from qpp.measure import Interrupted
from qpp.registry import StudyEntry
from qpp.results import Interval, Run, StudyResult

POINTS = {
    "toy": "toy_study:study",
    "broken": "toy_study:broken",
    "absent": "no_such_module:study",
}


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    points = [EntryPoint(k, v, registry.GROUP) for k, v in POINTS.items()]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    fast = dataclasses.replace(measure.QUICK, budget=0.02, minimum=3, maximum=4)
    monkeypatch.setitem(session.PRESETS, "quick", fast)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each study at once gives a result without rows, or its error; one gives wrong rows."""

    def measured(entry: StudyEntry, *_: object) -> StudyResult:
        if entry.name == "broken":
            return made.backtest_study()
        return StudyResult(entry.name, entry.name, "?", error=entry.error)

    monkeypatch.setattr(session, "measure_study", measured)


def qpp(*arguments: str) -> Result:
    return CliRunner().invoke(cli_module.cli, list(arguments))


def save(run: Run, *path: str) -> Path:
    file = Path(*path)
    write_atomically(file, results.to_json(run))
    return file


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("list", ("toy", "broken", "n=500", "no_such_module_at_all", "ModuleNotFoundError")),
        ("machine", ("cpu", "usable cores", "bandwidth", "python", "commit")),
    ],
)
def test_what_there_is_is_shown(command: str, shown: tuple[str, ...]) -> None:
    result = qpp(command)
    assert result.exit_code == 0
    assert all(text in result.output for text in shown)


def test_reproduce_writes_both_files_and_keeps_the_last_run(folder: Path) -> None:
    result = qpp("reproduce", "toy", "--json", "out/r.json", "--html", "out/r.html")
    assert result.exit_code == 0, result.output
    assert "every output agrees" in result.output
    run = results.load(folder / "out" / "r.json")
    assert run.passed
    assert [s.name for s in run.studies] == ["toy"]
    assert run.provenance["cpu"]
    assert (folder / "out" / "r.html").read_text().lstrip().lower().startswith("<!doctype html>")
    assert results.load(output.LAST_RUN) == run
    shown = qpp("report")
    assert shown.output.startswith("reports/last.json (quick preset, ")
    assert (folder / "reports" / "report.html").stat().st_size > 10_000


def test_a_run_that_no_place_takes_is_kept_in_a_temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(output, "LAST_RUN", Path("/dev/null/last.json"))
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shown = qpp("reproduce", "toy")
    assert shown.exit_code == 0, shown.output
    (kept,) = tmp_path.glob("qpp-*/last.json")
    assert results.load(kept).passed and kept.name in shown.output


def test_judge_makes_no_folder_for_what_it_cannot_read() -> None:
    Path("a_link").symlink_to("a_link")
    for name in ("nowhere/deep/r.json", "a_link"):
        result = qpp("judge", name)
        assert result.exit_code == 1 and len(result.output.splitlines()) == 1
    assert not Path("nowhere").exists()


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("columns", [None, "0", "x²", "9" * 5000, "1", "80", "250"])
def test_tables_fit_and_no_name_or_figure_is_cut(
    columns: str | None,
    verbose: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if columns is not None:
        monkeypatch.setenv("COLUMNS", columns)
    run = made.run()
    table.print_run(run, table.console(), verbose=verbose)
    output = capsys.readouterr().out
    width = {None: 100, "250": 100, "1": 72}.get(columns, 80)
    assert max(map(len, output.splitlines())) <= width
    assert "…" not in output
    for found in filter(None, map(summary.summarise, run.studies)):
        assert f"  {found.workload.name}\n" in output
        for row in found.workload.rows if verbose else filter(None, (found.ours,)):
            assert show.seconds(row.median) in output
            assert not row.ratio or show.ratio(row.ratio.value) in output


@pytest.mark.parametrize("studies", [7, 16])
def test_a_run_fits_one_screen(studies: int, capsys: pytest.CaptureFixture[str]) -> None:
    run = made.run()
    study = run.studies[0]
    bar = replace(study.claims[0], kind="bar", text="a bar " * 10)
    missed, noise = (replace(bar, verdict=v) for v in ("not reproduced", "within noise"))
    study = replace(study, claims=study.claims + (missed, noise) * 40)
    rows = [replace(r, parts=4) if r.role == "baseline" else r for r in study.workloads[1].rows]
    study = replace(study, workloads=(replace(study.workloads[1], rows=tuple(rows)),))
    crowded = replace(run, studies=tuple(replace(study, name=f"study_{i}") for i in range(studies)))
    table.print_run(crowded, table.console(), [Path("a.json"), Path("b.html")])
    output = capsys.readouterr().out
    assert len(output.splitlines()) <= 45
    for text in (
        *("study_0", f"study_{studies - 1}", "wrote a.json, b.html", "qpp report study_0"),
        *("Bars not reproduced:", "Bars within noise:", "more: add -v"),
        *("~7.22 s", "~ run in part, time multiplied"),
    ):
        assert text in output


def test_a_speed_against_a_target_is_said_in_words() -> None:
    claim = made.claim("ring never slower than 10 ns an update", 1, "w", 0.6)
    assert table._found(claim) == "0.600x as fast [0.576, 0.624]"
    assert table._found(replace(claim, measured=Interval(0.6, 0.6, 0.6))) == "0.600x as fast"
    assert table._found(replace(claim, bar=2)) == show.claimed(claim)


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("names", ["absent toy", "toy broken"])
def test_a_failing_study_is_status_1_and_stops_no_other(names: str) -> None:
    result = qpp("reproduce", *names.split())
    assert result.exit_code == 1
    told = {"absent toy": "No module named 'no_such_module'", "toy broken": "vectorbt disagrees on"}
    assert told[names] in " ".join(result.output.split())
    assert "toy  \n" in result.output, "the toy study ran"


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("reproduce nonsense", "unknown study 'nonsense'; known: absent, broken, toy"),
        ("reproduce nosuch:study", "nosuch:study: ModuleNotFoundError: No module named 'nosuch'"),
        ("reproduce toy_study:nope", "module 'toy_study' has no attribute 'nope'"),
        ("reproduce toy_study:SMALL", "toy_study:SMALL is a Workload, expected a qpp.Study"),
        ("reproduce --full --budget 5", "--budget belongs to the quick preset"),
        ("reproduce --budget -1", "--budget -1: expected seconds, from 0 to 86,400 (a day)"),
        ("reproduce --budget nan", "--budget nan: expected seconds"),
        ("reproduce --budget abc", "--budget abc: expected seconds"),
        ("reproduce toy --json=", "--json: expected the name of a file"),
        ("reproduce toy --html -", "--html: expected the name of a file"),
        ("reproduce toy --json a_file/x.json", "cannot write a_file/x.json"),
        ("reproduce toy --html a_link", "Error: cannot write a_link: it is not a regular file"),
        ("reproduce toy --json x --html ./x", "--html x: that file holds the result"),
        ("report a.json b.json", "one result file"),
        ("report r.json --html a_file/x.html", "cannot write a_file/x.html"),
        ("report r.json --html r.json", "--html r.json: that file holds the result"),
        ("report toy broken", "no result of toy, broken; there are: none"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(command: str, message: str) -> None:
    Path("a_file").touch()
    Path("a_link").symlink_to("a_link")
    save(made.run(), "r.json")
    result = qpp(*command.split(" "))
    assert result.exit_code == 2, result.output
    assert message in result.output
    assert len(result.output.splitlines()) == 1


@pytest.mark.usefixtures("unmeasured")
def test_a_file_that_cannot_be_written_loses_nothing_else(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "r.json").write_text("old")

    def full(path: Path, text: str) -> None:
        if not Path(path).is_absolute():
            raise results.ResultError(f"cannot write {path}: No space left on device")
        write_atomically(path, text)

    def undrawn(run: Run) -> str:
        raise ValueError("no such colour")

    monkeypatch.setattr(output, "write_atomically", full)
    monkeypatch.setattr(cli_module, "render_html", undrawn)
    result = qpp("reproduce", "toy", "--json", "r.json", "--html", "r.html")
    assert result.exit_code == 1
    for text in ("r.json: No space left on device", "no such colour", "every output agrees"):
        assert text in result.output
    assert (folder / "r.json").read_text() == "old"
    kept = folder / "cache" / "qpp" / "last.json"
    assert results.load(kept).passed
    assert qpp("report", "toy").output.startswith(f"{kept} (")


@pytest.mark.parametrize("command", ["list", "reproduce", "machine", "report r.json toy"])
def test_ctrl_c_anywhere_is_exit_130(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    save(replace(made.run(), studies=(StudyResult("toy", "", "?"),)), "r.json")
    monkeypatch.setattr(registry, "load", stop)
    monkeypatch.setattr(machine, "provenance", stop)
    monkeypatch.setattr(table, "print_run", stop)
    result = qpp(*command.split())
    assert result.exit_code == 130
    assert result.output.strip().endswith("Interrupted.")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("error", "status", "file", "names"),
    [
        (KeyboardInterrupt(), 130, "r.partial.json", ["toy"]),
        (Interrupted(StudyResult("broken", "", "?")), 130, "r.partial.json", ["toy", "broken"]),
        (SystemExit("out of nowhere"), 1, "r.json", ["toy", "broken"]),
    ],
)
def test_what_was_found_before_a_failure_is_kept(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, file: str, names: list[str]
) -> None:
    def measured(entry: StudyEntry, *_: object) -> StudyResult:
        if entry.name == "broken":
            raise error
        return StudyResult(entry.name, "", "?")

    Path("r.json").write_text("old")
    monkeypatch.setattr(session, "measure_study", measured)
    result = qpp("reproduce", "toy", "broken", "--json", "r.json")
    assert result.exit_code == status
    run = results.load(file)
    assert [s.name for s in run.studies] == names
    assert run == results.load(output.LAST_RUN)
    assert run.interrupted == (status == 130) == ("Interrupted after" in result.output)
    assert not run.studies[0].error
    if status == 130:
        assert Path("r.json").read_text() == "old", "an interrupted run replaces no whole one"
    else:
        assert run.studies[1].error.startswith("SystemExit: out of nowhere (test_cli.py:")


def test_names_are_neither_markup_nor_control_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = StudyEntry("odd", "hostile_study:marked", hostile_study.marked)
    gone = StudyEntry("[/gone]", "x", error="[/nope] [red]why \x1b[2J\x9b")
    monkeypatch.setattr(cli_module, "select", lambda names: [odd] if names else [odd, gone])
    listed = qpp("list").output
    for text in ("[/gone]", "[/nope] [red]why", "[red]why?[/nope]", "[/w] :bug:", "[/base]"):
        assert text in listed
    assert "needs [bold] (make [/peers])" in " ".join(listed.split())
    result = qpp("reproduce", "odd", "--check", "-v")
    assert result.exit_code == 0, result.output
    for text in ("[bold]title[/nope]", "[red]why?[/nope]", "[/w] :bug:", "[/base]", "[/limit]"):
        assert text in result.output
    assert not {"\x1b", "\x07", "\x9b"} & set(listed + result.output)


def test_report_shows_the_named_studies_from_wherever_they_are() -> None:
    assert qpp("report").output == "Error: no run here yet: start with `qpp reproduce`\n"
    run = made.run()
    first, second = run.studies[:2]
    save(replace(run, studies=(first,)), "reports", "last.json")
    other = replace(second, name="elsewhere")
    save(replace(run, studies=(other, second)), "shared", "results", "elsewhere.json")
    shown = qpp("report", first.name).output
    assert shown.startswith("reports/last.json (quick preset, 2026-03-02T09:41:00+00:00):")
    assert second.title not in shown
    both = qpp("report", first.name, "elsewhere", second.name).output
    for text in ("reports/last.json (", "committed result of elsewhere (", first.title):
        assert both.count(text) == 1
    assert both.count("reproduce --full") == 1, "the next commands stand at the end alone"
    unknown = qpp("report", "nonsense", "elsewhere")
    assert unknown.exit_code == 2
    known = f"elsewhere, {second.name}, {first.name}"
    assert unknown.output == f"Error: no result of nonsense; there are: {known}\n"
    os.utime(save(replace(run, studies=(other,)), "cache", "qpp", "last.json"), (2e9, 2e9))
    assert "/cache/qpp/last.json (" in qpp("report", "elsewhere").output, "the later of the two"


@pytest.mark.parametrize(("kind", "status"), [("bar", 1), ("published", 0)])
def test_a_missed_bar_fails_under_strict_alone(
    kind: Kind, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = made.claim("rust >= 9 x faster than numpy", 9, "w", 2.0, kind=kind)
    monkeypatch.setattr(
        session, "measure_study", lambda *_: replace(made.lag_study(), claims=(claim,))
    )
    result = qpp("reproduce", "toy")
    assert result.exit_code == 0, result.output
    assert "1 not reproduced" in result.output
    assert qpp("reproduce", "toy", "--strict").exit_code == status


def test_judge_takes_the_claims_as_they_are_declared_now() -> None:
    assert qpp("reproduce", "toy", "--json", "r.json").exit_code == 0
    run = results.load("r.json")
    save(replace(run, studies=(replace(run.studies[0], claims=()),)), "r.json")
    assert qpp("judge", "r.json").exit_code == 0
    assert results.load("r.json") == run
    assert qpp("judge", "missing.json").exit_code == 1


def test_readme_needs_a_repository(folder: Path) -> None:
    outside = qpp("readme", "--check")
    assert outside.exit_code == 1
    assert "run inside the repository" in outside.output
    (folder / "shared" / "results").mkdir(parents=True)
    assert qpp("readme", "--check").exit_code == 0
