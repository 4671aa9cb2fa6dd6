"""Named parameters with their bounds: what `MCMCOptimizer` and `MLEOptimizer` search.

A `ParameterSpace` says what a parameter is called, where it may lie, whether it is a whole number,
and whether steps are natural on a logarithmic scale. It says nothing about how likely a value is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hft_py import checks
from hft_py._parameter_space import ParameterSpace
from hft_py.named import NamedPoint
from hft_py.objectives.references import parameter_names

__all__ = ["ParameterSpace", "Spaces"]


class Spaces(Sequence[ParameterSpace]):
    """The parameters of one search, in order.

    Parameters
    ----------
    spaces
        At least one `ParameterSpace`, their names unique. SciPy's pairs ``(lower, upper)`` in their
        place (None in a pair is no bound), or its ``Bounds``, have the names of a built-in
        log-likelihood, else ``x0``, ``x1``, ...
    objective
        What is searched, for these names.

    Examples
    --------
    >>> spaces = Spaces([ParameterSpace("entry_z", (1.5, 3.0)), ParameterSpace("exit_z", (0, 1))])
    >>> spaces.names
    ('entry_z', 'exit_z')
    >>> spaces.lower, spaces.upper, spaces.middle
    (array([1.5, 0. ]), array([3., 1.]), array([2.25, 0.5 ]))
    >>> spaces.named(spaces.point({"exit_z": 0.5, "entry_z": 2.0}))
    {'entry_z': 2.0, 'exit_z': 0.5}
    >>> spaces.integrality, spaces.log_scale
    (array([False, False]), array([False, False]))
    """

    def __init__(self, spaces: Iterable[Any], objective: Any = None) -> None:
        if isinstance(spaces, ParameterSpace):
            raise TypeError("param_spaces is one ParameterSpace: expected a list of them")
        if hasattr(spaces, "lb") and hasattr(spaces, "ub"):
            spaces = zip(*checks.sides(spaces, None), strict=True)
        try:
            given = tuple(spaces)
        except TypeError:
            kind = type(spaces).__name__
            raise TypeError(
                f"param_spaces is a {kind}: expected a list of ParameterSpace"
            ) from None
        names = parameter_names(objective, len(given))
        self._spaces = tuple(map(_space, names, given))
        if not self._spaces:
            raise ValueError("param_spaces is empty: expected at least one ParameterSpace")
        twice = {n for n in self.names if self.names.count(n) > 1}
        if twice:
            raise ValueError(f"param_spaces names {sorted(twice)[0]!r} twice")

    def __len__(self) -> int:
        return len(self._spaces)

    def __getitem__(self, index: Any) -> Any:
        return self._spaces[index]

    def __eq__(self, other: object) -> bool:
        return self._spaces == other._spaces if isinstance(other, Spaces) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._spaces)

    def __repr__(self) -> str:
        return f"Spaces({list(self._spaces)})"

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(s.name for s in self._spaces)

    @property
    def lower(self) -> NDArray[np.float64]:
        """Least values, shape ``(n,)``."""
        return np.array([s.lower for s in self._spaces])

    @property
    def upper(self) -> NDArray[np.float64]:
        """Largest values, shape ``(n,)``."""
        return np.array([s.upper for s in self._spaces])

    @property
    def integrality(self) -> NDArray[np.bool_]:
        """Which are whole numbers, shape ``(n,)``."""
        return np.array([s.integer for s in self._spaces])

    @property
    def log_scale(self) -> NDArray[np.bool_]:
        """Which step in the logarithm, shape ``(n,)``."""
        return np.array([s.log for s in self._spaces])

    @property
    def middle(self) -> NDArray[np.float64]:
        """A point to start from, shape ``(n,)``."""
        return np.array([s.middle for s in self._spaces])

    def named(self, values: Iterable[float]) -> dict[str, Any]:
        """Values by name; whole numbers as ``int``, categories as themselves."""
        return {s.name: s.value(v) for s, v in zip(self._spaces, values, strict=True)}

    def point(self, values: Mapping[str, float] | Iterable[float]) -> NDArray[np.float64]:
        """A point from a mapping by name, or from values in order; shape ``(n,)``."""
        if isinstance(values, NamedPoint):
            values = values.to_dict()
        if isinstance(values, Mapping):
            unknown = [n for n in values if n not in self.names]
            missing = [n for n in self.names if n not in values]
            if unknown or missing:
                wrong = f"unknown {unknown[0]!r}" if unknown else f"{missing[0]!r} missing"
                raise ValueError(f"initial parameters: {wrong}; expected {', '.join(self.names)}")
            values = [values[n] for n in self.names]
        given = list(values)
        if len(given) == len(self):
            pairs = zip(self._spaces, given, strict=True)
            given = [v if s.categories is None else s.number(v) for s, v in pairs]
        try:
            found = np.array(given, dtype=float)
        except (TypeError, ValueError):
            raise TypeError(
                f"initial parameters are {values!r}, expected numbers: {', '.join(self.names)}"
            ) from None
        if found.shape != (len(self),):
            raise ValueError(
                f"initial parameters have shape {found.shape}, expected {len(self)} numbers: "
                f"{', '.join(self.names)}"
            )
        return found


def _space(name: str, given: Any) -> ParameterSpace:
    """A space as it is, or of a pair."""
    if isinstance(given, ParameterSpace):
        return given
    if not isinstance(given, tuple | list | np.ndarray) or len(given) != 2:
        raise TypeError(f"param_spaces holds {given!r}: expected ParameterSpace, or (lower, upper)")
    lower, upper = given
    return ParameterSpace(
        name, (-np.inf if lower is None else lower, np.inf if upper is None else upper)
    )
