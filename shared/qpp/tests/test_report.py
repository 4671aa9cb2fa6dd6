"""The report as a document: complete, escaped, self-contained, reproducible."""

import dataclasses
import functools
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

import fixtures_results as fixtures
from qpp import format as fmt
from qpp.report import markup, render_html, tables, verdicts, versus
from qpp.results import Interval, Row, Status, from_json, to_json

KEPT = {"status", "verdict", "role", "metric", "schema", "preset"}
EVIL = "<script>alert('x')</script>&\"' $a_b$ {0} %s --> ]]> \x00\x1b 日本"


class Document(HTMLParser):
    """Checks nesting while it reads; collects text, ids and attributes."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "an element was never closed"
        self.tags = [tag for tag, _ in self.attributes]
        self.ids = [found["id"] for _, found in self.attributes if "id" in found]
        self.flat = " ".join("".join(self.text).split())  # as a reader sees it: a span ends no word
        self.words = " ".join(" ".join(self.text).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in markup.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        assert len(found) == len(attrs), f"an attribute stands twice on <{tag}>"
        self.attributes.append((tag, found))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)


@functools.cache
def rendered(made: str) -> str:
    return render_html(getattr(fixtures, made)())


@pytest.fixture(scope="module")
def realistic() -> Document:
    return Document(rendered("run"))


@pytest.mark.parametrize("made", ["run", "passing_run", "interrupted_run", "empty_run"])
def test_document_is_well_formed_and_needs_nothing_from_outside(made: str) -> None:
    text = rendered(made)
    document = Document(text)
    assert text.startswith("<!doctype html>")
    assert document.tags.count("h1") == document.tags.count("main") == 1
    assert len(document.ids) == len(set(document.ids)), "ids are unique on the page"
    known = set(document.ids)
    for tag, attributes in document.attributes:
        href = attributes.get("href", "#")
        assert href == "data:," or href[1:] in known | {""}, href
        assert set(attributes.get("aria-labelledby", "").split()) <= known
        if clip := re.fullmatch(r"url\(#(.+)\)", attributes.get("clip-path", "")):
            assert clip[1] in known
        if tag == "th":
            assert attributes.get("scope") in ("col", "row", "rowgroup")
        if tag == "svg":
            assert attributes.get("role") == "img"
    charts = sum(a.get("class") == "chart" for _, a in document.attributes)
    assert document.tags.count("desc") == charts
    assert "://" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"@import|src=|url\((?!#)", text)


@pytest.mark.parametrize("made", ["passing_run", "empty_run"])
def test_same_run_same_bytes(made: str) -> None:
    run = getattr(fixtures, made)()
    assert rendered(made) == render_html(from_json(to_json(run)))


def test_every_claim_is_there_with_verdict_kind_bar_and_reason(realistic: Document) -> None:
    made = [c for s in fixtures.run().studies for c in s.claims]
    for claim in made:
        for text in (claim.reason, claim.note, claim.workload, verdicts.pretty(claim.text)):
            assert text in realistic.words
    table = _section("claims")
    for kind in ("bar", "published"):
        count = sum(c.kind == kind for c in made)
        assert table.count(f'<td class="kind kind-{kind}">{kind}</td>') == count > 0
    for verdict, mark in verdicts.MARKS.items():
        count = sum(c.verdict == verdict for c in made)
        assert table.count(f'data-mark="{mark}">{verdict}</span>') == count > 0


def _section(identity: str) -> str:
    found = re.search(rf'<section[^>]*? id="{identity}".*?</section>', rendered("run"), re.S)
    assert found is not None
    return found[0]


def test_the_first_screen_has_a_line_for_each_study() -> None:
    section = _section("overview")
    assert section.count("<tr>") == 1 + len(fixtures.run().studies)
    for text in ("could not run", "4 of 6", "1 of 1", "0 of 1"):
        assert text in section
    for study in fixtures.run().studies[:2]:
        found = versus.of_study(study)
        assert found is not None and found.ours is not None
        for ratio in (found.ours.ratio, found.over_peer):
            assert ratio is not None
            assert f"<b>{fmt.ratio(ratio.value, '×')}</b>" in section
    assert section.index("mark-versus") > section.index("</table>")


def test_every_row_and_every_reason_is_there(realistic: Document) -> None:
    run = fixtures.run()
    rows = [r for s in run.studies for w in s.workloads for r in w.rows]
    headers = [a for t, a in realistic.attributes if t == "th" and a.get("class") == "who"]
    assert len(headers) == sum(r.status not in tables.ABSENT for r in rows)
    assert {r.status for r in rows} == set(get_args(Status))
    for study in run.studies:
        for text in (study.error, study.question, study.agreement, *study.analysis.split("\n\n")):
            assert " ".join(text.split()) in realistic.flat
        for workload in study.workloads:
            assert workload.noise_of in realistic.words
    for row in rows:
        note = "" if row.status in tables.ABSENT else row.note
        for text in (row.implementation, row.reason, note):
            assert text in realistic.flat
    packages = [" ".join(pair) for pair in run.provenance["packages"].items()]
    lines = [verdicts.pretty(line) for line in run.failures()]
    for text in (run.command, *packages, *lines):
        assert text in realistic.words
    for text in (
        "read/best 0.251 ns 3.98 billion/s 251 ns [250 ns, 253 ns]",
        "fused/empty – – 41.2 ns [40.9 ns, 41.7 ns]",
    ):
        assert text in realistic.words


@pytest.mark.parametrize("status", ["disagrees", "failed"])
def test_no_time_no_ratio_and_no_point_for_a_wrong_row(status: str) -> None:
    study = fixtures.lag_study()
    first = study.workloads[0]
    ratio = Interval(543.21, 500.0, 600.0, 9)
    wrong = replace(first.rows[1], status=status, reason="the reason", median=0.098765, ratio=ratio)
    workload = replace(first, rows=(first.rows[0], wrong))
    one = replace(study, workloads=(workload,), claims=(), scaling=())
    text = render_html(replace(fixtures.run(), studies=(one,)))
    words = Document(text).words
    assert "the reason" in words
    assert "543" not in words
    assert "98.8 ms" not in words
    assert "mark-ratio" not in text
    assert "mark-versus" not in text


def test_text_is_escaped_everywhere() -> None:
    text = render_html(_poisoned(fixtures.run()))
    document = Document(text)
    assert document.tags.count("script") == 1, "only our own"
    assert "\x00" not in text
    assert document.words.count("<script>alert('x')</script>") > 100


def test_names_may_be_long_or_empty_and_parts_missing() -> None:
    study = fixtures.backtest_study()
    one = replace(study, workloads=study.workloads[1:2])
    for name in ("", "word " * 200, "x" * 1000, "line\nbreak\ttab"):
        Document(render_html(_poisoned(replace(fixtures.run(), studies=(one,)), name)))
    bare = replace(study, workloads=(), claims=(), criterion=(), analysis="")
    hollow = replace(study, workloads=(replace(study.workloads[0], rows=(), noise=None),))
    page = render_html(replace(fixtures.run(), studies=(bare, hollow)))
    assert "No workload was finished." in Document(page).words


def _poisoned(value: Any, text: str = EVIL, key: str = "") -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in dataclasses.fields(value)]
        return replace(value, **{n: _poisoned(getattr(value, n), text, n) for n in names})
    if isinstance(value, str):
        return value if key in KEPT else text
    if isinstance(value, tuple):
        return tuple(_poisoned(v, text, key) for v in value)
    if isinstance(value, dict):
        return {f"{text}{k}": _poisoned(v, text) for k, v in value.items()}
    return value


@pytest.mark.parametrize(
    ("ratio", "samples"),
    [
        ((1e-3, 0.9e-3, 1.1e-3), (1.0, 1.1, 1.2)),
        ((1.0, 0.9, 1.1), (1.0, 1.1, 1.2)),
        ((1e6, 0.9e6, 1.1e6), (1.0, 1.1, 1.2)),
        ((2.0, 2.0, 2.0), (1.0,)),
        ((2.0, 1.9, 2.1), (1e-9, 1e3)),
        ((2.0, 1.9, 2.1), (0.0, 1.0)),
        ((0.0, 0.0, 0.0), (1.0,)),
        ((2.0, -1.0, 3.0), (1.0,)),
        ((2.0, 1.0, float("inf")), (1.0,)),
    ],
)
def test_extreme_ratios_are_drawn_and_broken_ones_are_not(
    ratio: tuple[float, float, float], samples: tuple[float, ...]
) -> None:
    """One workload, two rows; the A/A control is as odd as the ratio."""
    rounds = tuple(range(len(samples)))
    fast = tuple(s / (ratio[0] or 1.0) for s in samples)
    base = Row("slow", "baseline", 1, "ok", seconds=samples, rounds=rounds, median=samples[0])
    row = Row("fast", "optimised", 1, "ok", seconds=fast, rounds=rounds, median=fast[0])
    study, odd = fixtures.lag_study(), Interval(*ratio, 1)
    rows = (base, replace(row, ratio=odd))
    workload = replace(study.workloads[0], rows=rows, noise=odd)
    one = replace(study, workloads=(workload,), scaling=(), claims=())
    text = render_html(replace(fixtures.run(), studies=(one,)))
    Document(text)
    sound = 0 < ratio[1] <= ratio[2] < float("inf")
    assert ('class="mark mark-ratio"' in text) == sound


@pytest.mark.parametrize(
    "provenance",
    [
        {},
        {"cpu": None, "packages": None, "dirty": None},
        {"usable_cores": "two", "commit": 7, "deep": {"er": [{"still": (1, 2.5)}, True]}},
        {"packages": ["not", "a", "mapping"], "memory": "lots", "load": [float("nan")]},
    ],
)
def test_provenance_of_any_shape(provenance: dict[str, Any]) -> None:
    Document(render_html(replace(fixtures.run(), studies=(), provenance=provenance)))
