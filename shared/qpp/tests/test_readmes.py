"""README.md and RESULTS.md hold the figures of the committed results, in complete tables."""

from dataclasses import replace
from pathlib import Path

import pytest

import fixtures_results as made
from qpp import files, readme, results
from qpp.report import markdown
from qpp.results import ClaimResult, Interval, Run, StudyResult, WorkloadResult

ROOT = Path(__file__).parents[3]
# Until it is measured again: its load was above the number of cores by 0.02.
BEFORE_THE_RULE = ("polars_vs_pandas", "2026-11-21T15:07:34+00:00")
PAGE = "# x\n<!-- qpp:results {name} -->\nold\n<!-- /qpp:results -->\nafter\n"


def run_of(*workloads: WorkloadResult, claims: tuple[ClaimResult, ...] = ()) -> tuple[Run, str]:
    study: StudyResult = replace(made.backtest_study(), workloads=workloads, claims=claims)
    return replace(made.run(), studies=(study,)), study.name


def claim(value: float, *, at_least: bool = True, verdict: str = "reproduced") -> ClaimResult:
    measured = Interval(value, value, value)
    return ClaimResult("a claim", f"w{value}", "time", 2.0, at_least, measured, verdict)  # type: ignore[arg-type]


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ")]


def test_committed_files_match_the_committed_results() -> None:
    stale = readme.update(ROOT, check=True)
    assert not stale, f"run `qpp readme`: {', '.join(map(str, stale))} differ from results"


def test_committed_results_are_complete_and_agree() -> None:
    """A claim may be missed, and the tables then say so; an output may not be wrong."""
    for name, run in readme.committed(ROOT).items():
        study = run.study(name)
        assert study is not None
        assert not study.disagreements
        assert not (study.error or study.interrupted or run.interrupted)
        assert run.provenance["dirty"] is False
        quiet = run.provenance["load"][0] <= run.provenance["usable_cores"]
        assert quiet or (name, run.created) == BEFORE_THE_RULE, f"{name}: on a busy machine"
        for row in (r for w in study.workloads for r in w.rows):
            if row.status == "unavailable":  # a peer can be installed, a GPU cannot
                assert "NVIDIA GPU" in row.reason, f"{name}: {row.implementation}: {row.reason}"
            else:
                assert row.status in ("ok", "limit", "not applicable"), f"{name}: {row}"


def test_update_writes_and_checks_both_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run = made.run()
    files.write_atomically(tmp_path / "shared" / "results" / "r.json", results.to_json(run))
    page, beside = tmp_path / "README.md", tmp_path / "RESULTS.md"
    page.write_text(PAGE.format(name=run.studies[0].name))
    assert readme.update(tmp_path, check=True) == [page, beside]
    assert not beside.exists()
    assert readme.update(tmp_path) == [page, beside]
    text = page.read_text()
    assert text.startswith("# x\n<!-- qpp:results")
    assert text.endswith("<!-- /qpp:results -->\nafter\n")
    assert "[RESULTS.md](RESULTS.md)" in text
    assert "qpp reproduce" in text
    assert (tmp_path / readme.PICTURE).exists()
    assert readme.update(tmp_path, check=True) == []
    for file in (page, beside):
        before = file.read_text()
        file.write_text(before.replace("x ", "9x ", 1))
        assert readme.update(tmp_path, check=True) == [file], "finds a figure changed by hand"
        file.write_text(before)


@pytest.mark.parametrize(
    ("page", "message"),
    [
        (PAGE.format(name="nothing"), "no committed result for 'nothing'"),
        ("<!-- qpp:results all -->\n", "has no counterpart"),
    ],
)
def test_markers_that_cannot_be_filled(page: str, message: str) -> None:
    with pytest.raises(readme.ReadmeError, match=message):
        readme.splice(page, {})


def test_the_short_table_names_the_fastest_rows() -> None:
    study = made.backtest_study()
    text = markdown.readme(*run_of(*study.workloads), "ratios.svg")
    for workload in study.workloads:
        line = next(row for row in rows(text) if row.startswith(f"| {workload.name} |"))
        for role in ("optimised", "peer"):
            timed = [r for r in workload.rows if r.role == role and r.ratio and r.threads == 1]
            assert f"| {min(timed, key=lambda r: r.median or 0.0).implementation} " in line


def test_a_readme_has_at_most_twelve_rows_and_results_has_all() -> None:
    first = made.backtest_study().workloads[0]
    workloads = [replace(first, name=f"w{i}") for i in range(40)]
    claims = tuple(replace(claim(3.0), text=f"claim {i}", workload="w17") for i in range(13))
    run, name = run_of(*workloads, claims=claims)
    short, long = markdown.readme(run, name, "r.svg"), markdown.results_page(run, name, "r.svg")
    assert len(rows(short)) == 1 + markdown.MOST_ROWS
    for end in ("| w0 |", "| w39 |", "| w17 |"):
        assert end in short, "both ends and the headline workload are shown"
    assert "Bars held: 13 of 13." in short
    assert "12 of 40 workloads" in short
    for text in [f"| {w.name} |" for w in workloads] + [f"| {c.text} |" for c in claims]:
        assert text in long


def test_results_list_every_row_that_applies() -> None:
    study = made.backtest_study()
    text = markdown.results_page(*run_of(*study.workloads), "r.svg")
    for row in (r for w in study.workloads for r in w.rows):
        assert f"| {row.implementation} | {row.role} |" in text
    assert "left out on this workload" not in text


def test_a_claim_shows_its_figure_nearest_to_the_bar() -> None:
    held = [claim(5.0), claim(3.0), claim(4.0)]
    missed = claim(1.5, verdict="not reproduced")
    small = [claim(1.1, at_least=False), claim(1.9, at_least=False)]
    untested = replace(held[0], measured=None, verdict="not tested")
    for claims, line in (
        (held, "| a claim | bar | 3 of 3 | 3.00x on w3.0 |"),
        ([*held, missed], "| a claim | bar | 3 of 4 | 1.50x on w1.5 |"),
        (small, "| a claim | bar | 2 of 2 | 1.90x on w1.9 |"),
        ([untested], "| a claim | bar | not tested |  |"),
    ):
        assert markdown._claims_in_short(claims)[markdown.HEAD] == line


def test_a_bar_in_a_name_ends_no_cell() -> None:
    workload = replace(made.backtest_study().workloads[0], name="|returns| k=5")
    text = markdown.readme(*run_of(workload), "ratios.svg")
    line = next(row for row in rows(text) if "returns" in row)
    assert line.startswith(r"| \|returns\| k=5 |")
    assert line.replace(r"\|", "").count("|") == 7
