"""Patterns of text: parsing and formatting message by message."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from qpp.audit.rules._match import Match
from qpp.audit.rules._names import last_name
from qpp.audit.rules._view import View
from qpp.summary import plural


def split_parsing(view: View) -> Iterator[Match]:
    """Lines or messages taken apart by ``split`` and converted field by field."""
    splits = [c for c in view.calls("split", "rsplit", "partition") if _of_text(view, c)]
    splits = [c for c in splits if view.repeated(c)]
    if not splits:
        return
    pieces = {
        n.id
        for c in splits
        for n in ast.walk(view.statement(c))
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    converted = [
        c
        for c in view.calls("float", "int", "Decimal")
        if any(isinstance(n, ast.Name) and n.id in pieces for n in ast.walk(c))
    ]
    # The header of a loop over pieces stands for the loop.
    nodes = [*splits, *converted]
    weight = view.own(*(view.statement(n) if _simple(view, n) else n for n in nodes))
    each = f"{plural(len(splits), 'split')} and {plural(len(converted), 'conversion')}"
    why = f"{each} for every line or message"
    yield view.match("split_parsing", max(splits, key=view.heat), weight, why)


def string_concat(view: View) -> Iterator[Match]:
    """A string that is built by adding to it."""
    for node in view.walk(ast.AugAssign, ast.Assign):
        match node:
            case ast.AugAssign(op=ast.Add(), target=target, value=value):
                pass
            case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Add()) as value):
                if ast.unparse(target) not in _ends(value):
                    continue
            case _:
                continue
        kinds = view.kinds.of(value) | view.kinds.of(target)
        if "str" in kinds and not kinds & {"array", "series"} and view.repeated(node):
            why = f"{ast.unparse(target)} is copied as it grows"
            yield view.match("string_concat", node, view.own(node), why)


def json_in_loop(view: View) -> Iterator[Match]:
    """JSON read or written piece by piece."""
    calls = [
        c
        for c in view.calls("loads", "load", "dumps", "dump")
        if view.kinds.dotted(c.func).startswith("json.") and view.repeated(c)
    ]
    if calls:
        weight = view.called(*calls, of="json")
        why = f"{ast.unparse(calls[0].func)} for every message"
        yield view.match("json_in_loop", max(calls, key=view.heat), weight, why)


def repeated_regex_compile(view: View) -> Iterator[Match]:
    """A regular expression given as text at every use."""
    uses = ("compile", "match", "search", "findall", "finditer", "sub", "split", "fullmatch")
    calls = [
        c
        for c in view.calls(*uses)
        if view.kinds.dotted(c.func).startswith("re.") and view.repeated(c)
    ]
    if calls:
        weight = view.called(*calls, of="re")
        compiles = any(last_name(c.func) == "compile" for c in calls)
        why = "the expression is compiled, or looked up, at every use"
        sure = 1.0 if compiles else 0.9
        node = max(calls, key=view.heat)
        yield view.match("repeated_regex_compile", node, weight, why, sure=sure)


def datetime_parsing(view: View) -> Iterator[Match]:
    """Dates and times parsed one by one."""
    makers = ("strptime", "to_datetime", "Timestamp", "parse", "isoparse")
    for call in view.calls(*makers):
        name = view.kinds.dotted(call.func)
        known = name.split(".")[0] in ("datetime", "pandas", "dateutil", "time")
        if not known or not view.repeated(call):
            continue
        columns = any(view.kinds.of(a) & {"series", "array"} for a in call.args)
        if columns and not view.loops(call):
            continue
        within = sum(view.called(call, of=of) for of in ("_strptime", "pandas", "dateutil"))
        alone = within == 0.0 and last_name(call.func) == "Timestamp"
        weight = view.own(call) if alone else within
        weight = weight or (0.0 if view.has_calls else view.heat(call))
        yield view.match("datetime_parsing", call, weight, "one date or time at every call")


RULES = (split_parsing, string_concat, json_in_loop, repeated_regex_compile, datetime_parsing)


def _ends(value: ast.BinOp) -> set[str]:
    """The first and the last term of ``a + b + c``."""
    first: ast.expr = value
    while isinstance(first, ast.BinOp):
        first = first.left
    return {ast.unparse(first), ast.unparse(value.right)}


def _of_text(view: View, call: ast.Call) -> bool:
    """Whether a ``split`` is one of text, and not of an array or of a path."""
    if view.kinds.dotted(call.func) or not isinstance(call.func, ast.Attribute):
        return False
    base = call.func.value
    if isinstance(base, ast.Attribute) and base.attr == "str":
        return False
    return not view.kinds.of(base) & {"array", "series", "frame", "polars", "regex"}


def _simple(view: View, node: ast.AST) -> bool:
    return not hasattr(view.statement(node), "body")
