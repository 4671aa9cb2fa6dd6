"""Patterns of pandas and Polars: rows, cells and Python functions where a column would do."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._annotations import is_object
from qpp.audit.rules._loops import changed, iterables, names
from qpp.audit.rules._match import Match
from qpp.audit.rules._names import last_name
from qpp.audit.rules._view import View
from qpp.audit.source import Loop

ROWS = ("iterrows", "itertuples", "iter_rows")
CELLS = ("__getitem__", "__setitem__", "iloc", "loc", "at", "iat", "__len__", "__getattr__", "get")
# A loop that reaches cells for this part of its time is one of scalar access: pandas' arithmetic on
# rows, the rest of it, goes with them. Sampling moves the part by three points.
REACHED = 0.1
# Below this part of the processor time the interpreter is not what a callback costs.
INTERPRETED = 0.2


def iterrows(view: View) -> Iterator[Match]:
    """A loop over the rows of a frame, whose cost is the rows and the interpreter."""
    for loop in view.all_loops():
        for iterable in iterables(loop):
            call = next((c for c in _calls(iterable) if last_name(c.func) in ROWS), None)
            if call is None:
                continue
            rows = view.called(loop, of="pandas", functions=(*ROWS, *CELLS))
            own = view.own(loop)
            costly = rows >= 0.2 * view.heat(loop) or last_name(call.func) != "iterrows"
            if costly or not view.has_calls:
                why = f"rows and cells {rows:.0%}, the interpreter {own:.0%}"
                name = "polars_udf" if last_name(call.func) == "iter_rows" else "iterrows"
                weight = rows + own + view.called(loop, of="polars") * (name == "polars_udf")
                yield view.match(name, loop, weight, why)


def row_apply(view: View) -> Iterator[Match]:
    """``apply`` of a Python function to every row of a frame or every value of a column."""
    for call in view.calls("apply", "map", "applymap", "transform"):
        if not isinstance(call.func, ast.Attribute) or not hands(view, call):
            continue
        kinds = view.kinds.of(call.func.value)
        if kinds & {"groupby", "rolling", "polars", "expression", "processes", "threads"}:
            continue
        by_row = any(
            k.arg == "axis"
            and isinstance(k.value, ast.Constant)
            and k.value.value in (1, "columns")
            for k in call.keywords
        )
        of_series = view.called(call, of="pandas.core.series") > 0 or bool(kinds & {"series"})
        cells = last_name(call.func) == "applymap" or view.called(
            call, of="pandas.core.frame", functions=("map", "applymap")
        )
        if by_row or of_series or cells:
            weight = view.handed(call, of="pandas.core", functions=("apply", "map", "applymap"))
            weight = (weight if view.has_calls else view.heat(call)) - heavy_inside(view, call)
            why = "a Python function for every " + ("row" if by_row else "value")
            if view.python >= INTERPRETED:
                yield view.match("row_apply", call, weight, why)


def rolling_apply(view: View) -> Iterator[Match]:
    """A Python function at every window."""
    for call in view.calls("apply", "aggregate", "agg", "rolling_map"):
        if not isinstance(call.func, ast.Attribute) or not (call.args or call.keywords):
            continue
        on_windows = "rolling" in view.kinds.of(call.func.value)
        compiled = any(k.arg == "engine" for k in call.keywords)
        given = call.args[0] if call.args else call.keywords[0].value
        numpy = view.kinds.dotted(given).startswith("numpy.") and last_name(call.func) == "apply"
        by_polars = last_name(call.func) == "rolling_map"
        if (on_windows or by_polars) and not compiled and (numpy or hands(view, call)):
            root = "polars" if by_polars else "pandas"
            weight = view.handed(call, of=root) if view.has_calls else view.heat(call)
            yield view.match("rolling_apply", call, weight, "a Python call for every window")


def scalar_loc(view: View) -> Iterator[Match]:
    """Cells and rows of a frame, one at a time in a loop."""
    for loop in view.all_loops():
        cells = [
            node
            for node in ast.walk(loop)
            if isinstance(node, ast.Subscript)
            and names(node.slice) & changed(loop)
            and not any(isinstance(p, ast.Compare) for p in ast.walk(node.slice))
            and not _enlarges(view, node)
            and _of_pandas(view, node.value)
        ]
        if not cells or not isinstance(loop, Loop | ast.ListComp):
            continue
        part = sum(
            view.called(*cells, of=of, functions=CELLS)
            for of in ("pandas.core.indexing", "pandas.core.series", "pandas.core.frame")
        )
        calls = view.called(loop, of="pandas")
        own = view.own(loop)
        if part >= REACHED * view.heat(loop) or (not view.has_calls and view.python >= 0.5):
            why = f"calls of pandas {calls:.0%}, {part:.0%} of them to reach cells or rows"
            yield view.match("scalar_loc", max(cells, key=view.heat), calls + own, why)


def growing_frame(view: View) -> Iterator[Match]:
    """A frame that is copied whole for every row or piece that it gains."""
    for node in view.walk(ast.Assign):
        if not isinstance(node, ast.Assign) or not view.repeated(node):
            continue
        target, value = node.targets[0], node.value
        grown = ""
        if isinstance(value, ast.Call) and last_name(value.func) in ("concat", "append", "vstack"):
            library = view.kinds.dotted(value.func).split(".")[0] in ("pandas", "polars")
            method = isinstance(value.func, ast.Attribute) and bool(
                view.kinds.of(value.func.value) & {"frame", "series", "polars"}
            )
            again = ast.unparse(target) in {
                ast.unparse(e) for e in ast.walk(value) if isinstance(e, type(target))
            }
            grown = "concatenated anew with what it held" if again and (library or method) else ""
        elif isinstance(target, ast.Subscript) and _enlarges(view, target):
            grown = "a row is added by enlarging the frame"
        if grown:
            calls = view.called(node, of="pandas") + view.called(node, of="polars")
            yield view.match("growing_frame", node, calls or view.heat(node), grown)


def groupby_python(view: View) -> Iterator[Match]:
    """A Python function, or a pass of a Python loop, for every group."""
    if view.python < INTERPRETED:
        return
    for call in view.calls("apply", "agg", "aggregate", "transform", "filter"):
        if not isinstance(call.func, ast.Attribute) or not hands(view, call):
            continue
        if "groupby" in view.kinds.of(call.func.value):
            weight = view.handed(call, of="pandas") if view.has_calls else view.heat(call)
            yield view.match("groupby_python", call, weight, "a Python call for every group")
    for loop in view.all_loops():
        if any("groupby" in view.kinds.of(i) for i in iterables(loop)):
            weight = view.called(loop, of="pandas") + view.own(loop)
            yield view.match("groupby_python", loop, weight, "a pass for every group", sure=0.9)


def object_dtype(view: View) -> Iterator[Match]:
    """Arithmetic on columns of Python objects, and chains of string methods."""
    chained = [n for n in view.walk(ast.Attribute) if getattr(n, "attr", "") == "str"]
    if len(chained) >= 2:
        weight = view.called(*chained, of="pandas.core.strings")
        why = f"{len(chained)} string methods, each over every value as a Python string"
        yield view.match("object_dtype", max(chained, key=view.heat), weight, why)
    for node in view.walk(ast.BinOp, ast.Compare, ast.Call):
        match node:
            case ast.BinOp(left=side) | ast.Compare(left=side):
                pass
            case ast.Call(func=ast.Attribute(value=side, attr=attr)) if attr != "astype":
                pass
            case _:
                continue
        kinds = view.kinds.of(side)
        if "object" in kinds and kinds & {"series", "frame", "array"}:
            weight = view.heat(node)
            yield view.match("object_dtype", node, weight, "the column holds Python objects")
    for call in view.calls("astype"):
        if call.args and is_object(call.args[0]) and view.heat(call) > 0:
            yield view.match("object_dtype", call, view.heat(call), "made a column of objects")


def polars_udf(view: View) -> Iterator[Match]:
    """A Python function that Polars calls for every value, row or group."""
    for call in view.calls("map_elements", "map_rows", "map_groups", "apply"):
        if not isinstance(call.func, ast.Attribute):
            continue
        kinds = view.kinds.of(call.func.value)
        if last_name(call.func) == "apply" and not kinds & {"polars", "expression"}:
            continue
        weight = view.handed(call, of="polars") if view.has_calls else view.heat(call)
        yield view.match("polars_udf", call, weight, "a Python call for every value or group")
    # Functions run where the expression is used, and those of a lazy query where it is collected.
    spans = [
        (body.lineno, body.end_lineno or body.lineno)
        for name in ("map_elements", "map_rows", "map_groups")
        for call in view.kinds.calls_by_name.get(name, [])
        for given in call.args[:1]
        for body in view.bodies(given)
        if isinstance(body, ast.Lambda | ast.FunctionDef)
    ]
    for node in view.walk(ast.Assign, ast.AnnAssign, ast.Expr, ast.Return) if spans else ():
        if view.callbacks(node, spans) > 0:
            weight = view.handed(node, of="polars")
            yield view.match("polars_udf", node, weight, "the expression calls Python functions")


RULES = (
    iterrows,
    row_apply,
    rolling_apply,
    scalar_loc,
    growing_frame,
    groupby_python,
    object_dtype,
    polars_udf,
)


def hands(view: View, call: ast.Call) -> bool:
    """Whether a call is handed a Python function of the client."""
    given = [*call.args, *(k.value for k in call.keywords if k.arg in ("func", "function"))]
    return bool(given) and (bool(view.bodies(given[0])) or view.callbacks(call) > 0)


def heavy_inside(view: View, call: ast.Call) -> float:
    """The time of callbacks in a solver or a large computation, which the caller does not cause."""
    heavy = 0.0
    for body in view.bodies(call.args[0]) if call.args else ():
        for inner in _calls(body):
            if view.kinds.dotted(inner.func).startswith(("scipy.", "numpy.linalg.")):
                line = inner.lineno
                heavy += view.callbacks(call, [(line, line)])
    return heavy


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    yield from (n for n in ast.walk(node) if isinstance(n, ast.Call))


def _of_pandas(view: View, base: ast.expr) -> bool:
    """Whether a subscript of this is one of a frame or a column."""
    if isinstance(base, ast.Attribute) and base.attr in ("iloc", "loc", "at", "iat"):
        return True
    return bool(view.kinds.of(base) & {"series", "frame"}) and not isinstance(base, ast.Constant)


def _enlarges(view: View, node: ast.Subscript) -> bool:
    """Whether a store in ``.loc`` adds a row."""
    base = node.value
    if not isinstance(base, ast.Attribute) or base.attr != "loc":
        return False
    length = any(last_name(c.func) == "len" for c in _calls(node.slice))
    return isinstance(node.ctx, ast.Store) and (length or _made_empty(view, base.value))


def _made_empty(view: View, base: ast.expr) -> bool:
    """Whether a frame begins without rows."""
    if not isinstance(base, ast.Name):
        return False
    made = [value for how, value in view.kinds.assigned(base) if how == "="]
    return any(
        isinstance(v, ast.Call)
        and view.kinds.dotted(v.func) == "pandas.DataFrame"
        and not v.args
        and not {k.arg for k in v.keywords} & {"data", "index"}
        for v in made
    )
