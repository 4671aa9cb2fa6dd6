"""How often functions and loops of the client ran, from cProfile.

Its times are not used: it slows calls of Python functions by far more than other work.
"""

import ast
import dataclasses
import json
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from qpp.audit.client import SHORTEST, Client
from qpp.audit.execution import Execution, StoredInput, run
from qpp.audit.places import Place
from qpp.audit.source import Function, Loop

Code = tuple[str, int, str]  # file, first line and name of a function
BUILT_IN = re.compile(r"^<(?:method '(\w+)' of|built-in method (?:\S+\.)?(\w+))")


@dataclass(frozen=True)
class Calls:
    """Calls of the client's own functions, and of any function by name, from one of them."""

    of: Mapping[Code, int]
    made: Mapping[Code, Mapping[str, int]]


def calls(
    client: Client, *, time_limit: float, stdin: StoredInput | None = None
) -> tuple[Execution, Calls | None]:
    """Run the client once and count; ``None`` where it ended in a way that Python does not see."""
    with tempfile.TemporaryDirectory(prefix="qpp-audit-") as folder:
        out = Path(folder) / "calls.json"
        command = client.launched(counts=str(out), seconds=SHORTEST)
        execution = run(command, time_limit=time_limit, stdin=stdin)
        try:
            counted = json.loads(out.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return execution, None
    of: dict[Code, int] = {}
    made: dict[Code, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for file, line, name, count, callers in counted:
        if client.owns(file):
            of[file, line, name] = count
        built_in = BUILT_IN.match(name)
        simple = (built_in[1] or built_in[2]) if built_in else name
        for caller_file, caller_line, caller, number in callers:
            if client.owns(caller_file):
                made[caller_file, caller_line, caller][simple] += number
    return execution, Calls(of, made)


def with_counts(places: Sequence[Place], calls: Calls) -> tuple[Place, ...]:
    """The places with how often each ran, as far as the counts tell."""
    return tuple(_with_counts(place, calls) for place in places)


def _with_counts(place: Place, calls: Calls) -> Place:
    around = (place.node, *place.source.above(place.node))
    function = next((node for node in around if isinstance(node, Function)), None)
    code = str(place.source.path), *_named(function)
    called = calls.of.get(code) if function is not None else None
    count = None if any(isinstance(node, Loop) for node in around) else called
    if isinstance(place.node, Loop):
        count = _passes(place.node, function or place.source.tree, calls.made.get(code, {}))
    return dataclasses.replace(place, count=count, called=called)


def _named(function: ast.AST | None) -> tuple[int, str]:
    """The first line and name that Python gives to the code of a function, or of a file."""
    if isinstance(function, Function):
        return min([function.lineno, *(d.lineno for d in function.decorator_list)]), function.name
    return 1, "<module>"


def _passes(loop: ast.AST, within: ast.AST, made: Mapping[str, int]) -> int | None:
    """The passes of a loop: the calls of a function that each pass calls, and nothing else does."""
    each = list(_unconditional(loop))
    everywhere = [_name(node) for node in ast.walk(within) if isinstance(node, ast.Call)]
    counts = [
        made[name] // each.count(name)
        for name in set(each)
        if made.get(name) and each.count(name) == everywhere.count(name)
    ]
    return max(counts, default=None)


def _unconditional(loop: ast.AST) -> Iterator[str]:
    """The names of the functions that each pass of a loop calls."""
    inner = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp)
    left: list[ast.AST] = [
        node
        for node in getattr(loop, "body", [])
        if isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.AnnAssign)
    ]
    while left:
        node = left.pop()
        if isinstance(node, ast.Call):
            yield _name(node)
        if not isinstance(node, (*inner, ast.BoolOp)):
            left += ast.iter_child_nodes(node)


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")
