"""The report as Markdown, for a ticket, a pull request or a mail; the page is made of its parts."""

import re
import textwrap
from collections.abc import Iterable

from qpp.audit import words
from qpp.audit.document import Audit, Finding

ROADMAP = (
    "Sorted by time saved per effort. Figures are of the work: the program without start-up and "
    'imports. "About" is what is expected, "at most" a bound and no promise: the time of '
    "everything else stays, and the rewritten place becomes as fast as such rewrites become."
)

NOT_FOUND = "The hot spots were also searched for these patterns, which they do not show:"


def render(audit: Audit) -> str:
    """The report: summary, roadmap, findings, verification and measurement."""
    names = words.files(audit.findings)
    _, first, rest = words.headline(audit)
    blocks = [
        f"# {_text(first + rest)}",
        _code(audit.command),
        _text(", ".join(words.facts(audit))),
    ]
    blocks += [f"**{_text(problem)}**" for problem in words.problems(audit)]
    blocks += [_block(audit.traceback)] if audit.traceback else []
    blocks += _section("Roadmap", roadmap(audit))
    blocks += _section("What is uncertain", items(words.uncertain(audit)))
    for number, finding in enumerate(words.large(audit), 1):
        blocks += [] if number > 1 else ["## Findings"]
        blocks += [f"### {number}. {_text(words.title(finding))}"]
        blocks += [_prose(words.named(finding, names))]
        blocks += [_pairs(words.figures(finding))]
        for title, body in parts(finding):
            blocks += [f"#### {title}", body] if title else [body]
    blocks += _section("Smaller places", smaller(audit))
    blocks += _section("Looked for, and not found", not_found(audit))
    blocks += _section("Verification", items(words.verification(audit), numbered=True))
    blocks += _section("Measurement", _pairs(words.measurement(audit)))
    return "\n\n".join([*blocks, f"Written by qpp audit ({audit.schema})."]) + "\n"


def roadmap(audit: Audit) -> str:
    """The order in which to rewrite: by what it brings at most, for the effort."""
    names = words.files(audit.findings)
    steps = [
        f"`{finding.function or words.lines(finding)}` ({words.where(finding, names)}): "
        f"{words.first_sentence(finding.remedy)} Effort: {finding.effort}; risk: {finding.risk}. "
        f"Alone {words.brings(finding)}"
        + (f"; with those above at most {words.times(together)}." if number else ".")
        for number, (finding, together) in enumerate(words.roadmap(audit))
    ]
    return f"{ROADMAP}\n\n{items(steps, numbered=True)}" if steps else ""


def parts(finding: Finding) -> list[tuple[str, str]]:
    """The parts of a finding by their titles; the source is first and has none."""
    to_do = [_prose(finding.remedy)]
    for title, code in (("An example, before:", finding.before), ("and after:", finding.after)):
        to_do += [title, _block(code, "python")] if code and finding.worth else []
    found = (
        ("", _excerpt(finding)),
        ("Why it is slow", _prose(finding.mechanism)),
        ("How we know", items(map(words.evidence, finding.evidence))),
        ("What to do", "" if finding.gain > 1.0 and not finding.worth else "\n\n".join(to_do)),
        ("What may change", _prose(finding.caution) if finding.worth else ""),
        ("How much it brings", _prose(words.gain(finding))),
        ("Evidence that the remedy works", _prose(words.study(finding))),
    )
    return [(title, body) for title, body in found if body]


def smaller(audit: Audit) -> str:
    """The places that are too small for a rewrite to pay."""
    names = words.files(audit.findings)
    together: dict[tuple[str, str], list[Finding]] = {}
    for number, finding in enumerate(audit.findings[len(words.large(audit)) :]):
        name = finding.function or str(number)
        together.setdefault((finding.file, name), []).append(finding)
    rows = []
    for first, *others in together.values():
        total = sum(finding.share for finding in (first, *others))
        name = " and ".join([words.named(first, names), *map(words.lines, others)])
        titles = dict.fromkeys(words.named_pattern(finding) for finding in (first, *others))
        if total >= words.LEAST:
            share = words.percent(total) if others else words.share(first)
            rows.append(f"{name}: {share}, {'; '.join(titles)}")
    return items(rows)


def not_found(audit: Audit) -> str:
    """What was looked for in the hot places and is not there."""
    known = sorted(words.pattern(name) for name in audit.not_found)
    return f"{NOT_FOUND}\n\n{items(known)}" if known else ""


def items(texts: Iterable[str], *, numbered: bool = False) -> str:
    """A list, each text an item of one line."""
    lines = (f"{f'{n}.' if numbered else '-'} {_prose(text)}" for n, text in enumerate(texts, 1))
    return "\n".join(lines)


def _section(title: str, body: str) -> list[str]:
    return [f"## {title}", body] if body else []


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return items(f"{name}: {value}" for name, value in pairs)


def _excerpt(finding: Finding) -> str:
    """The client's lines, each with its share; a gap where lines are left out."""
    rows: list[str] = []
    width = len(str(max(finding.excerpt_lines, default=0)))
    before = None
    shares = finding.excerpt_shares or (0.0,) * len(finding.excerpt)
    texts = textwrap.dedent("\n".join(finding.excerpt)).split("\n")
    for line, share, text in zip(finding.excerpt_lines, shares, texts, strict=False):
        if before is not None and line != before + 1:
            rows.append("...")
        before = line
        rows.append(f"{line:>{width}} {words.percent(share) if share >= 0.005 else '':>5}  {text}")
    return _block("\n".join(rows)) if rows else ""


def _prose(text: str) -> str:
    """Text in which backquotes set code apart: only the rest is escaped."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return _text(text)
    return "".join(_code(p) if i % 2 else _text(p) for i, p in enumerate(pieces))


def _text(text: str) -> str:
    plain = re.sub(r"\s+", " ", _printable(text))
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", plain)


def _code(text: str) -> str:
    """Code within a line; backquotes inside it need a longer fence."""
    plain = _printable(text).replace("\n", " ")
    fence = "`" * (max((len(run) for run in re.findall("`+", plain)), default=0) + 1)
    pad = " " if "`" in plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _block(text: str, language: str = "") -> str:
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{_printable(text).rstrip()}\n{fence}"


def _printable(text: str) -> str:
    """Without control characters."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "\ufffd", text)
