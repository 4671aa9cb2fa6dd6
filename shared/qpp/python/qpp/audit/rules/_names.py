"""Names of the client's source: what they are imported as, and what they are assigned."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from qpp.audit.source import Function, Source

Stores = dict[tuple[ast.AST | None, str], list[tuple[str, ast.expr]]]


class Names:
    """The imports, functions, calls and assignments of one source."""

    def __init__(self, source: Source) -> None:
        self.source = source

    @cached_property
    def imports(self) -> dict[str, str]:
        """The dotted name behind every imported name, anywhere in the file."""
        found: dict[str, str] = {}
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Import):
                for a in node.names:
                    found[a.asname or a.name.split(".")[0]] = (
                        a.name if a.asname else a.name.split(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.module:
                for a in node.names:
                    found[a.asname or a.name] = f"{node.module}.{a.name}"
        return found

    @cached_property
    def functions(self) -> dict[str, list[Function]]:
        """The functions and methods of the file by name."""
        found: dict[str, list[Function]] = {}
        for node in ast.walk(self.source.tree):
            if isinstance(node, Function):
                found.setdefault(node.name, []).append(node)
        return found

    @cached_property
    def calls_by_name(self) -> dict[str, list[ast.Call]]:
        """The calls of the file by the last part of what they call."""
        found: dict[str, list[ast.Call]] = {}
        for node in ast.walk(self.source.tree):
            if isinstance(node, ast.Call):
                found.setdefault(last_name(node.func), []).append(node)
        return found

    def handing(self, name: str) -> list[ast.Call]:
        """The calls that are handed a function of this file, not by keyword."""
        return self._handing.get(name, [])

    @cached_property
    def _handing(self) -> dict[str, list[ast.Call]]:
        found: dict[str, list[ast.Call]] = {}
        for calls in self.calls_by_name.values():
            for call in calls:
                for given in {last_name(a) for a in call.args} & set(self.functions):
                    found.setdefault(given, []).append(call)
        return found

    @cached_property
    def _stores(self) -> Stores:
        """What is assigned to each name of a function (``None``: of the file), and how."""
        found: Stores = {}
        for node in ast.walk(self.source.tree):
            for how, target, value in _assignments(node):
                for sub_how, name, sub_value in _unpacked(how, target, value):
                    scope = None if name.startswith(".") else self.scope(node)
                    found.setdefault((scope, name), []).append((sub_how, sub_value))
        return found

    def scope(self, node: ast.AST) -> ast.AST | None:
        """The function that a name at a node belongs to; ``None`` at the top of the file."""
        return next((n for n in self.source.above(node) if isinstance(n, Function)), None)

    def assigned(self, node: ast.Name | ast.Attribute) -> list[tuple[str, ast.expr]]:
        """What the name at a node is assigned, and how: ``=``, ``each`` element of, ``group``."""
        name = f".{node.attr}" if isinstance(node, ast.Attribute) else node.id
        scope = None if isinstance(node, ast.Attribute) else self.scope(node)
        while scope is not None and (scope, name) not in self._stores:
            if name in {a.arg for a in arguments(scope)}:
                return []
            scope = self.scope(scope)
        return self._stores.get((scope, name), [])

    def dotted(self, node: ast.AST) -> str:
        """``numpy.linalg.solve`` for ``np.linalg.solve``; empty where the root is not imported."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        root = self.imports.get(node.id)
        if root is None:
            builtin = not parts and node.id not in self.functions
            return node.id if builtin and not self.assigned(node) else ""
        return ".".join([root, *reversed(parts)])


def arguments(function: ast.AST) -> list[ast.arg]:
    """The parameters of a function or a lambda."""
    if not isinstance(function, Function | ast.Lambda):
        return []
    a = function.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs, *([a.vararg] if a.vararg else [])]


def last_name(node: ast.AST) -> str:
    """``solve`` for ``np.linalg.solve``; empty for what has no name."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from (("=", t, value) for t in targets)
        case ast.AnnAssign(target=target, annotation=annotation, value=value):
            yield "annotation", target, annotation
            if value is not None:
                yield "=", target, value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield "=", target, value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield "each", target, value
        case ast.comprehension(target=target, iter=value):
            yield "each", target, value
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield "=", target, value


def _unpacked(how: str, target: ast.expr, value: ast.expr) -> Iterator[tuple[str, str, ast.expr]]:
    """The names of a target with what each is assigned."""
    if isinstance(target, ast.Name):
        yield how, target.id, value
    elif isinstance(target, ast.Attribute):
        yield how, f".{target.attr}", value
    elif isinstance(target, ast.Tuple | ast.List):
        values: list[ast.expr | None] = [None] * len(target.elts)
        if how == "=" and isinstance(value, ast.Tuple) and len(value.elts) == len(values):
            values = list(value.elts)
        elif how == "each" and isinstance(value, ast.Call):
            name = last_name(value.func)
            if name == "zip" and len(value.args) >= len(values):
                values = list(value.args[: len(values)])
            elif name == "enumerate" and len(values) == 2:
                values = [ast.Call(ast.Name("range", ast.Load()), [], []), value.args[0]]
            elif name == "iterrows" and len(values) == 2:
                values = [None, value]
            elif name == "groupby" and len(values) == 2 and isinstance(target.elts[1], ast.Name):
                yield "group", target.elts[1].id, value
        for element, given in zip(target.elts, values, strict=True):
            if given is not None:
                yield from _unpacked(how, element, given)
            elif isinstance(element, ast.Name):
                yield "unknown", element.id, value
