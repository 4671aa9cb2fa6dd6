"""The planted corpus: programs in ``audit_scripts`` whose shares and patterns are known.

The header of a slow one says ``planted: SHARE PATTERN FUNCTION`` for each place, largest first;
shares hold by construction (``repeating.py``). The ones in ``clean`` have nothing worth a rewrite.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("audit_scripts")
CLEAN = tuple(sorted((FOLDER / "clean").glob("*.py")))


@dataclass(frozen=True)
class Planted:
    """One place: its share of the work, its pattern, and the lines of its function."""

    share: float
    pattern: str
    function: str
    first_line: int
    last_line: int


def planted(script: Path) -> tuple[Planted, ...]:
    """What is planted in a script."""
    text = script.read_text(encoding="utf-8")
    functions = {
        node.name: (node.lineno, node.end_lineno or 0)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    found = re.findall(r"^planted: (\S+) (\S+) (\S+)$", text, re.MULTILINE)
    return tuple(Planted(float(s), pattern, name, *functions[name]) for s, pattern, name in found)


SLOW = tuple(path for path in sorted(FOLDER.glob("*.py")) if planted(path))
