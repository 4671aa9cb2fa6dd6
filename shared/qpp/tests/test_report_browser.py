"""The report in a browser: wide and narrow, light and dark."""

import re
from pathlib import Path

import pytest

import fixtures_results as fixtures
from chromium import FLAGS, require_chromium, run, visit
from qpp.report import render_html

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_html(fixtures.run()), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("width", "dark"),
    [
        pytest.param(1280, False, id="desk"),
        pytest.param(390, True, id="phone", marks=pytest.mark.thorough),
    ],
)
def test_page_has_no_messages_no_requests_and_fits(page: Path, width: int, dark: bool) -> None:
    seen = visit(page, width=width, dark=dark)
    assert (seen.console, seen.requests) == ([], [])
    assert (seen.probe["width"], seen.probe["overflow"]) == (width, 0)
    # All studies: one. Per study: the headline, every workload, the scaling curves. Per
    # workload: the timings, folded but laid out.
    studies = fixtures.run().studies
    workloads = sum(len(s.workloads) for s in studies)
    drawn = 1 + sum(2 * bool(s.workloads) + len(s.scaling) for s in studies) + workloads
    assert seen.probe["charts"] == drawn
    assert seen.probe["marks"] > 100
    paper = ["rgb(251, 251, 249)", "rgb(16, 18, 21)"]
    shown = [seen.probe["background"], seen.probe["toggled"]]
    assert shown == (paper[::-1] if dark else paper), "the reader's theme, then the button's"


def test_control_a_bad_page_is_detected(tmp_path: Path) -> None:
    path = tmp_path / "bad.html"
    path.write_text(
        "<!doctype html><body style='width: 3000px'>"
        "<img src='http://example.invalid/picture.png'>"
        "<script>console.error('deliberate'); null.field;</script></body>",
        encoding="utf-8",
    )
    seen = visit(path)
    assert "deliberate" in seen.console
    assert any("TypeError" in message for message in seen.console)
    assert seen.requests == ["http://example.invalid/picture.png"]
    assert seen.probe["overflow"] > 0
    assert seen.probe["marks"] == 0


@pytest.mark.thorough
def test_control_the_policy_stops_an_injected_request(page: Path, tmp_path: Path) -> None:
    path = tmp_path / "injected.html"
    image = "<img src='http://example.invalid/spy.png'></main>"
    path.write_text(page.read_text(encoding="utf-8").replace("</main>", image), encoding="utf-8")
    seen = visit(path)
    assert seen.requests == []
    assert any("Content Security Policy" in message for message in seen.console)


@pytest.mark.thorough
def test_a_page_that_hangs_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "hang.html"
    path.write_text("<!doctype html><body><script>for (;;);</script></body>", encoding="utf-8")
    with pytest.raises(TimeoutError, match="no answer"):
        visit(path, timeout=3)


def test_missing_browser_is_skipped_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QPP_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        visit(Path("unused.html"))


def test_a_link_to_something_folded_opens_it(tmp_path: Path, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    anchor = "study-1-claims"
    assert f'<details id="{anchor}"' in text.replace(' class="small-print"', "")
    path = tmp_path / "report.html"
    go = f"<script>location.hash = '{anchor}';</script>"
    path.write_text(text.replace("<script>\n(() =>", f"{go}<script>\n(() =>"), encoding="utf-8")
    opened = re.compile(rf'<details(?=[^>]* id="{anchor}")(?=[^>]* open)')
    assert opened.search(visit(path).dom)
    assert not opened.search(visit(page).dom), "the control: folded without the link"


@pytest.mark.thorough
def test_print_is_short(tmp_path: Path, page: Path) -> None:
    """What is folded stays out of the print, except the short tables."""
    out = tmp_path / "report.pdf"
    run([require_chromium(), *FLAGS, f"--print-to-pdf={out}", page.as_uri()], tmp_path, 60)
    pages = len(re.findall(rb"/Type\s*/Page\b", out.read_bytes()))
    assert 1 <= pages <= 12
