"""A search in the logarithm of some parameters: the objective still receives the parameters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hft_py.mle.baseline.loop import Array
from hft_py.objectives import Objective
from hft_py.objectives.transformed import Transformed


class LogScaled(Transformed):
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
        super().__init__(inner, inner.n_params, threads)
        self._log = log
        self._lower, self._upper = lower, upper

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
