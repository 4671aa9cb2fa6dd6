"""Which nodes compute with whole arrays, and which with one element."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._loops import names
from qpp.audit.rules._names import last_name
from qpp.audit.rules._numpy import DRAWS, REDUCTIONS, SCALAR
from qpp.audit.rules._view import View


def element(view: View, node: ast.AST, varying: set[str]) -> bool:
    """Whether a node is one element of an array, at an index that changes from pass to pass."""
    if not isinstance(node, ast.Subscript) or not names(node.slice) & varying:
        return False
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if any(isinstance(p, ast.Slice | ast.Compare) or view.kinds.of(p) & WHOLE for p in parts):
        return False
    return "array" in view.kinds.of(node.value)


WHOLE = frozenset({"array", "series"})


def operations(view: View, node: ast.AST) -> Iterator[ast.AST]:
    """The operations with whole arrays in a node: calls of NumPy, products, arithmetic."""
    for part in ast.walk(node):
        match part:
            case ast.BinOp(op=ast.MatMult()):
                yield part
            case ast.BinOp(left=left, right=right):
                if any("array" in view.kinds.of(side) for side in (left, right)):
                    yield part
            case ast.Compare(left=left, ops=[op, *_]) if not isinstance(op, ast.In | ast.NotIn):
                if "array" in view.kinds.of(left):
                    yield part
            case ast.AugAssign(target=ast.Name() as target):
                if view.kinds.of(target) == {"array"}:
                    yield part
            case ast.Call(func=func) if _of_arrays(view, part, func):
                yield part


def _of_arrays(view: View, call: ast.Call, func: ast.expr) -> bool:
    name = view.kinds.dotted(func)
    if name.startswith("numpy."):
        if last_name(func) not in SCALAR:
            return not name.startswith("numpy.random.") or bool(call.args)
        return any("array" in view.kinds.of(a) for a in call.args)
    if isinstance(func, ast.Attribute) and func.attr in DRAWS and call.args:
        return "rng" in view.kinds.of(func.value)
    if isinstance(func, ast.Attribute) and func.attr in REDUCTIONS:
        along = any(k.arg == "axis" for k in call.keywords)
        kinds = view.kinds.of(func.value)
        return bool(kinds & {"array", "item"}) or (along and not kinds)
    return False
