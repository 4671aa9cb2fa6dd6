"""The offline page: all figures, no network request, a light and a dark theme."""

import itertools
import re
from pathlib import Path

import pytest

from chromium import visit
from history_fixtures import estimate, history, result
from qpp.criterion import estimates
from qpp.history import page, store
from qpp.history.charts import chart, looks
from qpp.history.criterion_import import PREFIX, _add
from qpp.history.series import Point, Series

BOX = {"machine": "box", "version": 1}


def marks(text: str, kind: str) -> int:
    return text.count(f'class="mark mark-{kind}"')


def series(values: list[float | None], name: str = "rust", unit: str = "seconds") -> Series:
    points = tuple(Point(f"{i:040x}", i * 86_400_000, v) for i, v in enumerate(values))
    return Series("box", "tiny", "n=1", name, "time", unit, points)


def draw(*given: Series) -> str:
    commits = sorted({(p.commit, p.date) for s in given for p in s.points}, key=lambda c: c[1])
    look_of = looks([s.implementation for s in given], {})
    return chart(given, commits, look_of, title="t", name="n", width=600, height=200, labels=True)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("count", "dark"), [(1, True), pytest.param(40, False, marks=pytest.mark.thorough)]
)
def test_in_a_browser(tmp_path: Path, count: int, dark: bool) -> None:
    history(tmp_path, count)
    file = tmp_path / "page.html"
    file.write_text(page.render(tmp_path), encoding="utf-8")
    seen = visit(file, dark=dark)
    assert seen.console == []
    assert seen.requests == []
    assert seen.probe["charts"] == 8
    assert seen.probe["marks"] > 20 * count
    assert seen.probe["overflow"] <= 0
    assert seen.probe["background"] == ("rgb(16, 18, 21)" if dark else "rgb(251, 251, 249)")


def test_a_mark_for_every_figure_and_a_line_between(tmp_path: Path) -> None:
    assert "make history" in page.render(tmp_path)
    history(tmp_path, 3)
    text = page.render(tmp_path)
    # 3 implementations, 2 workloads, 4 charts, 3 commits
    assert marks(text, "point") == 3 * 2 * 4 * 3
    assert marks(text, "series") == 3 * 2 * 4
    assert text.count(">failed<") == 1  # peak memory, n=5000, rust
    assert "Not available when recorded: gone" not in text  # it is not among the roles
    assert text == page.render(tmp_path)


def test_ids_are_unique_and_nothing_is_loaded(tmp_path: Path) -> None:
    history(tmp_path, 2)
    text = page.render(tmp_path)
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert "<script" not in text
    addresses = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


def test_names_are_escaped(tmp_path: Path) -> None:
    data = result("a" * 40, 1)
    row = data["results"]["studies.time_tiny"]
    row[1] = [row[1][0], ["'<script>alert(1)</script>'", "'a & b'", "'c'", "'d'"]]
    data["results"] = {"studies.time_tiny": row}
    store.write(tmp_path, BOX, {}, data)
    text = page.render(tmp_path)
    assert "<script" not in text
    assert "a &amp; b" in text


def test_criterion_has_its_chart(tmp_path: Path) -> None:
    for name, nanoseconds in (("20", 6.0), ("1000", 51.0)):
        estimate(tmp_path / "c", "update", name, nanoseconds)
    data = result("a" * 40, 1)
    described: dict[str, object] = {}
    _add("tiny", estimates(["update"], tmp_path / "c"), 5, data, described)
    assert described[PREFIX + "tiny"]
    store.write(tmp_path / "r", BOX, described, data)
    text = page.render(tmp_path / "r")
    for words in ("One iteration in Rust (criterion)", "update", "51.0 ns [50.0 ns, 52.5 ns]"):
        assert words in text


def test_zero_stands_on_the_floor() -> None:
    drawn = draw(series([0.0, 1e-9], unit="|a-b|"), series([0.0, 0.0], "exact", "|a-b|"))
    assert marks(drawn, "point") == 4
    assert "exact: 0 ·" in drawn
    assert draw(series([0.0], unit="|a-b|")).count("mark-point") == 1


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_nothing_to_draw(values: list[float | None]) -> None:
    assert draw(series(values)) == ""


def test_extremes_are_drawn() -> None:
    drawn = draw(series([1e-150, 1e150, None, 1.0]), series([3e-9, None, float("inf")], "other"))
    assert marks(drawn, "point") == 4
    assert "nan" not in drawn.lower().replace("dominant", "")


def test_many_curves_keep_their_labels_apart() -> None:
    drawn = draw(*(series([1.0 + i * 1e-6], f"name {i}") for i in range(12)))
    heights = sorted(
        float(y) for y in re.findall(r'y="(-?[\d.]+)"[^>]*>name \d+<', drawn)
    ) or sorted(float(y) for y in re.findall(r"translate\([\d.]+ (-?[\d.]+)\)\"?>name", drawn))
    gaps = [b - a for a, b in itertools.pairwise(heights)]
    assert len(heights) == 12
    assert min(gaps) > 10
