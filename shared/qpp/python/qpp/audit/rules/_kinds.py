"""What kind of value an expression of the client has, where the source tells.

``item`` is an element of an array, or a row where it has two dimensions.

Inferred from what a name is assigned, from annotations, and from what a parameter is called with,
in one file and without regard to the order of statements. A name may have several kinds; most have
none, and rules then rely on the profile.
"""

from __future__ import annotations

import ast

from qpp.audit.rules._annotations import Kinds, annotated, is_object
from qpp.audit.rules._names import Names, arguments, last_name
from qpp.audit.rules._numpy import DRAWS, REDUCTIONS, SCALAR
from qpp.audit.source import Source

NONE: Kinds = frozenset()
# How deep, and how far, an expression is followed: names that depend on each other have many ways.
DEPTH, STEPS = 8, 300
_LITERALS: dict[type[ast.expr], str] = {
    ast.List: "list",
    ast.ListComp: "list",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.JoinedStr: "str",
    ast.Tuple: "tuple",
    ast.GeneratorExp: "generator",
}
_BUILTINS = {
    "list": "list", "sorted": "list", "dict": "dict", "set": "set", "frozenset": "set",
    "str": "str", "float": "number", "int": "number", "len": "number", "sum": "number",
    "abs": "number", "round": "number", "range": "range", "open": "file", "tuple": "tuple",
    "collections.defaultdict": "dict", "collections.Counter": "dict",
    "collections.OrderedDict": "dict", "collections.deque": "deque", "decimal.Decimal": "object",
    "fractions.Fraction": "object", "re.compile": "regex", "random.Random": "number",
    "concurrent.futures.ThreadPoolExecutor": "threads",
    "multiprocessing.pool.ThreadPool": "threads",
    "concurrent.futures.ProcessPoolExecutor": "processes", "multiprocessing.Pool": "processes",
    "pandas.Series": "series", "pandas.to_datetime": "series", "pandas.to_numeric": "series",
    "pandas.date_range": "index", "numpy.random.default_rng": "rng",
    "numpy.random.Generator": "rng",
    "numpy.random.RandomState": "rng", "polars.col": "expression", "numpy.vectorize": "vectorised",
    "numpy.frompyfunc": "vectorised", "numpy.random.seed": "", "math.exp": "number",
}  # fmt: skip
# Methods whose result is of the kind of what they are called on.
_SAME = {
    "copy", "dropna", "fillna", "reset_index", "set_index", "sort_values", "sort_index", "rename",
    "astype", "shift", "diff", "pct_change", "cumsum", "cumprod", "head", "tail",
    "ravel", "flatten", "transpose", "clip", "drop", "assign", "query", "merge", "join", "reindex",
    "replace", "filter", "with_columns", "select", "sort", "lazy", "collect", "abs", "round",
    "ffill",
    "drop_duplicates", "iloc", "loc", "where", "mask", "strip", "lower", "upper", "explode", "rank",
}  # fmt: skip
_RESULTS = {
    "to_numpy": "array", "values": "array", "to_list": "list", "tolist": "list", "split": "list",
    "groupby": "groupby", "rolling": "rolling", "expanding": "rolling", "resample": "groupby",
    "ewm": "rolling", "group_by": "groupby", "to_pandas": "frame", "keys": "keys", "join": "str",
    "readlines": "list", "read": "str", "splitlines": "list", "format": "str", "decode": "str",
    "rsplit": "list", "to_frame": "frame", "to_dict": "dict", "reshape": "array",
}  # fmt: skip
_ARRAY_ATTRIBUTES = {"shape", "ndim", "dtype", "size", "T", "flat", "reshape", "astype", "ravel"}


class KindsOf(Names):
    """Names and kinds of one source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source)
        self._busy: set[int] = set()
        self._known: dict[ast.AST, Kinds] = {}
        self._steps = 0

    def of(self, node: ast.AST, depth: int = DEPTH) -> Kinds:
        """The kinds of an expression."""
        if depth <= 0 or id(node) in self._busy:
            return NONE
        if node in self._known:
            return self._known[node]
        alone = not self._busy  # else a cycle may have cut the answer short
        self._steps = 0 if alone else self._steps + 1
        if self._steps > STEPS:
            return NONE
        self._busy.add(id(node))
        try:
            found = self._of(node, depth - 1)
        finally:
            self._busy.discard(id(node))
        if alone:
            self._known[node] = found
        return found

    def _of(self, node: ast.AST, depth: int) -> Kinds:
        if isinstance(node, ast.expr) and type(node) in _LITERALS:
            return frozenset({_LITERALS[type(node)]})
        match node:
            case ast.Constant(value=value):
                known = {str: "str", bytes: "str", int: "number", float: "number", bool: "number"}
                return frozenset({known[type(value)]}) if type(value) in known else NONE
            case ast.Name():
                return self._of_name(node, depth)
            case ast.Attribute():
                return self._of_attribute(node, depth)
            case ast.Subscript():
                return self._of_subscript(node, depth)
            case ast.Call():
                return self._of_call(node, depth)
            case ast.BinOp(left=left, right=right):
                return self._wider(self.of(left, depth) | self.of(right, depth))
            case ast.Compare(left=left, comparators=others):
                sides = self.of(left, depth).union(*(self.of(o, depth) for o in others))
                return sides & {"array", "series", "frame", "polars", "expression"}
            case ast.UnaryOp(operand=operand) | ast.Await(value=operand):
                return self.of(operand, depth)
            case ast.IfExp(body=body, orelse=other):
                return self.of(body, depth) | self.of(other, depth)
            case ast.BoolOp(values=values):
                return NONE.union(*(self.of(v, depth) for v in values))
            case ast.NamedExpr(value=value):
                return self.of(value, depth)
        return NONE

    @staticmethod
    def _wider(kinds: Kinds) -> Kinds:
        wide = kinds & {"array", "series", "frame", "polars", "expression", "object", "str", "list"}
        return wide or kinds

    def _of_name(self, node: ast.Name, depth: int) -> Kinds:
        found = NONE
        for how, value in self.assigned(node):
            if how == "=":
                found |= self.of(value, depth)
            elif how == "each":
                found |= self._element(value, depth)
            elif how == "annotation":
                found |= annotated(value)
            elif how == "group":
                found |= {"frame"}
        scope = self.scope(node)
        while scope is not None:
            if node.id in {a.arg for a in arguments(scope)}:
                return found | self._of_parameter(scope, node.id, depth)
            scope = self.scope(scope)
        return found

    def _of_parameter(self, function: ast.AST, name: str, depth: int) -> Kinds:
        names = arguments(function)
        place = next(i for i, a in enumerate(names) if a.arg == name)
        if names[place].annotation is not None:
            return annotated(names[place].annotation)
        if isinstance(function, ast.Lambda):
            return NONE
        bound = 1 if names and names[0].arg in ("self", "cls") else 0
        found = NONE
        for call in self.calls_by_name.get(getattr(function, "name", ""), [])[:8]:
            for keyword in call.keywords:
                if keyword.arg == name:
                    found |= self.of(keyword.value, depth)
            if 0 <= place - bound < len(call.args):
                found |= self.of(call.args[place - bound], depth)
        for call in self.handing(getattr(function, "name", ""))[:8]:
            found |= self._of_handed(call, getattr(function, "name", ""), place - bound, depth)
        if not found and self._used_as_array(function, name):
            return frozenset({"array"})
        return found

    def _of_handed(self, call: ast.Call, name: str, place: int, depth: int) -> Kinds:
        """Of a parameter where the function is handed to another with its arguments after it."""
        at = next((i for i, a in enumerate(call.args) if last_name(a) == name), len(call.args))
        given = call.args[at + 1 + place : at + 2 + place]
        if not given:
            return NONE
        mapped = last_name(call.func) in ("map", "imap", "imap_unordered", "filter")
        return self._element(given[0], depth) if mapped else self.of(given[0], depth)

    def _used_as_array(self, function: ast.AST, name: str) -> bool:
        for node in ast.walk(function):
            match node:
                case ast.Attribute(value=ast.Name(id=n), attr=attr) if n == name:
                    if attr in _ARRAY_ATTRIBUTES:
                        return True
                case ast.Subscript(value=ast.Name(id=n), slice=ast.Tuple()) if n == name:
                    return True
        return False

    def _element(self, iterable: ast.expr, depth: int) -> Kinds:
        """Of what a loop over an expression gives."""
        if isinstance(iterable, ast.Call):
            name = last_name(iterable.func)
            if name in ("range", "enumerate.0"):
                return frozenset({"number"})
            if name == "iterrows":
                return frozenset({"series"})
        kinds = self.of(iterable, depth)
        if kinds & {"array", "series"}:
            return frozenset({"item"})
        return frozenset({"number"}) if kinds & {"range"} else NONE

    def _of_attribute(self, node: ast.Attribute, depth: int) -> Kinds:
        if node.attr in _RESULTS:
            return frozenset({_RESULTS[node.attr]})
        base = self.of(node.value, depth)
        if node.attr in ("iloc", "loc", "T", "real", "imag"):
            return base
        if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
            return NONE.union(
                *(
                    annotated(v) if how == "annotation" else self.of(v, depth)
                    for how, v in self.assigned(node)
                    if how in ("=", "annotation")
                )
            )
        return frozenset({"series"}) if base & {"frame"} else NONE

    def _of_subscript(self, node: ast.Subscript, depth: int) -> Kinds:
        base, index = self.of(node.value, depth), node.slice
        if isinstance(node.value, ast.Attribute) and node.value.attr in ("at", "iat"):
            return frozenset({"number"})
        if base & {"frame"}:
            text = isinstance(index, ast.Constant | ast.JoinedStr | ast.Name)
            located = isinstance(node.value, ast.Attribute) and node.value.attr in ("loc", "iloc")
            if isinstance(index, ast.Tuple) or (text and not located):
                return frozenset({"series"})
            return frozenset({"series"}) if located and text else frozenset({"frame"})
        if base & {"groupby", "polars", "rolling"}:
            return base & {"groupby", "polars", "rolling"}
        if isinstance(index, ast.Slice | ast.Compare) or self.of(index, depth) & {"array"}:
            return base
        if isinstance(index, ast.Tuple) and any(isinstance(e, ast.Slice) for e in index.elts):
            return base or frozenset({"array"})
        return frozenset({"item"} if base & {"array", "series"} else ())

    def _of_call(self, node: ast.Call, depth: int) -> Kinds:
        name = self.dotted(node.func)
        if any(k.arg == "dtype" and is_object(k.value) for k in node.keywords):
            return frozenset({"object", "array" if name.startswith("numpy.") else "series"})
        if name in _BUILTINS:
            return frozenset({_BUILTINS[name]} - {""})
        root = name.split(".")[0]
        if root == "numpy":
            return self._of_numpy(node, last_name(node.func), depth)
        if root == "pandas":
            return frozenset({"frame"})
        if root == "polars":
            return frozenset({"polars"})
        if isinstance(node.func, ast.Attribute):
            return self._of_method(node, node.func, depth)
        found = NONE
        for function in self.functions.get(last_name(node.func), [])[:2]:
            if function.returns is not None:
                found |= annotated(function.returns)
                continue
            for inner in ast.walk(function):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    found |= self.of(inner.value, depth)
        return found

    def _of_numpy(self, node: ast.Call, name: str, depth: int) -> Kinds:
        if name in SCALAR:
            return NONE.union(*(self.of(a, depth) for a in node.args)) & {"array", "series", "item"}
        along = any(k.arg == "axis" for k in node.keywords)
        scans = name.startswith("cum") or name == "dot"
        return NONE if name in REDUCTIONS and not along and not scans else frozenset({"array"})

    def _of_method(self, node: ast.Call, func: ast.Attribute, depth: int) -> Kinds:
        base, attr = self.of(func.value, depth), func.attr
        if attr == "join" and base & {"str"}:
            return frozenset({"str"})
        if attr in _RESULTS and attr != "join":
            return frozenset({_RESULTS[attr]})
        if base & {"rng"} and attr in DRAWS:
            return frozenset({"array"}) if node.args or node.keywords else frozenset({"number"})
        if attr == "astype" and node.args and is_object(node.args[0]):
            return base | {"object"}
        if attr in _SAME:
            return base
        if base & {"frame", "rolling", "groupby"}:
            return frozenset({"series"})
        axis = any(k.arg == "axis" for k in node.keywords)
        return base & {"array"} if axis else base & {"polars", "str", "expression"}
