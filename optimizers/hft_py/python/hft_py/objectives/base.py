"""An objective as the kernels take it: values of a batch, for Python and for Rust."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Objective(ABC):
    """A resolved objective of a fixed number of parameters.

    Attributes
    ----------
    kind
        ``"python"``, ``"vectorized"``, ``"compiled"``, ``"builtin"`` or ``"executor"``.
    n_params
        Coordinates of a point.
    sign
        1, or -1 where it is the negative of what was given.

    Examples
    --------
    >>> from hft_py.objectives import resolve
    >>> sphere = resolve("sphere", 2)
    >>> sphere.kind, sphere.parallel, sphere.batch(np.ones((1, 2))), sphere.negative()
    ('builtin', True, array([2.]), BuiltinObjective(n_params=2, negated))
    """

    kind: str
    n_params: int
    sign: int = 1

    def __init__(self, n_params: int) -> None:
        self.n_params = n_params
        self._native: Any = None

    @abstractmethod
    def _values(self, points: Floats) -> Floats:
        """Values at points ``(n, n_params)`` before the sign."""

    @abstractmethod
    def _make_native(self, rust: Any) -> Any:
        """The ``_rust.Objective`` of this one, sign included."""

    def batch(self, points: Floats, threads: int = 1) -> Floats:
        """Values at points ``(n, n_params)`` for the Python kernels, always on one thread."""
        values = self._values(points)
        return values if self.sign > 0 else -values

    @property
    def native(self) -> Any:
        """The same for the Rust kernels: a ``_rust.Objective``, made once."""
        if self._native is None:
            from hft_py.backend import extension

            self._native = self._make_native(extension().Objective)
        return self._native

    @property
    def parallel(self) -> bool:
        """Whether several threads may evaluate it at once, and gain by it."""
        return self.kind in ("compiled", "builtin")

    def negative(self) -> Objective:
        """The same objective with the other sign."""
        other = copy.copy(self)
        other.sign = -self.sign
        other._native = None
        return other

    def __repr__(self) -> str:
        sign = "" if self.sign > 0 else ", negated"
        return f"{type(self).__name__}(n_params={self.n_params}{sign})"
