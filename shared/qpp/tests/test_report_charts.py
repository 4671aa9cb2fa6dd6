"""The drawings: a mark for every measured figure and none for others, each in its place."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fixtures_results as fixtures
from qpp.report import charts, curves, ratio_chart, roles, samples, save_ratio_chart, versus
from qpp.report.crossings import crossings, lines
from qpp.report.svg import STYLE, TOKENS, standalone
from qpp.results import Interval, ResultError, Row, ScalingCurve, StudyResult, WorkloadResult

SVG = "{http://www.w3.org/2000/svg}"


def marks(svg: str, kind: str) -> list[ET.Element]:
    return [e for e in ET.fromstring(svg).iter() if e.get("class") == f"mark mark-{kind}"]


def tips(svg: str, kind: str) -> list[str]:
    return [m.findtext(f"{SVG}title", "") for m in marks(svg, kind)]


def places(svg: str, kind: str) -> list[float]:
    """The abscissae of the marks of a kind, in pixels."""
    return [float(use.get("x", "")) for m in marks(svg, kind) for use in m.iter(f"{SVG}use")]


@pytest.mark.parametrize("layout", [charts.WIDE, charts.NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("index", range(4))
def test_one_mark_for_each_ratio_and_a_word_for_each_other_row(
    index: int, layout: charts.Layout
) -> None:
    study = fixtures.backtest_study()
    workload = study.workloads[index]
    svg = ratio_chart(study, workload, layout=layout)
    rows = [r for r in workload.rows if r.role != "baseline"]
    drawn = [r for r in rows if r.status in ("ok", "limit")]
    assert len(tips(svg, "ratio")) == len(drawn) < len(rows)
    assert tips(svg, "noise") == ["noise floor: 2.2 %"]
    text = " ".join(e.text or "" for e in ET.fromstring(svg).iter(f"{SVG}text"))
    for row in rows:
        assert roles.label(row) in text
        assert row in drawn or charts.REASONS[row.status] in text
    message = tips(svg, "ratio")
    assert sum(bool(re.match(r"ten times: \d+\.\d×", tip)) for tip in message) == 1, "a target"
    assert sum(tip.startswith("memory bandwidth: ≤ ") for tip in message) == 1, "a limit"


def test_points_stand_where_the_figures_say() -> None:
    """The same ratio doubled moves a point by the same distance: the axis is logarithmic."""
    study = fixtures.lag_study()
    workload = study.workloads[0]
    made = tuple(
        Row(f"r{k}", "optimised", 1, "ok", ratio=Interval(2.0**k, 2.0**k, 2.0**k, 1), median=1.0)
        for k in range(-2, 6)
    )
    workload = replace(workload, rows=(workload.rows[0], *made))
    steps = np.diff(places(ratio_chart(study, workload), "ratio"))
    assert steps == pytest.approx([steps[0]] * 7, abs=0.05)
    assert steps[0] > 0


def test_without_a_baseline_there_is_no_ratio_but_every_name() -> None:
    study = fixtures.backtest_study()
    workload = fixtures.with_status(study.workloads[0], "naive_loop", "failed", "crashed")
    rows = tuple(replace(r, ratio=None) for r in workload.rows)
    svg = ratio_chart(study, replace(workload, rows=rows))
    assert marks(svg, "ratio") == []
    assert "the baseline has no time here" in svg
    assert "rust_fused" in svg


def test_a_baseline_that_ran_a_part_is_marked() -> None:
    study = fixtures.backtest_study()
    first, *rest = study.workloads[0].rows
    part = replace(study.workloads[0], rows=(replace(first, parts=40), *rest))
    assert "(extrapolated)" in ratio_chart(study, part)
    assert "(extrapolated)" not in ratio_chart(study, study.workloads[0])


def test_timings_have_a_mark_for_each_row_in_both_panels_and_a_dot_for_each_sample() -> None:
    workload = fixtures.backtest_study().workloads[1]
    svg = samples.timing_chart(workload, "t")
    timed = [r for r in workload.rows if r.status == "ok"]
    for kind in ("samples", "relative"):
        found = marks(svg, kind)
        assert [len(list(m.iter(f"{SVG}use"))) for m in found] == [len(r.seconds) for r in timed]
        for dots in found:  # they share one style: the file is smaller
            assert {u.get("style") for u in dots.iter(f"{SVG}use")} == {None}
    assert "vectorbt" not in svg, "a wrong answer has no time"


def test_colours_follow_the_theme_and_text_follows_the_page() -> None:
    before = {key: mpl.rcParams[key] for key in STYLE}
    study = fixtures.lag_study()
    curve = study.scaling[0]
    drawings = [
        ratio_chart(study, study.workloads[0]),
        samples.timing_chart(study.workloads[0], "t"),
        curves.scaling_chart(study, curve, crossings(study, curve), "c"),
    ]
    assert {key: mpl.rcParams[key] for key in STYLE} == before, "matplotlib is left as it was"
    for svg in drawings:
        assert not re.search(r"#[0-9a-f]{6}\b", svg), "a colour that no theme knows"
        assert set(re.findall(r"var\(--(\w+)\)", svg)) <= set(TOKENS)
        assert "font-family" not in svg
        for text in ET.fromstring(svg).iter(f"{SVG}text"):
            assert "fill: var(--" in text.get("style", ""), "black on black in the dark"


def test_a_file_brings_its_palettes_or_says_why_there_is_none(tmp_path: Path) -> None:
    study = fixtures.lag_study()
    workload, path = study.workloads[0], tmp_path / "deep" / "ratios.svg"
    save_ratio_chart(study, workload, path)
    text = path.read_text(encoding="utf-8")
    ET.fromstring(text.encode())
    assert "prefers-color-scheme: dark" in text
    assert all(f"--{name}:" in text for name in TOKENS)
    assert text == standalone(ratio_chart(study, workload)), "same study, same bytes"
    with pytest.raises(ValueError, match="no row to draw"):
        save_ratio_chart(study, replace(workload, rows=workload.rows[:1]), path)
    with pytest.raises(ResultError, match="cannot write"):
        save_ratio_chart(study, workload, path / "below a file.svg")


def power_study(
    one: tuple[float, float], two: tuple[float, float], noise: float = 1.0, spread: float = 0.0
) -> StudyResult:
    """Two implementations with times ``c * x**p`` on x = 10 … 10^5, in nine rounds each.

    ``spread`` widens the samples of the second; ``noise`` is the A/A control's ratio.
    """
    made = []
    rounds = tuple(range(9))
    for x in (10.0, 100.0, 1e3, 1e4, 1e5):
        first = (one[0] * x ** one[1],) * 9
        second = tuple(two[0] * x ** two[1] * (1 + spread * (k - 4)) for k in rounds)
        rows = tuple(
            Row(name, role, 1, "ok", seconds=seconds, rounds=rounds, median=seconds[4])
            for name, role, seconds in (("one", "baseline", first), ("two", "optimised", second))
        )
        floor = Interval(noise, noise, noise, 9)
        made.append(WorkloadResult(f"x={x:g}", {"x": x}, rows, floor, "two"))
    curve = ScalingCurve("T", "x", {w.name: float(w.sizes["x"]) for w in made})
    return StudyResult("s", "S", "Q", workloads=tuple(made), scaling=(curve,))


@given(st.floats(1.3, 4.7), st.floats(0.1, 1.5))
def test_crossing_of_power_laws_is_exact(exponent: float, gap: float) -> None:
    where = 10.0**exponent
    study = power_study((1e-6, 1.0), (1e-6 * where**gap, 1.0 - gap))
    [found] = crossings(study, study.scaling[0])
    assert found.x == pytest.approx(where, rel=1e-6)
    assert found.y == pytest.approx(1e-6 * where, rel=1e-6)
    assert (found.faster, found.slower) == ("two", "one")


@pytest.mark.parametrize(
    ("two", "options", "count"),
    [
        ((1.05e-6, 0.99), {"noise": 1.001}, 1),
        ((1.05e-6, 0.99), {"noise": 1.2}, 0),
        ((1.05e-6, 0.99), {"spread": 0.05}, 0),  # at x = 10 they differ by 3 %, samples by more
        ((2e-6, 1.0), {}, 0),  # parallel
    ],
)
def test_curves_cross_only_beyond_the_noise(
    two: tuple[float, float], options: dict[str, float], count: int
) -> None:
    study = power_study((1e-6, 1.0), two, **options)
    curve = study.scaling[0]
    found = crossings(study, curve)
    assert len(found) == count
    assert ("no crossing" in curves.scaling_chart(study, curve, found, "c")) == (not count)


def test_a_noisy_workload_hides_no_crossing_between_the_others() -> None:
    study = power_study((1e-6, 1.0), (1e-6 * 1e3**0.5, 0.5))
    middle = replace(study.workloads[2], noise=Interval(50.0, 40.0, 60.0))
    noisy = replace(study, workloads=(*study.workloads[:2], middle, *study.workloads[3:]))
    assert len(crossings(noisy, noisy.scaling[0])) == 1


@pytest.mark.parametrize(
    ("noise", "level"),
    [(2.0, "level at x = 1,000"), (4.0, "level between x = 100 and 10,000")],
)
def test_a_crossing_through_level_points_says_where_they_are(noise: float, level: str) -> None:
    study = power_study((1e-6, 1.0), (1e-6 * 1e3**0.5, 0.5), noise=noise)
    [found] = crossings(study, study.scaling[0])
    assert found.x == pytest.approx(1e3, rel=1e-6)
    assert 1e3 in found.level
    assert found.told("x") == f"two overtakes one: {level}"


def test_only_crossings_of_what_is_recommended_are_reported() -> None:
    study = power_study((1e-6, 1.0), (1e-6 * 1e3**0.5, 0.5))
    third = [
        replace(w, rows=(*w.rows, replace(w.rows[0], implementation="three")))
        for w in study.workloads
    ]
    three = replace(study, workloads=tuple(third))
    assert len(crossings(three, three.scaling[0])) == 2
    [found] = crossings(replace(three, recommended="three"), three.scaling[0])
    assert found.slower == "three"
    assert curves.scaling_chart(three, three.scaling[0], [found], "c"), "two curves end together"


def test_scaling_chart_marks_curves_and_crossings_and_says_them() -> None:
    study = fixtures.lag_study()
    curve = study.scaling[0]
    found = crossings(study, curve)
    svg = curves.scaling_chart(study, curve, found, "c")
    assert len(marks(svg, "curve")) == 4
    assert tips(svg, "crossing") == [c.told(curve.label) for c in found]
    assert [c.faster for c in found] == ["rust_auto", "scipy_fft"]
    assert f"≈ {found[0].x:.0f}" in svg


def test_scaling_leaves_out_wrong_answers_and_missing_workloads() -> None:
    study = power_study((1e-6, 1.0), (1e-4, 0.5))
    wrong = tuple(
        replace(w, rows=(w.rows[0], replace(w.rows[1], status="disagrees")))
        for w in study.workloads
    )
    assert len(lines(replace(study, workloads=wrong), study.scaling[0])) == 1
    assert curves.scaling_chart(replace(study, workloads=()), study.scaling[0], [], "c") == ""


@given(st.floats(-9, 9), st.floats(0.01, 12))
def test_axes_have_a_few_round_ticks_inside(exponent: float, decades: float) -> None:
    low = 10.0**exponent
    high = low * 10.0**decades
    ticks = roles.log_ticks(low, high)
    assert 2 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    assert all(low <= t * (1 + 1e-9) and t <= high * (1 + 1e-9) for t in ticks)


@pytest.mark.parametrize("shape", [versus.WIDE, versus.NARROW], ids=["wide", "narrow"])
def test_the_chart_of_all_has_two_points_a_row_and_room_for_their_words(
    shape: versus.Shape,
) -> None:
    study = fixtures.backtest_study()
    found = [versus.of_study(study, w) for w in study.workloads]
    assert found[0] is not None
    found.append(replace(found[0], peer=None, over_peer=None))
    rows = [(f"row {i}", one, 0.02 * i) for i, one in enumerate(found)]
    svg = versus.versus_chart(rows, shape=shape, title="T", name="v")
    assert len(marks(svg, "versus")) == 2 * len(rows) - 1
    assert versus.NO_PEER in svg
    assert tips(svg, "noise") == [f"noise floor: {x} %" for x in ("2.0", "4.0", "6.0", "8.0")]
    assert max(places(svg, "versus")) < shape.width - 80, "the words stand right of the point"
    assert versus.versus_chart([], title="T", name="v") == ""
