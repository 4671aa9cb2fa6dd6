"""A place as the rules see it: which of its nodes the time is in, and why.

All weights are fractions of the place's own time, between 0 and 1. The time of a node is that of
the lines of its statement and of the client's functions that it calls.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from qpp.audit.places import Line, Place
from qpp.audit.rules._kinds import KindsOf
from qpp.audit.rules._match import Match
from qpp.audit.rules._names import last_name
from qpp.audit.source import Comprehension, Function, Loop, Source

OFTEN = 50  # a body that ran so many times is repeated, even where no loop is seen
COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
Repeating = Loop | Comprehension
MUTATORS = {"append", "extend", "add", "update", "pop", "popleft", "insert", "remove", "clear",
            "setdefault", "sort", "discard", "appendleft", "push", "drop", "reverse"}  # fmt: skip
# Callables that run a function they are handed for many values.
SPREADERS = {"map", "apply", "applymap", "transform", "agg", "aggregate", "filter", "starmap",
             "imap", "imap_unordered", "submit", "map_elements", "map_groups", "rolling_map",
             "vectorize", "frompyfunc", "apply_along_axis", "minimize", "differential_evolution",
             "fromiter", "sorted", "reduce", "Thread", "quad", "brentq", "apply_async",
             "map_rows"}  # fmt: skip


class View:
    """One place with its times, names and kinds."""

    def __init__(self, place: Place, seconds: float | None = None) -> None:
        self.place, self.source, self.seconds = place, place.source, seconds
        self.kinds = _kinds(place.source)
        self._all = place.lines or (Line(str(place.source.path), place.first_line, place.share),)
        self._total = sum(line.share.value for line in self._all) or 1.0

    # -- which lines --------------------------------------------------------------------------
    @cached_property
    def _own(self) -> dict[int, list[Line]]:
        """The lines of this file."""
        found: dict[int, list[Line]] = {}
        for line in self._all:
            if Path(line.file) == Path(self.source.path):
                found.setdefault(line.line, []).append(line)
        return found

    def statement(self, node: ast.AST) -> ast.AST:
        """The statement that a node stands in."""
        if isinstance(node, ast.stmt):
            return node
        return next((n for n in self.source.above(node) if isinstance(n, ast.stmt)), node)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The lines of a statement; of an expression, those of its statement or of its header."""
        statement = self.statement(node)
        first = int(getattr(statement, "lineno", 1))
        whole = len(self.source.lines) if isinstance(statement, ast.Module) else first
        last = int(getattr(statement, "end_lineno", None) or whole)
        if statement is not node and isinstance(statement, (*COMPOUND, *_DEFINITIONS)):
            body = getattr(statement, "body", None) or getattr(statement, "cases", [])
            start = getattr(body[0], "lineno", last) if body else last
            return first, max(first, start - 1)
        return first, last

    def reach(self, node: ast.AST) -> frozenset[int]:
        """The lines of a node and of the functions of this file that it calls."""
        spans, seen, waiting = [self.span(node)], set(self.source.above(node)), [node]
        while waiting:
            for name in _mentioned(waiting.pop()):
                for function in self.kinds.functions.get(name, ()):
                    if function not in seen:
                        seen.add(function)
                        spans.append((function.lineno, function.end_lineno or function.lineno))
                        waiting.append(function)
        return frozenset(n for n in self._own if any(a <= n <= b for a, b in spans))

    def _lines(self, nodes: Iterable[ast.AST]) -> Iterator[Line]:
        numbers = frozenset[int]().union(*(self.reach(node) for node in nodes))
        for number in numbers:
            yield from self._own[number]

    # -- how much time ------------------------------------------------------------------------
    def heat(self, *nodes: ast.AST) -> float:
        """The time at some nodes."""
        return sum(line.share.value for line in self._lines(nodes)) / self._total

    def own(self, *nodes: ast.AST) -> float:
        """The time at some nodes in no function of a library that is written in Python."""
        return sum(_own(line) for line in self._lines(nodes)) / self._total

    def called(self, *nodes: ast.AST, of: str = "", functions: Iterable[str] = ()) -> float:
        """The time in functions of a library whose dotted name begins with ``of``.

        With ``functions``, only in those of such a last name.
        """
        wanted, total = frozenset(functions), 0.0
        for line in self._lines(nodes):
            for name, share in line.calls.items():
                if of and not f"{name}.".startswith(f"{of}."):
                    continue
                total += share if not wanted or name.rpartition(".")[2] in wanted else 0.0
        return min(1.0, total / self._total)

    def handed(self, *nodes: ast.AST, of: str, functions: Iterable[str] = ()) -> float:
        """The time of a library that calls the client back, with that of the callbacks."""
        back = sum(s for line in self._lines(nodes) for s in line.callbacks.values())
        inside = self.called(*nodes, of=of, functions=functions) or self.called(*nodes, of=of)
        return min(self.heat(*nodes), inside + back / self._total) if inside else 0.0

    def callbacks(self, node: ast.AST, spans: Iterable[tuple[int, int]] | None = None) -> float:
        """The time of functions that a library calls from a node, of those in some lines."""
        return (
            sum(
                share
                for line in self._lines([node])
                for (_, number), share in line.callbacks.items()
                if spans is None or any(a <= number <= b for a, b in spans)
            )
            / self._total
        )

    @property
    def has_calls(self) -> bool:
        """Whether the profile names any function of a library."""
        return any(line.calls for line in self._all)

    @property
    def python(self) -> float:
        """The fraction of the processor time that the interpreter itself takes."""
        return self.place.share.python

    def interpreted(self, *nodes: ast.AST) -> float:
        """The interpreter's part of the processor time at some nodes; no more than the place's."""
        weights = [(line.share.value, line.share.python) for line in self._lines(nodes)]
        total = sum(value for value, _ in weights) or 1.0
        return min(self.python, sum(value * python for value, python in weights) / total)

    # -- where a node stands ------------------------------------------------------------------
    @cached_property
    def scope(self) -> tuple[ast.AST, ...]:
        """The place's node, and the functions of this file where its callees spend time."""
        inside = range(self.place.first_line, self.place.last_line + 1)
        around = set(self.source.above(self.place.node))
        found: list[ast.AST] = [self.place.node]
        for functions in self.kinds.functions.values():
            for function in functions:
                span = range(function.lineno, (function.end_lineno or 0) + 1)
                hot = any(n in span and n not in inside for n in self._own)
                if hot and function not in around and function is not self.place.node:
                    found.append(function)
        return tuple(found)

    def walk(self, *types: type[ast.AST]) -> Iterator[ast.AST]:
        """The nodes of some types in the scope."""
        seen: set[ast.AST] = set()
        for root in self.scope:
            for node in ast.walk(root):
                if isinstance(node, types) and node not in seen:
                    seen.add(node)
                    yield node

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """The calls in the scope of functions or methods of some names."""
        for node in self.walk(ast.Call):
            if isinstance(node, ast.Call) and last_name(node.func) in names:
                yield node

    def loops(self, node: ast.AST) -> list[Repeating]:
        """The loops around a node in its function, innermost first."""
        found: list[Repeating] = []
        inner, once = node, False
        for outer in self.source.above(node):
            if isinstance(outer, Function | ast.Lambda):
                break
            if isinstance(outer, ast.comprehension):
                once = inner is outer.iter
            elif isinstance(outer, Comprehension):
                if not (once and inner is outer.generators[0]):
                    found.append(outer)
                once = False
            elif isinstance(outer, Loop) and not _runs_once(outer, inner):
                found.append(outer)
            inner = outer
        return found

    def all_loops(self) -> list[Repeating]:
        """The loops of the scope, and those around the place."""
        found = [n for n in self.walk(*Repeating.__args__) if isinstance(n, Repeating)]
        return [*found, *self.loops(self.place.node)]

    def repeated(self, node: ast.AST) -> bool:
        """Whether a node runs many times, as far as source and profile tell."""
        if self.loops(node) or self._callers_loop:
            return True
        around = (node, *self.source.above(node))
        function = next((n for n in around if isinstance(n, Function | ast.Lambda)), None)
        if function is None:  # at the top of the file
            return False
        if isinstance(function, ast.Lambda) or (self.place.count or 0) >= OFTEN:
            return True
        if self.python >= 0.5 and self.own(self.place.node) >= 0.5:
            return True  # nothing of Python's own takes long once
        return self._called_often(function, frozenset())

    @cached_property
    def _callers_loop(self) -> bool:
        """Whether the place was reached, for most of its time, through a line in a loop."""
        at = ((source, source.statement(line)) for source, line in self.place.callers)
        return any(isinstance(n, Loop) for source, s in at if s for n in source.above(s))

    def _called_often(self, function: Function, seen: frozenset[str]) -> bool:
        calls = self.kinds.calls_by_name.get(function.name, [])
        if any(True for _ in self.spreaders(function.name)) or any(self.loops(c) for c in calls):
            return True
        if not calls:
            return self.python >= 0.5  # called from another file, and quick in each call
        outer = (
            next((n for n in self.source.above(c) if isinstance(n, Function)), None) for c in calls
        )
        seen = seen | {function.name}
        return any(f.name not in seen and self._called_often(f, seen) for f in outer if f)

    def spreaders(self, name: str) -> Iterator[ast.Call]:
        """The calls, anywhere in the file, that are handed a function to run for many values."""
        for spreader in SPREADERS:
            for call in self.kinds.calls_by_name.get(spreader, []):
                given = [*call.args, *(k.value for k in call.keywords)]
                if any(last_name(g) == name for g in given):
                    yield call

    def bodies(self, given: ast.expr) -> list[ast.AST]:
        """The function or lambda that an argument is; empty where it is none of the client's."""
        if isinstance(given, ast.Lambda):
            return [given]
        if isinstance(given, ast.Call) and last_name(given.func) == "partial" and given.args:
            return self.bodies(given.args[0])
        return list(self.kinds.functions.get(last_name(given), []))

    # -- evidence -----------------------------------------------------------------------------
    def says(self, node: ast.AST, weight: float, why: str = "") -> str:
        """One sentence of evidence: a line, its code, its part of the place's time."""
        line, last = self.span(node)
        code = "".join(self.source.lines[line - 1 : line]).strip().rstrip(":").replace("`", "'")
        code = code if len(code) <= 80 else f"{code[:77]}..."
        where = f"line {line}" if line == last else f"lines {line}–{last}"
        own = (x.share.value for n, xs in self._own.items() if line <= n <= last for x in xs)
        here = sum(own) / self._total
        said = f"{where}, `{code}`: {here:.0%} of the time here"
        said += f" (the pattern {weight:.0%})" if weight and abs(here - weight) > 0.02 else ""
        return f"{said}; {why}" if why else said

    def match(
        self, pattern: str, node: ast.AST, weight: float, why: str = "", *, sure: float = 1.0
    ) -> Match:
        """A match, whose confidence is the weight times ``sure``."""
        weight, named = min(1.0, weight), pattern not in ("library_bound", "unrecognised")
        said = (self.says(node, weight if named else 0.0, why),)
        return Match(pattern, said, weight * sure, weight, self.reach(node))


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CACHE: dict[int, tuple[Source, KindsOf]] = {}


def _kinds(source: Source) -> KindsOf:
    """One analysis for all places of a source; the last few sources are kept."""
    found = _CACHE.get(id(source))
    if found is None or found[0] is not source:
        while len(_CACHE) >= 64:
            del _CACHE[next(iter(_CACHE))]
        found = _CACHE[id(source)] = source, KindsOf(source)
    return found[1]


def _own(line: Line) -> float:
    inside = sum(line.calls.values())
    back = sum(line.callbacks.values())
    if inside + back <= line.share.value * 1.0001:
        inside += back
    return max(0.0, line.share.value - inside)


def _mentioned(node: ast.AST) -> set[str]:
    """The names that a node calls, or hands to what it calls."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            found.add(last_name(part.func))
            found.update(map(last_name, (*part.args, *(k.value for k in part.keywords))))
    return found - {""}


def _runs_once(loop: Loop, inner: ast.AST) -> bool:
    """Whether a part of a loop runs once: what a ``for`` iterates over, and the ``else``."""
    return inner in loop.orelse or inner is getattr(loop, "iter", None)
