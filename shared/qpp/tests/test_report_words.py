"""The words and marks of the report: its first sentence, the verdicts, what is red."""

import re
from dataclasses import replace
from typing import Any

import pytest

import fixtures_results as fixtures
from qpp.report import claims, markup, overview, page, render_html, roles, tables, verdicts
from qpp.report.svg import TOKENS
from qpp.results import ClaimResult, Interval, Row


@pytest.mark.parametrize(
    ("made", "tone", "sentence"),
    [
        (
            "run",
            "bad",
            "1 output disagrees with the baseline, 2 measurements failed and 1 study could not be "
            "run. 5 of 7 bars held; 1 within noise, 1 missed on this machine.",
        ),
        ("passing_run", "good", "The one bar held."),
        ("interrupted_run", "bad", "1 measurement failed. 0 of 1 bars held; 1 within noise."),
        ("empty_run", "untested", "Nothing was measured."),
    ],
)
def test_the_result_in_one_sentence(made: str, tone: str, sentence: str) -> None:
    found, first, rest = verdicts.headline(getattr(fixtures, made)())
    assert (found, first + rest) == (tone, sentence)


def test_bars_that_miss_are_no_failure_of_the_run_but_an_interrupt_is_said() -> None:
    study = fixtures.lag_study()
    where = study.workloads[0].name
    good, missed, untested = (fixtures.claim("t", 2, where, x) for x in (3.0, 1.0, None))
    published = fixtures.claim("t", 2, where, 1.0, kind="published")
    for made, expected in (
        ((good, missed), ("plain", "1 of 2 bars held")),
        ((untested,), ("untested", "No bar was tested")),
        ((), ("untested", "No bar was set")),
        ((good, good, published), ("good", "All 2 bars held")),
    ):
        run = replace(fixtures.run(), studies=(replace(study, claims=made),))
        assert verdicts.headline(run)[:2] == expected
    interrupted = replace(run, interrupted=True)
    assert verdicts.headline(interrupted)[:2] == ("missed", "Interrupted")
    assert "The run was interrupted" in str(overview.problems_section(interrupted))


def test_under_the_headline_agreement_published_figures_and_the_load() -> None:
    run = fixtures.run()
    text = verdicts.remarks(run)
    assert text.startswith("35 of 36 compared outputs agree with the baseline. 2 more bars were")
    assert text.endswith("published 2 figures, measured on their machines; this machine reached 1.")
    for load, cores, expected in (
        ([0.31, 0.2, 0.1], 2, "load 0.3 at the start"),
        ([1.6, 0.2, 0.1], 2, "load 1.6 at the start"),
    ):
        provenance = {"load": load, "usable_cores": cores}
        assert expected in page._facts(replace(run, provenance=provenance))
    for load in (None, [], "high", [None]):
        facts = page._facts(replace(run, provenance={"load": load}))
        assert not any("load" in fact for fact in facts)


def test_what_a_noise_floor_is_worth_is_said_for_each_study() -> None:
    study = fixtures.backtest_study()
    text = verdicts.noise_sentence(study)
    assert text.startswith("Noise floor: 2.2 %. Two timings of the same code differed by as much")
    odd = replace(study.workloads[1], noise=Interval(1.5, 0.6, 2.15, 5))
    loud = replace(study, workloads=(study.workloads[0], odd, *study.workloads[2:]))
    more = f"2.2 % on half of the workloads, more on the others, 115 % on {odd.name}. Two"
    assert more in verdicts.noise_sentence(loud)
    assert verdicts.noise_sentence(replace(study, workloads=())) == ""


def test_bars_missed_and_bars_within_noise_stand_apart_and_say_why() -> None:
    run = fixtures.run()
    section = str(claims.open_bars(run))
    missed, noisy = section.split("Within noise: 1</h3>")
    assert "Missed: 1</h3>" in missed
    assert "found 2,400× [2,300×, 2,500×], bar at least 5,000× (52 % below)" in missed
    assert "bar at least 1×, within the interval. The fastest is numba_fused." in noisy
    assert (missed.count("<li>"), noisy.count("<li>")) == (1, 1)
    assert "615" not in section, "published figures are not among them"
    near = fixtures.claim("t", 2, "w", 2.2, reason="nearer to the bar than the noise floor, 12 %")
    near = replace(near, verdict="within noise")
    study = replace(fixtures.lag_study(), claims=(near,))
    section = str(claims.open_bars(replace(run, studies=(study,))))
    assert "bar at least 2×. Nearer to the bar than the noise floor, 12 %." in section
    assert claims.open_bars(fixtures.passing_run()) is None


def test_what_was_extrapolated_is_marked_in_the_tables() -> None:
    study = fixtures.lag_study()
    first, *rest = study.workloads[0].rows
    part = replace(study.workloads[0], rows=(replace(first, parts=40), *rest))
    table = str(tables.workload_table(part))
    assert table.count("extrapolated: 1 part in 40 run, its time multiplied") == 1
    assert table.count("<small>extrapolated</small>") == len(rest)
    one = replace(study, workloads=(part,))
    section = str(overview.overview_section(replace(fixtures.run(), studies=(one,)), ["a"]))
    assert "extrapolated: 1 part in 40 run<" in section
    assert section.count("<small>extrapolated</small>") == 1, "over the baseline, not over a peer"


def test_what_was_not_measured_is_one_line() -> None:
    assert verdicts.not_measured(fixtures.passing_run()) == ""
    study = fixtures.lag_study()
    first = study.workloads[0]
    reasons = ("needs a (make peers)", "needs b, c (make peers)", "needs d (on an NVIDIA GPU)")
    absent = tuple(Row(f"p{k}", "peer", 1, "unavailable", reason=reasons[k % 3]) for k in range(9))
    one = replace(study, workloads=(replace(first, rows=(*first.rows, *absent)),))
    text = "9 implementations were not measured: `make peers` installs 6; 3 need an NVIDIA GPU."
    assert verdicts.not_measured(replace(fixtures.run(), studies=(one,))) == text


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ({"count": 100_000, "levels": 9}, "50.0 ns per event"),
        ({"messages": 100, "passes": 50}, "1.00 µs per message"),
        ({"times": 10_000_000, "task": "best"}, "0.500 ns per operation"),
        ({"n": 100}, ""),
        ({"iterations": 0, "paths": True, "count": "many"}, ""),
    ],
)
def test_time_per_unit_of_work_where_the_sizes_count_them(sizes: Any, text: str) -> None:
    assert tables.each(sizes, 0.005) == text
    assert tables.each(sizes, None) == ""


def test_names_and_exponents_do_not_break_and_a_target_is_no_limit() -> None:
    assert 'class="whole"' in markup.name("pandas_vectorised")
    assert 'class="break"' in markup.name("x" * 200)
    table = str(tables.workload_table(fixtures.backtest_study().workloads[0]))
    assert re.search(r'error <span class="whole">\d\.\de-\d\d</span>', table)
    assert table.count("≤ ") == table.count("Target:") == table.count("Limit:") == 1


@pytest.mark.parametrize(
    ("measured", "bar", "at_least", "right"),
    [
        (12.0, 10.0, True, True),
        (9.0, 10.0, True, False),
        (1.0, 1.2, False, True),
        (9.0, 1.2, False, False),
    ],
)
def test_the_passing_side_of_the_bar_is_always_the_right_one(
    measured: float, bar: float, at_least: bool, right: bool
) -> None:
    found = Interval(measured, measured, measured)
    drawn = claims._margin(ClaimResult("t", "w", "time", bar, at_least, found, "reproduced"))
    place = re.search(r'<circle cx="([\d.]+)"', drawn or "")
    assert place is not None
    assert (float(place[1]) > 62) == right


def test_red_is_only_for_what_is_wrong() -> None:
    """A missed bar is not red; a failed row is (the control)."""
    study = fixtures.lag_study()
    missed = fixtures.claim("rust_auto >= 9 x faster than scipy_fft", 9, study.workloads[2].name, 3)
    run = replace(fixtures.run(), studies=(replace(study, claims=(missed,)),))
    red = re.compile(r'class="[^"]*\bbad\b')
    assert not red.search(render_html(run))
    failed = fixtures.with_status(study.workloads[0], "direct_sums", "failed", "crashed")
    broken = replace(study, workloads=(failed,), claims=(missed,), scaling=())
    assert red.search(render_html(replace(run, studies=(broken,))))


def test_each_verdict_has_a_mark_a_word_and_each_role_a_shape_of_its_own() -> None:
    for verdict, mark in verdicts.MARKS.items():
        for kind in ("bar", "published"):
            claim = ClaimResult("t", "w", "time", 2.0, True, None, verdict, kind)  # type: ignore[arg-type]
            drawn = verdicts.verdict_badge(claim)
            assert f'data-mark="{mark}">{verdict}<' in drawn
            assert ("missed" in drawn) == ((kind, verdict) == ("bar", "not reproduced"))
    assert len({*verdicts.MARKS.values(), verdicts.WRONG}) == len(verdicts.MARKS) + 1
    shapes = {str(tables.SHAPES[role]) for role in roles.ROLES}
    assert len(shapes) == len({look.marker for look in roles.LOOKS.values()}) == len(roles.ROLES)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("which", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough_for_text(which: int) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    for name in ("ink", "soft", "muted", *roles.ROLES, "good", "noisy", "missed", "bad"):
        one, two = (_luminance(TOKENS[n][which]) for n in (name, "paper"))
        assert (max(one, two) + 0.05) / (min(one, two) + 0.05) >= 4.5, name
