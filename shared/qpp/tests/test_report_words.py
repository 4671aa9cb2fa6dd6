"""The words and marks of the report: its first sentence, the verdicts, what is red."""

import re
from dataclasses import replace

import pytest

import fixtures_results as fixtures
from qpp.report import claims, markup, overview, render_html, roles, tables, verdicts
from qpp.report.svg import TOKENS
from qpp.results import ClaimResult, Interval, Row


@pytest.mark.parametrize("kind", ["bar", "published"])
@pytest.mark.parametrize("verdict", verdicts.MARKS)
def test_each_verdict_has_a_mark_and_a_word_and_none_is_red(kind: str, verdict: str) -> None:
    claim = ClaimResult("t", "w", "time", 2.0, True, None, verdict, kind)  # type: ignore[arg-type]
    drawn = str(verdicts.badge(claim))
    assert f'data-mark="{verdicts.MARKS[verdict]}">{verdict}<' in drawn
    assert not re.search(r"\bbad\b", drawn)
    failure_of_ours = kind == "bar" and verdict == "not reproduced"
    assert ("missed" in drawn) == failure_of_ours


def test_marks_and_shapes_differ() -> None:
    assert len(set(verdicts.MARKS.values())) == len(verdicts.MARKS)
    assert verdicts.WRONG not in verdicts.MARKS.values()
    shapes = {str(tables.SHAPES[role]) for role in roles.ROLES}
    assert len(shapes) == len({look.marker for look in roles.LOOKS.values()}) == len(roles.ROLES)


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


def test_missed_bars_say_by_how_much_and_published_ones_are_not_among_them() -> None:
    section = str(claims.open_bars(fixtures.run()))
    assert section.count("<li>") == 2
    assert "found 2,400× [2,300×, 2,500×], bar at least 5,000× (52 % below)" in section
    assert section.index(">not reproduced<") < section.index(">within noise<")
    assert "615" not in section
    assert claims.open_bars(fixtures.passing_run()) is None


def test_what_was_not_measured_is_one_line() -> None:
    assert verdicts.not_measured(fixtures.passing_run()) == ""
    study = fixtures.lag_study()
    first = study.workloads[0]
    reasons = ("needs a (make peers)", "needs b, c (make peers)", "needs d (on an NVIDIA GPU)")
    absent = tuple(Row(f"p{k}", "peer", 1, "unavailable", reason=reasons[k % 3]) for k in range(9))
    one = replace(study, workloads=(replace(first, rows=(*first.rows, *absent)),))
    text = "9 implementations were not measured: `make peers` installs 6; 3 need an NVIDIA GPU."
    assert verdicts.not_measured(replace(fixtures.run(), studies=(one,))) == text


def test_time_per_unit_of_work_where_the_sizes_count_them() -> None:
    study = fixtures.lag_study()
    first = study.workloads[0]
    row = replace(first.rows[0], median=0.005)
    for sizes, message in (
        ({"count": 100_000, "levels": 9}, "50.0 ns per event"),
        ({"messages": 100, "passes": 50}, "1.00 µs per message"),
        ({"times": 10_000_000, "task": "best"}, "0.500 ns per operation"),
        ({"n": 100}, None),
        ({"iterations": 0}, None),
    ):
        table = str(tables.workload_table(replace(first, sizes=sizes, rows=(row,))))
        assert (message in table) if message else (" per " not in table)


def test_names_and_exponents_do_not_break() -> None:
    assert 'class="whole"' in markup.name("pandas_vectorised")
    assert 'class="break"' in markup.name("x" * 200)
    assert re.search(
        r'error <span class="whole">\d\.\de-\d\d</span>',
        str(tables.workload_table(fixtures.backtest_study().workloads[0])),
    )


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


def test_bars_that_miss_are_no_failure_of_the_run() -> None:
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


def test_an_interrupted_run_says_so_though_nothing_failed() -> None:
    run = replace(fixtures.passing_run(), interrupted=True)
    assert run.passed
    assert verdicts.headline(run)[:2] == ("missed", "Interrupted")
    assert "The run was interrupted" in str(overview.problems_section(run))


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
    claim = ClaimResult("t", "w", "time", bar, at_least, found, "reproduced")
    drawn = claims._margin(claim)
    assert drawn is not None
    place = re.search(r'<circle cx="([\d.]+)"', drawn)
    assert place is not None
    assert (float(place[1]) > 62) == right


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("which", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "name",
    ["ink", "soft", "muted", *roles.ROLES, "good", "noisy", "missed", "bad"],
)
def test_contrast_is_enough_for_text(name: str, which: int) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    one, two = (_luminance(TOKENS[n][which]) for n in (name, "paper"))
    assert (max(one, two) + 0.05) / (min(one, two) + 0.05) >= 4.5
