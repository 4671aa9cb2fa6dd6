"""Patterns of what is computed again: windows, sorts, the same arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._loops import changed, invariant, iterables, names
from qpp.audit.rules._match import Match
from qpp.audit.rules._names import arguments, last_name
from qpp.audit.rules._numpy import REDUCTIONS
from qpp.audit.rules._view import Repeating, View
from qpp.audit.source import Comprehension, Function, Loop

BUILTINS = {
    "sorted",
    "set",
    "list",
    "dict",
    "zip",
    "enumerate",
    "tuple",
    "sum",
    "range",
    "min",
    "max",
    "abs",
    "float",
    "int",
    "len",
    "pow",
    "round",
}
# What many records of a book share.
CATEGORIES = {"tenor", "expiry", "maturity", "currency", "symbol", "asset", "strike", "sector"}
FEW = 20  # windows: so few are read in full whatever is carried from one to the next


def window_recompute(view: View) -> Iterator[Match]:
    """A window, or all values so far, read again for every row."""
    passes = view.place.count if isinstance(view.place.node, Loop) else None
    if passes is not None and passes < FEW:
        return
    for node in view.walk(ast.Subscript):
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
            continue
        users = [u for unit in _units(view, node) for u in _users(view, node, node.slice, unit)]
        if users:
            weight = view.heat(*{view.statement(n) for n in (node, *users)})
            why = f"{ast.unparse(node)} is read at every row"
            yield view.match("window_recompute", users[0], weight, why)
    for call in view.calls(*REDUCTIONS):
        if any("deque" in view.kinds.of(a) for a in call.args) and view.repeated(call):
            why = f"{ast.unparse(call.args[0])} is read whole at every row"
            yield view.match("window_recompute", call, view.heat(call), why)


def repeated_sort(view: View) -> Iterator[Match]:
    """The same values sorted again and again."""
    names_of_sorts = ("sorted", "sort", "argsort", "sort_values", "nlargest", "nsmallest", "median",
                      "percentile", "quantile")  # fmt: skip
    for call in view.calls(*names_of_sorts):
        method = isinstance(call.func, ast.Attribute) and not view.kinds.dotted(call.func)
        given = call.func.value if method and isinstance(call.func, ast.Attribute) else None
        given = given or (
            call.args[-1 if "nl" in last_name(call.func) else 0] if call.args else None
        )
        if given is None or not view.repeated(call):
            continue
        if not _stands(given):
            continue
        loops = view.loops(call)
        kept = not _made_in(loops[0], given, view.statement(call)) if loops else _state(view, given)
        if kept and names(given):
            weight = view.heat(call)
            why = f"{ast.unparse(given)} is sorted in every pass"
            yield view.match("repeated_sort", call, weight, why, sure=0.95)


def lru_missing(view: View) -> Iterator[Match]:
    """The same arguments computed again: a recursion that meets itself, or an unchanging call."""
    for functions in view.kinds.functions.values():
        for function in functions:
            if _overlaps(function) and view.heat(function) > 0:
                why = f"{function.name} calls itself more than once with arguments it meets again"
                yield view.match("lru_missing", function, view.heat(function), why)
    for functions in view.kinds.functions.values():
        if view.heat(functions[0]) > 0 and _pure(view, functions[0]):
            given = {a.arg for a in arguments(functions[0])} - {"self", "cls"}
            if given and given <= CATEGORIES and view.repeated(functions[0].body[0]):
                why = f"{functions[0].name} is called again for each {', '.join(sorted(given))}"
                weight = view.heat(functions[0])
                yield view.match("lru_missing", functions[0], weight, why, sure=0.8)
            for use in view.kinds.calls_by_name.get(functions[0].name, []):
                if view.loops(use) and use.args and all(_few(a) for a in use.args):
                    why = f"{ast.unparse(use)} meets the same arguments again"
                    weight = view.heat(functions[0])
                    yield view.match("lru_missing", functions[0], weight, why, sure=0.8)
    pure = ("numpy.linalg.", "scipy.linalg.", "scipy.stats.", "numpy.cov", "numpy.corrcoef")
    for call in view.walk(ast.Call):
        name = view.kinds.dotted(call.func) if isinstance(call, ast.Call) else ""
        if not isinstance(call, ast.Call) or not name.startswith(pure) or name.endswith(".rvs"):
            continue
        loops = view.loops(call)
        if loops and invariant(call, loops[0]):
            weight = view.called(call, of=name.split(".")[0])
            why = f"{ast.unparse(call)} is the same in every pass"
            yield view.match("lru_missing", call, weight, why)


RULES = (window_recompute, repeated_sort, lru_missing)


def _units(view: View, node: ast.AST) -> list[ast.AST]:
    """What repeats around a node: its loops, or its function where that is called often."""
    function = view.kinds.scope(node)
    found: list[ast.AST] = [*view.loops(node)]
    return found or ([function] if function is not None and view.repeated(node) else [])


def _users(view: View, node: ast.Subscript, part: ast.Slice, unit: ast.AST) -> Iterator[ast.AST]:
    """What reduces a slice that moves by less than its length, or is the end of what grows."""
    varying = changed(unit) if isinstance(unit, Repeating) else set()
    ranges = iterables(unit) if isinstance(unit, Repeating) else []
    for i in ranges:
        stepped = isinstance(i, ast.Call) and last_name(i.func) == "range" and len(i.args) == 3
        if stepped and ast.unparse(i).rpartition(", ")[2] not in ("1)", "-1)"):
            return  # one window after the other
    bounds = [b for b in (part.lower, part.upper) if b is not None]
    grown = {
        ast.unparse(n.func.value)
        for n in ast.walk(unit)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "append"
    }
    end = isinstance(part.lower, ast.UnaryOp) and part.upper is None
    if any(names(b) & varying for b in bounds) or (end and ast.unparse(node.value) in grown):
        yield from _reductions(view, node, unit)


def _reductions(view: View, window: ast.Subscript, unit: ast.AST) -> Iterator[ast.AST]:
    """What reduces a window to a number: itself, or through the name it is assigned."""
    statement = view.statement(window)
    assigned = (
        names(statement.targets[0])
        if isinstance(statement, ast.Assign) and statement.value is window
        else set()
    )
    for call in ast.walk(unit):
        if isinstance(call, ast.Call) and last_name(call.func) in REDUCTIONS:
            inside = set(ast.walk(call))
            base = call.func.value if isinstance(call.func, ast.Attribute) else None
            used = [base, *call.args] if base is not None else call.args
            if window in inside or any(names(u) & assigned for u in used):
                yield call


def _stands(given: ast.expr) -> bool:
    """Whether what is sorted is a name, and neither a window nor made on the spot."""
    if isinstance(given, ast.Call):
        return (
            isinstance(given.func, ast.Attribute) and not given.args and _stands(given.func.value)
        )
    while isinstance(given, ast.Attribute | ast.Subscript):
        if isinstance(given, ast.Subscript) and isinstance(given.slice, ast.Slice):
            return False
        given = given.value
    return isinstance(given, ast.Name)


def _made_in(loop: Repeating, given: ast.expr, sorting: ast.AST) -> bool:
    """Whether a loop assigns what is sorted, other than by sorting it, so that it differs."""
    own = set(ast.walk(sorting)) if isinstance(sorting, ast.Assign) else set()
    stores = (n for n in ast.walk(loop) if isinstance(n, ast.Name) and n not in own)
    return bool(names(given) & {n.id for n in stores if isinstance(n.ctx, ast.Store)})


def _state(view: View, given: ast.expr) -> bool:
    """Whether a value outlives the function: an attribute, or a name of the file."""
    if isinstance(given, ast.Attribute):
        return True
    scope = view.kinds.scope(given)
    if scope is None or not isinstance(given, ast.Name):
        return False
    local = {
        n.id for n in ast.walk(scope) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    return given.id not in local


def _pure(view: View, function: Function) -> bool:
    """Whether a function computes with its arguments alone, and enough to be worth keeping."""
    if function.decorator_list or not any(
        isinstance(n, Comprehension | ast.For | ast.While) for n in ast.walk(function)
    ):
        return False
    for node in ast.walk(function):
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Yield() | ast.Await() | ast.With():
                return False
            case ast.Attribute(ctx=ast.Store()) | ast.Subscript(ctx=ast.Store()):
                return False
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr="append" | "extend" | "add")):
                pass  # of a container of its own
            case ast.Call(func=func):
                name = view.kinds.dotted(func)
                known = name in BUILTINS or name.startswith(("math.", "numpy."))
                if ".random." in name or not known:
                    return False
    return True


def _few(given: ast.expr) -> bool:
    """Whether an argument has few distinct values: an index that wraps around, a kind of thing."""
    match given:
        case ast.Subscript(slice=ast.BinOp(op=ast.Mod())) | ast.BinOp(op=ast.Mod()):
            return True
        case ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name.lower() in CATEGORIES
    return isinstance(given, ast.Constant)


def _overlaps(function: Function) -> bool:
    """Whether a recursion calls itself twice, with arguments a step apart: ``f(n-1), f(n-2)``."""
    kept = {"cache", "lru_cache", "memoize"}
    for d in function.decorator_list:
        if last_name(d.func if isinstance(d, ast.Call) else d) in kept:
            return False
    parameters = {a.arg for a in function.args.args}
    if parameters & {"memo", "cache", "table", "seen"}:
        return False
    found: set[str] = set()
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or last_name(node.func) != function.name:
            continue
        moved = False
        for given in node.args:
            match given:
                case ast.Name() | ast.Constant() | ast.Attribute():
                    pass
                case ast.BinOp(
                    left=ast.Name(id=name),
                    op=ast.Add() | ast.Sub() | ast.Mult(),
                    right=ast.Constant() | ast.Name(),
                ) if name in parameters:
                    moved = True
                case _:
                    return False
        if moved:
            found.add(ast.unparse(node))
    return len(found) >= 2
