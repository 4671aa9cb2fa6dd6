"""The filter, one observation at a time: ``O(K^2)``, and equal to the batch filter."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from hft_py import backend as backends
from hft_py import checks
from hft_py.hmm.observations import LARGEST, MISSING
from hft_py.hmm.params import HMMParams

Floats = npt.NDArray[np.float64]


class OnlineFilter:
    """``p(z_t | x_1..x_t)``, updated with each observation.

    Parameters
    ----------
    params
        The model.
    missing
        ``"raise"`` (default) or ``"ignore"``, as in :func:`hft_py.hmm.forward`.
    backend
        See :mod:`hft_py.backend`; chosen once, here.

    Attributes
    ----------
    probabilities
        The last result, ``(K,)``, a new array each time; None before the first observation.
    log_likelihood
        ``log p(x_1..x_t)``.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, OnlineFilter
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> online = OnlineFilter(model)
    >>> online.update(0.0).round(3), online.update(2.0).round(3)
    (array([0.5, 0.5]), array([0.018, 0.982]))
    """

    def __init__(
        self, params: HMMParams, *, missing: str = "raise", backend: str | None = None
    ) -> None:
        if not isinstance(params, HMMParams):
            raise TypeError(f"params={checks.short(params)}, expected HMMParams")
        self.missing = checks.choice("missing", missing, MISSING)
        self._backend = backends.wish(backend)
        self._step = backends.kernels("hmm", self._backend).step
        self.reset(params)

    def __getstate__(self) -> dict[str, Any]:
        # A compiled function has no pickle: the kernels are chosen anew, where they are.
        return {name: value for name, value in vars(self).items() if name != "_step"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._step = backends.kernels("hmm", self._backend).step

    def reset(self, params: HMMParams | None = None) -> None:
        """Forget what was seen; with ``params``, go on with another model."""
        if params is not None:
            self.replace(params)
        # Logarithms: a state that has all but vanished may come back.
        self._logs: Floats | None = None
        self.log_likelihood = 0.0

    @property
    def probabilities(self) -> Floats | None:
        """``p(z_t | x_1..x_t)``, ``(K,)``; None before the first observation."""
        return None if self._logs is None else np.exp(self._logs)

    def resume(self, log_probabilities: Floats) -> None:
        """Go on from where another filter ended."""
        self._logs = log_probabilities

    def replace(self, params: HMMParams) -> None:
        """Take another model for what comes; what is known of the state stays."""
        self.params = params
        self._model = params.model

    def update(self, x: Any) -> Floats:
        """The filtered probabilities after one more observation, ``(K,)``.

        Parameters
        ----------
        x
            A number, or ``(D,)``.

        Raises
        ------
        ValueError, TypeError
            Not finite (NaN passes where ``missing="ignore"``), of the wrong length, or impossible
            under every reachable state; the filter stays as it was.
        """
        row = self.row(x)
        try:
            found, log_scale = self._step(*self._model, self._logs, self.seen(row))
        except ValueError:
            told = "has probability zero under every reachable state"
            raise ValueError(f"x={checks.short(x)} {told}") from None
        self._logs = found
        self.log_likelihood += log_scale
        probabilities: Floats = np.exp(found)
        return probabilities

    def row(self, x: Any) -> Floats:
        """One observation, checked, ``(D,)``."""
        plain = isinstance(x, float)
        row: Floats = np.array([x]) if plain else checks.array("x", x, ndim=(0, 1)).ravel()
        if len(row) != self.params.n_columns:
            raise ValueError(f"x has length {len(row)}, expected {self.params.n_columns}")
        for value in row.tolist():
            if math.isnan(value):
                if self.missing == "raise":
                    told = 'expected a finite number; missing="ignore" lets NaN pass'
                    raise ValueError(f"x is nan, {told}")
            elif not -LARGEST <= value <= LARGEST:
                told = f"expected a finite number of size {LARGEST:g} at most"
                raise ValueError(f"x is {value}, {told}")
        return row

    def seen(self, row: Floats) -> Floats:
        """The observation as the kernels take it."""
        edges = self.params.bin_edges
        if edges is None or np.isnan(row[0]):
            return row
        symbols: Floats = np.searchsorted(edges, row, side="right").astype(np.float64)
        return symbols
