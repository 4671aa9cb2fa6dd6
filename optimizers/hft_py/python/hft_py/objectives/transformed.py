"""An objective of other coordinates: held parameters left out, or logarithms."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.objectives.base import Floats, Objective


class Transformed(Objective):
    """An objective of ``u`` that evaluates another one at ``x``, a batch at a time.

    The transformation is in Python; what Rust evaluates, it evaluates here too, the points of a
    batch by ``threads`` threads.
    """

    def __init__(self, inner: Objective, n_params: int, threads: int = 1) -> None:
        super().__init__(n_params)
        self.kind = inner.kind
        self._inner = inner
        self._threads = threads

    def to_parameters(self, points: Floats) -> Floats:
        """From ``u`` to ``x``, of any number of rows."""
        raise NotImplementedError

    @property
    def parallel(self) -> bool:
        """Never, as every batch is transformed in Python."""
        return False

    def _values(self, points: Floats) -> Floats:
        return self._inner.batch(self.to_parameters(points))

    def _make_native(self, rust: Any) -> Any:
        native, threads = self._inner.native, self._threads

        def values(points: Floats) -> Floats:
            found: Floats = native.evaluate(self.to_parameters(points), threads)
            return found

        return rust.batch(values, self.n_params, self.sign < 0)


class Box:
    """The bounds of all parameters; those whose two bounds are equal are held.

    Parameters
    ----------
    lower, upper
        Shape ``(d,)``, ``lower <= upper``, at least one of them below.

    Attributes
    ----------
    free
        Which parameters are searched, shape ``(d,)``.

    Examples
    --------
    >>> box = Box(np.array([0.0, 2.0]), np.array([1.0, 2.0]))
    >>> box.full(np.array([[0.5]])), box.reduced(np.array([0.5, 2.0]))
    (array([[0.5, 2. ]]), array([0.5]))
    """

    def __init__(self, lower: Floats, upper: Floats) -> None:
        self.lower, self.upper = lower, upper
        self.free = lower < upper

    def reduced(self, points: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Of all parameters, along the last axis, the free ones."""
        return points if self.free.all() else np.ascontiguousarray(points[..., self.free])

    def full(self, points: Floats) -> Floats:
        """All parameters of points of the free ones."""
        return points if self.free.all() else self.spread(points, self.lower)

    def spread(self, points: Floats, rest: Any) -> Floats:
        """``points`` at the places of the free parameters, ``rest`` at those of the held ones."""
        found = np.empty((*points.shape[:-1], len(self.free)))
        found[...] = rest
        found[..., self.free] = points
        return found

    def objective(self, inner: Objective, threads: int) -> Objective:
        """An objective of the free parameters from one of all."""
        return inner if self.free.all() else FreeParameters(inner, self, threads)


class FreeParameters(Transformed):
    """An objective of the free parameters of a box."""

    def __init__(self, inner: Objective, box: Box, threads: int) -> None:
        super().__init__(inner, int(box.free.sum()), threads)
        self._box = box

    def to_parameters(self, points: Floats) -> Floats:
        """With the held parameters at their places."""
        return self._box.full(points)
