"""Python callables: of one vector, of a batch, or through an executor."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.checks import short, thread_count
from hft_py.objectives.base import Floats, Objective

_NUMBER = "the objective returned {}, expected a real number"


def scalar(value: Any) -> float:
    """What a callable returned for one point, as a float; an array of one number is that number.

    Raises
    ------
    TypeError
        For what is no real number: None, a truth value, a complex number, text.
    ValueError
        For an array of several numbers, or of none.
    """
    if isinstance(value, float):
        return float(value)
    if isinstance(value, bool | np.bool_):
        raise TypeError(_NUMBER.format(f"the truth value {value}"))
    if isinstance(value, Real | np.floating | np.integer):
        return float(value)
    if isinstance(value, np.ndarray):
        if value.size != 1:
            raise ValueError(
                _NUMBER.format(f"an array of shape {value.shape}")
                + ": a callable of a whole batch is passed with vectorized=True"
            )
        if value.dtype.kind in "iuf" and not isinstance(value, np.ma.MaskedArray):
            return float(value.item())
    raise TypeError(_NUMBER.format(f"{short(value)} of type {type(value).__name__}"))


def vector(values: Any, n: int) -> Floats:
    """What a vectorised callable returned for ``n`` points, as contiguous float64.

    Raises
    ------
    TypeError
        For anything but real numbers, and for a masked array: what a mask hides would count.
    ValueError
        For another shape than ``(n,)``.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(
            "the objective returned a masked array, expected plain numbers: "
            "fill it, with NaN where there is no value"
        )
    found = np.asarray(values)
    if found.shape != (n,):
        raise ValueError(
            f"the objective returned an array of shape {found.shape} for {n} points, "
            f"expected ({n},): points are rows"
        )
    if found.dtype.kind not in "iuf":
        raise TypeError(
            f"the objective returned values of dtype {found.dtype}, expected real numbers"
        )
    return np.ascontiguousarray(found, dtype=np.float64)


class CallableObjective(Objective):
    """A Python callable, called with ``data`` as its second argument where there are data."""

    def __init__(self, function: Callable[..., Any], n_params: int, data: Any = None) -> None:
        super().__init__(n_params)
        self.function = function
        self.data = data
        self._extra = () if data is None else (data,)


class PythonObjective(CallableObjective):
    """``f(x)``, or ``f(x, data)`` where there are data."""

    kind = "python"

    def _values(self, points: Floats) -> Floats:
        rows = _owned(points)
        return np.array([scalar(self.function(row, *self._extra)) for row in rows], dtype=float)

    def _make_native(self, rust: Any) -> Any:
        return rust.scalar(self.function, self.data, scalar, self.n_params, self.sign < 0)


class VectorizedObjective(CallableObjective):
    """``f(points)``, or ``f(points, data)``: one call a batch."""

    kind = "vectorized"

    def _values(self, points: Floats) -> Floats:
        return self._call(_owned(points))

    def _call(self, batch: Floats) -> Floats:
        """Values at points that nothing else holds: Rust makes such an array for each batch."""
        return vector(self.function(batch, *self._extra), len(batch))

    def _make_native(self, rust: Any) -> Any:
        return rust.batch(self._call, self.n_params, self.sign < 0)


def _owned(points: Floats) -> Floats:
    """A copy: a callable may keep what it is given, and kernels reuse their arrays."""
    return np.array(points, dtype=np.float64, order="C")


def evaluate_point(function: Callable[..., Any], x: Floats, extra: tuple[Any, ...]) -> float:
    """The task of one point; a function of a module, so that it can be pickled."""
    return scalar(function(x, *extra))


def evaluate_points(function: Callable[..., Any], points: Floats, extra: tuple[Any, ...]) -> Floats:
    """The task of several points."""
    return vector(function(points, *extra), len(points))


class ExecutorObjective(CallableObjective):
    """A callable through ``executor.submit``: one task a point, or a share of a batch each.

    Any :class:`concurrent.futures.Executor`, or what has its ``submit``. The first exception, in
    the order of the points, stops the run; tasks not yet begun are cancelled.
    """

    kind = "executor"

    def __init__(
        self,
        function: Callable[..., Any],
        n_params: int,
        executor: Any,
        data: Any = None,
        vectorized: bool = False,
    ) -> None:
        super().__init__(function, n_params, data)
        self.executor = executor
        self.vectorized = vectorized

    def _shares(self, points: Floats) -> list[npt.NDArray[np.float64]]:
        workers = getattr(self.executor, "_max_workers", None)
        count = workers if isinstance(workers, int) and workers > 0 else thread_count(0)
        return [share for share in np.array_split(points, count) if len(share)]

    def _values(self, points: Floats) -> Floats:
        rows = _owned(points)
        task: Callable[..., Any] = evaluate_points if self.vectorized else evaluate_point
        parts = self._shares(rows) if self.vectorized else list(rows)
        futures = [self.executor.submit(task, self.function, part, self._extra) for part in parts]
        try:
            found = [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise
        if self.vectorized:
            return np.concatenate(found) if found else np.empty(0)
        return np.array(found, dtype=np.float64)

    def _make_native(self, rust: Any) -> Any:
        return rust.batch(self._values, self.n_params, self.sign < 0)
