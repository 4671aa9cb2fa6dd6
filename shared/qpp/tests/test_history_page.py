"""The page: every figure, no request, light and dark, wide and narrow."""

import re
from pathlib import Path

import pytest

from chromium import visit
from history_fixtures import ROLES, history, put, run
from qpp.history import listing, page
from qpp.history.series import collect
from test_history_points import with_status


def render(folder: Path) -> str:
    return page.render(collect(folder))


def marks(text: str, kind: str) -> int:
    return text.count(f'class="mark mark-{kind}"')


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_in_a_browser(tmp_path: Path, width: int, dark: bool) -> None:
    history(tmp_path / "s", [{}, {"rust": 1.5}, {}], studies=("tiny", "other"))
    file = tmp_path / "page.html"
    # The probe is a script, which the page itself forbids.
    text = re.sub("<meta http-equiv[^>]*>", "", render(tmp_path / "s"))
    file.write_text(text, encoding="utf-8")
    seen = visit(file, width=width, dark=dark)
    assert seen.console == []
    assert seen.requests == []
    assert seen.probe["charts"] == 2  # the other two are for another width
    assert seen.probe["marks"] >= 2 * 4 * 4
    assert seen.probe["overflow"] <= 0
    assert seen.probe["background"] == ("rgb(16, 18, 21)" if dark else "rgb(251, 251, 249)")


def test_a_mark_for_every_figure_and_every_change(tmp_path: Path) -> None:
    history(tmp_path, [{}, {"rust": 1.5}, {}])
    text = render(tmp_path)
    # 4 implementations at 3 commits, in a wide and in a narrow chart
    assert marks(text, "point") == 4 * 3 * 2
    assert marks(text, "series") == 4 * 2
    assert marks(text, "slower") == marks(text, "faster") == 2
    assert "<b>01c0ffee Commit of day 1 (or one of the 4 commits before it)</b>" in text
    assert re.search(r"1\.\d\d× slower: rust, n=5000</span>", text)
    assert text == render(tmp_path)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_nothing_is_loaded_and_names_are_escaped(tmp_path: Path) -> None:
    put(tmp_path / "s", run(), subject="<script>alert(1)</script> a & b")
    put(tmp_path / "s", run("b" * 40, scales={"rust": 2.0}), day=1, subject="<script>x</script>")
    text = render(tmp_path / "s")
    assert "<script" not in text
    assert "&lt;script&gt;x" in text
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert 'href="asv/index.html"' in page.render(collect(tmp_path / "s"), other="asv/index.html")


def test_points_stand_at_their_commits_and_inside_the_chart(tmp_path: Path) -> None:
    for count in (1, 3):
        folder = tmp_path / str(count)
        history(folder, [{}] * count)
        for chart in re.findall(r"<svg.*?</svg>", render(folder)):
            width = float(re.findall(r'viewBox="0 0 ([\d.]+)', chart)[0])
            dots = re.findall(r'mark-point"><title>[^<]*</title>.*?<use[^>]* x="([\d.]+)"', chart)
            places = sorted({float(x) for x in dots})
            assert len(places) == count  # not fanned out beside each other
            assert 20 < places[0] <= places[-1] < width - 20


def test_a_study_without_a_time_is_shown(tmp_path: Path) -> None:
    for day, status in enumerate(("failed", "unavailable")):
        wrong = run()
        for name in ROLES:
            wrong = with_status(name, status, wrong)
        put(tmp_path / "s", wrong, day, commit=f"{day}" * 40)
    text = render(tmp_path / "s")
    assert "No time was measured." in text
    assert "<svg" not in text
    for part in listing.overview(collect(tmp_path / "s")):
        assert part
