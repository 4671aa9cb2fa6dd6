"""JSON as values of declared types: dataclasses, tuples, dictionaries, literals, numbers."""

import dataclasses
import functools
import json
import math
import types
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from qpp.files import ResultError

T = TypeVar("T")


def read(kind: type[T], text: str, *, schema: str, name: str) -> T:
    """A document of one schema, as a value of its type; ``ResultError`` on anything else."""
    try:
        raw = json.loads(text, parse_int=_integer, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise ResultError(f"{name} is not JSON: {error}") from error
    if not isinstance(raw, dict) or raw.get("schema") != schema:
        found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
        raise ResultError(f"{name}: schema {found!r}, this version reads {schema!r}")
    try:
        value: T = typed(kind, raw, kind.__name__.lower())
    except TypeError as error:
        raise ResultError(f"{name}: malformed {schema} file: {error}") from error
    return value


def typed(kind: Any, raw: Any, where: str) -> Any:
    """``raw`` as a value of the declared type; ``TypeError`` names the first wrong field."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any or (origin is Literal and raw in inner):
        return raw
    if origin is types.UnionType:  # each union that is declared is "or nothing"
        return None if raw is None else typed(inner[0], raw, where)
    if origin is tuple and isinstance(raw, list):
        return tuple(typed(inner[0], item, f"{where}[{i}]") for i, item in enumerate(raw))
    if origin is dict and isinstance(raw, dict):
        return {key: typed(inner[1], value, f"{where}.{key}") for key, value in raw.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and isinstance(raw, dict):
        hints = _hints(kind)
        if unknown := raw.keys() - hints.keys():
            raise TypeError(f"{where} has unknown {min(unknown)!r}")
        given = {key: typed(hints[key], value, f"{where}.{key}") for key, value in raw.items()}
        missing = [f.name for f in dataclasses.fields(kind) if _required(f) and f.name not in raw]
        if missing:
            raise TypeError(f"{where} lacks {missing[0]!r}")
        return kind(**given)
    plain = {float: (int, float), int: (int,), str: (str,), bool: (bool,)}.get(kind, ())
    if isinstance(raw, plain) and (kind is bool or not isinstance(raw, bool)):
        return raw
    expected = getattr(kind, "__name__", None) if origin is None else str(kind)
    raise TypeError(f"{where} is {raw!r:.60}, expected {expected}")


_hints = functools.cache(get_type_hints)


def _required(one: dataclasses.Field[Any]) -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is not a finite number")
    return value


def _integer(text: str) -> int:
    _finite(text)  # figures are converted to float later
    return int(text)
