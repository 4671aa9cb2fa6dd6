"""The report as a document: complete, escaped, self-contained, reproducible."""

import dataclasses
import doctest
import functools
import importlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

import fixtures_results as fixtures
from qpp import format as fmt
from qpp import summary
from qpp.report import markup, render_html, roles, tables, verdicts, versus
from qpp.results import Interval, Row, Run, Status, from_json, to_json

MADE = ["run", "passing_run", "interrupted_run", "empty_run"]
MODULES = ["crossings", "markdown", "markup", "page", "roles", "svg", "tables", "verdicts"]
KEPT = {"status", "verdict", "role", "metric", "schema", "preset"}
EVIL = "<script>alert('x')</script>&\"' $a_b$ {0} %s --> ]]> \x00\x1b 日本"


class Document(HTMLParser):
    """Checks nesting while it reads; collects text, ids, addresses and headers."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "an element was never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in markup.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text.append(data)

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        assert len(found) == len(attrs), f"an attribute stands twice on <{tag}>"
        self.tags.append(tag)
        self.attributes.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])

    @property
    def flat(self) -> str:
        """All text as a reader sees it in a line: a span ends no word."""
        return " ".join("".join(self.text).split())

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@functools.cache
def rendered(made: str) -> str:
    return render_html(getattr(fixtures, made)())


@pytest.fixture(scope="module")
def realistic() -> Document:
    return Document(rendered("run"))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_docstrings(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"qpp.report.{name}")).failed == 0
    assert doctest.testmod(summary).failed == 0


@pytest.mark.parametrize("made", MADE)
def test_document_is_well_formed(made: str) -> None:
    text = rendered(made)
    document = Document(text)
    assert text.startswith("<!doctype html>")
    assert document.tags.count("h1") == document.tags.count("main") == 1
    assert len(document.ids) == len(set(document.ids)), "ids are unique on the page"
    known = set(document.ids)
    for _, attributes in document.attributes:
        href = attributes.get("href", "#")
        assert href == "data:," or href[1:] in known | {""}, href
        for target in attributes.get("aria-labelledby", "").split():
            assert target in known
        if clip := re.fullmatch(r"url\(#(.+)\)", attributes.get("clip-path", "")):
            assert clip[1] in known


@pytest.mark.parametrize("made", MADE)
def test_nothing_comes_from_outside(made: str) -> None:
    text = rendered(made)
    rest = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert "://" not in rest
    assert "@import" not in text
    assert "src=" not in text
    assert not re.search(r"url\((?!#)", text)


@pytest.mark.parametrize("made", ["passing_run", "empty_run"])
def test_same_run_same_bytes(made: str) -> None:
    run = getattr(fixtures, made)()
    assert rendered(made) == render_html(from_json(to_json(run)))


def test_every_claim_is_there_with_verdict_kind_bar_and_reason(realistic: Document) -> None:
    made = [c for s in fixtures.run().studies for c in s.claims]
    for claim in made:
        for text in (claim.reason, claim.note, claim.workload, verdicts.pretty(claim.text)):
            assert text in realistic.words
    text = rendered("run")
    table = _after(text, "claims")
    for kind in ("bar", "published"):
        count = sum(c.kind == kind for c in made)
        assert table.count(f'<td class="kind kind-{kind}">{kind}</td>') == count > 0
    for verdict, mark in verdicts.MARKS.items():
        count = sum(c.verdict == verdict for c in made)
        assert table.count(f'data-mark="{mark}">{verdict}</span>') == count > 0


def _after(text: str, section: str) -> str:
    return re.findall(r"<section.*?</section>", text, re.S)[_sections(text).index(section)]


def _sections(text: str) -> list[str]:
    return re.findall(r"<section[^>]*? id=\"([^\"]+)\"", text)


def test_the_first_screen_has_a_line_for_each_study() -> None:
    section = _after(rendered("run"), "overview")
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


def test_the_noise_floor_is_the_largest_deviation_of_the_run(realistic: Document) -> None:
    run = fixtures.run()
    study = run.studies[0]
    odd = replace(study.workloads[0], noise=Interval(0.8, 0.7, 0.9, 9))
    loud = replace(study, workloads=(odd, *study.workloads[1:]))
    sentence = verdicts.noise_sentence(replace(run, studies=(loud,)))
    assert "differed by up to 25 % in this run: a smaller" in sentence
    assert verdicts.noise_sentence(replace(run, studies=(replace(study, workloads=()),))) == ""
    assert verdicts.noise_sentence(run) in realistic.words


def test_a_target_is_no_limit_anywhere() -> None:
    workload = fixtures.backtest_study().workloads[0]
    table = Document(str(tables.workload_table(workload))).words
    limit, target = workload.rows[-2:]
    message = [fmt.ratio(roles.computed_ratio(workload, row), "×") for row in (limit, target)]
    assert f"≤ {message[0]}" in table
    assert message[1] in table
    assert f"≤ {message[1]}" not in table
    assert table.count("Target:") == table.count("Limit:") == 1


def test_criterion_below_a_nanosecond(realistic: Document) -> None:
    read = "read/best 0.251 ns 3.98 billion/s 251 ns [250 ns, 253 ns]"
    assert read in realistic.words
    assert "fused/empty – – 41.2 ns [40.9 ns, 41.7 ns]" in realistic.words


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
    estimates = [e.name for s in run.studies for e in s.criterion]
    for text in (run.command, *packages, *lines, *estimates):
        assert text in realistic.words


def test_headers_have_a_scope_and_drawings_a_description(realistic: Document) -> None:
    for tag, attributes in realistic.attributes:
        if tag == "th":
            assert attributes.get("scope") in ("col", "row", "rowgroup")
        if tag == "svg":
            assert attributes.get("role") == "img"
    assert realistic.tags.count("desc") == sum(
        a.get("class") == "chart" for t, a in realistic.attributes if t == "svg"
    )


@pytest.mark.parametrize("status", ["disagrees", "failed"])
def test_no_time_and_no_ratio_for_a_wrong_row(status: str) -> None:
    study = fixtures.lag_study()
    first = study.workloads[0]
    ratio = Interval(543.21, 500.0, 600.0, 9)
    wrong = replace(first.rows[1], status=status, reason="the reason", median=0.098765, ratio=ratio)
    workload = replace(first, rows=(first.rows[0], wrong))
    one = replace(study, workloads=(workload,), claims=(), scaling=())
    words = Document(render_html(replace(fixtures.run(), studies=(one,)))).words
    assert "the reason" in words
    assert "543" not in words
    assert "98.8 ms" not in words


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
    ("speed", "samples"),
    [
        (1e-3, (1.0, 1.1, 1.2)),
        (1.0, (1.0, 1.1, 1.2)),
        (1e6, (1.0, 1.1, 1.2)),
        (2.0, (1.0,)),
        (2.0, (1e-9, 1e3)),
        (2.0, (0.0, 1.0)),
    ],
)
def test_extreme_ratios_and_samples(speed: float, samples: tuple[float, ...]) -> None:
    text = render_html(_single(speed, samples))
    Document(text)
    assert 'class="mark mark-ratio"' in text or not samples[0]


@pytest.mark.parametrize("ends", [(0.0, 0.0, 0.0), (2.0, -1.0, 3.0), (2.0, 1.0, float("inf"))])
def test_a_broken_interval_is_not_drawn(ends: tuple[float, float, float]) -> None:
    run = _single(2.0, (1.0,))
    (study,) = run.studies
    (workload,) = study.workloads
    odd = replace(workload.rows[1], ratio=Interval(*ends, 1))
    workload = replace(workload, rows=(workload.rows[0], odd), noise=Interval(*ends))
    study = replace(study, workloads=(workload,))
    assert 'class="mark mark-ratio"' not in render_html(replace(run, studies=(study,)))


def _single(speed: float, samples: tuple[float, ...]) -> Run:
    """One workload, two rows: the baseline and one that is ``speed`` times as fast."""
    fast = tuple(s / speed for s in samples)
    ratio = Interval(speed, speed * 0.99, speed * 1.01, len(samples))
    rounds = tuple(range(len(samples)))
    base = Row("slow", "baseline", 1, "ok", seconds=samples, rounds=rounds, median=samples[0])
    row = Row("fast", "optimised", 1, "ok", seconds=fast, rounds=rounds, median=fast[0])
    study = fixtures.lag_study()
    workload = replace(study.workloads[0], rows=(base, replace(row, ratio=ratio)), noise=None)
    one = replace(study, workloads=(workload,), scaling=(), claims=())
    return replace(fixtures.run(), studies=(one,))


@pytest.mark.parametrize(
    "provenance",
    [
        {},
        {"cpu": None, "packages": None, "dirty": None},
        {"usable_cores": "two", "commit": 7, "deep": {"er": [{"still": (1, 2.5)}, True]}},
        {"packages": ["not", "a", "mapping"], "memory": "lots"},
    ],
)
def test_provenance_of_any_shape(provenance: dict[str, Any]) -> None:
    Document(render_html(replace(fixtures.run(), studies=(), provenance=provenance)))
