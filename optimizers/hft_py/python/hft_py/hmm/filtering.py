"""Filter and likelihood: the state given the past alone, in batch or one observation at a time.

``O(T K^2)``. :class:`OnlineFilter` equals the batch filter; :meth:`OnlineFilter.update` turns one
observation into filtered probabilities in ``O(K^2)``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hft_py import backend as backends
from hft_py import checks
from hft_py.hmm._bins import bin_numbers
from hft_py.hmm._inputs import prepare_inputs
from hft_py.hmm._parameters import HMMParams
from hft_py.hmm._types import Floats, Lengths
from hft_py.hmm._validation import MAX_SIZE, MISSING, validate_params
from hft_py.hmm.result import Forward


def forward(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Forward:
    """The forward recursion: filter and one-step predictive densities.

    Parameters
    ----------
    returns
        ``(T,)`` or ``(T, D)``, in the unit the model was fitted in.
    params
        The model.
    lengths
        Rows of each sequence; None for one.
    missing
        ``"raise"``: NaN is an error. ``"ignore"``: a row with NaN in some columns has the marginal
        likelihood of the others, one with NaN in all of them has likelihood one.
    backend
        See :mod:`hft_py.backend`.

    Raises
    ------
    ValueError, TypeError
        An argument is not as above, or an observation is impossible under every reachable state.

    References
    ----------
    Rabiner, Proc. IEEE 77 (1989), section V.A.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, forward
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> forward([0.0, 2.0], model).alpha.round(3)
    array([[0.5  , 0.5  ],
           [0.018, 0.982]])
    """
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend)
    alpha, log_scale = kernels.forward(*arguments)
    return Forward(alpha, log_scale, float(log_scale.sum()), kernels.name)


def filter_proba(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> Floats:
    """``p(z_t | x_1..x_t)``, ``(T, K)``: what was known at the time.

    Row t does not change when data are appended. The first row uses the model's start
    probabilities, which a fit makes all but certain of the regime its data began in: to continue a
    series, pass its past too, or use :class:`hft_py.hmm.OnlineFilter`. Memory beside the result
    does not grow with T.

    Parameters, NaN and errors as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, filter_proba
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> filter_proba([0.0, 2.0], model)[0]
    array([0.5, 0.5])
    """
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend)
    alpha: Floats = kernels.filtered(*arguments)
    return alpha


def score(
    returns: Any,
    params: HMMParams,
    *,
    lengths: Lengths = None,
    missing: str = "raise",
    backend: str | None = None,
) -> float:
    """``log p(x)`` in nats, summed over sequences; minus infinity for impossible observations.

    Parameters, NaN and errors as for :func:`forward`.

    Examples
    --------
    >>> from hft_py.hmm import HMMParams, score
    >>> model = HMMParams([0.5, 0.5], [[0.9, 0.1], [0.1, 0.9]], [-1.0, 1.0], [1.0, 1.0])
    >>> round(score([0.0, 2.0], model), 6)
    -3.512874
    """
    kernels, arguments = prepare_inputs(returns, params, lengths, missing, backend)
    return float(kernels.score(*arguments))


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
    >>> online.reset()
    >>> online.resume(np.log([0.2, 0.8]))
    >>> online.replace(model)
    >>> online.probabilities, online.kernel_row(online.validate(2.0))
    (array([0.2, 0.8]), array([2.]))
    """

    def __init__(
        self, params: HMMParams, *, missing: str = "raise", backend: str | None = None
    ) -> None:
        validate_params("params", params)
        self.missing = checks.choice("missing", missing, MISSING)
        self._backend = backends.requested_backend(backend)
        self._step = backends.kernels("hmm", self._backend).step
        self.reset(params)

    def __getstate__(self) -> dict[str, Any]:
        # A compiled function cannot be pickled: the reader of the pickle chooses its kernels anew.
        return {name: value for name, value in vars(self).items() if name != "_step"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._step = backends.kernels("hmm", self._backend).step

    def reset(self, params: HMMParams | None = None) -> None:
        """Begin a new series; with ``params``, under another model."""
        if params is not None:
            self.replace(params)
        # Logarithms, as the probability of a state may underflow and recover.
        self._logs: Floats | None = None
        self.log_likelihood = 0.0

    @property
    def probabilities(self) -> Floats | None:
        """``p(z_t | x_1..x_t)``, ``(K,)``; None before the first observation."""
        return None if self._logs is None else np.exp(self._logs)

    def resume(self, log_probabilities: Floats) -> None:
        """Continue from the logarithms of another filter's probabilities, ``(K,)``."""
        self._logs = log_probabilities

    def replace(self, params: HMMParams) -> None:
        """Use another model from the next observation on; the probabilities stay."""
        self.params = params
        self._model = params.kernel_arguments

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
        row = self.validate(x)
        try:
            self._logs, log_scale = self._step(*self._model, self._logs, self.kernel_row(row))
        except ValueError:
            raise ValueError(
                f"x={checks.short(x)} has probability zero under every reachable state"
            ) from None
        self.log_likelihood += log_scale
        probabilities: Floats = np.exp(self._logs)
        return probabilities

    def validate(self, x: Any) -> Floats:
        """One observation as an array ``(D,)``, or an error."""
        # Most observations are plain floats: np.array is faster than the general check.
        row = np.array([x]) if isinstance(x, float) else checks.array("x", x, ndim=(0, 1)).ravel()
        if len(row) != self.params.n_columns:
            raise ValueError(f"x has length {len(row)}, expected {self.params.n_columns}")
        for value in row.tolist():
            if self.missing == "raise" and math.isnan(value):
                expected = 'expected a finite number; missing="ignore" lets NaN pass'
                raise ValueError(f"x is nan, {expected}")
            if abs(value) > MAX_SIZE:
                expected = f"expected a finite number of size {MAX_SIZE:g} at most"
                raise ValueError(f"x is {value}, {expected}")
        return row

    def kernel_row(self, row: Floats) -> Floats:
        """The observation as the kernels take it: its bin where the emission is binned."""
        edges = self.params.bin_edges
        return row if edges is None else bin_numbers(row, edges)
