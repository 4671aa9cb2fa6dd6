"""The tables of the READMEs: what stands in their lines, and that nothing breaks a line."""

from __future__ import annotations

from dataclasses import replace

import fixtures_results as made
from qpp.report import markdown
from qpp.results import ClaimResult, Interval


def lines(title: str = "") -> list[str]:
    study = made.backtest_study()
    if title:
        study = replace(study, workloads=(replace(study.workloads[0], name=title),), claims=())
    run = replace(made.run(), studies=(study,))
    return markdown.details(run, study.name, "ratios.svg").splitlines()


def verdict(value: float, *, at_least: bool = True, verdict: str = "reproduced") -> ClaimResult:
    measured = Interval(value, value, value)
    return ClaimResult("a claim", f"w{value}", "time", 2.0, at_least, measured, verdict)  # type: ignore[arg-type]


def test_every_workload_has_a_line_with_its_fastest_rows() -> None:
    study = made.backtest_study()
    before = lines()[: lines().index("<details>")]
    for workload in study.workloads:
        line = next(text for text in before if text.startswith(f"| {workload.name} |"))
        for role in ("optimised", "peer"):
            rows = [r for r in workload.rows if r.role == role and r.ratio and r.threads == 1]
            fastest = min(rows, key=lambda r: r.median or 0.0)
            assert f"| {fastest.implementation} " in line


def test_rows_of_the_details_are_those_that_were_measured_or_missed() -> None:
    study = made.backtest_study()
    after = "\n".join(lines()[lines().index("<details>") :])
    for workload in study.workloads:
        for row in workload.rows:
            assert f"| {row.implementation} | {row.role} |" in after
    assert "left out on this workload" not in after


def test_a_claim_is_told_where_it_is_nearest_to_its_bar() -> None:
    held = [verdict(5.0), verdict(3.0), verdict(4.0)]
    assert markdown._claims_in_short(held)[2] == "| a claim | bar | 3 of 3 | 3.00x on w3.0 |"
    missed = [*held, verdict(1.5, verdict="not reproduced")]
    assert markdown._claims_in_short(missed)[2] == "| a claim | bar | 3 of 4 | 1.50x on w1.5 |"
    small = [verdict(1.1, at_least=False), verdict(1.9, at_least=False)]
    assert markdown._claims_in_short(small)[2] == "| a claim | bar | 2 of 2 | 1.90x on w1.9 |"
    untested = replace(held[0], measured=None, verdict="not tested")
    assert markdown._claims_in_short([untested])[2] == "| a claim | bar | not tested |  |"


def test_a_bar_in_a_name_ends_no_cell() -> None:
    line = next(text for text in lines("|returns| k=5") if "returns" in text and "rust" in text)
    assert line.startswith(r"| \|returns\| k=5 |")
    assert line.replace(r"\|", "").count("|") == 7
