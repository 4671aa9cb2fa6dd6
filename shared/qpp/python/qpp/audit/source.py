"""The client's source: its syntax tree and what encloses a line."""

import ast
import json
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qpp.audit import AuditError

KEPT_CELL_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")
Loop = ast.For | ast.AsyncFor | ast.While
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file of the client (or one notebook, its code cells one after the other).

    ``cells`` holds the first line of each code cell of a notebook, empty for a script.
    """

    path: Path
    text: str
    cells: tuple[int, ...] = ()
    tree: ast.Module = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tree", ast.parse(self.text, str(self.path)))

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines, without their ends; line 1 is ``lines[0]``."""
        return tuple(self.text.splitlines())

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of every node."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    def cell(self, line: int) -> int | None:
        """The code cell of a line, counted from 1; ``None`` in a script."""
        return sum(first <= line for first in self.cells) or None

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """What encloses a node, innermost first, without the module."""
        parent = self.parents.get(node)
        while parent is not None and not isinstance(parent, ast.Module):
            yield parent
            parent = self.parents.get(parent)

    def function(self, node: ast.AST) -> str:
        """The dotted name of the function or class that encloses a node; empty at the top."""
        named = Function | ast.ClassDef
        names = [n.name for n in (node, *self.above(node)) if isinstance(n, named)]
        return ".".join(reversed(names))

    def statement(self, line: int) -> ast.stmt | None:
        """The innermost statement that covers a line."""
        around = (
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
        )
        return min(around, key=_span, default=None)


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno


def read(path: Path) -> Source:
    """The source of a Python file or a notebook."""
    if path.suffix == ".ipynb":
        return Source(path, *read_notebook(path))
    with tokenize.open(path) as stream:
        return Source(path, stream.read())


def read_notebook(path: Path) -> tuple[str, tuple[int, ...]]:
    """A notebook as one program, without what only IPython knows; every line keeps its place.

    Also the first line of each code cell.
    """
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
