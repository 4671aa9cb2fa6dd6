"""A point of named parameters: an array that is also read by name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, ItemsView, KeysView, ValuesView
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Spaces(Protocol):
    """What is read of :class:`hft_py.spaces.Spaces`, which imports this module."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters."""

    def __getitem__(self, index: int) -> Any:
        """The space of a parameter."""


class NamedPoint(np.ndarray[Any, np.dtype[np.float64]]):
    """A vector ``(d,)`` whose values are read by position or by name.

    By position it is the array that it looks like. By name a whole number is an ``int``, and a
    category the category; ``dict(point)``, ``**point`` and ``point.items()`` work.

    Examples
    --------
    >>> point = NamedPoint([2.0, 0.5], ("entry_z", "exit_z"))
    >>> point["entry_z"], float(point[1]), dict(point)
    (2.0, 0.5, {'entry_z': 2.0, 'exit_z': 0.5})
    """

    names: tuple[str, ...] = ()
    _spaces: Spaces | None = None

    def __new__(
        cls, values: npt.ArrayLike, names: tuple[str, ...], spaces: Spaces | None = None
    ) -> NamedPoint:
        """``values`` ``(d,)`` are not copied where they are an array of float64 already."""
        point = np.asarray(values, dtype=np.float64).view(cls)
        if point.shape != (len(names),):
            raise ValueError(f"values have shape {point.shape}, expected ({len(names)},) as names")
        point.names, point._spaces = names, spaces
        return point

    def __array_finalize__(self, source: Any) -> None:
        # What is computed from a point is an array without names, copies excepted.
        if source is not None and np.shape(self) == np.shape(source):
            self.names = getattr(source, "names", ())
            self._spaces = getattr(source, "_spaces", None)

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        plain = np.asarray(array)
        return plain[()] if return_scalar else plain

    def __reduce__(self) -> Any:
        return NamedPoint, (np.asarray(self), self.names, self._spaces)

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return np.asarray(self)[key]
        try:
            index = self.names.index(key)
        except ValueError:
            raise KeyError(f"{key!r} is not a parameter: {', '.join(self.names)}") from None
        value = float(np.asarray(self)[index])
        return value if self._spaces is None else self._spaces[index].value(value)

    def keys(self) -> KeysView[str]:
        """The names."""
        return self.to_dict().keys()

    def values(self) -> ValuesView[Any]:
        """The values as they are read by name."""
        return self.to_dict().values()

    def items(self) -> ItemsView[str, Any]:
        """Names with their values."""
        return self.to_dict().items()

    def get(self, name: str, default: Any = None) -> Any:
        """The value of that name, or ``default`` where there is none."""
        return self[name] if name in self.names else default

    def to_dict(self) -> dict[str, Any]:
        """The values by name."""
        return {name: self[name] for name in self.names}


def takes_names(function: Any, named: bool | None) -> bool:
    """Whether an objective is called with names: as asked, or by its only parameter, ``params``."""
    if named is not None:
        return named
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return False
    return [p.name for p in parameters if p.default is p.empty] == ["params"]


class NamedObjective:
    """A callable of a vector that calls ``function`` with the values by name.

    With ``mapping`` it is given a dict, else a :class:`NamedPoint`, which serves as either.
    """

    def __init__(self, function: Callable[..., Any], spaces: Spaces, mapping: bool) -> None:
        self.function = function
        self.spaces = spaces
        self.mapping = mapping

    def __call__(self, x: Floats, *extra: Any) -> Any:
        point = NamedPoint(x, self.spaces.names, self.spaces)
        return self.function(point.to_dict() if self.mapping else point, *extra)


def named_objective(objective: Any, spaces: Spaces, named: bool | None, vectorized: bool) -> Any:
    """The objective as a callable of vectors, whichever way it takes its parameters.

    Raises
    ------
    TypeError
        ``named`` is no truth value, or the objective is called with whole batches or is compiled.
    """
    if named is not None and not isinstance(named, bool | np.bool_):
        raise TypeError(f"named={named!r}, expected True, False or None")
    plain = callable(objective) and not vectorized and inspect.isroutine(objective)
    plain = plain or (named is True and callable(objective) and not vectorized)
    if named and not plain:
        raise TypeError("named=True is for a Python callable of one point")
    if not plain or not takes_names(objective, named):
        return objective
    return NamedObjective(objective, spaces, mapping=bool(named))
