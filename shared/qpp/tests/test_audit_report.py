"""The audit's page, Markdown and terminal: the answer first, the same words, safe with any text."""

import dataclasses
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import audit_fixtures as fixtures
from chromium import visit
from qpp.audit import document, markdown, page, terminal, words
from qpp.files import ResultError
from qpp.table import Terminal

HEADLINE = (
    "Three hot spots take 83 % of the work. Rewriting these could make the program about 4.6× "
    "faster, at most 7.4× (the work alone about 5.1×, at most 9.2×: start-up and imports take 3 %)."
)
VOID = {"meta", "link", "br", "hr", "img", "input", "wbr"}


class Outline(HTMLParser):
    """Whether elements are balanced, which there are, and the text in their order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: object) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script", "title", "nav"} & set(self.open):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())


def on_terminal(audit: document.Audit) -> str:
    out = io.StringIO()
    terminal.show(audit, Terminal(file=out, width=100), [Path("/tmp/audit.html")])
    return out.getvalue()


def test_json_is_read_back_and_refuses_what_is_no_number() -> None:
    audit = fixtures.audit()
    assert document.from_json(document.to_json(audit)) == audit
    with pytest.raises(ValueError, match="Out of range"):
        document.to_json(dataclasses.replace(audit, bare_seconds=float("inf")))
    with pytest.raises(ResultError, match="schema"):
        document.from_json("{}")


def test_first_screen_says_what_is_slow_what_to_do_what_it_brings_and_what_is_unsure() -> None:
    outline = Outline(page.render(fixtures.audit()))
    assert not outline.open
    text = outline.text
    order = (
        HEADLINE,
        "Do first: signals.py, lines 40–52 (momentum). Use rolling().mean()",
        "about 1.82×, at most 1.92×; effort: hours, risk: low",
        "42.1 s from start to end: 45 % in 1 momentum",
        "of the work, 43 to 49 % over the runs",
        "What is uncertain",
        "scalene charges line 44 with 38 %",
        "Roadmap",
    )
    places = [text.index(part) for part in order]
    assert places == sorted(places)


def test_the_roadmap_goes_by_time_saved_for_the_effort() -> None:
    steps = words.roadmap(fixtures.audit())
    order = [finding.pattern for finding, _ in steps]
    assert order == ["rolling_apply", "growing_frame", "scalar_loc"]
    assert steps[-1][1] == pytest.approx(fixtures.audit().bound_together)
    assert steps[0][1] == pytest.approx(steps[0][0].bound)


@pytest.mark.parametrize("render", [page.render, markdown.render, on_terminal])
def test_every_reader_has_the_same_answer(render: object) -> None:
    assert callable(render)
    flat = " ".join(re.sub(r"<[^>]+>", "", str(render(fixtures.audit()))).split())
    assert HEADLINE in flat
    assert "Nothing here is worth your money" in str(render(fixtures.nothing()))
    failed = str(render(fixtures.failed()))
    assert "ended with status 1" in " ".join(failed.split())
    assert "ModuleNotFoundError" in failed


def test_long_imports_are_told_apart_from_the_work() -> None:
    _, _, rest = words.headline(fixtures.audit(imports_share=0.44))
    whole = 1 / (0.44 + 0.56 / fixtures.audit().bound_together)
    assert f"at most {words.times(whole)} (the work alone about 5.1×, at most 9.2×" in rest
    _, _, rest = words.headline(fixtures.audit(imports_share=0.01))
    assert rest.endswith("make the program about 5.1× faster, at most 9.2×.")


def test_gains_can_be_computed_again_and_small_ones_have_their_figure() -> None:
    wide = fixtures.finding("rolling_apply", 0.46, 100.0, explained=0.9, expected=1.69)
    said = words.gain(wide)
    assert "1 / (0.510 + 0.490 / 100) = 1.94×" in said
    assert "Only 90 % of the time here goes to this pattern" in said
    small = fixtures.finding("deep_copy", 0.06, 50.0, worth=False)
    assert "too little, or too unsure, to pay" in words.brings(small)
    shown = fixtures.audit(findings=(small,))
    assert "What to do" not in markdown.render(shown)
    twice = (*fixtures.audit().findings, *(dataclasses.replace(small, share=0.02),) * 2)
    smaller = markdown.smaller(fixtures.audit(findings=twice))
    assert smaller.count("momentum") == 1 and "4 %" in smaller
    for part, shown_whole in ((0.06, 4), (0.04, 3)):
        four = (*fixtures.audit().findings[:3], dataclasses.replace(small, share=part))
        assert len(words.large(fixtures.audit(findings=four))) == shown_whole
    tiny = dataclasses.replace(small, share=0.004, function="tiny")
    assert "tiny" not in markdown.smaller(fixtures.audit(findings=(*twice, tiny)))


def test_a_busy_machine_is_named_and_a_profiler_does_not_speed_up() -> None:
    provenance = {**fixtures.audit().provenance, "load": [9.3, 1.0, 1.0]}
    found = fixtures.audit(
        provenance=provenance, profilers=(document.ProfilerRun("py-spy", "0.4.3", 0.57),)
    )
    assert any("busy" in note for note in words.uncertain(found))
    assert not any("busy" in note for note in words.uncertain(fixtures.audit()))
    assert ("py-spy 0.4.3", "1 run, the program no slower than alone") in words.measurement(found)
    rendered = page.render(found)
    assert "<dt>memray</dt>" not in rendered and "<dt>Not worth a rewrite</dt>" in rendered
    assert "83\u00a0%" in rendered and "Commit of qpp" not in rendered
    assert "Load at the end" in rendered and "Load at the start" not in rendered


def test_what_went_wrong_and_what_a_profiler_takes_for_itself() -> None:
    assert words.problems(fixtures.failed()) == ["The program ended with status 1."]
    trace = "Traceback\nEOFError: EOF when reading a line"
    asked = dataclasses.replace(fixtures.failed(), traceback=trace)
    assert "give it some by `< FILE`" in words.problems(asked)[1]
    assert "the part that ran" in words.problems(fixtures.audit(exit_status=1))[0]
    slow = (document.ProfilerRun("scalene", "2.4.0", 4.0),)
    for seconds, told in ((1.0, False), (10.0, True)):
        found = fixtures.audit(profilers=slow, bare_seconds=seconds, notes=())
        assert bool(words.uncertain(found)) == told


def test_a_name_that_is_markup_stays_text() -> None:
    rendered = page.render(fixtures.hostile())
    outline = Outline(rendered)
    assert not outline.open
    assert rendered.count("<script>") == 1, "our own"
    assert "\x1b" not in rendered + markdown.render(fixtures.hostile())
    tokens = MarkdownIt().enable("table").parse(markdown.render(fixtures.hostile()))
    inner = [child for token in tokens for child in token.children or ()]
    assert not {token.type for token in (*tokens, *inner)} & {"html_block", "html_inline"}
    assert "\x1b[31m" not in on_terminal(fixtures.hostile())


def test_files_lose_the_folder_that_they_share_and_lines_are_counted_in_cells() -> None:
    findings = fixtures.audit().findings
    names = words.files(findings)
    assert sorted(names.values()) == ["engine/book.py", "signals.py"]
    assert words.where(dataclasses.replace(findings[0], cell=3), names) == (
        "signals.py, cell 3, lines 40–52"
    )
    assert words.files(()) == {}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "dark"),
    [
        pytest.param(1280, False, id="desk"),
        pytest.param(390, True, id="phone", marks=pytest.mark.thorough),
    ],
)
def test_page_in_a_browser(tmp_path: Path, width: int, dark: bool) -> None:
    path = tmp_path / "audit.html"
    path.write_text(page.render(fixtures.audit()), encoding="utf-8")
    seen = visit(path, width=width, dark=dark)
    assert (seen.console, seen.requests) == ([], [])
    assert (seen.probe["width"], seen.probe["overflow"]) == (width, 0)
    paper = ["rgb(251, 251, 249)", "rgb(16, 18, 21)"]
    shown = [seen.probe["background"], seen.probe["toggled"]]
    assert shown == (paper[::-1] if dark else paper)
