"""Places made from marked source text, for the tests of the audit's rules.

A line that ends in ``#: 60 pandas.core.frame.iterrows=20`` has 60 % of the program's time, 20 % of
it in that function of a library; ``back=12:30`` is a callback at line 12 with 30 %. The place is
the statement that ends in ``#>``, else the smallest that holds all lines with time.
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path

from qpp.audit.places import Line, Place, Share
from qpp.audit.rules import match
from qpp.audit.source import Source

MARK = re.compile(r"#: ?([\d.]+)(.*)$")
SHORT = {
    "iterrows": "pandas.core.frame.iterrows",
    "getitem": "pandas.core.series.__getitem__",
    "indexing": "pandas.core.indexing.__getitem__",
    "setting": "pandas.core.indexing.__setitem__",
}


def place(
    text: str,
    *,
    python: float = 0.9,
    system: float = 0.0,
    waiting: float = 0.0,
    count: int | None = None,
    name: str = "client.py",
) -> Place:
    """The place of a marked source text."""
    source = Source(Path(name), textwrap.dedent(text).lstrip("\n"))
    native = max(0.0, 1.0 - python - system)
    lines = [
        line
        for n, text in enumerate(source.lines, 1)
        if (line := _line(name, n, text, (python, native, system)))
    ]
    marked = [n for n, text in enumerate(source.lines, 1) if "#>" in text]
    numbers = marked or [line.line for line in lines]
    statements = [n for n in ast.walk(source.tree) if isinstance(n, ast.stmt)]
    if marked:
        node: ast.AST = next(s for s in statements if s.lineno == marked[0])
    else:
        around = [
            s for s in statements if all(s.lineno <= n <= (s.end_lineno or 0) for n in numbers)
        ]
        node = min(around, key=lambda s: (s.end_lineno or 0) - s.lineno, default=source.tree)
    value = sum(line.share.value for line in lines)
    share = Share(value, value * 0.95, value, value - waiting, python, native, system)
    lines.sort(key=lambda line: -line.share.value)
    return Place(source, node, share, tuple(lines), waiting, count)


def _line(name: str, number: int, text: str, bands: tuple[float, ...]) -> Line | None:
    found = MARK.search(text)
    if found is None:
        return None
    calls: dict[str, float] = {}
    back: dict[tuple[str, int], float] = {}
    for pair in found[2].split():
        key, _, value = pair.partition("=")
        if key == "back":
            line, _, value = value.partition(":")
            back[name, int(line)] = float(value) / 100
        else:
            calls[SHORT.get(key, key)] = float(value) / 100
    share = float(found[1]) / 100
    return Line(name, number, Share(share, share, share, share, *bands), calls, back)


def patterns(text: str, *, seconds: float | None = None, **options: object) -> list[str]:
    """The names of the patterns of a marked source text, the best first."""
    found = match(place(text, **options), seconds=seconds)  # type: ignore[arg-type]
    return [m.pattern for m in found]
