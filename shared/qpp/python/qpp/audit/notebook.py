"""A notebook as one program: its code cells in turn, without what only IPython knows."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from qpp.audit import AuditError

KEPT_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")


def read(path: Path) -> tuple[str, tuple[int, ...]]:
    """The program's text, and the first line of each code cell; every line keeps its place."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        codes = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AuditError(f"{path} is not a notebook that can be read: {error!r}") from error
    text = ""
    firsts = []
    for code in codes:
        firsts.append(text.count("\n") + 1)
        text += _python(code) + "\n"
    return text, tuple(firsts)


def _python(code: str) -> str:
    """The cell without magics and shell commands.

    >>> print(_python(chr(10).join(["%matplotlib inline", "x = 1", "!ls"])))
    pass  # %matplotlib inline
    x = 1
    pass  # !ls
    """
    lines = code.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(KEPT_CELL_MAGICS):
        return "\n".join(f"# {line}" for line in lines)  # another language
    if first.startswith("%%") or not _parses(code):
        lines = [_line(line) for line in lines]
    return "\n".join(lines)


def _line(line: str) -> str:
    bare = line.lstrip()
    if bare.startswith(("%", "!", "?")) or bare.rstrip().endswith("?"):
        return f"{line[: len(line) - len(bare)]}pass  # {bare}"
    return line


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True
