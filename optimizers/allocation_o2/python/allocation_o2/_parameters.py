"""Parameters of a strategy: type, default, range and description, and the check of a value."""

from __future__ import annotations

import keyword
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hft_py import checks

TYPES: dict[str, type] = {"int": int, "float": float, "bool": bool, "str": str}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a strategy.

    Attributes
    ----------
    kind
        ``int``, ``float``, ``bool`` or ``str``.
    default
        Its value where none is given; it is within the range.
    low, high
        The range, ends included; None for no end. Of numbers only.
    options
        The strings allowed; empty for any.
    doc
        A sentence for the docstring.

    Examples
    --------
    >>> Parameter(int, 60, 1, 1_000).check("lookback_period", 0)
    Traceback (most recent call last):
    ValueError: lookback_period=0, expected 1 or more
    """

    kind: type
    default: Any
    low: Any = None
    high: Any = None
    options: tuple[str, ...] = ()
    doc: str = ""

    def check(self, name: str, value: Any) -> Any:
        """``value`` as the type of the parameter.

        Raises
        ------
        TypeError
            Another type; a whole number serves as ``float``, a ``bool`` as nothing else.
        ValueError
            Outside the range.
        """
        if self.kind is bool:
            return checks.flag(name, value)
        if self.kind is int:
            return checks.whole_number(name, value, least=self.low, most=self.high)
        if self.kind is float:
            return checks.real_number(name, value, least=self.low, most=self.high)
        if self.options:
            return checks.choice(name, value, self.options)
        if not isinstance(value, str):
            raise TypeError(f"{name}={checks.short(value)}, expected a string")
        return value

    @property
    def words(self) -> str:
        """Type and range for a docstring: ``int, 1 to 1000, default 60``."""
        text = self.kind.__name__
        if self.options:
            text += ", one of " + ", ".join(f'"{option}"' for option in self.options)
        if self.low is not None and self.high is not None:
            text += f", {self.low} to {self.high}"
        elif self.low is not None:
            text += f", {self.low} or more"
        elif self.high is not None:
            text += f", at most {self.high}"
        return f"{text}, default {self.default!r}"


def parameters(
    given: Mapping[str, Any] | None, known: Mapping[str, Parameter], reserved: frozenset[str]
) -> dict[str, Parameter]:
    """``param_info`` as parameters, over those that a compiled strategy declares.

    Parameters
    ----------
    given
        For each name ``(type, default)``, ``(type, default, range)`` with a range ``(low, high)``
        or, for strings, the options; a :class:`Parameter`; or a default alone.
    known
        What the strategy itself declares: ``given`` may change defaults and narrow ranges.
    reserved
        Names that an allocator has itself.
    """
    if given is not None and not isinstance(given, Mapping):
        raise TypeError(f"param_info={checks.short(given)}, expected a mapping of names")
    found = dict(known)
    for name in (*known, *(given or {})):
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"there is a parameter {name!r}, expected the name of an argument")
        if name in reserved or name.startswith("_"):
            raise ValueError(f"there is a parameter {name!r}, which an allocator has: rename it")
    for name, info in (given or {}).items():
        one = _parameter(name, info, known.get(name))
        if known:
            one = _narrowed(name, one, known)
        found[name] = replace(one, default=one.check(f"the default {name}", one.default))
    return found


def _parameter(name: str, info: Any, known: Parameter | None) -> Parameter:
    if isinstance(info, Parameter):
        if info.kind not in TYPES.values():
            raise TypeError(_types(name, info.kind))
        return info
    if not isinstance(info, tuple | list):
        info = (type(info), info)
    if not 2 <= len(info) <= 3:
        raise ValueError(
            f"param_info[{name!r}]={checks.short(info)}, expected (type, default) or "
            "(type, default, (low, high))"
        )
    kind, default = info[:2]
    if kind not in TYPES.values():
        raise TypeError(_types(name, kind))
    doc = known.doc if known else ""
    if len(info) == 2 or info[2] is None:
        return Parameter(kind, default, doc=doc)
    if kind is str:
        return Parameter(kind, default, options=checks.names(f"param_info[{name!r}][2]", info[2]))
    if kind is bool or not isinstance(info[2], tuple | list) or len(info[2]) != 2:
        raise ValueError(
            f"param_info[{name!r}]={checks.short(info)}, expected (type, default, "
            "(low, high)) with numbers or None"
        )
    number = Parameter(kind, default)
    low, high = (
        None
        if end is None or (kind is float and end in (math.inf, -math.inf))
        else number.check(f"param_info[{name!r}][2]", end)
        for end in info[2]
    )
    if low is not None and high is not None and low > high:
        raise ValueError(
            f"param_info[{name!r}] has the range ({low}, {high}), expected low <= high"
        )
    return Parameter(kind, default, low, high, doc=doc)


def _types(name: str, kind: Any) -> str:
    return f"param_info[{name!r}] has the type {kind!r}, expected int, float, bool or str"


def _narrowed(name: str, one: Parameter, known: Mapping[str, Parameter]) -> Parameter:
    """``one`` within the range of the compiled strategy, which it may not leave."""
    if name not in known:
        raise ValueError(
            f"param_info names {name!r}, which the strategy does not have: expected one of "
            f"{', '.join(known)}"
        )
    own = known[name]
    if one.kind is not own.kind:
        raise TypeError(
            f"param_info[{name!r}] has the type {one.kind.__name__}, but the strategy's is "
            f"{own.kind.__name__}"
        )
    low = own.low if one.low is None else one.low
    high = own.high if one.high is None else one.high
    for end in (low, high):
        if end is not None:
            own.check(f"param_info[{name!r}][2]", end)
    return replace(one, low=low, high=high)


def native_parameters(rows: list[tuple[str, str, Any, Any, Any, str]]) -> dict[str, Parameter]:
    """The parameters that a compiled strategy declares: name, type, default, range, description."""
    return {
        name: Parameter(TYPES[kind], default, low, high, doc=doc.strip())
        for name, kind, default, low, high, doc in rows
    }
