"""A search in the logarithm of some parameters: the objective keeps seeing the parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py.mle.baseline.loop import Array
from hft_py.objectives import Objective


class LogScaled(Objective):
    """An objective of ``u``: ``x = exp(u)`` in the coordinates of ``log``, ``x = u`` elsewhere.

    Points are transformed a generation at a time; ``x`` stays within its bounds to the last bit.
    """

    def __init__(
        self,
        inner: Objective,
        log: npt.NDArray[np.bool_],
        lower: Array,
        upper: Array,
        threads: int = 1,
    ) -> None:
        super().__init__(inner.n_params)
        self.kind = inner.kind
        self._inner = inner
        self._log = log
        self._lower, self._upper = lower, upper
        self._threads = threads

    def to_parameters(self, points: Array) -> Array:
        """From ``u`` to ``x``, of any number of rows."""
        moved = np.array(points, dtype=np.float64)
        moved[..., self._log] = np.exp(moved[..., self._log])
        return np.minimum(np.maximum(moved, self._lower), self._upper)

    def to_search(self, points: Array) -> Array:
        """From ``x`` to ``u``."""
        moved = np.array(points, dtype=np.float64)
        moved[..., self._log] = np.log(moved[..., self._log])
        return moved

    @property
    def parallel(self) -> bool:
        """Never: the transformation is in Python. Values of a generation may be (``threads``)."""
        return False

    def _values(self, points: Array) -> Array:
        return self._inner.batch(self.to_parameters(points))

    def _make_native(self, rust: Any) -> Any:
        inner = self._inner
        if not inner.parallel:
            return rust.batch(self._values, self.n_params, self.sign < 0)
        # Only the transformation is in Python: what Rust evaluates, it evaluates here too.
        native, threads = inner.native, self._threads

        def values(points: Array) -> Array:
            found: Array = native.evaluate(self.to_parameters(points), threads)
            return found

        return rust.batch(values, self.n_params, self.sign < 0)
