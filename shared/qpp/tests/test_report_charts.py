"""The drawings: a mark for every measured figure and none for others, each in its place."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fixtures_results as fixtures
from qpp.report import charts, crossings, curves, ratio_chart, roles, samples, save_ratio_chart
from qpp.report import versus as versus_chart
from qpp.report.svg import STYLE, TOKENS, standalone, style
from qpp.results import Interval, ResultError, Row, ScalingCurve, StudyResult, WorkloadResult

SVG = "{http://www.w3.org/2000/svg}"
# Viénot, Brettel and Mollon (1999), linear RGB: what a dichromat is left with.
DICHROMAT = {
    "protanopia": np.array([[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]]),
    "deuteranopia": np.array(
        [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]
    ),
}


def marks(svg: str, kind: str) -> list[ET.Element]:
    return [e for e in ET.fromstring(svg).iter() if e.get("class") == f"mark mark-{kind}"]


def tips(svg: str, kind: str) -> list[str]:
    return [m.findtext(f"{SVG}title", "") for m in marks(svg, kind)]


@pytest.mark.parametrize("layout", [charts.WIDE, charts.NARROW], ids=["wide", "narrow"])
def test_one_mark_for_each_ratio_and_none_for_a_wrong_answer(layout: charts.Layout) -> None:
    study = fixtures.backtest_study()
    svg = ratio_chart(study, layout=layout)
    rows = [r for w in study.workloads for r in w.rows if r.role != "baseline"]
    drawn = [r for r in rows if r.status in ("ok", "limit")]
    assert len(marks(svg, "ratio")) == len(drawn) < len(rows)
    assert len(marks(svg, "noise")) == len(study.workloads)
    assert set(tips(svg, "noise")) == {"noise floor: 0.4 %"}
    text = " ".join(e.text or "" for e in ET.fromstring(svg).iter(f"{SVG}text"))
    for word in ("disagrees", "failed: worker ended", "not available", "does not apply"):
        assert word in text


def test_a_row_that_disagrees_has_no_point_even_with_a_ratio() -> None:
    study = fixtures.lag_study()
    workload = study.workloads[0]
    wrong = replace(workload.rows[1], status="disagrees")
    assert wrong.ratio is not None
    one = replace(workload, rows=(workload.rows[0], wrong))
    svg = ratio_chart(replace(study, workloads=(one,)))
    assert marks(svg, "ratio") == []
    assert "disagrees with the baseline: no speed-up" in svg


def test_points_stand_where_the_figures_say() -> None:
    """The same ratio doubled moves a point by the same distance: the axis is logarithmic."""
    study = fixtures.lag_study()
    workload = study.workloads[0]
    base = workload.rows[0]
    made = tuple(
        Row(f"r{k}", "optimised", 1, "ok", ratio=Interval(2.0**k, 2.0**k, 2.0**k, 1), median=1.0)
        for k in range(-2, 6)
    )
    svg = ratio_chart(
        replace(study, workloads=(replace(workload, rows=(base, *made), noise=None),))
    )
    places = [float(m.find(f".//{SVG}use").get("x", "")) for m in marks(svg, "ratio")]  # type: ignore[union-attr]
    steps = np.diff(places)
    assert steps == pytest.approx([steps[0]] * len(steps), abs=0.05)
    assert steps[0] > 0


def test_workloads_can_be_chosen_and_nothing_gives_nothing() -> None:
    study = fixtures.backtest_study()
    svg = ratio_chart(study, [study.workloads[0].name])
    assert len(marks(svg, "noise")) == 1
    assert ratio_chart(study, []) == ratio_chart(replace(study, workloads=())) == ""


def test_without_a_baseline_there_is_no_ratio_but_every_name() -> None:
    study = fixtures.backtest_study()
    workload = fixtures.with_status(study.workloads[0], "naive_loop", "failed", "crashed")
    rows = tuple(replace(r, ratio=None) for r in workload.rows)
    svg = ratio_chart(replace(study, workloads=(replace(workload, rows=rows),)))
    assert marks(svg, "ratio") == []
    assert "the baseline has no time here" in svg
    assert "rust_fused" in svg


def test_timings_have_a_mark_for_each_row_in_both_panels_and_a_dot_for_each_sample() -> None:
    workload = fixtures.backtest_study().workloads[2]
    svg = samples.timing_chart(workload, "t")
    timed = [r for r in workload.rows if r.status == "ok"]
    for kind in ("samples", "relative"):
        found = marks(svg, kind)
        assert len(found) == len(timed)
        dots = [len(list(m.iter(f"{SVG}use"))) for m in found]
        assert dots == [len(r.seconds) for r in timed]
    assert "vectorbt" not in svg, "a wrong answer has no time"


def test_colours_follow_the_theme_and_text_follows_the_page() -> None:
    study = fixtures.lag_study()
    drawings = [
        ratio_chart(study),
        samples.timing_chart(study.workloads[0], "t"),
        curves.scaling_chart(study, study.scaling[0], "c"),
    ]
    for svg in drawings:
        assert not re.search(r"#[0-9a-f]{6}\b", svg), "a colour that no theme knows"
        assert set(re.findall(r"var\(--(\w+)\)", svg)) <= set(TOKENS)
        assert "font-family" not in svg
        for text in ET.fromstring(svg).iter(f"{SVG}text"):
            assert "fill: var(--" in text.get("style", ""), "black on black in the dark"


def test_standalone_file_brings_its_palettes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "ratios.svg"
    save_ratio_chart(fixtures.lag_study(), path)
    text = path.read_text(encoding="utf-8")
    ET.fromstring(text.encode())
    assert "prefers-color-scheme: dark" in text
    assert all(f"--{name}:" in text for name in TOKENS)
    assert text == standalone(ratio_chart(fixtures.lag_study())), "same study, same bytes"


def test_png_and_bad_targets(tmp_path: Path) -> None:
    study = fixtures.lag_study()
    save_ratio_chart(study, tmp_path / "ratios.png")
    assert (tmp_path / "ratios.png").read_bytes().startswith(b"\x89PNG")
    for one, name, error, message in (
        (study, "ratios.gif", ValueError, r"\.svg or \.png"),
        (replace(study, workloads=()), "ratios.svg", ValueError, "no row to draw"),
        (study, "missing/ratios.png", ResultError, "cannot write"),
    ):
        with pytest.raises(error, match=message):
            save_ratio_chart(one, tmp_path / name)


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
    [found] = crossings.crossings(study, study.scaling[0])
    assert found.x == pytest.approx(where, rel=1e-6)
    assert found.y == pytest.approx(1e-6 * where, rel=1e-6)
    assert (found.faster, found.slower) == ("two", "one")


@pytest.mark.parametrize(
    ("options", "floor", "count"),
    [
        ({"noise": 1.001}, None, 1),
        ({"noise": 1.2}, None, 0),
        ({"noise": 1.001}, 0.2, 0),  # the floor of the run holds for every workload
        ({"spread": 0.05}, None, 0),  # at x = 10 they differ by 3 %, their samples by more
    ],
)
def test_curves_cross_only_beyond_the_noise(
    options: dict[str, float], floor: float | None, count: int
) -> None:
    study = power_study((1e-6, 1.0), (1.05e-6, 0.99), **options)
    assert len(crossings.crossings(study, study.scaling[0], floor=floor)) == count


def test_parallel_power_laws_never_cross() -> None:
    study = power_study((1e-6, 1.0), (2e-6, 1.0))
    assert crossings.crossings(study, study.scaling[0]) == []
    assert "no crossing" in curves.scaling_chart(study, study.scaling[0], "c")


@pytest.mark.parametrize(
    ("noise", "level"),
    [(2.0, "level at x = 1,000"), (4.0, "level between x = 100 and 10,000")],
)
def test_a_crossing_through_level_points_says_where_they_are(noise: float, level: str) -> None:
    study = power_study((1e-6, 1.0), (1e-6 * 1e3**0.5, 0.5), noise=noise)
    [found] = crossings.crossings(study, study.scaling[0])
    assert found.x == pytest.approx(1e3, rel=1e-6)
    assert 1e3 in found.level
    assert crossings.sentences(study.scaling[0], [found]) == [f"two overtakes one: {level}"]


def test_only_crossings_of_what_is_recommended_are_reported() -> None:
    study = power_study((1e-6, 1.0), (1e-6 * 1e3**0.5, 0.5))
    third = [
        replace(w, rows=(*w.rows, replace(w.rows[0], implementation="three")))
        for w in study.workloads
    ]
    three = replace(study, workloads=tuple(third))
    assert len(crossings.crossings(three, three.scaling[0])) == 2
    chosen = replace(three, recommended="three")
    [found] = crossings.crossings(chosen, chosen.scaling[0])
    assert found.slower == "three"


def test_scaling_chart_marks_curves_and_crossovers_and_says_them() -> None:
    study = fixtures.lag_study()
    curve = study.scaling[0]
    svg = curves.scaling_chart(study, curve, "c")
    found = crossings.crossings(study, curve)
    assert len(marks(svg, "curve")) == 4
    assert len(marks(svg, "crossing")) == len(found) == 2
    for crossover, tip in zip(found, tips(svg, "crossing"), strict=True):
        assert tip.startswith(f"{crossover.faster} overtakes {crossover.slower}")
    assert f"≈ {found[0].x:.0f}" in svg


def test_scaling_leaves_out_wrong_answers_and_missing_workloads() -> None:
    study = power_study((1e-6, 1.0), (1e-4, 0.5))
    wrong = tuple(
        replace(w, rows=(w.rows[0], replace(w.rows[1], status="disagrees")))
        for w in study.workloads
    )
    assert len(crossings.lines(replace(study, workloads=wrong), study.scaling[0])) == 1
    assert curves.scaling_chart(replace(study, workloads=()), study.scaling[0], "c") == ""


@given(st.floats(-9, 9), st.floats(0.01, 12))
def test_axes_have_a_few_round_ticks_inside(exponent: float, decades: float) -> None:
    low = 10.0**exponent
    high = low * 10.0**decades
    ticks = roles.log_ticks(low, high)
    assert 2 <= len(ticks) <= 9
    assert ticks == sorted(set(ticks))
    assert all(low <= t * (1 + 1e-9) and t <= high * (1 + 1e-9) for t in ticks)


@pytest.mark.parametrize("which", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("kind", DICHROMAT)
@pytest.mark.parametrize(("one", "two"), [("optimised", "peer"), ("good", "bad")])
def test_hues_stay_apart_for_the_colour_blind(one: str, two: str, kind: str, which: int) -> None:
    """Distance in the dichromat's linear RGB, against that of two neighbouring greys."""

    def seen(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        colour = TOKENS[name][which]
        raw = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]) ** 2.2
        return np.asarray(DICHROMAT[kind] @ raw)

    def apart(a: str, b: str) -> float:
        return float(np.linalg.norm(np.cbrt(seen(a)) - np.cbrt(seen(b))))

    assert apart(one, two) > apart("muted", "limit")


def test_style_leaves_matplotlib_as_it_was() -> None:
    import matplotlib as mpl

    before = {key: mpl.rcParams[key] for key in STYLE}
    with style():
        assert mpl.rcParams["svg.fonttype"] == "none"
    assert {key: mpl.rcParams[key] for key in STYLE} == before


def test_ids_of_two_drawings_differ() -> None:
    svg = ratio_chart(fixtures.lag_study(), name="a") + ratio_chart(fixtures.lag_study(), name="b")
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))


def test_a_target_has_its_own_marker_and_no_sign_of_a_limit() -> None:
    svg = ratio_chart(fixtures.backtest_study())
    message = tips(svg, "ratio")
    assert sum(bool(re.match(r"ten times: \d+\.\d×", tip)) for tip in message) == 5
    assert sum(tip.startswith("memory bandwidth: ≤ ") for tip in message) == 5
    assert roles.LOOKS["target"].name in svg


@pytest.mark.parametrize("shape", [versus_chart.WIDE, versus_chart.NARROW], ids=["wide", "narrow"])
def test_the_chart_of_all_has_two_points_a_row_and_room_for_their_words(
    shape: versus_chart.Shape,
) -> None:
    study = fixtures.backtest_study()
    rows = [(w.name, versus_chart.of_workload(study, w)) for w in study.workloads]
    alone = replace(rows[0][1], peer=None, over_peer=None)
    rows.append(("no peer", alone))
    svg = versus_chart.versus_chart(rows, 0.1, shape=shape, title="T", name="v")
    assert len(marks(svg, "versus")) == 2 * len(rows) - 1
    assert versus_chart.NO_PEER in svg
    assert tips(svg, "noise") == ["noise floor: 10 %"]
    places = [float(use.get("x", "")) for m in marks(svg, "versus") for use in m.iter(f"{SVG}use")]
    assert max(places) < shape.width - 80, "the words stand right of the point"
    assert versus_chart.versus_chart([], 0.1, title="T", name="v") == ""


def test_points_of_one_row_share_their_style() -> None:
    svg = samples.timing_chart(fixtures.lag_study().workloads[0], "t")
    for mark in marks(svg, "samples"):
        assert [u.get("style") for u in mark.iter(f"{SVG}use")] == [None] * fixtures.ROUNDS
        assert any("var(--" in (g.get("style") or "") for g in mark.iter(f"{SVG}g"))
