"""The report as Markdown, for a ticket, a pull request or a mail."""

from __future__ import annotations

import re

from qpp import format as fmt
from qpp.audit import words
from qpp.audit.document import Audit, Finding


def render(audit: Audit) -> str:
    """The report: summary, roadmap, findings, verification and measurement."""
    names = words.files(audit.findings)
    _, first, rest = words.headline(audit)
    parts = [f"# {_text(first + rest)}", _code(audit.command), _text(", ".join(words.facts(audit)))]
    parts += [f"**{_text(problem)}**" for problem in words.problems(audit)]
    parts += [_block(audit.traceback)] if audit.traceback else []
    parts += _roadmap(audit, names)
    if unsure := words.uncertain(audit):
        parts += ["## What is uncertain", _items(unsure)]
    if audit.findings:
        parts.append("## Findings")
        for number, finding in enumerate(audit.findings, 1):
            parts += _finding(finding, number, names)
    if audit.not_found:
        kinds = "; ".join(words.pattern(name) for name in audit.not_found)
        parts.append(f"Looked for, and not found: {kinds}.")
    if words.worthwhile(audit):
        parts += ["## Verification", _items(words.verification(audit), numbered=True)]
    known = [f"{name}: {said}" for name, said in words.profilers(audit)]
    parts += ["## Measurement", _items([*known, f"Written by qpp audit ({audit.schema})."])]
    return "\n\n".join(parts) + "\n"


def _roadmap(audit: Audit, names: dict[str, str]) -> list[str]:
    steps = words.roadmap(audit)
    if not steps:
        return []
    rows = [
        "| # | where | share | pattern | effort | risk | at most | with those above |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for number, (finding, together) in enumerate(steps, 1):
        cells = (
            str(number),
            _text(words.named(finding, names)),
            words.share(finding),
            _text(words.pattern(finding.pattern)),
            finding.effort,
            finding.risk,
            words.times(finding.bound),
            words.times(together),
        )
        rows.append(f"| {' | '.join(cells)} |")
    return ["## Roadmap", "\n".join(rows)]


def _finding(finding: Finding, number: int, names: dict[str, str]) -> list[str]:
    what = words.pattern(finding.pattern)
    gain = (
        f"at most {words.times(finding.bound)}, effort: {finding.effort}, risk: {finding.risk}"
        if finding.worth
        else "not worth a rewrite"
    )
    parts = [
        f"### {number}. {_text(what[0].upper() + what[1:])}",
        f"{_text(words.named(finding, names))}: {words.share(finding)} of the work; {gain}.",
        _prose(f"{finding.mechanism} {finding.remedy}"),
    ]
    if finding.excerpt:
        width = len(str(max(finding.excerpt_lines, default=0)))
        numbered = zip(finding.excerpt_lines, finding.excerpt, strict=False)
        parts.append(_block("\n".join(f"{line:>{width}}  {text}" for line, text in numbered)))
    for title, code in (("Before", finding.before), ("After", finding.after)):
        parts += [f"{title}:", _block(code, "python")] if code else []
    if finding.study is not None:
        ratio = f", which measured {fmt.ratio(finding.study_ratio, '×')}" * bool(
            finding.study_ratio
        )
        parts.append(f"Study: {_code(finding.study)}{ratio}.")
    if finding.evidence:
        parts.append("Evidence:\n\n" + _items(finding.evidence))
    return parts


def _items(texts: list[str] | tuple[str, ...], *, numbered: bool = False) -> str:
    marks = (f"{i}." if numbered else "-" for i in range(1, len(texts) + 1))
    return "\n".join(f"{mark} {_prose(text)}" for mark, text in zip(marks, texts, strict=True))


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
    plain = _printable(text).replace("\n", " ").replace("|", "\\|")
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
