"""The kinds that annotations and dtypes name."""

from __future__ import annotations

import ast

from qpp.audit.rules._names import last_name

Kinds = frozenset[str]
_ANNOTATIONS = {
    "dataframe": "frame", "series": "series", "ndarray": "array", "ndarray_": "array",
    "array": "array", "floats": "array", "ints": "array", "arraylike": "array", "list": "list",
    "sequence": "list", "dict": "dict", "mapping": "dict", "defaultdict": "dict", "set": "set",
    "frozenset": "set", "deque": "deque", "str": "str", "float": "number",
    "int": "number", "generator": "rng",
}  # fmt: skip


def is_object(node: ast.expr) -> bool:
    """Whether a dtype is one of Python objects: ``object``, ``"O"``, ``str``."""
    return (isinstance(node, ast.Name) and node.id in ("object", "str")) or (
        isinstance(node, ast.Constant) and node.value in ("O", "object", "str")
    )


def annotated(node: ast.AST | None) -> Kinds:
    """The kind that an annotation names."""
    found: set[str] = set()
    for part in ast.walk(node) if node is not None else ():
        name = part.value if isinstance(part, ast.Constant) else last_name(part)
        key = str(name).rpartition(".")[2].split("[")[0].lower().replace("ndarray", "ndarray_")
        key = "ndarray" if key.startswith("ndarray_") else key
        if key in _ANNOTATIONS:
            found.add(_ANNOTATIONS[key])
        if found and isinstance(node, ast.Subscript):
            break  # list[float] is a list, NDArray[float64] an array
    return frozenset(found)
