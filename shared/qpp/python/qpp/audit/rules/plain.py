"""Patterns of plain Python: numbers one by one, searches, sorts, windows computed anew."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._arrays import operations
from qpp.audit.rules._loops import carried
from qpp.audit.rules._match import Match
from qpp.audit.rules._names import last_name
from qpp.audit.rules._view import Repeating, View
from qpp.audit.source import Comprehension

INTERPRETED = 0.3
# Words of order books in names, and their plurals.
BOOK = ("bid", "ask", "best", "book", "level", "price", "side", "tick", "depth", "quote", "offer")
LEVELS = frozenset({"dict", "list", "keys"})


def python_number_loop(view: View) -> Iterator[Match]:
    """Arithmetic and comparisons on single numbers, statement by statement."""
    if view.python < INTERPRETED:
        return
    roots = [*view.all_loops(), view.place.node]
    for node in roots:
        if not any(isinstance(n, ast.BinOp | ast.AugAssign | ast.Compare) for n in ast.walk(node)):
            continue
        if node is view.place.node and not view.repeated(node):
            continue
        own = view.own(node)
        # What searches a container is compiled, though the profile cannot tell it from Python.
        whole = view.own(*operations(view, node), *map(view.statement, _searches(view, node)))
        formatted = view.own(*(n for n in ast.walk(node) if _formats(n)))
        if own >= 0.3 and max(whole, formatted) <= 0.5 * own:
            needs = carried(node) if isinstance(node, Repeating) else ""
            why = "the interpreter computes one number at a time" + (f"; {needs}" if needs else "")
            yield view.match("python_number_loop", node, own - whole, why, sure=0.55)


def scan_best_price(view: View) -> Iterator[Match]:
    """All levels of a book searched for the best price."""
    for call in view.walk(ast.Call):
        if not isinstance(call, ast.Call) or not call.args:
            continue
        functions = (
            {last_name(call.func.body), last_name(call.func.orelse)}
            if isinstance(call.func, ast.IfExp)
            else {last_name(call.func)}
        )
        first = isinstance(view.source.parents.get(call), ast.Subscript)
        scans = functions <= {"min", "max"} or (first and functions == {"sorted"})
        if not scans or len(call.args) > 1 or not isinstance(call.func, ast.Name | ast.IfExp):
            continue
        given = _scanned(call.args[0])
        booked = any(word in ast.unparse(view.statement(call)).lower() for word in BOOK)
        booked = booked or any(w in view.source.function(call).lower() for w in BOOK)
        kinds = view.kinds.of(given)
        if ((booked and kinds <= LEVELS) or "dict" in kinds) and view.repeated(call):
            why = f"all of `{ast.unparse(given)}` is searched for its best"
            yield view.match("scan_best_price", call, view.own(view.statement(call)), why)


def list_membership(view: View) -> Iterator[Match]:
    """A list searched from its start."""
    for node in view.walk(ast.Compare, ast.Call):
        given: ast.expr | None = None
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[side]):
                given = side
            case ast.Call(func=ast.Attribute(value=side, attr="index" | "count" | "remove")):
                given = side
        if given is None or isinstance(given, ast.List | ast.Tuple) or not view.repeated(node):
            continue
        kinds = view.kinds.of(given)
        if kinds & {"list", "array"} and not kinds & {"set", "dict", "str"}:
            why = f"`{ast.unparse(given)}` is searched from its start"
            yield view.match("list_membership", node, view.own(view.statement(node)), why)


RULES = (
    python_number_loop,
    scan_best_price,
    list_membership,
)


def _searches(view: View, node: ast.AST) -> Iterator[ast.AST]:
    """The look-ups in a list, and the least and largest of a container, within a node."""
    for part in ast.walk(node):
        match part:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[side]):
                if "list" in view.kinds.of(side):
                    yield part
            case ast.Call(func=ast.Attribute(value=side, attr="index" | "count" | "remove")):
                if "list" in view.kinds.of(side):
                    yield part
            case ast.Call(func=ast.Name(id="min" | "max" | "sorted" | "sum"), args=[given]):
                if not isinstance(given, Comprehension):
                    yield part
            case ast.Call(func=ast.IfExp(), args=[given]) if not isinstance(given, Comprehension):
                yield part


def _formats(node: ast.AST) -> bool:
    """Whether a node makes text."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Call) and last_name(node.func) in ("str", "format", "join", "repr")
    )


def _scanned(given: ast.expr) -> ast.expr:
    """``levels`` in ``levels``, ``levels.keys()`` and ``p for p in levels``."""
    if isinstance(given, Comprehension):
        given = given.generators[0].iter
    if isinstance(given, ast.Call) and isinstance(given.func, ast.Attribute) and not given.args:
        return given.func.value
    return given
