"""What a loop does with its variables: what it assigns, what it carries to the next pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._names import arguments
from qpp.audit.rules._view import MUTATORS, Repeating, View
from qpp.audit.source import Loop


def names(node: ast.AST) -> set[str]:
    """The names that are read or written in a node."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def iterables(loop: Repeating) -> list[ast.expr]:
    """What a loop iterates over; nothing for ``while``."""
    if isinstance(loop, ast.For | ast.AsyncFor):
        return [loop.iter]
    return [] if isinstance(loop, ast.While) else [g.iter for g in loop.generators]


def targets(loop: Repeating) -> set[str]:
    """The variables of a loop."""
    if isinstance(loop, ast.For | ast.AsyncFor):
        return names(loop.target)
    return set() if isinstance(loop, ast.While) else names_of_generators(loop.generators)


def names_of_generators(generators: list[ast.comprehension]) -> set[str]:
    """The variables of a comprehension."""
    return set[str]().union(*(names(g.target) for g in generators))


def changed(loop: Repeating) -> set[str]:
    """The names that differ from one pass to the next: assigned, or changed in place."""
    found = targets(loop)
    for node in ast.walk(loop):
        match node:
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case (
                ast.Subscript(ctx=ast.Store(), value=base)
                | ast.Attribute(ctx=ast.Store(), value=base)
            ):
                found.add(_root(base))
            case ast.Call(func=ast.Attribute(value=base, attr=attr)) if attr in MUTATORS:
                found.add(_root(base))
    return found - {""}


def invariant(node: ast.AST, loop: Repeating) -> bool:
    """Whether an expression is the same in every pass, as far as names tell."""
    return not names(node) & changed(loop)


def follows(view: View, node: ast.AST, at: ast.AST) -> bool:
    """Whether an expression changes with a loop around ``at``, or with its function's arguments."""
    used = names(node)
    if any(used & changed(loop) for loop in view.loops(at)):
        return True
    function = view.kinds.scope(at)
    return function is not None and bool(used & {a.arg for a in _parameters(function)})


def carried(loop: Repeating) -> str:
    """What a pass needs of the one before, in words; empty for independent passes.

    Running sums, products, least and largest values do not count: NumPy has them for whole arrays.
    """
    if not isinstance(loop, Loop):
        return ""
    stores: dict[str, set[str]] = {}
    loads: dict[str, set[str]] = {}
    varying = changed(loop)
    for node in ast.walk(loop):
        if isinstance(node, ast.Subscript) and names(node.slice) & varying:
            kept = stores if isinstance(node.ctx, ast.Store) else loads
            kept.setdefault(ast.dump(node.value).replace("Store", "Load"), set()).add(
                ast.unparse(node.slice)
            )
    for base, written in stores.items():
        other = loads.get(base, set()) - written
        if other:
            array = base.split("'")[1] if "'" in base else "an array"
            return f"{array}[{min(written)}] needs {array}[{min(other)}]"
    for name in sorted(varying - targets(loop)):
        if _carries(loop, name):
            return f"each pass needs {name} of the one before"
    return ""


def _carries(loop: Loop, name: str) -> bool:
    events = list(_events(loop.body, name))
    written = [n for how, n in events if how == "store"]
    if not written or events[0][0] != "load":
        return False
    if all(_extreme(loop, n, name) for n in written):
        return False
    decides = any(name in names(t) for n in ast.walk(loop) if (t := getattr(n, "test", None)))
    return decides or not all(_added(loop, n, name) for n in written)


def _added(loop: Loop, store: ast.AST, name: str) -> bool:
    """Whether a value only grows by something else, as a running sum or product does."""
    return any(
        isinstance(n, ast.AugAssign) and n.target is store and name not in names(n.value)
        for n in ast.walk(loop)
    )


def _extreme(loop: Loop, store: ast.AST, name: str) -> bool:
    """Whether a value is replaced by a larger or smaller one only, as a running maximum is."""
    for node in ast.walk(loop):
        match node:
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Name(id="min" | "max"))):
                if target is store:
                    return name in names(node.value)
            case ast.If(test=ast.Compare(left=left, comparators=[right])):
                sides = {ast.unparse(left), ast.unparse(right)}
                for inner in node.body:
                    if isinstance(inner, ast.Assign) and inner.targets[0] is store:
                        return sides == {name, ast.unparse(inner.value)}
    return False


def _events(body: list[ast.stmt], name: str) -> Iterator[tuple[str, ast.AST]]:
    """Reads and writes of a name in the order in which a pass runs them."""
    for statement in body:
        match statement:
            case ast.Assign(targets=assigned, value=value):
                yield from _in(value, name)
                for target in assigned:
                    yield from _in(target, name)
            case ast.AugAssign(target=ast.Name(id=n) as target, value=value):
                yield from _in(value, name)
                if n == name:
                    yield "load", target
                    yield "store", target
            case ast.For(iter=iterable, target=target, body=inner, orelse=other):
                yield from _in(iterable, name)
                yield from _in(target, name)
                yield from _events([*inner, *other], name)
            case ast.While(test=test, body=inner) | ast.If(test=test, body=inner):
                yield from _in(test, name)
                yield from _events([*inner, *statement.orelse], name)
            case ast.With(items=items, body=inner):
                for item in items:
                    yield from _in(item, name)
                yield from _events(inner, name)
            case _:
                yield from _in(statement, name)


def _in(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id == name:
            yield ("store" if isinstance(part.ctx, ast.Store) else "load"), part


def _root(node: ast.AST) -> str:
    """``self.levels`` and ``levels[0]`` are changed where ``levels`` is; names only."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) and node.id != "self" else ""


def _parameters(function: ast.AST) -> list[ast.arg]:
    return [a for a in arguments(function) if a.arg not in ("self", "cls")]
