"""One named parameter with its bounds: :class:`hft_py.spaces.ParameterSpace`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_LARGEST = 2.0**53  # beyond it not every whole number is a double


_NO_BOUNDS: Any = (math.nan, math.nan)
_DTYPES: dict[Any, bool] = {float: False, "float": False, int: True, "int": True}


@dataclass(frozen=True)
class ParameterSpace:
    """One parameter of a model or a strategy.

    Parameters
    ----------
    name
        What it is called in results and tables; unique among the parameters of a search.
    bounds
        ``(lower, upper)``, both inclusive, in the units of the parameter. May be infinite where
        the search allows it. ``lower == upper`` holds the parameter at this value.
    integer
        Whole numbers only; the objective then receives ``3.0``, never ``2.7``. Default: no.
    log
        Steps are taken in the logarithm, for scales and rates that span orders of magnitude;
        ``lower > 0`` is needed. Default: no. A sampler corrects for the change of variables, so
        the distribution it draws from is the same with and without.
    dtype
        ``float``, ``int`` or their names, another way to say ``integer``. Default: as ``integer``.
    categories
        What the parameter chooses from, in place of bounds: a search sees the whole numbers from 0
        on, and values read by name are the categories. Neighbours are tried first: put alike
        categories next to each other.
    proposal_std
        Standard deviation of a sampler's first steps in this parameter, in its units (in
        logarithms with ``log``). Default: a tenth of the width.

    Raises
    ------
    TypeError
        A name that is no string, bounds that are no pair of numbers, flags that are no truth
        values.
    ValueError
        An empty name, bounds crossed or NaN, a logarithm of what is not positive, integer
        bounds that are not whole.

    Examples
    --------
    >>> ParameterSpace("entry_z", (1.5, 3.0))
    ParameterSpace(name='entry_z', bounds=(1.5, 3.0), integer=False, log=False)
    >>> window = ParameterSpace("window", (5, 250), integer=True)
    >>> window.lower, window.upper, window.width, window.middle
    (5.0, 250.0, 245.0, 128.0)
    >>> ParameterSpace("average", categories=("simple", "exponential")).value(1.0)
    'exponential'
    """

    name: str
    bounds: tuple[float, float] = _NO_BOUNDS
    integer: bool = False
    log: bool = False
    dtype: Any = field(default=None, repr=False)
    categories: tuple[Any, ...] | None = field(default=None, repr=False)
    proposal_std: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"name={self.name!r}: expected a string")
        if not self.name:
            raise ValueError("name='': expected what the parameter is called")
        for flag in ("integer", "log"):
            if not isinstance(getattr(self, flag), bool | np.bool_):
                raise TypeError(f"{self.name}: {flag}={getattr(self, flag)!r}, expected a bool")
        if self.categories is not None:
            self._set_categories()
        elif self.bounds is _NO_BOUNDS:
            raise TypeError(f"{self.name}: expected bounds, or categories")
        if self.dtype is not None:
            if self.dtype not in _DTYPES:
                raise ValueError(f"{self.name}: dtype={self.dtype!r}, expected float or int")
            if (self.integer or self.categories is not None) and not _DTYPES[self.dtype]:
                raise ValueError(
                    f"{self.name}: dtype={self.dtype!r}, and whole numbers are asked for"
                )
            object.__setattr__(self, "integer", _DTYPES[self.dtype])
        if self.proposal_std is not None:
            std = _number(self.name, self.proposal_std)
            if not 0 < std < math.inf:
                raise ValueError(f"{self.name}: proposal_std={std:g}, expected a positive number")
            object.__setattr__(self, "proposal_std", std)
        lower, upper = _pair(self.name, self.bounds)
        shown = f"{self.name}: bounds=({lower:g}, {upper:g})"
        if not lower <= upper:  # NaN as well
            raise ValueError(f"{shown}, expected lower <= upper")
        if math.isinf(lower) and lower == upper:
            raise ValueError(f"{shown}, expected a finite number to hold the parameter at")
        if self.log and not lower > 0:
            raise ValueError(f"{shown}, expected lower > 0 with log=True")
        if self.integer and not _whole(lower, upper):
            raise ValueError(f"{shown}, expected whole numbers below 2**53 with integer=True")
        object.__setattr__(self, "bounds", (lower, upper))
        object.__setattr__(self, "integer", bool(self.integer))
        object.__setattr__(self, "log", bool(self.log))

    def _set_categories(self) -> None:
        given: Any = self.categories
        if isinstance(given, str | bytes) or not isinstance(given, Iterable):
            raise TypeError(f"{self.name}: categories={given!r}, expected a list of them")
        chosen = tuple(given)
        if self.bounds is not _NO_BOUNDS or self.log:
            raise ValueError(f"{self.name}: categories are given, so neither bounds nor log are")
        if len(chosen) < 2 or any(c in chosen[:i] for i, c in enumerate(chosen)):
            raise ValueError(
                f"{self.name}: categories={chosen!r}, expected two or more, all different"
            )
        object.__setattr__(self, "categories", chosen)
        object.__setattr__(self, "bounds", (0.0, len(chosen) - 1.0))
        object.__setattr__(self, "integer", True)

    def value(self, number: float) -> Any:
        """A coordinate as the user has it: a float, an ``int``, or a category."""
        if not self.integer:
            return float(number)
        return int(number) if self.categories is None else self.categories[int(number)]

    def number(self, value: Any) -> float:
        """The coordinate of a value: the inverse of :meth:`value`."""
        if self.categories is None:
            return float(value)
        if value not in self.categories:
            raise ValueError(f"{self.name}={value!r}, expected one of {list(self.categories)}")
        return float(self.categories.index(value))

    @property
    def lower(self) -> float:
        """The least value."""
        return self.bounds[0]

    @property
    def upper(self) -> float:
        """The largest value."""
        return self.bounds[1]

    @property
    def width(self) -> float:
        """The largest less the least."""
        return self.upper - self.lower

    @property
    def middle(self) -> float:
        """A value to start from: half-way between the bounds, on the scale of the steps.

        Where one bound is infinite, one unit from the other (or 0 where both are).
        """
        lower, upper = self.bounds
        if math.isinf(lower) or math.isinf(upper):
            near = lower + 1 if math.isfinite(lower) else upper - 1
            return near if math.isfinite(near) else 0.0
        middle = (
            math.exp((math.log(lower) + math.log(upper)) / 2)
            if self.log
            else (lower / 2 + upper / 2)
        )
        return float(math.floor(middle + 0.5)) if self.integer else min(max(middle, lower), upper)


def _pair(name: str, bounds: Any) -> tuple[float, float]:
    try:
        if isinstance(bounds, set | frozenset | Mapping | str):
            raise TypeError  # pairs without an order, or of something else
        lower, upper = bounds
    except (TypeError, ValueError):
        raise TypeError(f"{name}: bounds={bounds!r}, expected a pair (lower, upper)") from None
    return _number(name, lower), _number(name, upper)


def _number(name: str, value: object) -> float:
    if isinstance(value, str | bytes | bool | np.bool_ | complex):
        raise TypeError(f"{name}: bound {value!r}, expected a number")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{name}: bound {value!r}, expected a number") from None


def _whole(*values: float) -> bool:
    return all(math.isinf(v) or (v == math.floor(v) and abs(v) < _LARGEST) for v in values)
